package api

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"vigie/catalog/account"
)

// metrics are what a monitor reads. Labels are routes as they are registered, never addresses as they were asked: nobody
// can fill the memory with made-up ones, and no id of a record or a person is in them.
type metrics struct {
	registry *prometheus.Registry
	requests *prometheus.CounterVec
	seconds  *prometheus.HistogramVec
	running  prometheus.Gauge
}

func newMetrics(s *server) *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "vigie_requests_total", Help: "Requests answered, by route, method and status."}, []string{"route", "method", "status"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "vigie_request_seconds", Help: "Time to answer, by route.",
			Buckets: []float64{.001, .005, .02, .1, .5, 2, 10, 60}}, []string{"route"}),
		running: prometheus.NewGauge(prometheus.GaugeOpts{Name: "vigie_requests_running", Help: "Requests under way."}),
	}
	m.registry.MustRegister(m.requests, m.seconds, m.running, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "vigie_work_waiting", Help: "Heavy requests that wait for their turn."}, func() float64 { return float64(s.work.queue()) }))
	if s.svc.Store != nil {
		m.registry.MustRegister(
			prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "vigie_store_writable", Help: "1 while the store takes writes, 0 after a failure of the disk."}, func() float64 {
				if s.svc.Store.Stopped() != nil {
					return 0
				}
				return 1
			}),
			prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "vigie_log_entries", Help: "Entries of the log; -1 when the store cannot be reached."}, func() float64 {
				ctx, cancel := context.WithTimeout(context.Background(), time.Second)
				defer cancel()
				head, err := s.svc.Store.Head(ctx)
				if err != nil {
					return -1
				}
				return float64(head.N)
			}))
	}
	return m
}

// measure counts a request once it was answered.
func (s *server) measure(c *gin.Context) {
	start := time.Now()
	s.metrics.running.Inc()
	defer func() {
		s.metrics.running.Dec()
		route := c.FullPath()
		if route == "" {
			route = "none"
		}
		method := c.Request.Method
		switch method {
		case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete:
		default:
			method = "other"
		}
		s.metrics.requests.WithLabelValues(route, method, strconv.Itoa(c.Writer.Status())).Inc()
		s.metrics.seconds.WithLabelValues(route).Observe(time.Since(start).Seconds())
	}()
	c.Next()
}

// healthRoutes are for monitors and balancers.
func (s *server) healthRoutes(get func(string, gin.HandlerFunc)) {
	get("/healthz", func(c *gin.Context) { c.String(http.StatusOK, "ok\n") })
	get("/readyz", func(c *gin.Context) {
		c.Header("Cache-Control", "no-store")
		ctx, cancel := context.WithTimeout(c.Request.Context(), 2*time.Second)
		defer cancel()
		if err := s.ready(ctx); err != nil {
			s.fail(c, err)
			return
		}
		c.String(http.StatusOK, "ready\n")
	})
	handler := promhttp.HandlerFor(s.metrics.registry, promhttp.HandlerOpts{DisableCompression: true})
	get("/metrics", func(c *gin.Context) {
		if !loopback(c.Request) {
			if err := account.Need(c.Request.Context(), account.Administer); err != nil {
				s.fail(c, err)
				return
			}
		}
		handler.ServeHTTP(c.Writer, c.Request)
	})
}

// ready is nil when requests can be answered: the store is there, and takes writes.
func (s *server) ready(ctx context.Context) error {
	if s.svc.Store == nil {
		return nil
	}
	if err := s.svc.Store.Stopped(); err != nil {
		return err
	}
	_, err := s.svc.Store.Head(ctx)
	return err
}

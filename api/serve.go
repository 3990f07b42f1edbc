package api

import (
	"context"
	"errors"
	"net"
	"net/http"
	"os/signal"
	"runtime/debug"
	"syscall"
	"time"

	"vigie/evaluator/licence"
)

// patience is how long a connection may take: a client that sends or reads too slowly is cut, so that it holds nothing up.
type patience struct{ header, read, write, idle time.Duration }

var usual = patience{header: 5 * time.Second, read: 15 * time.Second, write: 60 * time.Second, idle: 60 * time.Second}

const (
	maxHeaderBytes = 64 << 10
	stopTimeout    = 7 * time.Second // with the last checkpoint, the program ends within ten
)

// over makes the HTTP server of a handler.
func (p patience) over(h http.Handler) *http.Server {
	return &http.Server{Handler: h, ReadHeaderTimeout: p.header, ReadTimeout: p.read, WriteTimeout: p.write, IdleTimeout: p.idle, MaxHeaderBytes: maxHeaderBytes}
}

// Serve answers on ln until ctx ends or the process is told to stop; requests under way are then answered. Once it
// listens it gets the licences and the assessments of the day ready in the background.
func (s *Server) Serve(ctx context.Context, ln net.Listener) error {
	ctx, cancel := signal.NotifyContext(ctx, syscall.SIGTERM, syscall.SIGINT)
	defer cancel()
	srv := usual.over(s)
	done := make(chan error, 1)
	go func() { done <- srv.Serve(ln) }()
	go s.warm(ctx)
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
	}
	cancel() // a second signal ends the process at once
	stop, end := context.WithTimeout(context.Background(), stopTimeout)
	defer end()
	if err := srv.Shutdown(stop); err != nil {
		srv.Close()
		if !errors.Is(err, context.DeadlineExceeded) {
			return err
		}
	}
	if err := <-done; !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// warmAfter leaves the first visitor alone with the processor.
const warmAfter = 2 * time.Second

func (s *Server) warm(ctx context.Context) {
	select {
	case <-ctx.Done():
	case <-time.After(warmAfter):
		// A fault would be one of the build, which Open has found; the scanner of classic licences takes a second.
		_ = licence.Warm()
		s.svc.Warm(ctx, s.today())
		debug.FreeOSMemory() // getting ready takes twice what being ready takes
	}
}

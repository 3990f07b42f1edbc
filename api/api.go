// Package api is the server: addresses, the JSON API under /api/v1, and the pages that package web makes.
//
// Handlers bind, call the service and answer; they return errors, which one place turns into a problem document
// (RFC 9457) or a page. What a client is not meant to see goes to the log only.
package api

import (
	"log/slog"
	"net/http"
	"net/url"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gin-gonic/gin"

	"vigie/api/access"
	"vigie/api/contract"
	"vigie/api/notify"
	"vigie/api/service"
	"vigie/api/web"
	"vigie/catalog"
	"vigie/catalog/wording"
)

// Config is what a server needs.
type Config struct {
	Service *service.Service
	Log     *slog.Logger
	Today   func() catalog.Date // the day assumed by requests that name none
	// Access lets people and programs in; nil: a demonstration, which everybody reads and nobody changes.
	Access *access.Desk
	// Notify tells others what happened and what is due; nil: nobody.
	Notify *notify.Desk
	// Public is the address that people type; nil: that of each request.
	Public *url.URL
	// Proxies are the addresses and networks whose word on the client's address is taken; none by default.
	Proxies []string
}

type server struct {
	Config
	svc     *service.Cached
	sheets  service.Answers
	site    *web.Site
	engine  *gin.Engine
	work    *work
	checks  *work // of reports, by anybody
	metrics *metrics
	packed  packed

	// The API's document and what it is made from.
	api            huma.API
	schemas        *contract.Schemas
	words          *documentWords
	operations     []operation
	problemSchema  *huma.Schema
	identifySchema *huma.Schema
}

// Server answers every address.
type Server struct {
	http.Handler
	svc   *service.Cached
	today func() catalog.Date
}

// New makes the handler of every address.
func New(c Config) (*Server, error) {
	s, err := build(c)
	if err != nil {
		return nil, err
	}
	return &Server{Handler: s.engine, svc: s.svc, today: c.Today}, nil
}

func build(c Config) (*server, error) {
	s := &server{Config: c, svc: service.Keep(c.Service), work: newWork(), checks: newWork()}
	var err error
	if s.site, err = web.New(s.svc, c.Today); err != nil {
		return nil, err
	}
	gin.SetMode(gin.ReleaseMode)
	e := gin.New()
	e.HandleMethodNotAllowed = true
	e.RedirectTrailingSlash = false
	e.UseRawPath, e.UnescapePathValues = true, true
	e.ContextWithFallback = true // a handler's context knows who asks
	if err := e.SetTrustedProxies(c.Proxies); err != nil {
		return nil, err
	}
	s.metrics = newMetrics(s)
	e.Use(s.identify, s.measure, s.log, s.recover, s.headers, compress, s.sameOrigin, s.authenticate)
	s.engine = e
	if err := s.newDocument(e); err != nil {
		return nil, err
	}
	if err := s.routes(e); err != nil {
		return nil, err
	}
	return s, nil
}

func (s *server) routes(e *gin.Engine) error {
	get := func(path string, h gin.HandlerFunc) {
		e.GET(path, h)
		e.HEAD(path, h)
	}
	s.healthRoutes(get)
	get(web.AssetRoot+"*file", s.asset)
	get("/favicon.ico", s.favicon)
	get("/", s.choose)
	for _, l := range wording.Langs() {
		root := "/" + string(l)
		page := func(path string, h pageHandler) { get(root+path, s.page(l, h)) }
		page("", s.homePage)
		page("/", s.homePage)
		page("/use-cases", s.useCasesPage)
		page("/offerings/:id", s.offeringPage)
		page("/offerings/:id/assessment", s.assessmentPage)
		page("/records/:kind", s.recordsPage)
		page("/records/:kind/:id", s.recordPage)
		s.lawRoutes(e, l, page)
	}
	s.accessRoutes(e)
	s.recordOperations()
	s.judgingOperations()
	s.lawOperations()
	s.frameworkOperations()
	s.claimOperations()
	s.sourceOperations()
	s.logOperations()
	s.keepOperations()
	s.proposalOperations()
	s.decisionOperations()
	s.houseOperations()
	if err := s.documentRoutes(get); err != nil {
		return err
	}
	e.NoRoute(func(c *gin.Context) { s.fail(c, errNoRoute) })
	e.NoMethod(func(c *gin.Context) { s.fail(c, &wrongMethod{c.Writer.Header().Get("Allow")}) })
	return nil
}

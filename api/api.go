// Package api is the server: addresses, the JSON API under /api/v1, and the pages that package web makes.
//
// Handlers bind, call the service and answer; they return errors, which one place turns into a problem document
// (RFC 9457) or a page. What a client is not meant to see goes to the log only.
package api

import (
	"log/slog"
	"net/http"

	"github.com/gin-gonic/gin"

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
}

type server struct {
	Config
	svc  *service.Cached
	site *web.Site
}

// Server answers every address.
type Server struct {
	http.Handler
	svc   *service.Cached
	today func() catalog.Date
}

// New makes the handler of every address.
func New(c Config) (*Server, error) {
	s := &server{Config: c, svc: service.Keep(c.Service)}
	var err error
	if s.site, err = web.New(s.svc, c.Today); err != nil {
		return nil, err
	}
	gin.SetMode(gin.ReleaseMode)
	e := gin.New()
	e.HandleMethodNotAllowed = true
	e.RedirectTrailingSlash = false
	e.UseRawPath, e.UnescapePathValues = true, true
	if err := e.SetTrustedProxies(nil); err != nil {
		return nil, err
	}
	e.Use(s.identify, s.log, s.recover, headers, compress, s.sameOrigin)
	s.routes(e)
	return &Server{Handler: e, svc: s.svc, today: c.Today}, nil
}

func (s *server) routes(e *gin.Engine) {
	get := func(path string, h gin.HandlerFunc) {
		e.GET(path, h)
		e.HEAD(path, h)
	}
	get("/healthz", func(c *gin.Context) { c.String(http.StatusOK, "ok\n") })
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
	data := func(path string, h dataHandler) { get("/api/v1"+path, s.data(h)) }
	data("/offerings", s.list(catalog.Offering))
	data("/use-cases", s.list(catalog.UseCase))
	data("/organisations", s.list(catalog.Organisation))
	data("/weight-sets", s.weightSets)
	data("/records/:kind/:id", s.record)
	data("/offerings/:id", s.offering)
	data("/offerings/:id/assessment", s.assessment)
	data("/offerings/:id/report.pdf", s.reportPDF)
	data("/offerings/:id/exposure", s.exposure)
	data("/laws", s.laws)
	data("/laws/:id", s.law)
	data("/licences", s.licences)
	data("/licences/:id", s.licence)
	e.POST("/api/v1/licences/identify", s.data(s.identifyLicence))
	s.compareRoutes(e, data)
	e.NoRoute(func(c *gin.Context) { s.fail(c, errNoRoute) })
	e.NoMethod(func(c *gin.Context) { s.fail(c, &wrongMethod{c.Writer.Header().Get("Allow")}) })
}

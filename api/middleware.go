package api

import (
	"crypto/rand"
	"encoding/hex"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"vigie/catalog/account"
)

const requestIDKey = "request_id"

// identify names the request, for the log and for whoever reports a fault. An id that a client sends is not taken
// over: it could be made to look like a line of the log.
func (s *server) identify(c *gin.Context) {
	var b [8]byte
	_, _ = rand.Read(b[:]) // never fails on the systems Go supports
	id := hex.EncodeToString(b[:])
	c.Set(requestIDKey, id)
	c.Header("X-Request-Id", id)
}

// log writes one line a request, with the opaque id of who asked: no query, which may hold what a person typed, no address
// of the client, no name.
func (s *server) log(c *gin.Context) {
	start := time.Now()
	c.Next()
	if c.Request.URL.Path == "/healthz" && c.Writer.Status() == http.StatusOK {
		return
	}
	line := []slog.Attr{slog.String(requestIDKey, c.GetString(requestIDKey)), slog.String("method", c.Request.Method),
		slog.String("path", told(c.Request.URL.Path)), slog.Int("status", c.Writer.Status()), slog.Int("bytes", c.Writer.Size()),
		slog.Duration("took", time.Since(start).Round(time.Microsecond))}
	if p := account.From(c.Request.Context()); p != nil && p.Person != "" {
		line = append(line, slog.String("person", p.Person))
		if p.Token != "" {
			line = append(line, slog.String("token", p.Token)) // its id, which opens nothing
		}
	}
	s.Log.LogAttrs(c, slog.LevelInfo, "request", line...)
}

// told is a path as the log may hold it: the address of a calendar is a secret whole.
func told(path string) string {
	if strings.HasPrefix(path, feedRoot) {
		return feedRoot + "…"
	}
	return path
}

// recover answers 500 when a handler panics; the stack goes to the log.
func (s *server) recover(c *gin.Context) {
	defer func() {
		v := recover()
		if v == nil {
			return
		}
		if v == http.ErrAbortHandler { // the client has gone
			panic(v)
		}
		s.Log.LogAttrs(c, slog.LevelError, "panic", slog.String(requestIDKey, c.GetString(requestIDKey)), slog.Any("value", v), slog.String("stack", string(debug.Stack())))
		if !c.Writer.Written() {
			s.answerFailure(c, failure{status: http.StatusInternalServerError})
		}
		c.Abort()
	}()
	c.Next()
}

// policy lets a page load its own styles, scripts, font and icon, and ask its own server; nothing inline, nothing of others.
const policy = "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; font-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

func (s *server) headers(c *gin.Context) {
	h := c.Writer.Header()
	if s.secure(c) { // two years, as browsers ask of what they remember for good
		h.Set("Strict-Transport-Security", "max-age=63072000; includeSubDomains")
	}
	h.Set("Content-Security-Policy", policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()")
}

var crossOrigin = http.NewCrossOriginProtection()

// sameOrigin refuses what a browser sends for another site's page; programs, which name no origin or bring a token of
// their own, pass.
func (s *server) sameOrigin(c *gin.Context) {
	if bears(c.Request) {
		return
	}
	if err := crossOrigin.Check(c.Request); err != nil {
		s.fail(c, errCrossOrigin)
		c.Abort()
	}
}

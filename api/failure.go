package api

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"vigie/api/web"
	"vigie/catalog"
	"vigie/catalog/wording"
)

var (
	errNoRoute  = errors.New("no such address")
	errNoMethod = errors.New("method not allowed")

	errMediaType   = errors.New("unsupported media type")
	errNotJSON     = errors.New("not sent as JSON")
	errCrossOrigin = errors.New("cross-origin request")
	errBroken      = errors.New("the body broke off")
)

// wrongMethod is errNoMethod with the methods that are answered.
type wrongMethod struct{ allow string }

func (e *wrongMethod) Error() string { return errNoMethod.Error() + ", allowed: " + e.allow }

// tooLarge is a body over its limit, in bytes.
type tooLarge struct{ limit int64 }

func (e *tooLarge) Error() string { return fmt.Sprintf("body larger than %d bytes", e.limit) }

// failure is an error as a client may see it.
type failure struct {
	status int
	title  wording.Text
	fields []catalog.FieldError
	detail catalog.Localised
}

// classify is the only place that decides what becomes of an error. An error it does not know is a 500, and its text
// never leaves.
func classify(err error) failure {
	var (
		missing *catalog.NotFoundError
		invalid *catalog.InvalidError
	)
	var (
		method *wrongMethod
		large  *tooLarge
	)
	switch {
	case errors.As(err, &method) && strings.Contains(method.allow, ",") && strings.Contains(method.allow, http.MethodPost):
		return failure{status: http.StatusMethodNotAllowed, title: wording.Textf("only these methods are answered here: %s", "seules ces méthodes sont admises ici : %s", method.allow)}
	case errors.As(err, &method) && !strings.Contains(method.allow, http.MethodGet):
		return failure{status: http.StatusMethodNotAllowed, title: wording.Textf("only %s is answered here", "seul %s est admis ici", method.allow)}
	case errors.As(err, &method):
		return failure{status: http.StatusMethodNotAllowed, title: wording.Textf("only GET and HEAD are answered here", "seuls GET et HEAD sont admis ici")}
	case errors.As(err, &large):
		return failure{status: http.StatusRequestEntityTooLarge, title: wording.Textf("at most %d KiB are accepted here", "au plus %d Kio sont admis ici", large.limit>>10)}
	case errors.Is(err, errMediaType):
		return failure{status: http.StatusUnsupportedMediaType, title: wording.Textf("send text/plain, or application/json in UTF-8", "envoyer text/plain, ou application/json en UTF-8")}
	case errors.Is(err, errNotJSON):
		return failure{status: http.StatusUnsupportedMediaType, title: wording.Textf("send application/json in UTF-8", "envoyer application/json en UTF-8")}
	case errors.Is(err, errCrossOrigin):
		return failure{status: http.StatusForbidden, title: wording.Textf("a form of another site cannot be sent here", "le formulaire d'un autre site ne peut être envoyé ici")}
	case errors.Is(err, errBroken):
		return failure{status: http.StatusBadRequest, title: wording.Textf("the body broke off before its end", "le corps de la requête s'est interrompu")}
	case errors.Is(err, errNoRoute):
		return failure{status: http.StatusNotFound, title: wording.Textf("there is nothing at this address", "il n'y a rien à cette adresse")}
	case errors.Is(err, errNoMethod):
		return failure{status: http.StatusMethodNotAllowed, title: wording.Textf("only GET and HEAD are answered here", "seuls GET et HEAD sont admis ici")}
	case errors.As(err, &missing):
		return failure{status: http.StatusNotFound, title: wording.Textf("not found", "introuvable"), detail: missing}
	case errors.As(err, &invalid):
		return failure{status: http.StatusBadRequest, title: wording.Textf("the request is not valid", "la requête n'est pas valide"), fields: invalid.Fields}
	}
	return failure{status: http.StatusInternalServerError}
}

// Problem is an error as programs read it (RFC 9457).
type Problem struct {
	Type      string         `json:"type"`
	Title     string         `json:"title"`
	Status    int            `json:"status"`
	Detail    string         `json:"detail,omitempty"`
	Errors    []ProblemField `json:"errors,omitempty"`
	RequestID string         `json:"request_id"`
}

// ProblemField is one thing wrong, at the field that holds it: "query.on".
type ProblemField struct {
	Location string `json:"location"`
	Message  string `json:"message"`
}

// fail answers an error, as a page to a person and as a problem document to a program.
func (s *server) fail(c *gin.Context, err error) {
	f := classify(err)
	if f.status == http.StatusInternalServerError {
		s.Log.LogAttrs(c, slog.LevelError, "error", slog.String(requestIDKey, c.GetString(requestIDKey)), slog.String("error", err.Error()))
	}
	s.answerFailure(c, f)
}

func (s *server) answerFailure(c *gin.Context, f failure) {
	c.Header("Cache-Control", "no-store")
	c.Writer.Header().Del("ETag")
	if strings.HasPrefix(c.Request.URL.Path, "/api/") {
		s.problem(c, f)
		return
	}
	l := languageOf(c)
	var details []string
	for _, x := range f.fields {
		details = append(details, wording.Typeset(l, x.Text.In(l)))
	}
	if f.detail != nil {
		details = append(details, f.detail.In(l))
	}
	ref := ""
	if f.status == http.StatusInternalServerError {
		ref = c.GetString(requestIDKey)
	}
	page, err := s.site.Failure(web.Request{Lang: l}, f.status, details, ref)
	if err != nil {
		s.Log.LogAttrs(c, slog.LevelError, "error", slog.String("error", err.Error()))
		c.String(f.status, http.StatusText(f.status)+"\n")
		return
	}
	c.Data(f.status, "text/html; charset=utf-8", page)
}

func (s *server) problem(c *gin.Context, f failure) {
	l := preferred(c)
	p := Problem{Type: "about:blank", Status: f.status, Title: wording.Typeset(l, f.title.In(l)), RequestID: c.GetString(requestIDKey)}
	if f.status == http.StatusInternalServerError {
		p.Title = wording.Textf("something went wrong; the log has it under the request id", "une erreur est survenue ; le journal la garde sous l'identifiant de requête").In(l)
	}
	if f.detail != nil {
		p.Detail = f.detail.In(l)
	}
	for _, x := range f.fields {
		p.Errors = append(p.Errors, ProblemField{Location: x.Path, Message: wording.Typeset(l, x.Text.In(l))})
	}
	c.Header("Content-Language", string(l))
	c.Header("Vary", "Accept-Language")
	body, err := json.Marshal(p)
	if err != nil {
		c.Status(http.StatusInternalServerError)
		return
	}
	c.Data(f.status, "application/problem+json", append(body, '\n'))
}

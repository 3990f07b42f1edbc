package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"vigie/api/contract"
	"vigie/api/service"
	"vigie/api/web"
	"vigie/catalog"
	"vigie/catalog/account"
	"vigie/catalog/document"
	"vigie/catalog/exchange"
	"vigie/catalog/store"
	"vigie/catalog/store/files"
	"vigie/catalog/wording"
)

var (
	errNoRoute  = errors.New("no such address")
	errNoMethod = errors.New("method not allowed")

	errMediaType   = errors.New("unsupported media type")
	errCrossOrigin = errors.New("cross-origin request")
	errBroken      = errors.New("the body broke off")
	errNoCondition = errors.New("no If-Match")
	errExists      = errors.New("exists already")
	errReviewed    = errors.New("reviewed already")
)

// wrongMedia is a body of a type that is not taken here.
type wrongMedia struct{ accepts []string }

func (e *wrongMedia) Error() string { return errMediaType.Error() }

func (e *wrongMedia) title() wording.Text {
	if slices.Equal(e.accepts, []string{"application/json"}) {
		return wording.Textf("send application/json in UTF-8", "envoyer application/json en UTF-8")
	}
	if slices.Contains(e.accepts, "text/plain") {
		return wording.Textf("send text/plain, or application/json in UTF-8", "envoyer text/plain, ou application/json en UTF-8")
	}
	return wording.Textf("send one of: %s", "envoyer l'un de ces types : %s", strings.Join(e.accepts, ", "))
}

// stale is a change based on a revision that is no longer the newest.
type stale struct{ have int64 }

func (e *stale) Error() string { return "the record has another revision" }

// busy is work that found no room: too much of it, by everybody (503) or by this client (429).
type busy struct{ mine bool }

func (e *busy) Error() string { return "too much work is waiting" }

// retryAfter is how long a client should wait when nothing says better, in seconds.
const retryAfter = 5

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
	after  int         // seconds to wait before trying again; 0: none said
	sort   web.Trouble // what is behind a status that has several reasons
}

// classify is the only place that decides what becomes of an error. An error it does not know is a 500, and its text
// never leaves.
func classify(err error) failure {
	if f, ok := classifyRequest(err); ok {
		return f
	}
	if f, ok := classifyAccess(err); ok {
		return f
	}
	if f, ok := classifyStore(err); ok {
		return f
	}
	var (
		missing   *catalog.NotFoundError
		invalid   *catalog.InvalidError
		forbidden *account.ForbiddenError
		tooMany   *service.TooLargeError
	)
	switch {
	case errors.As(err, new(account.SignedOutError)):
		return failure{status: http.StatusUnauthorized, title: wording.Textf("not signed in", "non connecté"), detail: account.SignedOutError{}}
	case errors.As(err, &forbidden):
		return failure{status: http.StatusForbidden, title: wording.Textf("not allowed", "action non autorisée"), detail: forbidden, sort: web.TroubleRole}
	case errors.As(err, &missing):
		return failure{status: http.StatusNotFound, title: wording.Textf("not found", "introuvable"), detail: missing}
	case errors.As(err, &tooMany):
		return failure{status: http.StatusBadRequest, title: wording.Textf("too much to answer at once", "trop pour une seule réponse"), detail: tooMany}
	case errors.As(err, &invalid):
		f := failure{status: http.StatusBadRequest, title: wording.Textf("the request is not valid", "la requête n'est pas valide"), fields: invalid.Fields}
		if ofBody(invalid.Fields) {
			f.status = http.StatusUnprocessableEntity
			f.title = wording.Textf("what was sent is not valid", "ce qui a été envoyé n'est pas valide")
		}
		return f
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return failure{status: http.StatusServiceUnavailable, title: wording.Textf("this took too long and was ended", "cela prenait trop de temps et a été arrêté"), after: retryAfter}
	}
	return failure{status: http.StatusInternalServerError}
}

// ofBody reports whether all faults are about a body that could be read.
func ofBody(fields []catalog.FieldError) bool {
	for _, f := range fields {
		if head, _, _ := strings.Cut(strings.ReplaceAll(f.Path, "[", "."), "."); head != "body" {
			return false
		}
	}
	return len(fields) > 0
}

// classifyRequest knows what can be wrong with a request before anything is done.
func classifyRequest(err error) (failure, bool) {
	var (
		method    *wrongMethod
		large     *tooLarge
		media     *wrongMedia
		old       *stale
		full      *busy
		malformed *contract.MalformedError
	)
	switch {
	case errors.As(err, &method) && strings.Contains(method.allow, ",") && !readsOnly(method.allow):
		return failure{status: http.StatusMethodNotAllowed, title: wording.Textf("only these methods are answered here: %s", "seules ces méthodes sont admises ici : %s", method.allow)}, true
	case errors.As(err, &method) && !strings.Contains(method.allow, http.MethodGet):
		return failure{status: http.StatusMethodNotAllowed, title: wording.Textf("only %s is answered here", "seul %s est admis ici", method.allow)}, true
	case errors.As(err, &method), errors.Is(err, errNoMethod):
		return failure{status: http.StatusMethodNotAllowed, title: wording.Textf("only GET and HEAD are answered here", "seuls GET et HEAD sont admis ici")}, true
	case errors.As(err, &large):
		return failure{status: http.StatusRequestEntityTooLarge, title: wording.Textf("at most %d KiB are accepted here", "au plus %d Kio sont admis ici", large.limit>>10)}, true
	case errors.As(err, &media):
		return failure{status: http.StatusUnsupportedMediaType, title: media.title()}, true
	case errors.Is(err, errMediaType):
		return failure{status: http.StatusUnsupportedMediaType, title: wording.Textf("send a form as multipart/form-data", "envoyer un formulaire en multipart/form-data")}, true
	case errors.As(err, &malformed):
		return failure{status: http.StatusBadRequest, title: wording.Textf("the body cannot be read", "le corps de la requête est illisible"), fields: []catalog.FieldError{malformed.Field}}, true
	case errors.Is(err, errCrossOrigin):
		return failure{status: http.StatusForbidden, title: wording.Textf("a form of another site cannot be sent here", "le formulaire d'un autre site ne peut être envoyé ici")}, true
	case errors.Is(err, errUnsafe):
		return failure{status: http.StatusForbidden, title: wording.Textf("this connection is not encrypted: nothing secret is taken over it", "cette connexion n'est pas chiffrée : rien de secret n'y est admis"), sort: web.TroubleUnsafe}, true
	case errors.Is(err, errBroken):
		return failure{status: http.StatusBadRequest, title: wording.Textf("the body broke off before its end", "le corps de la requête s'est interrompu")}, true
	case errors.Is(err, errNoRoute):
		return failure{status: http.StatusNotFound, title: wording.Textf("there is nothing at this address", "il n'y a rien à cette adresse")}, true
	case errors.Is(err, errNoCondition):
		return failure{status: http.StatusPreconditionRequired, title: wording.Textf("send If-Match with the ETag that came with the record", "envoyer If-Match avec l'ETag reçu avec la fiche")}, true
	case errors.As(err, &old):
		return failure{status: http.StatusPreconditionFailed, title: wording.Textf("somebody changed it since it was read; read it again", "modifié depuis sa lecture ; le relire")}, true
	case errors.Is(err, errExists):
		return failure{status: http.StatusConflict, title: wording.Textf("there is one with this id already", "cet identifiant est déjà pris")}, true
	case errors.Is(err, errReviewed):
		return failure{status: http.StatusConflict, title: wording.Textf("this proposal was reviewed already", "cette proposition a déjà été examinée")}, true
	case errors.As(err, &full) && full.mine:
		return failure{status: http.StatusTooManyRequests, title: wording.Textf("too many requests at once; wait for the answers", "trop de demandes à la fois ; attendre les réponses"), after: retryAfter}, true
	case errors.As(err, &full):
		return failure{status: http.StatusServiceUnavailable, title: wording.Textf("too much work is waiting; try again shortly", "trop de travail en attente ; réessayer sous peu"), after: retryAfter}, true
	}
	return failure{}, false
}

func readsOnly(allow string) bool {
	for m := range strings.SplitSeq(allow, ",") {
		if m = strings.TrimSpace(m); m != http.MethodGet && m != http.MethodHead {
			return false
		}
	}
	return true
}

// classifyStore knows what a store may answer.
func classifyStore(err error) (failure, bool) {
	var (
		moved    *service.ChangedError
		conflict *store.ConflictError
		full     *store.FullError
		readOnly *store.ReadOnlyError
		refused  *files.RefusedError
		noText   *document.RefusedError
		garbled  *exchange.UnreadableError
		unknown  *store.UnknownOutcomeError
	)
	switch {
	case errors.As(err, &moved):
		return failure{status: http.StatusConflict, title: wording.Textf("the facts changed in between", "les faits ont changé entre-temps"), detail: moved}, true
	case errors.As(err, &conflict) && (conflict.Have != 0 || conflict.Want != 0):
		return failure{status: http.StatusPreconditionFailed, title: wording.Textf("somebody changed it since it was read; read it again", "modifié depuis sa lecture ; le relire")}, true
	case errors.As(err, new(*service.ReadOnlyDemoError)):
		return failure{status: http.StatusForbidden, title: wording.Textf("nothing can be recorded here", "rien ne peut être enregistré ici"), detail: (*service.ReadOnlyDemoError)(nil), sort: web.TroubleReadOnly}, true
	case errors.As(err, new(*service.TooManyJobsError)):
		return failure{status: http.StatusServiceUnavailable, title: wording.Textf("too much work is waiting; try again shortly", "trop de travail en attente ; réessayer sous peu"), after: retryAfter}, true
	case errors.As(err, new(service.NotKeptError)):
		return failure{status: http.StatusNotFound, title: wording.Textf("not found", "introuvable"), detail: service.NotKeptError{}}, true
	case errors.As(err, &conflict):
		return failure{status: http.StatusConflict, title: wording.Textf("this cannot be done as things stand", "impossible dans l'état actuel"), detail: conflict}, true
	case errors.As(err, &refused):
		return failure{status: http.StatusUnprocessableEntity, title: wording.Textf("this file is not taken", "ce fichier n'est pas admis"), detail: refused}, true
	case errors.As(err, &noText):
		return failure{status: http.StatusUnprocessableEntity, title: wording.Textf("this file cannot be read as a text", "ce fichier ne peut être lu comme un texte"), detail: noText}, true
	case errors.As(err, &garbled):
		return failure{status: http.StatusUnprocessableEntity, title: wording.Textf("this file cannot be read", "ce fichier ne peut être lu"), detail: garbled}, true
	case errors.As(err, &full):
		return failure{status: http.StatusInsufficientStorage, title: wording.Textf("no room is left; nothing was recorded", "il n'y a plus de place ; rien n'a été enregistré")}, true
	case errors.As(err, &readOnly):
		return failure{status: http.StatusForbidden, title: wording.Textf("nothing can be recorded here", "rien ne peut être enregistré ici"), detail: readOnly, sort: web.TroubleReadOnly}, true
	case errors.As(err, &unknown):
		return failure{status: http.StatusServiceUnavailable, title: wording.Textf("it is not certain that this was recorded; send it again with the same Idempotency-Key", "il n'est pas certain que ce soit enregistré ; renvoyer avec la même Idempotency-Key"), after: retryAfter}, true
	case errors.As(err, new(*store.BusyError)), errors.As(err, new(*store.UnavailableError)), errors.As(err, new(*store.StoppedError)):
		return failure{status: http.StatusServiceUnavailable, title: wording.Textf("the store cannot be reached or written just now", "le stockage est injoignable ou fermé à l'écriture pour le moment"), after: retryAfter}, true
	}
	return failure{}, false
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
	for _, name := range []string{"ETag", "Content-Disposition", "Content-Language", "Link", "Location"} {
		c.Writer.Header().Del(name)
	}
	if f.after > 0 {
		c.Header("Retry-After", strconv.Itoa(f.after))
	}
	if f.status == http.StatusUnauthorized {
		c.Header("WWW-Authenticate", "Bearer")
	}
	if strings.HasPrefix(c.Request.URL.Path, "/api/") {
		s.problem(c, f)
		return
	}
	l := languageOf(c)
	var details []string
	switch f.status { // what the page says by itself leaves open how much, how long, or which of several reasons
	case http.StatusRequestEntityTooLarge, http.StatusServiceUnavailable, http.StatusConflict, http.StatusUnsupportedMediaType, http.StatusUnprocessableEntity:
		if f.detail == nil && len(f.fields) == 0 {
			details = append(details, web.Sentence(wording.Typeset(l, f.title.In(l))))
		}
	}
	for _, x := range f.fields {
		details = append(details, web.Sentence(wording.Typeset(l, x.Text.In(l))))
	}
	if f.detail != nil {
		details = append(details, web.Sentence(f.detail.In(l)))
	}
	ref := ""
	if f.status == http.StatusInternalServerError {
		ref = c.GetString(requestIDKey)
	}
	q := web.FailureQuery{Status: f.status, Trouble: f.sort, Details: details, Reference: ref}
	if f.status == http.StatusUnauthorized && s.Access != nil {
		q.SignIn = signInAddress(l, nil)
	}
	page, err := s.site.Failure(web.Request{Lang: l, Path: c.Request.URL.Path, Who: s.who(c)}, q)
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

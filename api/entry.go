package api

import (
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"vigie/api/web"
	"vigie/catalog"
	"vigie/catalog/exchange"
	"vigie/catalog/store"
	"vigie/catalog/store/files"
	"vigie/catalog/wording"
)

// entryHandler does what a form that may bring a file asks, like formHandler.
type entryHandler func(*gin.Context, web.Request, url.Values) (again func(web.Sent) ([]byte, error), err error)

// entry reads a form, with its file if it brings one, and answers a refusal with the same form, everything kept. What was
// not recorded because the store could not be reached is no different: the form is there to be sent again.
func (s *server) entry(l wording.Lang, h entryHandler) gin.HandlerFunc {
	return func(c *gin.Context) {
		sentBody := c.Request.Body
		values, err := s.readEntry(c)
		if err != nil {
			if large := (*tooLarge)(nil); errors.As(err, &large) {
				drain(c, sentBody)
			}
			s.fail(c, err)
			return
		}
		s.draft(c, values)
		r := s.pageRequest(c, l)
		again, err := h(c, r, values)
		if err == nil {
			return
		}
		sent, code, mendable := entryRefused(err)
		if !mendable || again == nil {
			s.fail(c, err)
			return
		}
		sent.Values = values
		body, aerr := again(sent)
		if aerr != nil {
			s.fail(c, aerr)
			return
		}
		if code == http.StatusServiceUnavailable {
			c.Header("Retry-After", itoa(retryAfter))
		}
		s.sendForm(c, l, code, body)
	}
}

// entryRefused tells what a person can mend, or try again, from what they cannot.
func entryRefused(err error) (web.Sent, int, bool) {
	var (
		changed  *web.ChangedError
		before   *web.SentBeforeError
		unread   *exchange.UnreadableError
		full     *store.FullError
		unknown  *store.UnknownOutcomeError
		readOnly *store.ReadOnlyError
		notTaken *files.RefusedError
	)
	say := func(en, fr string) catalog.Localised { return said{wording.Textf(en, fr)} }
	switch {
	case errors.As(err, &changed):
		return web.Sent{Refuse: changed}, http.StatusConflict, true
	case errors.As(err, &before):
		return web.Sent{Refuse: before, Renew: true}, http.StatusConflict, true
	case errors.As(err, &unread):
		return web.Sent{Faults: []catalog.FieldError{{Path: "file", Text: wording.Text{EN: unread.In(wording.EN), FR: unread.In(wording.FR)}}}}, http.StatusUnprocessableEntity, true
	case errors.As(err, &notTaken):
		return web.Sent{Faults: []catalog.FieldError{{Path: "src.file", Text: wording.Text{EN: notTaken.In(wording.EN), FR: notTaken.In(wording.FR)}}}}, http.StatusUnprocessableEntity, true
	case errors.As(err, &unknown):
		return web.Sent{Refuse: say("the connection to the store broke while this was being recorded, and it is not certain that it was: send it again, it will not be recorded twice",
			"la liaison avec le stockage s'est rompue pendant l'enregistrement, et il n'est pas certain qu'il ait eu lieu : renvoyez, rien ne sera enregistré deux fois")}, http.StatusServiceUnavailable, true
	case errors.As(err, &full), errors.As(err, &readOnly), errors.As(err, new(*store.BusyError)), errors.As(err, new(*store.UnavailableError)), errors.As(err, new(*store.StoppedError)):
		return web.Sent{Refuse: say("nothing could be recorded just now, and nothing of yours is lost: try again in a moment, or copy what you wrote and tell whoever runs this service",
			"rien n'a pu être enregistré pour le moment, et rien de ce que vous avez écrit n'est perdu : réessayez dans un instant, ou copiez votre texte et prévenez qui gère ce service")}, http.StatusServiceUnavailable, true
	}
	return refused(err)
}

// said is a message in both languages.
type said struct{ wording.Text }

func (e said) Error() string { return e.EN }

// In writes it in one language.
func (e said) In(l wording.Lang) string { return wording.Typeset(l, e.Text.In(l)) }

// maxEntry bounds the fields of a form that is written at length, in bytes.
const maxEntry = 512 << 10

// readEntry reads a form. A file that it brings is stored at once, so that nobody has to choose it again when something
// else is wrong; src.file and src.file_name say which it is.
func (s *server) readEntry(c *gin.Context) (url.Values, error) {
	kind, params, err := mime.ParseMediaType(c.GetHeader("Content-Type"))
	switch {
	case err != nil || kind != "multipart/form-data" && kind != "application/x-www-form-urlencoded":
		return nil, &wrongMedia{accepts: []string{"multipart/form-data", "application/x-www-form-urlencoded"}}
	case kind == "application/x-www-form-urlencoded":
		body, err := io.ReadAll(http.MaxBytesReader(c.Writer, c.Request.Body, maxEntry))
		if err != nil {
			return nil, bodyFault(err, maxEntry)
		}
		values, err := url.ParseQuery(string(body))
		if err != nil {
			return nil, errBroken
		}
		return values, nil
	}
	_ = http.NewResponseController(c.Writer).SetReadDeadline(time.Now().Add(uploadTimeout)) // where it cannot be set, the usual one holds
	in := multipart.NewReader(http.MaxBytesReader(c.Writer, c.Request.Body, maxFile+maxEntry), params["boundary"])
	values, left := url.Values{}, int64(maxEntry)
	for {
		part, err := in.NextPart()
		if errors.Is(err, io.EOF) {
			return values, nil
		}
		if err != nil {
			return nil, bodyFault(err, maxFile)
		}
		if name := part.FormName(); part.FileName() != "" {
			if err := s.keepPart(c, part, name, values); err != nil {
				return nil, err
			}
			continue
		}
		if part.FormName() == "file" || part.FormName() == "src.upload" { // a file field that was left empty
			continue
		}
		data, err := io.ReadAll(io.LimitReader(part, left+1))
		if err != nil {
			return nil, bodyFault(err, maxFile)
		}
		if left -= int64(len(data)); left < 0 {
			return nil, &tooLarge{maxEntry}
		}
		values.Add(part.FormName(), string(data))
	}
}

func bodyFault(err error, limit int64) error {
	if large := (*http.MaxBytesError)(nil); errors.As(err, &large) {
		return &tooLarge{limit}
	}
	return errBroken
}

// importKey holds the bytes of a file that is to be read as a proposal.
const importKey = "import"

// keepPart takes a file that came with a form.
func (s *server) keepPart(c *gin.Context, part *multipart.Part, name string, values url.Values) error {
	r := &counted{Reader: part}
	if name == "file" {
		data, err := io.ReadAll(io.LimitReader(r, maxFile+1))
		if r.fault != nil || err != nil {
			return r.fault
		}
		if len(data) > maxFile {
			return &tooLarge{maxFile}
		}
		c.Set(importKey, data)
		values.Set("file_name", baseName(part.FileName()))
		return nil
	}
	f, err := s.svc.AddFile(c, r, baseName(part.FileName()), "", -1)
	if r.fault != nil {
		return r.fault
	}
	var bad *files.RefusedError
	if errors.As(err, &bad) { // the rest of the form is kept: the field says what is wrong with the file
		values.Set("src.refused", "1")
		c.Set("refused", bad)
		return nil
	}
	if err != nil {
		return err
	}
	values.Set("src.file", f.SHA256)
	values.Set("src.file_name", f.Name)
	return nil
}

// refusedFile is the refusal of the file that a form brought; nil: none.
func refusedFile(c *gin.Context) error {
	if v, ok := c.Get("refused"); ok {
		return v.(*files.RefusedError)
	}
	return nil
}

// baseName is what a person calls a file, without the folders that some browsers send.
func baseName(name string) string {
	if i := strings.LastIndexAny(name, `/\`); i >= 0 {
		name = name[i+1:]
	}
	return name
}

// maxHeld bounds the entries that a page holds for somebody who has to sign in again.
const maxHeld = maxEntry

// heldEntries answers a form of somebody whose session ended: a page that keeps what was written, to be sent again after
// signing in. It reports whether there was such a form.
func (s *server) heldEntries(c *gin.Context) bool {
	if c.Request.Method != http.MethodPost || !isPage(c) || bears(c.Request) {
		return false
	}
	rest := strings.TrimPrefix(c.FullPath(), "/"+string(languageOf(c)))
	if openPages[rest] || rest == "/signout" || rest == "/licences/text" || strings.HasPrefix(rest, "/account") { // ways in and out, and what needs a fresh look at who asks
		return false
	}
	kind, params, err := mime.ParseMediaType(c.GetHeader("Content-Type"))
	values, lost := url.Values{}, false
	body := http.MaxBytesReader(c.Writer, c.Request.Body, maxHeld)
	switch {
	case err == nil && kind == "application/x-www-form-urlencoded":
		data, err := io.ReadAll(body)
		if err == nil {
			values, err = url.ParseQuery(string(data))
		}
		if err != nil {
			return false
		}
	case err == nil && kind == "multipart/form-data":
		in := multipart.NewReader(body, params["boundary"])
		for {
			part, err := in.NextPart()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				if lost { // it broke in a file, which is not kept here anyway
					break
				}
				return false
			}
			if part.FileName() != "" {
				lost = true
				continue
			}
			data, err := io.ReadAll(part)
			if err != nil {
				return false
			}
			values.Add(part.FormName(), string(data))
		}
	default:
		return false
	}
	for _, name := range []string{"password", "current", "code", "pass"} {
		values.Del(name)
	}
	l := languageOf(c)
	page, err := s.site.Held(web.Request{Lang: l, Path: "/"}, web.HeldQuery{Action: c.Request.URL.EscapedPath(), Values: values, FileLost: lost, SignIn: signInAddress(l, nil)})
	if err != nil {
		s.fail(c, err)
		return true
	}
	s.sendForm(c, l, http.StatusUnauthorized, page)
	return true
}

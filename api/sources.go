package api

import (
	"io"
	"mime"
	"net/http"
	"strconv"
	"time"

	"vigie/api/contract"
	"vigie/api/service"
	"vigie/catalog"
	"vigie/catalog/account"
	"vigie/catalog/store"
	"vigie/catalog/wording"
)

type sourceInput struct{ Body sourceBody }

type uploadInput struct {
	Name   string `query:"name"`
	SHA256 string `query:"sha256" maxLength:"64"`
	Body   upload
}

type sumInput struct {
	SHA256 string `path:"sha256"`
}

// uploadTimeout is how long a file may take to come in.
const uploadTimeout = 60 * time.Second

// sandbox is the policy of a file that somebody sent in: nothing in it runs or loads, wherever it is opened.
const sandbox = "sandbox; default-src 'none'"

func (s *server) sourceOperations() {
	add(s, operation{id: "get-source", method: http.MethodGet, path: root + "/sources/{id}", tag: "sources", needs: account.Read},
		func(c *call, in *idInput) (*service.SourceSheet, error) { return s.svc.Source(c.ctx, in.ID) })
	add(s, operation{id: "record-source", method: http.MethodPost, path: root + "/sources", tag: "sources", needs: account.Claim, status: http.StatusCreated, keyed: true, stored: true},
		func(c *call, in *sourceInput) (store.Receipt, error) {
			r, err := s.svc.Record(c.ctx, store.Batch{Key: c.key, Sources: []catalog.Source{in.Body.source()}})
			if err == nil {
				c.created("sources", in.Body.ID)
			}
			return r, placedClaims(err)
		})
	add(s, operation{id: "upload-file", method: http.MethodPost, path: root + "/files", tag: "sources", needs: account.Claim, status: http.StatusCreated, stored: true, limit: maxFile,
		accepts: []string{"application/octet-stream", "application/pdf", "text/plain", "text/html", "image/png", "image/jpeg",
			"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"}}, s.uploadFile)
	add(s, operation{id: "get-file", method: http.MethodGet, path: root + "/files/{sha256}", tag: "sources", needs: account.Read, stored: true},
		func(c *call, in *sumInput) (store.File, error) {
			if err := in.valid(); err != nil {
				return store.File{}, err
			}
			return s.svc.File(c.ctx, in.SHA256)
		})
	add(s, operation{id: "download-file", method: http.MethodGet, path: root + "/files/{sha256}/content", tag: "sources", needs: account.Read, stored: true, media: []string{"application/octet-stream", "application/pdf", "text/plain"}}, s.downloadFile)
}

func (in *sumInput) valid() error {
	if !catalog.ValidSHA256(in.SHA256) {
		return &catalog.NotFoundError{What: wording.Textf("file", "fichier"), ID: contract.Name(in.SHA256)}
	}
	return nil
}

func (s *server) uploadFile(c *call, in *uploadInput) (store.File, error) {
	if in.SHA256 != "" && !catalog.ValidSHA256(in.SHA256) {
		return store.File{}, invalid("query.sha256", wording.Textf("64 digits of 0-9 and a-f are expected", "64 chiffres de 0-9 et a-f sont attendus"))
	}
	// A file may take longer than a question, from somebody who has shown that they may send one.
	_ = http.NewResponseController(c.Writer).SetReadDeadline(time.Now().Add(uploadTimeout)) // where it cannot be set, the usual one holds
	r := &counted{Reader: in.Body.Reader}
	f, err := s.svc.AddFile(c.ctx, r, in.Name, in.SHA256, in.Body.length)
	if r.fault != nil {
		return f, r.fault
	}
	if err == nil {
		c.created("files", f.SHA256)
	}
	return f, err
}

// counted keeps the fault of reading a body apart from those of what becomes of it.
type counted struct {
	io.Reader
	fault error
}

func (r *counted) Read(p []byte) (int, error) {
	n, err := r.Reader.Read(p)
	if err != nil && err != io.EOF {
		if _, large := err.(*http.MaxBytesError); large {
			r.fault = &tooLarge{maxFile}
		} else {
			r.fault = errBroken
		}
	}
	return n, err
}

// downloadFile gives a file back as something to save, never as a page of this site: with the type that its content has,
// not the one that its name or its sender claims.
func (s *server) downloadFile(c *call, in *sumInput) (file, error) {
	if err := in.valid(); err != nil {
		return file{}, err
	}
	r, f, err := s.svc.OpenFile(c.ctx, in.SHA256)
	if err != nil {
		return file{}, err
	}
	defer r.Close()
	if c.unchanged(contract.Tag(f.SHA256)) {
		return file{}, nil
	}
	name := f.Name
	if name == "" {
		name = f.SHA256
	}
	c.Header("Content-Type", safeType(f.MediaType))
	c.Header("Content-Disposition", attachment(name))
	c.Header("Content-Security-Policy", sandbox)
	c.Header("Content-Length", strconv.FormatInt(f.Size, 10))
	c.Status(http.StatusOK)
	c.Writer.WriteHeaderNow()
	c.sent = true
	if c.Request.Method == http.MethodHead {
		return file{}, nil
	}
	if _, err := io.Copy(c.Writer, r); err != nil {
		panic(http.ErrAbortHandler) // what is not the file that was stored must not look whole
	}
	return file{}, nil
}

// safeType is the type a file is sent as: documents as what they are, everything that a browser could run as bytes.
func safeType(media string) string {
	kind, _, err := mime.ParseMediaType(media)
	switch {
	case err == nil && kind == "application/pdf":
		return kind
	case err == nil && kind == "text/plain": // a text in another encoding shows marks where its letters are; it runs nowhere
		return "text/plain; charset=utf-8"
	}
	return "application/octet-stream"
}

package api

import (
	"encoding/base64"
	"net/http"
	"slices"
	"strings"

	"vigie/api/contract"
	"vigie/api/service"
	"vigie/catalog"
	"vigie/catalog/account"
	"vigie/catalog/store"
	"vigie/catalog/wording"
)

// logKey is what checks the log's signatures.
type logKey struct {
	Origin    string `json:"origin"`
	PublicKey string `json:"public_key"` // verifier key of a signed note
}

// logProof shows that something was recorded, without the store.
type logProof struct {
	Leaf       string `json:"leaf"`      // canonical JSON, as it stands in the log
	Inclusion  string `json:"inclusion"` // with the signed checkpoint, as a report carries it
	Checkpoint string `json:"checkpoint"`
}

// logLeaves are entries of the log, from one on.
type logLeaves struct {
	From   int64    `json:"from"`
	Leaves []string `json:"leaves"`
	Next   string   `json:"next,omitempty"`
}

type leavesInput struct{ paging }

type hashInput struct {
	Hash string `path:"hash"`
}

type consistencyInput struct{ Body consistencyBody }

type consistencyBody struct {
	Checkpoint string `json:"checkpoint" minLength:"1" maxLength:"4000"`
}

// consistencyProof shows that a log still begins with what an older checkpoint signed.
type consistencyProof struct {
	Older      int64    `json:"older"` // entries
	Newer      int64    `json:"newer"`
	Hashes     []string `json:"hashes"` // base64, as RFC 6962 orders them
	Checkpoint string   `json:"checkpoint"`
}

type documentsInput struct {
	Kind         string `path:"document"`
	Offering     string `query:"offering_id"`
	UseCase      string `query:"use_case"`
	Organisation string `query:"organisation"`
	paging
}

type documentInput struct {
	Kind string `path:"document"`
	Hash string `path:"hash"`
}

// documentPage is one page of a list of documents.
type documentPage struct {
	Items []store.DocumentEntry `json:"items"`
	Next  string                `json:"next,omitempty"`
}

func (s *server) logOperations() {
	add(s, operation{id: "log-key", method: http.MethodGet, path: root + "/log/key", tag: "log", needs: account.Read, stored: true},
		func(*call, *struct{}) (logKey, error) {
			if s.svc.Store == nil {
				return logKey{}, service.NotKeptError{}
			}
			return logKey{s.svc.Store.Origin(), s.svc.Store.PublicKey()}, nil
		})
	add(s, operation{id: "log-checkpoint", method: http.MethodGet, path: root + "/log/checkpoint", tag: "log", needs: account.Read, stored: true, media: []string{"text/plain"}},
		func(c *call, _ *struct{}) (file, error) {
			note, err := s.svc.Checkpoint(c.ctx)
			return file{media: "text/plain; charset=utf-8", tag: catalog.MustHash(string(note)), data: note}, err
		})
	add(s, operation{id: "log-leaves", method: http.MethodGet, path: root + "/log/leaves", tag: "log", needs: account.Read, stored: true}, s.logLeaves)
	add(s, operation{id: "log-prove", method: http.MethodGet, path: root + "/log/proofs/{hash}", tag: "log", needs: account.Read, stored: true},
		func(c *call, in *hashInput) (logProof, error) {
			if !catalog.ValidSHA256(in.Hash) {
				return logProof{}, &catalog.NotFoundError{What: wording.Textf("entry of the log", "entrée du journal"), ID: contract.Name(in.Hash)}
			}
			p, err := s.svc.Prove(c.ctx, in.Hash)
			if err != nil {
				return logProof{}, err
			}
			return logProof{Leaf: string(p.Leaf), Inclusion: p.Inclusion.Text(), Checkpoint: string(p.Inclusion.Checkpoint)}, nil
		})
	add(s, operation{id: "log-consistency", method: http.MethodPost, path: root + "/log/consistency", tag: "log", needs: account.Read, stored: true, errors: []int{http.StatusConflict}},
		func(c *call, in *consistencyInput) (consistencyProof, error) {
			x, err := s.svc.Consistent(c.ctx, []byte(in.Body.Checkpoint))
			if err != nil {
				return consistencyProof{}, err
			}
			out := consistencyProof{Older: x.Older.N, Newer: x.Newer.N, Hashes: []string{}, Checkpoint: string(x.Checkpoint)}
			for _, h := range x.Proof {
				out.Hashes = append(out.Hashes, base64.StdEncoding.EncodeToString(h[:]))
			}
			return out, nil
		})
	add(s, operation{id: "list-documents", method: http.MethodGet, path: root + "/documents/{document}", tag: "log", needs: account.Read, stored: true}, s.documents)
	add(s, operation{id: "get-document", method: http.MethodGet, path: root + "/documents/{document}/{hash}", tag: "log", needs: account.Read, stored: true, media: []string{"application/json", mediaPDF, "application/octet-stream"}}, s.document)
}

func (s *server) logLeaves(c *call, in *leavesInput) (logLeaves, error) {
	list := key("leaves")
	from, err := in.from(list)
	if err != nil {
		return logLeaves{}, err
	}
	leaves, err := s.svc.Leaves(c.ctx, from.Before, in.size()+1)
	if err != nil {
		return logLeaves{}, err
	}
	out := logLeaves{From: from.Before, Leaves: leaves}
	if len(leaves) > in.size() {
		out.Leaves = leaves[:in.size()]
		out.Next = contract.Cursor{Before: from.Before + int64(in.size())}.Write(list)
		c.next(out.Next)
	}
	return out, nil
}

// documentKind reads the kind of documents of an address.
func documentKind(name string) (store.DocumentKind, error) {
	k := store.DocumentKind(strings.ReplaceAll(name, "-", "_"))
	if !slices.Contains(k.Allowed(), string(k)) || k == store.Role {
		return "", &catalog.NotFoundError{What: wording.Textf("kind of document", "type de document"), ID: contract.Name(name), Nearest: wording.NearestFew(name, k.Allowed(), 3)}
	}
	return k, nil
}

func (s *server) documents(c *call, in *documentsInput) (documentPage, error) {
	kind, err := documentKind(in.Kind)
	if err != nil {
		return documentPage{}, err
	}
	list := key("documents", kind, in.Offering, in.UseCase, in.Organisation)
	from, err := in.from(list)
	if err != nil {
		return documentPage{}, err
	}
	index := map[string]string{}
	for name, v := range map[string]string{"offering": in.Offering, "use_case": in.UseCase, "organisation": in.Organisation} {
		if v != "" {
			index[name] = v
		}
	}
	all, err := s.svc.Documents(c.ctx, kind, index, from.Before, in.size()+1)
	if err != nil {
		return documentPage{}, err
	}
	out := documentPage{Items: append([]store.DocumentEntry{}, all...)}
	if len(all) > in.size() {
		out.Items = out.Items[:in.size()]
		out.Next = contract.Cursor{Before: out.Items[in.size()-1].Leaf}.Write(list)
		c.next(out.Next)
	}
	return out, nil
}

// document gives a document back, byte for byte: its hash is that of what is sent.
func (s *server) document(c *call, in *documentInput) (file, error) {
	kind, err := documentKind(in.Kind)
	if err != nil {
		return file{}, err
	}
	if !catalog.ValidSHA256(in.Hash) {
		return file{}, &catalog.NotFoundError{What: kind.Label().Lower(), ID: contract.Name(in.Hash)}
	}
	d, err := s.svc.Document(c.ctx, kind, in.Hash)
	if err != nil {
		return file{}, err
	}
	media, ext := "application/octet-stream", ".bin"
	switch {
	case strings.HasPrefix(string(d.Body), "%PDF-"):
		media, ext = mediaPDF, ".pdf"
	case strings.HasPrefix(string(d.Body), "{"):
		media, ext = "application/json", ".json"
	}
	c.Header("Content-Security-Policy", sandbox)
	return file{media: media, tag: in.Hash, name: string(kind) + "-" + in.Hash[:12] + ext, data: d.Body}, nil
}

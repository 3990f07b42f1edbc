package api

import (
	"encoding/json"
	"net/http"
	"sync"

	"github.com/gin-gonic/gin"
	yaml "go.yaml.in/yaml/v3"

	"vigie/api/contract"
	"vigie/api/docs"
	"vigie/catalog"
	"vigie/catalog/wording"
)

// documentRoutes are where the API says what it is: as a document for programs, and as pages for people.
func (s *server) documentRoutes(get func(string, gin.HandlerFunc)) error {
	pages, err := docs.New(s.api.OpenAPI())
	if err != nil {
		return err
	}
	asJSON := sync.OnceValues(s.documentJSON)
	asYAML := sync.OnceValues(func() ([]byte, error) {
		data, err := asJSON()
		if err != nil {
			return nil, err
		}
		var v any
		if err := json.Unmarshal(data, &v); err != nil {
			return nil, err
		}
		return yaml.Marshal(v)
	})
	serve := func(media string, read func() ([]byte, error)) gin.HandlerFunc {
		return func(c *gin.Context) {
			data, err := read()
			if err != nil {
				s.fail(c, err)
				return
			}
			k := &call{Context: c}
			if !k.unchanged(contract.Tag(catalog.MustHash(string(data)))) {
				c.Data(http.StatusOK, media, data)
			}
		}
	}
	get("/openapi.json", serve("application/openapi+json", asJSON))
	get("/openapi.yaml", serve("application/openapi+yaml", asYAML))
	get("/docs/docs.css", serve("text/css; charset=utf-8", func() ([]byte, error) { return docs.Style(), nil }))
	page := func(path string, show func(wording.Lang, string) ([]byte, error)) {
		get(path, func(c *gin.Context) {
			p := s.params(c)
			l := p.lang(preferred(c))
			if err := p.err(); err != nil {
				s.fail(c, err)
				return
			}
			body, err := show(l, c.Param("name"))
			if err == nil && body == nil {
				err = errNoRoute
			}
			if err != nil {
				s.fail(c, err)
				return
			}
			c.Header("Content-Language", string(l))
			c.Header("Vary", "Accept-Language")
			c.Header("Cache-Control", "no-cache")
			c.Data(http.StatusOK, "text/html; charset=utf-8", body)
		})
	}
	page("/docs", func(l wording.Lang, _ string) ([]byte, error) { return pages.Index(l) })
	page("/docs/operations/:name", pages.Operation)
	page("/docs/schemas/:name", pages.Schema)
	return nil
}

// documentJSON is the document as it is served, indented so that a change of it can be read.
func (s *server) documentJSON() ([]byte, error) {
	raw, err := json.Marshal(s.api.OpenAPI())
	if err != nil {
		return nil, err
	}
	var v any
	if err := json.Unmarshal(raw, &v); err != nil {
		return nil, err
	}
	out, err := json.MarshalIndent(v, "", "  ") // sorted, whatever the order of maps was
	return append(out, '\n'), err
}

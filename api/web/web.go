// Package web makes the pages: one struct and one folder a page, rendered whole into a buffer before anything is sent.
//
// It knows no router: package api decides addresses and asks for pages. Every page works without script; htmx (0BSD, static/htmx.LICENSE.txt) and a small script of our own
// only spare reloading. Pages are in both languages, and every word on it is in words.yaml, the dictionary, the framework or the data.
package web

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"html/template"
	"io/fs"
	"path"
	"strings"
	"sync"

	"vigie/api/service"
	"vigie/catalog"
	"vigie/catalog/wording"
)

//go:embed layout pages static words*.yaml
var files embed.FS

// Site renders pages. It is safe for concurrent use.
type Site struct {
	svc    *service.Cached
	pages  map[string]*template.Template
	words  map[string]wording.Text
	assets map[string]string // file name: address with the hash of its content
	static map[string]Asset  // by address
	today  func() catalog.Date

	history History // nil: no decision is kept here
	expects func() (*service.Expectations, error)
}

// Asset is a file that never changes under its address.
type Asset struct {
	Type string
	Data []byte
}

// AssetRoot is where assets are served.
const AssetRoot = "/static/"

var assetTypes = map[string]string{".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".woff2": "font/woff2", ".svg": "image/svg+xml"}

// styles are the parts of the one style sheet, in their order.
var styles = []string{"base", "law", "parts", "compare", "sheet", "combobox", "chain", "admin", "home", "editor", "print"}

// New reads templates, words and assets. An error is a fault of the build, found by the tests of this package.
func New(svc *service.Cached, today func() catalog.Date) (*Site, error) {
	words, err := loadWords()
	if err != nil {
		return nil, err
	}
	s := &Site{svc: svc, pages: map[string]*template.Template{}, words: words, assets: map[string]string{}, static: map[string]Asset{}, today: today}
	s.expects = sync.OnceValues(func() (*service.Expectations, error) { return service.NewExpectations(svc.Dictionary) })
	if err := s.readAssets(); err != nil {
		return nil, err
	}
	layout, err := template.New("").Funcs(template.FuncMap{"asset": s.asset}).Option("missingkey=error").ParseFS(files, "layout/*.html")
	if err != nil {
		return nil, err
	}
	names, err := fs.Glob(files, "pages/*")
	if err != nil {
		return nil, err
	}
	for _, dir := range names {
		t, err := template.Must(layout.Clone()).ParseFS(files, dir+"/*.html")
		if err != nil {
			return nil, err
		}
		s.pages[path.Base(dir)] = t
	}
	return s, nil
}

// readAssets names each file by its content. The style sheet comes last, because it names the font.
func (s *Site) readAssets() error {
	names, err := fs.Glob(files, "static/*.*")
	if err != nil {
		return err
	}
	for _, n := range names {
		if _, served := assetTypes[path.Ext(n)]; !served {
			continue
		}
		data, err := files.ReadFile(n)
		if err != nil {
			return err
		}
		s.keep(path.Base(n), data)
	}
	var sheet []byte
	for _, n := range styles {
		data, err := files.ReadFile("static/styles/" + n + ".css")
		if err != nil {
			return err
		}
		sheet = append(sheet, data...)
	}
	for other, at := range s.assets {
		sheet = bytes.ReplaceAll(sheet, []byte(`url("`+other+`")`), []byte(`url("`+at+`")`))
	}
	s.keep("vigie.css", sheet)
	return nil
}

func (s *Site) keep(base string, data []byte) {
	sum, ext := sha256.Sum256(data), path.Ext(base)
	at := AssetRoot + strings.TrimSuffix(base, ext) + "." + hex.EncodeToString(sum[:6]) + ext
	s.assets[base], s.static[at] = at, Asset{Type: assetTypes[ext], Data: data}
}

func (s *Site) asset(name string) (string, error) {
	if at, ok := s.assets[name]; ok {
		return at, nil
	}
	return "", fmt.Errorf("no asset %q", name)
}

// Asset gives the file at an address.
func (s *Site) Asset(address string) (Asset, bool) {
	a, ok := s.static[address]
	return a, ok
}

// render draws a page whole: no half page is ever sent.
func (s *Site) render(name string, page any) ([]byte, error) {
	var b bytes.Buffer
	if err := s.pages[name].ExecuteTemplate(&b, "layout", page); err != nil {
		return nil, fmt.Errorf("page %s: %w", name, err)
	}
	return b.Bytes(), nil
}

// part draws one block of a page, for a page that shows the rest already.
func (s *Site) part(name, block string, data any) ([]byte, error) {
	var b bytes.Buffer
	if err := s.pages[name].ExecuteTemplate(&b, block, data); err != nil {
		return nil, fmt.Errorf("part %s of page %s: %w", block, name, err)
	}
	return b.Bytes(), nil
}

// AssetAddress is where a file is served; empty for a name that is none.
func (s *Site) AssetAddress(name string) string { return s.assets[name] }

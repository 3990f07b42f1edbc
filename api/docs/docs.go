// Package docs shows the document of the API as pages: groups, operations with their parameters, answers and a command
// line that runs, and schemas. It needs no script, no connection and no style but its own, so the strictest policy of
// content suits it.
package docs

import (
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"html/template"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"vigie/catalog/wording"
)

//go:embed docs.html docs.css
var files embed.FS

// Style is the style sheet of the pages.
func Style() []byte {
	b, err := files.ReadFile("docs.css")
	if err != nil {
		panic(err) // it is embedded
	}
	return b
}

// Pages shows one document. It is safe for concurrent use.
type Pages struct {
	doc  *huma.OpenAPI
	tmpl *template.Template
}

// New reads the templates. The document must be complete.
func New(doc *huma.OpenAPI) (*Pages, error) {
	t, err := template.ParseFS(files, "docs.html")
	return &Pages{doc, t}, err
}

// base is what every page has.
type base struct {
	L     wording.Lang
	W     map[string]string
	Here  string // the address of the page, without its language
	Other wording.Lang
}

// words of the pages, in both languages.
var words = map[string]wording.Text{
	"title":      wording.Textf("API of Vigie", "API de Vigie"),
	"home":       wording.Textf("All operations", "Toutes les opérations"),
	"document":   wording.Textf("OpenAPI document", "Document OpenAPI"),
	"other":      wording.Textf("En français", "In English"),
	"skip":       wording.Textf("Skip to the content", "Aller au contenu"),
	"groups":     wording.Textf("Groups", "Groupes"),
	"permission": wording.Textf("Permission", "Permission"),
	"open":       wording.Textf("none: open to whoever reaches the server", "aucune : ouvert à qui atteint le serveur"),
	"parameters": wording.Textf("Parameters", "Paramètres"),
	"body":       wording.Textf("Body", "Corps"),
	"answers":    wording.Textf("Answers", "Réponses"),
	"example":    wording.Textf("Example", "Exemple"),
	"name":       wording.Textf("Name", "Nom"),
	"where":      wording.Textf("Where", "Où"),
	"form":       wording.Textf("Form", "Forme"),
	"meaning":    wording.Textf("Meaning", "Sens"),
	"status":     wording.Textf("Status", "Statut"),
	"needed":     wording.Textf("needed", "obligatoire"),
	"schemas":    wording.Textf("Schemas", "Schémas"),
	"fields":     wording.Textf("Fields", "Champs"),
	"no_fields":  wording.Textf("Any JSON value.", "Toute valeur JSON."),
	"path":       wording.Textf("address", "adresse"),
	"query":      wording.Textf("query", "requête"),
	"header":     wording.Textf("header", "en-tête"),
	"list_of":    wording.Textf("list of", "liste de"),
	"map_of":     wording.Textf("by name,", "par nom,"),
	"or":         wording.Textf("or", "ou"),
	"any":        wording.Textf("any value", "toute valeur"),
	"string":     wording.Textf("text", "texte"),
	"number":     wording.Textf("number", "nombre"),
	"integer":    wording.Textf("whole number", "nombre entier"),
	"boolean":    wording.Textf("true or false", "true ou false"),
	"object":     wording.Textf("object", "objet"),
	"null":       wording.Textf("null", "null"),
	"at_most":    wording.Textf("at most", "au plus"),
	"from":       wording.Textf("from", "de"),
	"to":         wording.Textf("to", "à"),
	"one_of":     wording.Textf("one of", "parmi"),
}

func (p *Pages) base(l wording.Lang, here string) base {
	b := base{L: l, W: map[string]string{}, Here: here, Other: wording.FR}
	if l == wording.FR {
		b.Other = wording.EN
	}
	for k, t := range words {
		b.W[k] = wording.Typeset(l, t.In(l))
	}
	return b
}

func say(l wording.Lang, english string, ext map[string]any, name string) string {
	if fr, ok := ext[name].(string); ok && l == wording.FR {
		return wording.Typeset(l, fr)
	}
	return wording.Typeset(l, english)
}

type group struct {
	ID, Title, Text string
	Operations      []line
}

type line struct{ ID, Method, Path, Summary string }

// Index lists every operation by group.
func (p *Pages) Index(l wording.Lang) ([]byte, error) {
	page := struct {
		base
		Text   string
		Groups []group
		Names  []string
	}{base: p.base(l, "/docs")}
	page.Text = say(l, p.doc.Info.Description, p.doc.Info.Extensions, "x-description-fr")
	for _, t := range p.doc.Tags {
		title, _ := t.Extensions["x-title"].(string)
		g := group{ID: t.Name, Title: say(l, title, t.Extensions, "x-title-fr"), Text: say(l, t.Description, t.Extensions, "x-description-fr")}
		for _, op := range Operations(p.doc) {
			if slices.Contains(op.Tags, t.Name) {
				g.Operations = append(g.Operations, line{op.OperationID, op.Method, op.Path, say(l, op.Summary, op.Extensions, "x-summary-fr")})
			}
		}
		if len(g.Operations) > 0 {
			page.Groups = append(page.Groups, g)
		}
	}
	for name := range p.doc.Components.Schemas.Map() {
		page.Names = append(page.Names, name)
	}
	slices.Sort(page.Names)
	return p.render("index", page)
}

// Operations lists the operations of a document by address and method.
func Operations(doc *huma.OpenAPI) []*huma.Operation {
	var out []*huma.Operation
	for _, item := range doc.Paths {
		for _, op := range []*huma.Operation{item.Get, item.Post, item.Put, item.Patch, item.Delete} {
			if op != nil {
				out = append(out, op)
			}
		}
	}
	slices.SortFunc(out, func(a, b *huma.Operation) int {
		if c := strings.Compare(a.Path, b.Path); c != 0 {
			return c
		}
		return strings.Compare(a.Method, b.Method)
	})
	return out
}

type param struct {
	Name, In, Text string
	Form           template.HTML
	Needed         bool
}

type answer struct {
	Status, Text string
	Forms        []media
}

type media struct {
	Type string
	Form template.HTML
}

// Operation shows one operation; nil when there is none of that id.
func (p *Pages) Operation(l wording.Lang, id string) ([]byte, error) {
	i := slices.IndexFunc(Operations(p.doc), func(op *huma.Operation) bool { return op.OperationID == id })
	if i < 0 {
		return nil, nil
	}
	op := Operations(p.doc)[i]
	page := struct {
		base
		Op                        line
		Text, Permission, Command string
		Params                    []param
		Body                      []media
		Example                   string
		Answers                   []answer
	}{base: p.base(l, "/docs/operations/"+id), Op: line{op.OperationID, op.Method, op.Path, say(l, op.Summary, op.Extensions, "x-summary-fr")}}
	page.Text = say(l, op.Description, op.Extensions, "x-description-fr")
	page.Permission, _ = op.Extensions["x-permission"].(string)
	for _, x := range op.Parameters {
		page.Params = append(page.Params, param{x.Name, page.W[x.In], say(l, x.Description, x.Extensions, "x-description-fr"), p.form(page.base, x.Schema), x.Required})
	}
	if op.RequestBody != nil {
		page.Body = p.media(page.base, op.RequestBody.Content)
		if m := op.RequestBody.Content["application/json"]; m != nil && m.Example != nil {
			var b bytes.Buffer
			e := json.NewEncoder(&b)
			e.SetEscapeHTML(false)
			e.SetIndent("", "  ")
			if err := e.Encode(m.Example); err != nil {
				return nil, err
			}
			page.Example = b.String()
		}
	}
	for status, r := range op.Responses {
		page.Answers = append(page.Answers, answer{status, say(l, r.Description, r.Extensions, "x-description-fr"), p.media(page.base, r.Content)})
	}
	slices.SortFunc(page.Answers, func(a, b answer) int { return strings.Compare(a.Status, b.Status) })
	page.Command = Command(op)
	return p.render("operation", page)
}

func (p *Pages) media(b base, content map[string]*huma.MediaType) []media {
	var out []media
	for t, m := range content {
		out = append(out, media{t, p.form(b, m.Schema)})
	}
	slices.SortFunc(out, func(a, b media) int { return strings.Compare(a.Type, b.Type) })
	return out
}

// Address is the address of an operation's example.
func Address(op *huma.Operation) string {
	path, q := op.Path, url.Values{}
	for _, x := range op.Parameters {
		if x.Example == nil || x.Example == "" {
			continue
		}
		switch v := x.Example.(type) {
		case []string:
			if x.In == "query" {
				q[x.Name] = v
			}
		default:
			switch x.In {
			case "path":
				path = strings.ReplaceAll(path, "{"+x.Name+"}", url.PathEscape(fmt.Sprint(v)))
			case "query":
				q.Set(x.Name, fmt.Sprint(v))
			}
		}
	}
	if len(q) > 0 {
		path += "?" + q.Encode()
	}
	return path
}

// Command is a line for a shell that sends an operation's example.
func Command(op *huma.Operation) string {
	parts := []string{"curl"}
	if op.Method != "GET" {
		parts = append(parts, "-X", op.Method)
	}
	if perm, _ := op.Extensions["x-permission"].(string); perm != "" {
		parts = append(parts, `-H "Authorization: Bearer $VIGIE_TOKEN"`)
	}
	for _, x := range op.Parameters {
		if x.In == "header" && x.Example != nil {
			parts = append(parts, "-H", quoted(x.Name+": "+fmt.Sprint(x.Example)))
		}
	}
	if op.RequestBody != nil {
		if m := op.RequestBody.Content["application/json"]; m != nil && m.Example != nil {
			data, err := json.Marshal(m.Example)
			if err == nil {
				parts = append(parts, "-H", quoted("Content-Type: application/json"), "-d", quoted(string(data)))
			}
		} else {
			for t := range op.RequestBody.Content {
				parts = append(parts, "-H", quoted("Content-Type: "+t), "--data-binary", "@file")
				break
			}
		}
	}
	return strings.Join(append(parts, `"$VIGIE`+strings.ReplaceAll(Address(op), `"`, "%22")+`"`), " ")
}

func quoted(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }

// Schema shows one schema; nil when there is none of that name.
func (p *Pages) Schema(l wording.Lang, name string) ([]byte, error) {
	s := p.doc.Components.Schemas.Map()[name]
	if s == nil {
		return nil, nil
	}
	page := struct {
		base
		Name   string
		Fields []param
	}{base: p.base(l, "/docs/schemas/"+name), Name: name}
	for field, x := range s.Properties {
		page.Fields = append(page.Fields, param{Name: field, Text: say(l, x.Description, x.Extensions, "x-description-fr"), Form: p.form(page.base, x), Needed: slices.Contains(s.Required, field)})
	}
	slices.SortFunc(page.Fields, func(a, b param) int { return strings.Compare(a.Name, b.Name) })
	return p.render("schema", page)
}

// form writes in words what a schema takes.
func (p *Pages) form(b base, s *huma.Schema) template.HTML {
	if s == nil {
		return ""
	}
	if s.Ref != "" {
		name := s.Ref[strings.LastIndex(s.Ref, "/")+1:]
		return template.HTML(fmt.Sprintf(`<a href="/docs/schemas/%s?lang=%s">%s</a>`, url.PathEscape(name), b.L, template.HTMLEscapeString(name)))
	}
	word := func(k string) string { return template.HTMLEscapeString(b.W[k]) }
	if len(s.AnyOf) > 0 {
		var parts []string
		for _, x := range s.AnyOf {
			parts = append(parts, string(p.form(b, x)))
		}
		return template.HTML(strings.Join(parts, " "+word("or")+" "))
	}
	var out string
	switch s.Type {
	case "":
		return template.HTML(word("any"))
	case huma.TypeArray:
		out = word("list_of") + " " + string(p.form(b, s.Items))
		if s.MaxItems != nil {
			out += ", " + word("at_most") + " " + strconv.Itoa(*s.MaxItems)
		}
	case huma.TypeObject:
		out = word("object")
		if more, ok := s.AdditionalProperties.(*huma.Schema); ok {
			out = word("map_of") + " " + string(p.form(b, more))
		}
	default:
		out = word(s.Type) + p.limits(b, s)
	}
	if s.Nullable {
		out += " " + word("or") + " null"
	}
	return template.HTML(out)
}

func (p *Pages) limits(b base, s *huma.Schema) string {
	word := func(k string) string { return template.HTMLEscapeString(b.W[k]) }
	out := ""
	if s.Format != "" {
		out += " (" + template.HTMLEscapeString(s.Format) + ")"
	}
	if len(s.Enum) > 0 {
		var list []string
		for _, e := range s.Enum {
			if e != "" {
				list = append(list, "<code>"+template.HTMLEscapeString(fmt.Sprint(e))+"</code>")
			}
		}
		out += ", " + word("one_of") + " " + strings.Join(list, ", ")
	}
	switch {
	case s.Minimum != nil && s.Maximum != nil:
		out += fmt.Sprintf(", %s %v %s %v", word("from"), *s.Minimum, word("to"), int64(*s.Maximum))
	case s.MaxLength != nil:
		out += fmt.Sprintf(", %s %d", word("at_most"), *s.MaxLength)
	}
	return out
}

func (p *Pages) render(name string, page any) ([]byte, error) {
	var b bytes.Buffer
	err := p.tmpl.ExecuteTemplate(&b, name, page)
	return b.Bytes(), err
}

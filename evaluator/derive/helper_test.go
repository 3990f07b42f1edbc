package derive

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"vigie/catalog"
	"vigie/catalog/dictionary"
	"vigie/evaluator/finding"
)

// world is a dossier under construction: facts by record and path, written as "value", with the dictionary's types.
type world struct {
	t     testing.TB
	dict  *catalog.Dictionary
	facts map[catalog.Ref]map[string]catalog.Fact
	d     catalog.Dossier
}

func ref(s string) catalog.Ref {
	kind, id, _ := strings.Cut(s, "/")
	return catalog.Ref{Kind: catalog.Kind(kind), ID: id}
}

func newWorld(t testing.TB) *world {
	t.Helper()
	dict, err := dictionary.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	return &world{t: t, dict: dict, facts: map[catalog.Ref]map[string]catalog.Fact{}, d: catalog.Dossier{
		Format: catalog.DossierFormat, On: "2026-11-24", KnownOn: "2026-11-24", Offering: ref("offering/api"), UseCase: ref("use_case/office")}}
}

// set records known facts of a record; a value "-" is known to be absent, "?" and any other missing path unknown.
// Lists are written "a b", with a final "…" when incomplete; money "12.5 EUR".
func (w *world) set(record string, pairs ...string) *world {
	w.t.Helper()
	r := ref(record)
	if w.facts[r] == nil {
		w.facts[r] = map[string]catalog.Fact{}
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		path, text := pairs[i], pairs[i+1]
		if !strings.Contains(path, ".") {
			path = string(r.Kind) + "." + path
		}
		def, ok := w.dict.Fact(path)
		if !ok {
			w.t.Fatalf("no fact is called %s", path)
		}
		f := catalog.Fact{Path: path, State: catalog.Known, AsOf: "2026-07-01", Kind: catalog.KindPublication}
		switch text {
		case "?":
			delete(w.facts[r], path)
			continue
		case "-":
			f.State = catalog.Absent
		default:
			v := value(def, text)
			f.Value = &v
		}
		w.facts[r][path] = f
	}
	return w
}

// asOf dates a fact.
func (w *world) asOf(record, path string, day catalog.Date) *world {
	f := w.facts[ref(record)][path]
	f.AsOf = day
	w.facts[ref(record)][path] = f
	return w
}

func value(def *catalog.FactDef, text string) catalog.Value {
	if !def.Many {
		return scalarValue(def.Type, text)
	}
	words := strings.Fields(text)
	complete := true
	if n := len(words); n > 0 && words[n-1] == "…" {
		complete, words = false, words[:n-1]
	}
	var elems []catalog.Value
	for _, s := range words {
		elems = append(elems, scalarValue(def.Type, s))
	}
	return catalog.ListValue(def.Type, complete, elems...)
}

func scalarValue(t catalog.ValueType, text string) catalog.Value {
	switch {
	case t == catalog.TypeBoolean:
		return catalog.BoolValue(text == "true")
	case t == catalog.TypeMoney:
		amount, currency, _ := strings.Cut(text, " ")
		return catalog.Value{Type: t, Num: amount, Currency: currency}
	case t.IsNumeric():
		return catalog.NumValue(t, text)
	}
	return catalog.Value{Type: t, Text: text}
}

// served gives the offering its vendor, who makes its models.
func (w *world) served(vendor string, models ...string) *world {
	w.d.Roles.Vendor = ref("vendor/" + vendor)
	w.set("vendor/"+vendor).set("offering/api", "vendor", vendor, "deployment", "shared_api")
	return w.made(vendor, models...)
}

func (w *world) made(provider string, models ...string) *world {
	w.set("offering/api", "models", strings.Join(models, " "))
	for _, m := range models {
		w.d.Roles.Models = append(w.d.Roles.Models, ref("model/"+m))
		w.set("model/"+m, "provider", provider)
	}
	if p := ref("vendor/" + provider); !slices.Contains(w.d.Roles.Providers, p) {
		w.d.Roles.Providers = append(w.d.Roles.Providers, p)
	}
	return w.set("vendor/" + provider)
}

func (w *world) dossier() *catalog.Dossier {
	d := w.d
	d.Records = nil
	for r, facts := range w.facts {
		rec := catalog.DossierRecord{Kind: r.Kind, ID: r.ID, Facts: []catalog.Fact{}}
		for _, f := range facts {
			rec.Facts = append(rec.Facts, f)
		}
		slices.SortFunc(rec.Facts, func(a, b catalog.Fact) int { return strings.Compare(a.Path, b.Path) })
		d.Records = append(d.Records, rec)
	}
	slices.SortFunc(d.Records, func(a, b catalog.DossierRecord) int { return a.Ref().Compare(b.Ref()) })
	return &d
}

func (w *world) all() map[string]finding.Derived {
	return compute(w.t, w.dossier())
}

func compute(t testing.TB, d *catalog.Dossier) map[string]finding.Derived {
	k, err := Builtin()
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]finding.Derived{}
	for _, x := range All(d, k, d.On) {
		out[x.Path] = x
	}
	return out
}

// brief writes a derived fact in a line: "known 44.18", "unknown none | corporate_policy", "unknown".
func brief(x finding.Derived) string {
	var b strings.Builder
	b.WriteString(string(x.State))
	if x.State == catalog.Known {
		b.WriteString(" " + show(*x.Value))
	}
	var possible []string
	for _, v := range x.Possible {
		possible = append(possible, show(v))
	}
	if len(possible) > 0 {
		if x.State == catalog.Known {
			b.WriteString(" +")
		}
		b.WriteString(" " + strings.Join(possible, " | "))
	}
	return b.String()
}

func show(v catalog.Value) string {
	switch {
	case v.Many:
		s := "[" + strings.Join(v.Texts(), " ") + "]"
		if !v.Complete {
			s += "…"
		}
		return s
	case v.Type == catalog.TypeBoolean:
		return fmt.Sprint(v.Bool)
	case v.Type.IsNumeric():
		return v.Num
	}
	return v.Text
}

func missing(x finding.Derived) string {
	var out []string
	for _, r := range x.SettledBy {
		out = append(out, r.String())
	}
	return strings.Join(out, " ")
}

// check compares the facts of one table row: pairs of path and brief form.
func check(t *testing.T, w *world, want ...string) {
	t.Helper()
	got := w.all()
	for i := 0; i+1 < len(want); i += 2 {
		if g := brief(got[want[i]]); g != want[i+1] {
			t.Errorf("%s: got %s, want %s (waits for: %s; %s)", want[i], g, want[i+1], missing(got[want[i]]), got[want[i]].Reason.EN)
		}
	}
}

package exchange_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"vigie/catalog"
	"vigie/catalog/dictionary"
	"vigie/catalog/exchange"
	"vigie/catalog/reference"
	"vigie/catalog/wording"
)

const today = catalog.Date("2026-11-24")

func builtin(t testing.TB) (*catalog.Catalogue, *catalog.Dictionary, catalog.Shelf) {
	t.Helper()
	dict, err := dictionary.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	cat, err := reference.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	return cat, dict, shelf()
}

// shelf is the shipped catalogue on the day, resolved once.
var shelf = sync.OnceValue(func() catalog.Shelf {
	dict, err := dictionary.Builtin()
	if err != nil {
		panic(err)
	}
	cat, err := reference.Builtin()
	if err != nil {
		panic(err)
	}
	return exchange.ShelfOf(cat.At(dict, today, today))
})

func sheet(t testing.TB, q exchange.SheetRequest) []byte {
	t.Helper()
	_, dict, shelf := builtin(t)
	if q.On == "" {
		q.On = today
	}
	var b bytes.Buffer
	if err := exchange.WriteSheet(&b, shelf, dict, q); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func vendor(id string) catalog.Ref { return catalog.Ref{Kind: catalog.Vendor, ID: id} }

func readSheet(t testing.TB, data []byte) *exchange.Proposal {
	t.Helper()
	_, dict, shelf := builtin(t)
	p, err := exchange.ReadSheet(data, dict, exchange.ReadOptions{Name: "fiche.xlsx", Day: today, Shelf: shelf})
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Check(dict); err != nil {
		t.Errorf("the proposal does not fit the dictionary: %v", err)
	}
	return p
}

// A sheet that comes back as it was sent out proposes nothing and has no fault: every vendor of the shipped catalogue, in
// both languages.
func TestSheetRoundTrip(t *testing.T) {
	cat, _, _ := builtin(t)
	for i, id := range cat.IDs(catalog.Vendor) {
		if testing.Short() && i > 3 {
			break
		}
		lang := wording.Langs()[i%2]
		if id == "mistral" || id == "openai" {
			for _, l := range wording.Langs() {
				unchanged(t, id, l)
			}
			continue
		}
		unchanged(t, id, lang)
	}
	for _, r := range []catalog.Ref{{Kind: catalog.UseCase, ID: cat.IDs(catalog.UseCase)[0]}, {Kind: catalog.Organisation, ID: cat.IDs(catalog.Organisation)[0]}} {
		p := readSheet(t, sheet(t, exchange.SheetRequest{About: r, Lang: wording.FR}))
		if !p.Empty() || len(p.Faults) > 0 {
			t.Errorf("%s: %d claims, faults %v", r, len(p.Claims), p.Faults)
		}
	}
}

func unchanged(t *testing.T, id string, lang wording.Lang) {
	t.Helper()
	p := readSheet(t, sheet(t, exchange.SheetRequest{About: vendor(id), Lang: lang, Spare: 2}))
	if !p.Empty() || len(p.Faults)+len(p.Notes)+len(p.Sources) > 0 {
		t.Errorf("%s, %s: proposed unasked: %v; faults %v; notes %v", id, lang, p.Claims, p.Faults, p.Notes)
	}
}

// book opens a sheet to be filled in as a person would.
type book struct {
	t *testing.T
	*excelize.File
}

func open(t *testing.T, data []byte) book {
	t.Helper()
	f, err := excelize.OpenReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return book{t, f}
}

func (b book) bytes() []byte {
	b.t.Helper()
	var out bytes.Buffer
	if err := b.Write(&out); err != nil {
		b.t.Fatal(err)
	}
	return out.Bytes()
}

// line finds the line of a fact: its worksheet and row.
func (b book) line(record, path string) (string, int) {
	b.t.Helper()
	for _, sheet := range b.GetSheetList() {
		rows, err := b.GetRows(sheet)
		if err != nil {
			b.t.Fatal(err)
		}
		for i, cells := range rows {
			if len(cells) > 15 && cells[14] == record && cells[15] == path {
				return sheet, i + 1
			}
		}
	}
	b.t.Fatalf("no line for %s:%s", record, path)
	return "", 0
}

// fill writes cells of a line, by column letter.
func (b book) fill(record, path string, cells map[string]any) string {
	b.t.Helper()
	sheet, row := b.line(record, path)
	for col, v := range cells {
		if err := b.SetCellValue(sheet, fmt.Sprint(col, row), v); err != nil {
			b.t.Fatal(err)
		}
	}
	return fmt.Sprintf("%s!%d", sheet, row)
}

var dpa = map[string]any{"H": "DPA Exemplia", "I": "https://exemplia.example/dpa", "J": "Contrat ou conditions opposables", "K": "01/09/2026", "L": "art. 4.2", "M": nil}

func with(more map[string]any) map[string]any {
	out := map[string]any{}
	for k, v := range dpa {
		out[k] = v
	}
	for k, v := range more {
		out[k] = v
	}
	return out
}

// Each kind of answer, filled in as people type them in French: one claim each, with its value, source and day.
func TestSheetFilledIn(t *testing.T) {
	b := open(t, sheet(t, exchange.SheetRequest{About: vendor("lighton"), Lang: wording.FR, Spare: 1}))
	fills := []struct {
		path  string
		cells map[string]any
		want  string // of the value, as JSON
	}{
		{"vendor.incorporation_country", map[string]any{"F": "allemagne"}, `{"type":"country","value":"DE"}`},
		{"vendor.presence_countries", map[string]any{"F": "France ; Belgique;UE", "G": "Oui"}, ""},
		{"vendor.market_countries", map[string]any{"F": "FR; Royaume-Uni", "G": "non"}, `{"complete":false,"many":true,"type":"country","value":["FR","GB"]}`},
		{"vendor.listed", map[string]any{"F": "Oui"}, `{"type":"boolean","value":true}`},
		{"vendor.employees", map[string]any{"F": 240}, `{"type":"integer","value":"240"}`},
		{"vendor.revenue", map[string]any{"F": "12,5 EUR"}, `{"type":"money","value":{"amount":"12.5","currency":"EUR"}}`},
		{"vendor.runway_months", map[string]any{"F": "18 mois"}, `{"type":"integer","value":"18"}`},
		{"vendor.website", map[string]any{"F": "https://exemplia.example"}, `{"type":"url","value":"https://exemplia.example"}`},
		{"vendor.ownership_known_percent", map[string]any{"F": "99,95 %"}, `{"type":"percent","value":"99.95"}`},
		{"vendor.doc_languages", map[string]any{"F": "fr; anglais", "G": "Oui"}, `{"complete":true,"many":true,"type":"language","value":["en","fr"]}`},
		{"vendor.remark", map[string]any{"F": "=1+1 n'est pas une formule ici"}, `{"type":"text","value":"=1+1 n'est pas une formule ici"}`},
		{"vendor.bug_bounty", map[string]any{"F": "?"}, "fault"},
		{"vendor.dpo_contact", map[string]any{"E": "Aucun : le document ne donne rien"}, "absent"},
	}
	for _, f := range fills {
		b.fill("vendor/lighton", f.path, with(f.cells))
	}
	p := readSheet(t, b.bytes())
	got := map[string]exchange.Proposed{}
	for _, c := range p.Claims {
		got[c.Path] = c
	}
	for _, f := range fills {
		c, ok := got[f.path]
		switch {
		case f.want == "fault":
			if ok {
				t.Errorf("%s is claimed", f.path)
			}
			continue
		case !ok:
			t.Errorf("%s is not claimed", f.path)
			continue
		case f.want == "absent":
			if c.State != catalog.Absent || c.Value != nil {
				t.Errorf("%s: %+v", f.path, c)
			}
		case f.want != "":
			v, err := catalog.Canonical(c.Value)
			if err != nil || string(v) != f.want {
				t.Errorf("%s: %s, want %s (%v)", f.path, v, f.want, err)
			}
		}
		if c.AsOf != "2026-09-01" || c.Locator != "art. 4.2" || c.Source != p.Sources[0].ID {
			t.Errorf("%s: as of %s, %q, source %s", f.path, c.AsOf, c.Locator, c.Source)
		}
	}
	if n := len(got["vendor.presence_countries"].Value.List); n != 27 {
		t.Errorf("the Union and two of its members are %d countries", n)
	}
	if len(p.Claims) != len(fills)-1 || len(p.Faults) != 1 || len(p.Records) != 0 {
		t.Errorf("%d claims, faults %v, records %v", len(p.Claims), p.Faults, p.Records)
	}
	want := []catalog.Source{{ID: p.Sources[0].ID, Title: "DPA Exemplia", URL: "https://exemplia.example/dpa", Kind: catalog.KindContract, Published: "2026-09-01"}}
	if diff := cmp.Diff(want, p.Sources); diff != "" {
		t.Errorf("sources (-want +got)\n%s", diff)
	}
	sheetName, row := b.line("vendor/lighton", "vendor.bug_bounty")
	fr := p.Faults[0].In(wording.FR)
	if !strings.HasPrefix(fr, fmt.Sprintf("%s F%d", wording.Quote(wording.FR, sheetName), row)) || !strings.Contains(fr, "trouvé") {
		t.Errorf("the fault reads %q", fr)
	}
}

// Dates as Excel keeps them, and as people write them in both languages.
func TestSheetDates(t *testing.T) {
	for _, c := range []struct {
		lang wording.Lang
		cell any
		want catalog.Date
	}{
		{wording.FR, time.Date(2026, 11, 4, 0, 0, 0, 0, time.UTC), "2026-11-04"},
		{wording.FR, "4/11/2026", "2026-11-04"},
		{wording.EN, "04.11.2026", "2026-11-04"},
		{wording.FR, "4 novembre 2026", "2026-11-04"},
		{wording.FR, "1er août 2026", "2026-08-01"},
		{wording.EN, "November 4, 2026", "2026-11-04"},
		{wording.EN, "4th November 2026", "2026-11-04"},
		{wording.EN, "2026-11-04", "2026-11-04"},
		{wording.EN, "11/24/2026", ""},
		{wording.FR, "31/02/2026", ""},
		{wording.FR, "2026", ""},
		{wording.FR, "novembre 2026", ""},
		{wording.FR, "25/12/2026", ""}, // still to come
	} {
		b := open(t, sheet(t, exchange.SheetRequest{About: vendor("lighton"), Lang: c.lang}))
		b.fill("vendor/lighton", "vendor.employees", map[string]any{"F": 12, "M": c.cell})
		p := readSheet(t, b.bytes())
		var got catalog.Date
		if len(p.Claims) == 1 {
			got = p.Claims[0].AsOf
		}
		if got != c.want || (c.want == "") != (len(p.Faults) == 1) {
			t.Errorf("%v in %s: %q, want %q; faults %v", c.cell, c.lang, got, c.want, p.Faults)
		}
	}
}

func TestSheetNumbers(t *testing.T) {
	for _, c := range []struct {
		lang    wording.Lang
		cell    any
		percent bool
		want    string
	}{
		{wording.FR, "12,5", false, "12.5"}, {wording.EN, "12.5", false, "12.5"}, {wording.FR, "1 234,5", false, ""}, {wording.EN, "12,5", false, "12.5"},
		{wording.FR, 0.1 + 0.2, false, "0.3"}, {wording.FR, 12.1, false, "12.1"}, {wording.EN, 0.5, true, "50"}, {wording.EN, "50%", false, "50"},
		{wording.FR, "99,9 %", false, "99.9"}, {wording.EN, "1e1", false, ""}, {wording.EN, "NaN", false, ""}, {wording.EN, "ten", false, ""}, {wording.EN, "-1", false, ""}, {wording.EN, "101", false, ""},
	} {
		b := open(t, sheet(t, exchange.SheetRequest{About: vendor("lighton"), Lang: c.lang}))
		b.fill("vendor/lighton", "vendor.ownership_known_percent", map[string]any{"F": c.cell})
		if c.percent {
			name, row := b.line("vendor/lighton", "vendor.ownership_known_percent")
			style, err := b.NewStyle(&excelize.Style{NumFmt: 9})
			if err != nil {
				t.Fatal(err)
			}
			at := fmt.Sprint("F", row)
			if err := b.SetCellStyle(name, at, at, style); err != nil {
				t.Fatal(err)
			}
		}
		p := readSheet(t, b.bytes())
		got := ""
		if len(p.Claims) == 1 {
			got = p.Claims[0].Value.Num
		}
		if got != c.want {
			t.Errorf("%v in %s (percent %v): %q, want %q; %v", c.cell, c.lang, c.percent, got, c.want, p.Faults)
		}
	}
}

// What is wrong is told at its cell, in the words of each language; the rest is proposed all the same.
func TestSheetFaults(t *testing.T) {
	b := open(t, sheet(t, exchange.SheetRequest{About: vendor("lighton"), Lang: wording.EN, Spare: 1}))
	set := func(path string, cells map[string]any) { b.fill("vendor/lighton", path, cells) }
	set("vendor.legal_name", map[string]any{"E": "Known", "F": ""})
	set("vendor.party_kind", map[string]any{"F": "Compani"})
	set("vendor.dpf_listed", map[string]any{"F": "perhaps"})
	set("vendor.branch_countries", map[string]any{"F": "France"})
	set("vendor.service_provider", map[string]any{"E": "None: the document gives nothing"})
	set("vendor.trading_name", map[string]any{"E": "None: the document gives nothing", "F": "LightOn"})
	set("vendor.ai_contact", map[string]any{"F": "a@b.example", "H": "Page"})
	set("vendor.dpo_contact", map[string]any{"F": "a@b.example", "I": "javascript:alert(1)", "H": "x", "J": "press"})
	set("vendor.security_contact", map[string]any{"F": "a@b.example", "E": "Perhaps"})
	set("vendor.founded_year", map[string]any{"F": "2016"})
	name, row := b.line("vendor/lighton", "vendor.employees")
	if err := b.SetCellFormula(name, fmt.Sprint("F", row), "=1+1"); err != nil {
		t.Fatal(err)
	}
	name, _ = b.line("vendor/lighton", "vendor.legal_name")
	if err := b.SetCellValue(name, "F400", "by hand"); err != nil {
		t.Fatal(err)
	}
	b.fill("stake/+1", "stake.owner", map[string]any{"F": "Mistral A"})
	p := readSheet(t, b.bytes())
	var got strings.Builder
	for _, l := range wording.Langs() {
		for _, f := range p.Faults {
			fmt.Fprintf(&got, "%s\n", f.In(l))
		}
		for _, n := range p.Notes {
			fmt.Fprintf(&got, "(%s) %s\n", n.Code, n.In(l))
		}
	}
	path := filepath.Join("testdata", "sheet-faults.txt")
	if renew() {
		if err := os.WriteFile(path, []byte(got.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got.String()); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// A new stake on a spare line, held by a party that nobody knows yet: two records, and claims that belong together.
func TestSheetNewRecord(t *testing.T) {
	b := open(t, sheet(t, exchange.SheetRequest{About: vendor("lighton"), Lang: wording.FR, Spare: 2}))
	b.fill("stake/+2", "stake.owner", map[string]any{"F": "Fonds Démo Capital", "H": "Statuts", "J": "register", "K": "2026-10-01"})
	b.fill("stake/+2", "stake.percent", map[string]any{"F": "12,5"})
	p := readSheet(t, b.bytes())
	stake, party := catalog.Ref{Kind: catalog.Stake, ID: "lighton--fonds-demo-capital"}, vendor("fonds-demo-capital")
	if diff := cmp.Diff([]catalog.Ref{stake, party}, p.Records); diff != "" {
		t.Errorf("records (-want +got)\n%s", diff)
	}
	var got []string
	for _, c := range p.Claims {
		got = append(got, fmt.Sprintf("%s:%s=%s", c.Record, c.Path, c.Value.Text+c.Value.Num))
	}
	want := []string{stake.String() + ":stake.vendor=lighton", party.String() + ":vendor.name=Fonds Démo Capital", stake.String() + ":stake.owner=fonds-demo-capital", stake.String() + ":stake.percent=12.5"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("claims (-want +got)\n%s", diff)
	}
}

// A changed line says what it was; a cleared one proposes nothing and says so.
func TestSheetChanged(t *testing.T) {
	b := open(t, sheet(t, exchange.SheetRequest{About: vendor("mistral"), Lang: wording.FR}))
	b.fill("vendor/mistral", "vendor.incorporation_country", map[string]any{"F": "Belgique"})
	b.fill("vendor/mistral", "vendor.website", map[string]any{"E": "Non connu", "F": ""})
	p := readSheet(t, b.bytes())
	if len(p.Claims) != 1 || p.Claims[0].Was == nil || p.Claims[0].Was.Value.Text != "FR" || p.Claims[0].Value.Text != "BE" || p.Claims[0].Source != "mis-terms" {
		t.Errorf("got %+v", p.Claims)
	}
	var codes []string
	for _, n := range p.Notes {
		codes = append(codes, n.Code)
	}
	if diff := cmp.Diff([]string{"same_source", "cleared"}, codes); diff != "" {
		t.Errorf("notes (-want +got)\n%s", diff)
	}
}

// Answers without a source may rest on the sheet itself, as a statement of whoever filled it in.
func TestSheetDeclared(t *testing.T) {
	_, dict, shelf := builtin(t)
	b := open(t, sheet(t, exchange.SheetRequest{About: vendor("lighton"), Lang: wording.FR}))
	b.fill("vendor/lighton", "vendor.employees", map[string]any{"F": 240})
	p, err := exchange.ReadSheet(b.bytes(), dict, exchange.ReadOptions{Name: "../../x\\fiche.xlsx", Day: today, Shelf: shelf, Declared: "LightOn SA"})
	if err != nil {
		t.Fatal(err)
	}
	want := []catalog.Source{{ID: p.Claims[0].Source, Title: "fiche.xlsx", Publisher: "LightOn SA", Kind: catalog.KindDeclaration, File: p.From.SHA256, Published: today, Read: today}}
	if diff := cmp.Diff(want, p.Sources); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// A proposal goes through its canonical form, and as a catalogue file through the lint.
func TestProposalForms(t *testing.T) {
	cat, dict, _ := builtin(t)
	b := open(t, sheet(t, exchange.SheetRequest{About: vendor("lighton"), Lang: wording.FR, Spare: 1}))
	b.fill("vendor/lighton", "vendor.employees", with(map[string]any{"F": 240}))
	b.fill("stake/+1", "stake.owner", with(map[string]any{"F": "Fonds Démo Capital"}))
	p := readSheet(t, b.bytes())
	data, err := p.Encode()
	if err != nil {
		t.Fatal(err)
	}
	back, err := exchange.DecodeProposal(data, dict)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(p, back); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	file, err := exchange.EncodeProposal(p, dict, exchange.ShelfOf(cat.At(dict, today, today)), "u1", today.Time())
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "p.yaml")
	if err := os.WriteFile(path, file, 0o600); err != nil {
		t.Fatal(err)
	}
	alone, err := exchange.Load(path, dict)
	if err != nil {
		t.Fatalf("%v\n%s", err, file)
	}
	if len(alone.Claims) != len(p.Claims) {
		t.Errorf("%d claims of %d", len(alone.Claims), len(p.Claims))
	}
	if _, err := exchange.LoadOver(cat, path, dict); err != nil {
		t.Errorf("over the shipped catalogue: %v", err)
	}
	for name, broken := range map[string]string{
		"another format":     strings.Replace(string(data), "vigie-proposal/1", "vigie-proposal/2", 1),
		"an unknown field":   `{"x":1,` + string(data[1:]),
		"twice the same key": `{"format":"vigie-proposal/1",` + string(data[1:]),
		"a wrong value":      strings.Replace(string(data), `"value":"240"`, `"value":"some"`, 1),
		"an unknown fact":    strings.Replace(string(data), `vendor.employees`, `vendor.employes`, 1),
		"an unknown day":     strings.Replace(string(data), `"day":"2026-11-24"`, `"day":"2026-11-31"`, 1),
		"nothing":            "",
		"no object":          "[]",
	} {
		_, err := exchange.DecodeProposal([]byte(broken), dict)
		if _, ok := errors.AsType[*catalog.InvalidError](err); !ok {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func BenchmarkWriteSheet(b *testing.B) {
	_, dict, shelf := builtin(b)
	for b.Loop() {
		var out bytes.Buffer
		if err := exchange.WriteSheet(&out, shelf, dict, exchange.SheetRequest{About: vendor("mistral"), On: today, Lang: wording.FR, Spare: 2}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkReadSheet(b *testing.B) {
	data := sheet(b, exchange.SheetRequest{About: vendor("mistral"), Lang: wording.FR, Spare: 2})
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		readSheet(b, data)
	}
}

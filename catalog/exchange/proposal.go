package exchange

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"vigie/catalog"
	"vigie/catalog/strict"
	"vigie/catalog/wording"
)

// ProposalFormat names the form of a proposal and its version.
const ProposalFormat = "vigie-proposal/1"

// FileKind says what a proposal was read from.
type FileKind string

// The files that proposals are read from.
const (
	VendorSheet FileKind = "vendor_sheet"
	ModelCard   FileKind = "model_card"
	MLBOM       FileKind = "ml_bom"
)

// Label names the kind of file.
func (k FileKind) Label() wording.Text {
	switch k {
	case VendorSheet:
		return wording.Textf("vendor sheet", "fiche fournisseur")
	case ModelCard:
		return wording.Textf("model card", "fiche de modèle")
	case MLBOM:
		return wording.Textf("ML-BOM (CycloneDX)", "nomenclature ML-BOM (CycloneDX)")
	}
	return wording.Same(string(k))
}

// The limits of a proposal.
const (
	MaxProposed  = 20_000   // claims, sources and records together
	maxProposal  = 16 << 20 // bytes of its JSON
	maxRemarks   = 500      // faults, and notes
	maxShortText = 4_000    // letters of a title, locator or note
)

// Proposal is what a file offers for review: records and sources that are new, claims, what could not be read and what
// is worth a look. It is outside the log; each claim becomes one when a person accepts it.
type Proposal struct {
	Format  string           `json:"format"`
	From    Origin           `json:"from"`
	Day     catalog.Date     `json:"day"` // on which it was read
	About   catalog.Ref      `json:"about,omitzero"`
	Records []catalog.Ref    `json:"records"`
	Sources []catalog.Source `json:"sources"`
	Claims  []Proposed       `json:"claims"`
	Faults  []Remark         `json:"faults"` // what could not be read: to be corrected in the file
	Notes   []Remark         `json:"notes"`
}

// Origin is the file that a proposal was read from. Its name is what the sender calls it, and never a path.
type Origin struct {
	Kind   FileKind `json:"kind"`
	Name   string   `json:"name"`
	SHA256 string   `json:"sha256"`
	Size   int64    `json:"size"`
}

// Proposed is a claim before anyone recorded it.
type Proposed struct {
	Record  catalog.Ref    `json:"record"`
	Path    string         `json:"path"`
	State   catalog.State  `json:"state"` // known or absent
	Value   *catalog.Value `json:"value,omitempty"`
	Source  string         `json:"source,omitempty"`
	Locator string         `json:"locator,omitempty"`
	Note    string         `json:"note,omitempty"`
	AsOf    catalog.Date   `json:"as_of"`
	At      Spot           `json:"at,omitzero"`
	Was     *Was           `json:"was,omitempty"` // what the sheet said when it was sent out; none: nothing was known
}

// Was is an earlier answer.
type Was struct {
	State catalog.State  `json:"state"`
	Value *catalog.Value `json:"value,omitempty"`
}

// Spot is a place in a file: a cell of a sheet, a line, or a key.
type Spot struct {
	Sheet string `json:"sheet,omitempty"`
	Cell  string `json:"cell,omitempty"`
	Line  int    `json:"line,omitempty"`
	Key   string `json:"key,omitempty"`
}

// In writes the place: « Conditions » C14, line 12, components[0].licenses.
func (s Spot) In(l wording.Lang) string {
	var parts []string
	if s.Sheet != "" {
		parts = append(parts, strings.TrimSpace(wording.Quote(l, s.Sheet)+" "+s.Cell))
	}
	if s.Line > 0 {
		parts = append(parts, wording.Textf("line %d", "ligne %d", s.Line).In(l))
	}
	if s.Key != "" {
		parts = append(parts, s.Key)
	}
	return strings.Join(parts, ", ")
}

// Remark tells something about a place of the file. Code is for programs.
type Remark struct {
	At   Spot         `json:"at,omitzero"`
	Code string       `json:"code"`
	Text wording.Text `json:"text"`
}

// In writes the remark with its place before it.
func (r Remark) In(l wording.Lang) string {
	if at := r.At.In(l); at != "" {
		return at + wording.Colon(l) + " " + wording.Typeset(l, r.Text.In(l))
	}
	return wording.Typeset(l, r.Text.In(l))
}

// UnreadableError refuses a file whole: it is not what it should be, or passes a limit.
type UnreadableError struct {
	Name string
	At   Spot
	Text wording.Text
}

func (e *UnreadableError) Error() string { return e.In(wording.EN) }

// In writes the error in one language.
func (e *UnreadableError) In(l wording.Lang) string {
	at := e.Name
	if s := e.At.In(l); s != "" {
		at = strings.TrimPrefix(at+", "+s, ", ")
	}
	return strings.TrimPrefix(at+wording.Colon(l)+" "+wording.Typeset(l, e.Text.In(l)), wording.Colon(l)+" ")
}

func newProposal(kind FileKind, name string, data []byte, day catalog.Date) *Proposal {
	sum := sha256.Sum256(data)
	return &Proposal{Format: ProposalFormat, Day: day, From: Origin{Kind: kind, Name: fileName(name), SHA256: hex.EncodeToString(sum[:]), Size: int64(len(data))},
		Records: []catalog.Ref{}, Sources: []catalog.Source{}, Claims: []Proposed{}, Faults: []Remark{}, Notes: []Remark{}}
}

// fileName keeps the last part of what a file is called.
func fileName(name string) string {
	name = filepath.Base(strings.ReplaceAll(name, `\`, "/"))
	if name == "." || name == "/" {
		return ""
	}
	return shorten(name, 255)
}

// shorten cuts a text after n letters.
func shorten(s string, n int) string {
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	return string([]rune(s)[:n-1]) + "…"
}

func (p *Proposal) fault(at Spot, code string, text wording.Text) {
	if len(p.Faults) < maxRemarks {
		p.Faults = append(p.Faults, Remark{at, code, text})
	}
}

func (p *Proposal) note(at Spot, code string, en, fr string, args ...any) {
	if len(p.Notes) < maxRemarks {
		p.Notes = append(p.Notes, Remark{at, code, wording.Textf(en, fr, args...)})
	}
}

// record adds a record, once.
func (p *Proposal) record(r catalog.Ref) {
	if !slices.Contains(p.Records, r) {
		p.Records = append(p.Records, r)
	}
}

// Empty reports whether nothing would be recorded.
func (p *Proposal) Empty() bool { return len(p.Claims)+len(p.Records) == 0 }

// Catalogue gives what is proposed as claims recorded by someone at a moment. Faults and notes have no part in it.
func (p *Proposal) Catalogue(by string, at time.Time) *catalog.Catalogue {
	c := &catalog.Catalogue{Records: slices.Clone(p.Records), Sources: slices.Clone(p.Sources)}
	for _, x := range p.Claims {
		c.Claims = append(c.Claims, x.Claim(by, at))
	}
	c.Sort()
	return c
}

// Claim is the claim as it would be recorded by someone at a moment.
func (x Proposed) Claim(by string, at time.Time) catalog.Claim {
	return catalog.Claim{Record: x.Record, Path: x.Path, State: x.State, Value: x.Value, Source: x.Source, Locator: x.Locator, Note: x.Note,
		AsOf: x.AsOf, RecordedBy: by, RecordedAt: at.UTC()}
}

// sort puts records and sources in order of id; claims stay in the order of the file.
func (p *Proposal) sort() *Proposal {
	slices.SortFunc(p.Records, catalog.Ref.Compare)
	slices.SortFunc(p.Sources, func(a, b catalog.Source) int { return cmp.Compare(a.ID, b.ID) })
	return p
}

// Encode writes a proposal in its canonical form (RFC 8785).
func (p *Proposal) Encode() ([]byte, error) { return catalog.Canonical(p) }

// Hash names a proposal by its content.
func (p *Proposal) Hash() string { return catalog.MustHash(p) }

// DecodeProposal reads what Encode wrote, and holds it against the dictionary: a proposal that a program of another
// version wrote, or that someone changed, is an error that lists everything wrong with it.
func DecodeProposal(data []byte, dict *catalog.Dictionary) (*Proposal, error) {
	bad := func(en, fr string, args ...any) error {
		return &catalog.InvalidError{Fields: []catalog.FieldError{{Path: "proposal", Text: wording.Textf(en, fr, args...)}}}
	}
	if len(data) > maxProposal {
		return nil, bad("the proposal is larger than %d MiB", "la proposition dépasse %d Mio", maxProposal>>20)
	}
	var p Proposal
	err := json.UnmarshalRead(bytes.NewReader(data), &p, json.RejectUnknownMembers(true), jsontext.AllowDuplicateNames(false))
	if err != nil {
		return nil, bad("not a proposal: %v", "ce n'est pas une proposition : %v", err)
	}
	if p.Format != ProposalFormat {
		return nil, bad("expected the format %s, found %s", "attendu : le format %s ; trouvé : %s", ProposalFormat, wording.Quoted(p.Format))
	}
	p.Records, p.Sources, p.Claims = orEmpty(p.Records), orEmpty(p.Sources), orEmpty(p.Claims)
	p.Faults, p.Notes = orEmpty(p.Faults), orEmpty(p.Notes)
	return &p, p.Check(dict)
}

func orEmpty[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

// Check holds a proposal against the dictionary. The error, if any, is a *catalog.InvalidError.
func (p *Proposal) Check(dict *catalog.Dictionary) error {
	var fields []catalog.FieldError
	bad := func(path string, text wording.Text) {
		if len(fields) < maxRemarks {
			fields = append(fields, catalog.FieldError{Path: path, Text: text})
		}
	}
	if len(p.Records)+len(p.Sources)+len(p.Claims) > MaxProposed || len(p.Faults) > maxRemarks || len(p.Notes) > maxRemarks {
		bad("claims", wording.Textf("more than %d records, sources and claims", "plus de %d fiches, sources et allégations", MaxProposed))
	}
	if _, ok := catalog.ParseDate(string(p.Day)); !ok {
		bad("day", wording.Textf("expected a day (YYYY-MM-DD), found %s", "attendu : un jour (AAAA-MM-JJ) ; trouvé : %s", wording.Quoted(string(p.Day))))
	}
	for i, r := range p.Records {
		if !r.Kind.IsRecord() || !catalog.ValidID(r.ID) {
			bad(fmt.Sprintf("records[%d]", i), wording.Textf("no record may be called %s", "aucune fiche ne peut s'appeler %s", wording.Quoted(r.String())))
		}
	}
	for i, s := range p.Sources {
		for _, f := range sourceFaults(s) {
			bad(fmt.Sprintf("sources[%d].%s", i, f.Path), f.Text)
		}
	}
	for i, c := range p.Claims {
		for _, f := range c.faults(dict) {
			bad(fmt.Sprintf("claims[%d].%s", i, f.Path), f.Text)
		}
	}
	if len(fields) > 0 {
		return &catalog.InvalidError{Fields: fields}
	}
	return nil
}

// sourceFaults says what is wrong with a source.
func sourceFaults(s catalog.Source) []catalog.FieldError {
	var out []catalog.FieldError
	bad := func(path, en, fr string, args ...any) {
		out = append(out, catalog.FieldError{Path: path, Text: wording.Textf(en, fr, args...)})
	}
	if !catalog.ValidID(s.ID) || s.ID == noSource {
		bad("id", "no source may be called %s", "aucune source ne peut s'appeler %s", wording.Quoted(s.ID))
	}
	if strings.TrimSpace(s.Title) == "" {
		bad("title", "a source needs a title", "une source doit avoir un titre")
	}
	if allowed := s.Kind.Allowed(); !slices.Contains(allowed, string(s.Kind)) {
		out = append(out, catalog.FieldError{Path: "kind", Text: strict.NotIn(string(s.Kind), allowed)})
	}
	if s.URL != "" && !catalog.ValidURL(s.URL) {
		bad("url", "expected an address (https://…), found %s", "attendu : une adresse (https://…) ; trouvé : %s", wording.Quoted(s.URL))
	}
	if s.File != "" && !catalog.ValidSHA256(s.File) {
		bad("file", "expected a SHA-256, found %s", "attendu : un SHA-256 ; trouvé : %s", wording.Quoted(s.File))
	}
	for path, d := range map[string]catalog.Date{"published": s.Published, "read": s.Read, "valid_until": s.ValidUntil} {
		if _, ok := catalog.ParseDate(string(d)); d != "" && !ok {
			bad(path, "expected a day (YYYY-MM-DD), found %s", "attendu : un jour (AAAA-MM-JJ) ; trouvé : %s", wording.Quoted(string(d)))
		}
	}
	for path, t := range map[string]string{"title": s.Title, "publisher": s.Publisher, "via": s.Via, "note": s.Note} {
		if utf8.RuneCountInString(t) > maxShortText {
			bad(path, "longer than %d letters", "plus de %d lettres", maxShortText)
		}
	}
	slices.SortFunc(out, func(a, b catalog.FieldError) int { return cmp.Compare(a.Path, b.Path) })
	return out
}

// faults says what is wrong with a proposed claim.
func (x Proposed) faults(dict *catalog.Dictionary) []catalog.FieldError {
	var out []catalog.FieldError
	bad := func(path string, text wording.Text) { out = append(out, catalog.FieldError{Path: path, Text: text}) }
	def, ok := dict.Fact(x.Path)
	if !ok {
		bad("path", strict.NotIn(x.Path, dict.Paths()))
		return out
	}
	if def.Record != x.Record.Kind || !catalog.ValidID(x.Record.ID) {
		bad("record", wording.Textf("this fact belongs to records of kind %s", "ce fait appartient aux fiches de type %s", string(def.Record)))
	}
	switch {
	case x.State == catalog.Known && x.Value != nil:
		for _, t := range def.Faults(*x.Value) {
			bad("value", t)
		}
	case x.State == catalog.Absent && x.Value == nil:
		if def.AbsentRule == nil || def.AbsentRule.Forbidden {
			bad("state", wording.Textf("this fact cannot be absent", "ce fait ne peut être absent"))
		}
	default:
		bad("state", wording.Textf("a claim is known, with a value, or absent, without one", "une allégation est connue, avec une valeur, ou absente, sans valeur"))
	}
	if _, ok := catalog.ParseDate(string(x.AsOf)); !ok {
		bad("as_of", wording.Textf("expected a day (YYYY-MM-DD), found %s", "attendu : un jour (AAAA-MM-JJ) ; trouvé : %s", wording.Quoted(string(x.AsOf))))
	}
	if x.Source != "" && !catalog.ValidID(x.Source) {
		bad("source", wording.Textf("no source may be called %s", "aucune source ne peut s'appeler %s", wording.Quoted(x.Source)))
	}
	for path, t := range map[string]string{"locator": x.Locator, "note": x.Note} {
		if utf8.RuneCountInString(t) > maxShortText {
			bad(path, wording.Textf("longer than %d letters", "plus de %d lettres", maxShortText))
		}
	}
	slices.SortStableFunc(out, func(a, b catalog.FieldError) int { return cmp.Compare(a.Path, b.Path) })
	return out
}

// slug makes an id of words: lower-case letters and digits, joined by dashes.
func slug(words ...string) string {
	var s strings.Builder
	for _, w := range words {
		if s.Len() > 0 {
			s.WriteByte('-')
		}
		for _, r := range folded(w) {
			switch {
			case r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '.' && s.Len() > 0:
				s.WriteRune(r)
			case s.Len() > 0 && !strings.HasSuffix(s.String(), "-"):
				s.WriteByte('-')
			}
			if s.Len() >= 100 {
				break
			}
		}
	}
	return strings.Trim(s.String(), "-.")
}

// EncodeProposal writes a proposal as one catalogue file that stands alone: vigie check accepts it, and it can be read over
// the catalogue that it adds to. Records that its claims refer to and sources that they cite are in it too, taken from
// the shelf, as no more than what they are called.
func EncodeProposal(p *Proposal, dict *catalog.Dictionary, s catalog.Shelf, by string, at time.Time) ([]byte, error) {
	c := p.Catalogue(by, at)
	have := map[string]bool{}
	for _, src := range c.Sources {
		have[src.ID] = true
	}
	var about []catalog.Ref
	for _, x := range p.Claims {
		c.Records = append(c.Records, x.Record)
		about = append(about, x.Record)
		def, ok := dict.Fact(x.Path)
		if !ok || def.Type != catalog.TypeReference || x.Value == nil {
			continue
		}
		for _, id := range x.Value.Texts() {
			c.Records = append(c.Records, catalog.Ref{Kind: def.RefersTo, ID: id})
		}
	}
	if s != nil {
		_, sources, err := s.Records(about)
		if err != nil {
			return nil, err
		}
		for _, src := range sources {
			if !have[src.ID] && slices.ContainsFunc(p.Claims, func(x Proposed) bool { return x.Source == src.ID }) {
				have[src.ID] = true
				c.Sources = append(c.Sources, src)
			}
		}
	}
	files, err := Encode(c, dict)
	if err != nil {
		return nil, err
	}
	// One file: the heads of the further ones are the same, for everything is recorded by one at one moment.
	var out bytes.Buffer
	records := false
	for i, f := range files {
		text := string(f.Data)
		if i > 0 {
			_, text, _ = strings.Cut(text, "\n")
			_, text, _ = strings.Cut(text, "\n")
		}
		if _, rest, ok := strings.Cut(text, "records:\n"); ok && records {
			text = rest
		} else if ok {
			records = true
		}
		out.WriteString(text)
	}
	return out.Bytes(), nil
}

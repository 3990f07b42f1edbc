package exchange

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"

	"vigie/catalog"
	"vigie/catalog/strict"
	"vigie/catalog/wording"
)

// splitAt is the size past which the records of a kind go on in a further file, far below what reading refuses.
const splitAt = 1 << 20

// OutFile is one file of a catalogue.
type OutFile struct {
	Name string
	Data []byte
}

// Encode writes a catalogue as files of the catalogue format: sources.yaml, one file a kind of record (a second one
// past a mebibyte), reviews.yaml for withdrawals and settlements. Equal catalogues give equal bytes. What is written is
// read back and compared before it is returned: a catalogue that the format cannot hold, or that Load would refuse, is
// an error that says why.
func Encode(c *catalog.Catalogue, dict *catalog.Dictionary) ([]OutFile, error) {
	cat := catalog.Catalogue{
		Records: slices.Clone(c.Records), Sources: slices.Clone(c.Sources), Claims: slices.Clone(c.Claims),
		Withdrawals: slices.Clone(c.Withdrawals), Settlements: slices.Clone(c.Settlements),
	}
	cat.Sort()
	cat.Claims = slices.CompactFunc(cat.Claims, func(a, b catalog.Claim) bool {
		return a.Record == b.Record && a.Path == b.Path && a.Hash() == b.Hash()
	})
	w := writer{dict: dict, order: map[string]int{}, claims: map[catalog.Ref][]catalog.Claim{}}
	for i, f := range dict.Facts() {
		w.order[f.Path] = i
	}
	for _, cl := range cat.Claims {
		w.claims[cl.Record] = append(w.claims[cl.Record], cl)
	}
	w.usual = commonest(cat.Claims, stampOf)
	w.sources(cat.Sources)
	for _, k := range catalog.Kinds() {
		w.kind(k, cat.Records)
	}
	w.reviews(&cat)
	return w.files, w.readBack(&cat)
}

// Write encodes a catalogue into a folder, which is made when it is not there and must be empty. After an error it
// holds nothing new.
func Write(dir string, c *catalog.Catalogue, dict *catalog.Dictionary) error {
	files, err := Encode(c, dict)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return notWritten(dir, err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return notWritten(dir, err)
	}
	defer root.Close()
	if empty, err := isEmpty(root); err != nil {
		return notWritten(dir, err)
	} else if !empty {
		return strict.Faults{{File: dir, Text: wording.Textf("the folder is not empty; nothing was written", "le dossier n'est pas vide ; rien n'a été écrit")}}
	}
	for i, f := range files {
		if err := root.WriteFile(f.Name, f.Data, 0o666); err != nil {
			for _, done := range files[:i+1] {
				root.Remove(done.Name)
			}
			return notWritten(filepath.Join(dir, f.Name), err)
		}
	}
	return nil
}

func isEmpty(root *os.Root) (bool, error) {
	d, err := root.Open(".")
	if err != nil {
		return false, err
	}
	defer d.Close()
	_, err = d.ReadDir(1)
	if err == io.EOF {
		return true, nil
	}
	return false, err
}

func notWritten(path string, err error) error {
	if os.IsPermission(err) {
		return strict.Faults{{File: path, Text: wording.Textf("cannot be written: permission denied", "écriture impossible : permission refusée")}}
	}
	return strict.Faults{{File: path, Text: wording.Textf("cannot be written: %v", "écriture impossible : %v", err)}}
}

// stamp is when and by whom a claim was recorded.
type stamp struct {
	at time.Time
	by string
}

func stampOf(c catalog.Claim) stamp { return stamp{c.RecordedAt.UTC(), c.RecordedBy} }

func (s stamp) yaml() string { return "{at: " + moment(s.at) + ", by: " + scalar(s.by) + "}" }

func moment(t time.Time) string {
	if d := catalog.DateOf(t); t.Equal(d.Time()) {
		return string(d)
	}
	return scalar(t.UTC().Format(time.RFC3339Nano))
}

// commonest is the value that most claims share, the smallest as written when several do.
func commonest[T comparable](claims []catalog.Claim, of func(catalog.Claim) T) T {
	count := map[T]int{}
	for _, c := range claims {
		count[of(c)]++
	}
	var best T
	for _, v := range slices.SortedFunc(maps.Keys(count), func(a, b T) int { return cmp.Compare(fmt.Sprint(a), fmt.Sprint(b)) }) {
		if count[v] > count[best] {
			best = v
		}
	}
	return best
}

type writer struct {
	dict   *catalog.Dictionary
	order  map[string]int // of the paths in the dictionary, in which people expect them
	claims map[catalog.Ref][]catalog.Claim
	usual  stamp // of files without claims
	files  []OutFile
}

func header(s stamp) string {
	if s == (stamp{}) {
		s = stamp{catalog.Date("2000-01-01").Time(), "nobody"} // required by the format; no claim rests on it
	}
	return "format: " + Format + "\nrecorded: " + s.yaml() + "\n"
}

func (w *writer) file(name, text string) {
	w.files = append(w.files, OutFile{name, []byte(text)})
}

func (w *writer) sources(sources []catalog.Source) {
	if len(sources) == 0 {
		return
	}
	var b bytes.Buffer
	b.WriteString(header(w.usual) + "sources:\n")
	for _, s := range sources {
		var l line
		l.add("id", scalar(s.ID))
		l.add("title", quote(s.Title))
		l.words("publisher", s.Publisher)
		l.add("kind", scalar(string(s.Kind)))
		l.flag("signed", s.Signed)
		l.code("url", s.URL)
		l.code("file", s.File)
		l.code("published", string(s.Published))
		l.code("read", string(s.Read))
		l.code("valid_until", string(s.ValidUntil))
		l.words("via", s.Via)
		l.flag("undated", s.Undated)
		l.flag("confidential", s.Confidential)
		l.words("note", s.Note)
		b.WriteString("- " + l.String() + "\n")
	}
	w.file("sources.yaml", b.String())
}

func (w *writer) kind(k catalog.Kind, records []catalog.Ref) {
	var all []catalog.Claim
	for _, r := range records {
		if r.Kind == k {
			all = append(all, w.claims[r]...)
		}
	}
	usual := w.usual
	if len(all) > 0 {
		usual = commonest(all, stampOf)
	}
	var b bytes.Buffer
	n := 0
	flush := func() {
		if b.Len() == 0 {
			return
		}
		n++
		name := string(k)
		if n > 1 {
			name += fmt.Sprintf("-%d", n)
		}
		w.file(name+".yaml", header(usual)+"records:\n"+b.String())
		b.Reset()
	}
	for _, r := range records {
		if r.Kind != k {
			continue
		}
		if b.Len() > splitAt {
			flush()
		}
		w.record(&b, r, usual)
	}
	flush()
}

// record writes one record: its name, the source that most of its claims share, then a claim a line.
func (w *writer) record(b *bytes.Buffer, r catalog.Ref, usual stamp) {
	name, claims := w.named(r, usual)
	slices.SortStableFunc(claims, func(a, c catalog.Claim) int { return cmp.Compare(w.order[a.Path], w.order[c.Path]) })
	fmt.Fprintf(b, "- kind: %s\n  id: %s\n", r.Kind, scalar(r.ID))
	if name != nil {
		fmt.Fprintf(b, "  name: %s\n", text(*name.Value))
	}
	from := commonest(claims, originOf)
	if shared := count(claims, from); shared < 2 || 2*shared < len(claims) {
		from = origin{}
	} else {
		var l line
		l.add("source", sourceID(from.source))
		l.words("locator", from.locator)
		l.add("as_of", string(from.asOf))
		fmt.Fprintf(b, "  from: %s\n", l.String())
	}
	if len(claims) == 0 {
		return
	}
	b.WriteString("  claims:\n")
	for _, c := range claims {
		b.WriteString("  - " + claimText(c, from, usual) + "\n")
	}
}

// origin is where and for which day a claim was read.
type origin struct {
	source, locator string
	asOf            catalog.Date
}

func originOf(c catalog.Claim) origin { return origin{c.Source, c.Locator, c.AsOf} }

func count(claims []catalog.Claim, o origin) int {
	n := 0
	for _, c := range claims {
		if originOf(c) == o {
			n++
		}
	}
	return n
}

func sourceID(id string) string {
	if id == "" {
		return noSource
	}
	return scalar(id)
}

// named takes out of the claims of a record the one that the key name alone would read back as it is.
func (w *writer) named(r catalog.Ref, usual stamp) (*catalog.Claim, []catalog.Claim) {
	claims := slices.Clone(w.claims[r])
	for i, c := range claims {
		plain := c.Path == r.Kind.NamePath() && c.State == catalog.Known && c.Value != nil && !c.Value.Many && c.Value.Text != "" &&
			c.Source == "" && c.Locator == "" && c.Note == "" && stampOf(c) == usual
		if !plain {
			continue
		}
		rest := slices.Delete(slices.Clone(claims), i, i+1)
		first := catalog.DateOf(usual.at)
		for _, o := range rest {
			first = min(first, o.AsOf)
		}
		if c.AsOf == first {
			return &c, rest
		}
	}
	return nil, claims
}

func claimText(c catalog.Claim, from origin, usual stamp) string {
	var l line
	l.add("path", scalar(c.Path))
	if c.State == catalog.Absent {
		l.add("absent", "true")
	} else if c.Value != nil {
		l.add("value", value(*c.Value))
		if c.Value.Many {
			l.add("complete", fmt.Sprint(c.Value.Complete))
		}
	}
	switch {
	case from.asOf != "" && c.Source == from.source && c.Locator == from.locator:
	case from.asOf != "" && c.Source == from.source && c.Locator != "":
		l.add("locator", quote(c.Locator))
	default:
		l.add("source", sourceID(c.Source))
		l.words("locator", c.Locator)
	}
	if c.AsOf != from.asOf {
		l.add("as_of", scalar(string(c.AsOf)))
	}
	l.words("note", c.Note)
	if s := stampOf(c); s != usual {
		l.add("recorded", s.yaml())
	}
	return l.String()
}

func (w *writer) reviews(cat *catalog.Catalogue) {
	if len(cat.Withdrawals)+len(cat.Settlements) == 0 {
		return
	}
	var b bytes.Buffer
	b.WriteString(header(w.usual))
	for i, x := range cat.Withdrawals {
		if i == 0 {
			b.WriteString("withdrawals:\n")
		}
		var l line
		l.add("claim", scalar(x.Claim))
		l.add("by", scalar(x.By))
		l.add("at", moment(x.At))
		l.add("reason", quote(x.Reason))
		b.WriteString("- " + l.String() + "\n")
	}
	for i, x := range cat.Settlements {
		if i == 0 {
			b.WriteString("settlements:\n")
		}
		var l line
		l.add("kind", scalar(string(x.Record.Kind)))
		l.add("id", scalar(x.Record.ID))
		l.add("path", scalar(x.Path))
		l.add("claim", scalar(x.Claim))
		l.add("by", scalar(x.By))
		l.add("at", moment(x.At))
		l.add("reason", quote(x.Reason))
		b.WriteString("- " + l.String() + "\n")
	}
	w.file("reviews.yaml", b.String())
}

// readBack loads what was written and compares.
func (w *writer) readBack(want *catalog.Catalogue) error {
	l := newLoader(w.dict)
	for _, f := range w.files {
		var doc file
		if err := strict.Decode(f.Name, f.Data, &doc); err != nil {
			return err
		}
		l.add(&doc)
	}
	got, err := l.finish()
	if err != nil {
		return err
	}
	return compare(want, got)
}

// compare says what reading back lost: a text that is not in NFC, an answer of another type than the dictionary's, a
// claim about a record that is not there.
func compare(want, got *catalog.Catalogue) error {
	back := map[string]bool{}
	for _, c := range got.Claims {
		back[c.Hash()] = true
	}
	for _, c := range want.Claims {
		if !back[c.Hash()] {
			return &catalog.InvalidError{Fields: []catalog.FieldError{{Path: c.Record.String() + ":" + c.Path,
				Text: wording.Textf("the catalogue format cannot hold this claim as it is", "le format de catalogue ne peut contenir cette allégation telle quelle")}}}
		}
	}
	if len(got.Claims) != len(want.Claims) || besidesClaims(got) != besidesClaims(want) {
		return &catalog.InvalidError{Fields: []catalog.FieldError{{Path: "catalogue",
			Text: wording.Textf("the catalogue format cannot hold its sources, withdrawals or settlements as they are", "le format de catalogue ne peut contenir ses sources, retraits ou arbitrages tels quels")}}}
	}
	return nil
}

// besidesClaims names all else that a catalogue holds, its moments in UTC.
func besidesClaims(c *catalog.Catalogue) string {
	var withdrawals, settlements []any
	for _, x := range c.Withdrawals {
		x.At = x.At.UTC()
		withdrawals = append(withdrawals, x)
	}
	for _, x := range c.Settlements {
		x.At = x.At.UTC()
		settlements = append(settlements, x)
	}
	return catalog.MustHash([]any{append([]catalog.Ref{}, c.Records...), append([]catalog.Source{}, c.Sources...), withdrawals, settlements})
}

package store

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"vigie/catalog"
)

// look opens a store that may be damaged: what the damage is called, empty when nothing is seen.
func look(t testing.TB, o Options) (what string, rows map[string][]string) {
	t.Helper()
	s, err := Open(t.Context(), o)
	if err != nil {
		return "refused: " + err.Error(), nil
	}
	defer s.Close()
	v, err := s.Verify(t.Context(), VerifyOptions{})
	if err != nil {
		return "verify: " + err.Error(), nil
	}
	if !v.OK() {
		return fmt.Sprintf("%s %s: %s", v.Damage[0].Table, v.Damage[0].Record, v.Damage[0].What.EN), nil
	}
	return "", dump(t, s)
}

// R5: one byte flipped at 200 places of the database: opening is refused, or verify names the damage, or nothing that a
// reader could read has changed. Never a panic.
func TestFlippedBytesAreSeen(t *testing.T) {
	o := sqliteOptions(t)
	s := filled(t, o)
	want := dump(t, s)
	s.Close()
	path := filepath.Join(o.Dir, databaseName)
	sound, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	spoilt := func(b []byte) Options {
		to := o
		to.Dir = t.TempDir()
		for _, name := range []string{keyName, databaseName + "-witness"} {
			if err := copyPlain(filepath.Join(o.Dir, name), filepath.Join(to.Dir, name)); err != nil {
				t.Fatal(err)
			}
		}
		if err := os.CopyFS(filepath.Join(to.Dir, filesName), os.DirFS(filepath.Join(o.Dir, filesName))); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(to.Dir, databaseName), b, 0o600); err != nil {
			t.Fatal(err)
		}
		return to
	}
	if what, got := look(t, spoilt(sound)); what != "" || !reflect.DeepEqual(got, want) {
		t.Fatalf("the sound copy: %s", what)
	}
	flips := 200
	if testing.Short() {
		flips = 40
	}
	draw := rand.New(rand.NewPCG(5, 200))
	refused, named, harmless := 0, 0, 0
	for range flips {
		b := slices.Clone(sound)
		at := draw.IntN(len(b))
		b[at] ^= 1 << draw.IntN(8)
		what, got := look(t, spoilt(b))
		switch {
		case what == "":
			harmless++
			if !reflect.DeepEqual(got, want) {
				t.Errorf("byte %d of %d: what a reader reads has changed, and verify did not see it", at, len(b))
			}
		case len(what) > 8 && what[:8] == "refused:":
			refused++
		default:
			named++
		}
	}
	t.Logf("R5: %d flips in %d KiB: %d refused at opening, %d named by verify, %d changed nothing that is read", flips, len(sound)>>10, refused, named, harmless)

	cuts, unseen := 50, 0
	for i := range cuts {
		if what, _ := look(t, spoilt(sound[:len(sound)*i/cuts])); what == "" {
			unseen++
			t.Errorf("cut to %d/%d: not seen", i, cuts)
		}
	}
	for page := 0; page < len(sound)/4096; page += max(1, len(sound)/4096/20) {
		b := slices.Clone(sound)
		clear(b[page*4096 : (page+1)*4096])
		if what, got := look(t, spoilt(b)); what == "" && !reflect.DeepEqual(got, want) {
			t.Errorf("page %d zeroed: not seen", page)
		}
	}
	t.Logf("R5: %d truncations, %d unseen", cuts, unseen)
}

// What a person may do wrong gets an answer that says what, and the store goes on.
func TestBadInput(t *testing.T) {
	onBoth(t, func(t *testing.T, o Options) {
		s := open(t, o)
		record(t, s, nameBatch("one", "One"))
		one := catalog.Ref{Kind: catalog.Vendor, ID: "one"}
		text := func(v string) *catalog.Value { x := catalog.TextValue(v); return &x }
		good := catalog.Claim{Record: one, Path: "vendor.name", State: catalog.Known, Value: text("x"), AsOf: "2026-01-01", RecordedBy: "t"}
		with := func(change func(*catalog.Claim)) Batch {
			c := good
			change(&c)
			return Batch{Claims: []catalog.Claim{c}}
		}
		for name, x := range map[string]struct {
			b    Batch
			path string
		}{
			"unknown record":         {with(func(c *catalog.Claim) { c.Record.ID = "two" }), "claims[0].record"},
			"unknown fact":           {with(func(c *catalog.Claim) { c.Path = "vendor.nmae" }), "claims[0].path"},
			"fact of another kind":   {with(func(c *catalog.Claim) { c.Path = "model.name" }), "claims[0].path"},
			"wrong type":             {with(func(c *catalog.Claim) { v := catalog.BoolValue(true); c.Value = &v }), "claims[0].value"},
			"no value":               {with(func(c *catalog.Claim) { c.Value = nil }), "claims[0].state"},
			"absent though required": {with(func(c *catalog.Claim) { c.Value, c.State = nil, catalog.Absent }), "claims[0].state"},
			"no such day":            {with(func(c *catalog.Claim) { c.AsOf = "2026-02-30" }), "claims[0].as_of"},
			"true after recorded":    {with(func(c *catalog.Claim) { c.AsOf = "2027-02-01" }), "claims[0].as_of"},
			"recorded in the future": {with(func(c *catalog.Claim) { c.RecordedAt = today.AddDate(0, 0, 3) }), "claims[0].recorded_at"},
			"unknown source":         {with(func(c *catalog.Claim) { c.Source = "nowhere" }), "claims[0].source"},
			"nobody":                 {with(func(c *catalog.Claim) { c.RecordedBy = "" }), "claims[0].recorded_by"},
			"NUL":                    {with(func(c *catalog.Claim) { c.Note = "a\x00b" }), "claims[0].note"},
			"no UTF-8":               {with(func(c *catalog.Claim) { c.Value = text("a\xff") }), "claims[0].value"},
			"dangling reference": {Batch{By: "t", Records: []catalog.Ref{{Kind: catalog.Offering, ID: "o"}}, Claims: []catalog.Claim{{Record: catalog.Ref{Kind: catalog.Offering, ID: "o"},
				Path: "offering.vendor", State: catalog.Known, Value: &catalog.Value{Type: catalog.TypeReference, Text: "nobody"}, AsOf: "2026-01-01"}}}, "claims[0].value"},
			"path as id":         {Batch{Records: []catalog.Ref{{Kind: catalog.Vendor, ID: "../../etc"}}}, "records[0].id"},
			"no kind":            {Batch{Records: []catalog.Ref{{Kind: "vender", ID: "x"}}}, "records[0].kind"},
			"source of no kind":  {Batch{Sources: []catalog.Source{{ID: "s", Title: "T", Kind: "rumour"}}}, "sources[0].kind"},
			"withdrawing nobody": {Batch{By: "t", Withdrawals: []catalog.Withdrawal{{Claim: good.Hash(), Reason: "r"}}}, "withdrawals[0].claim"},
			"no reason":          {Batch{By: "t", Withdrawals: []catalog.Withdrawal{{Claim: good.Hash()}}}, "withdrawals[0].reason"},
			"document of a kind": {Batch{Documents: []Document{{Kind: "poem", Body: []byte("x")}}}, "documents[0].kind"},
		} {
			_, err := s.Record(t.Context(), x.b)
			e, ok := errors.AsType[*catalog.InvalidError](err)
			if !ok || len(e.Fields) == 0 || e.Fields[0].Path != x.path || e.Fields[0].Text.FR == "" {
				t.Errorf("%s: %T %v", name, err, err)
			}
		}
		tree, err := s.Head(t.Context())
		if err != nil || tree.N != 2 {
			t.Errorf("%d entries of the log after refusals: %v", tree.N, err)
		}
		record(t, s, nameBatch("two", "Two"))
	})
}

func TestPlacesThatCannotBeOpened(t *testing.T) {
	dir := t.TempDir()
	plain := filepath.Join(dir, "plain")
	if err := os.WriteFile(plain, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	noDatabase := filepath.Join(dir, "text")
	if err := os.MkdirAll(noDatabase, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(noDatabase, databaseName), []byte("this is no database, but it is long enough to look like one to somebody who is in a hurry"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, o := range map[string]Options{
		"a file for a folder":  {Dir: filepath.Join(plain, "data")},
		"no database":          {Dir: noDatabase},
		"wrong address":        {Dir: dir, DSN: "postgres://nobody:secret@127.0.0.1:1/none?connect_timeout=2"},
		"address of no server": {Dir: dir, DSN: "host=/nowhere user=x dbname=y password=secret"},
		"no address at all":    {Dir: dir, DSN: "::secret::"},
	} {
		o.Dictionary = dict(t)
		s, err := Open(t.Context(), o)
		if err == nil {
			s.Close()
			t.Errorf("%s: opened", name)
			continue
		}
		if _, ok := errors.AsType[catalog.Localised](err); !ok {
			t.Errorf("%s: %T %v", name, err, err)
		}
		if strings.Contains(err.Error(), "secret") || len(err.Error()) > 600 {
			t.Errorf("%s: %v", name, err)
		}
	}
}

package store

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"vigie/catalog"
	"vigie/catalog/store/files"
	"vigie/catalog/store/log"
)

func TestDocuments(t *testing.T) {
	onBoth(t, func(t *testing.T, o Options) {
		s := open(t, o)
		one := Document{Kind: Assessment, Body: []byte(`{"total":1}`), Index: map[string]string{"offering": "o1", "on": "2026-11-24"}}
		two := Document{Kind: Assessment, Body: []byte(`{"total":2}`), Index: map[string]string{"offering": "o1", "on": "2026-11-25"}}
		r := record(t, s, Batch{Entity: "fr", Documents: []Document{one, two, one}})
		if r.Leaves != 2 || len(r.Documents) != 3 || r.Documents[0] != one.Hash() {
			t.Errorf("%+v", r)
		}
		if again := record(t, s, Batch{Documents: []Document{two}}); again.Leaves != 0 {
			t.Errorf("recorded twice: %+v", again)
		}
		got, err := s.Document(t.Context(), Assessment, one.Hash())
		want := one
		want.Entity = "fr"
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Error(err, diff)
		}
		list, err := s.Documents(t.Context(), Assessment, map[string]string{"offering": "o1"}, 0, 10)
		if err != nil || len(list) != 2 || list[0].Hash != two.Hash() || list[1].Index["on"] != "2026-11-24" {
			t.Errorf("%+v, %v", list, err)
		}
		older, err := s.Documents(t.Context(), Assessment, map[string]string{"offering": "o1"}, list[0].Leaf, 10)
		if err != nil || len(older) != 1 || older[0].Hash != one.Hash() {
			t.Errorf("%+v, %v", older, err)
		}
		if none, err := s.Documents(t.Context(), Assessment, map[string]string{"offering": "o1", "on": "2020-01-01"}, 0, 10); err != nil || len(none) != 0 {
			t.Errorf("%+v, %v", none, err)
		}
		if _, err := s.Document(t.Context(), Decision, one.Hash()); !isMissing(err) {
			t.Error(err)
		}
	})
}

func isMissing(err error) bool { _, ok := errors.AsType[*catalog.NotFoundError](err); return ok }

// A proposal is accepted and its claims stand, or neither; who was slower is told.
func TestDraftsAreReplacedFromTheRevisionSeen(t *testing.T) {
	onBoth(t, func(t *testing.T, o Options) {
		s := open(t, o)
		d, err := s.AddDraft(t.Context(), Draft{Sort: ProposalDraft, State: "open", Subject: "vendor/v", Body: []byte(`{}`), ChangedBy: "p1"})
		if err != nil || d.Revision != 1 || !catalog.ValidID(d.ID) {
			t.Fatal(d, err)
		}
		accepted := d
		accepted.State = "accepted"
		bad := nameBatch("v", "V")
		bad.Claims[0].Path = "vendor.nmae"
		if _, _, err := s.ReplaceDraft(t.Context(), accepted, &bad); err == nil {
			t.Fatal("accepted with a claim that cannot stand")
		}
		if still, err := s.Draft(t.Context(), d.ID); err != nil || still.State != "open" || still.Revision != 1 {
			t.Errorf("%+v, %v", still, err)
		}
		good := nameBatch("v", "V")
		next, r, err := s.ReplaceDraft(t.Context(), accepted, &good)
		if err != nil || next.Revision != 2 || r.Leaves != 2 {
			t.Fatal(next, r, err)
		}
		if _, _, err := s.ReplaceDraft(t.Context(), accepted, nil); !isConflict(err) {
			t.Errorf("replaced from an old revision: %v", err)
		}
		open, err := s.Drafts(t.Context(), ProposalDraft, "open", "", "", 10)
		if err != nil || len(open) != 0 {
			t.Errorf("%+v, %v", open, err)
		}
		all, err := s.Drafts(t.Context(), ProposalDraft, "", "vendor/v", "", 10)
		if diff := cmp.Diff([]Draft{next}, all); err != nil || diff != "" {
			t.Error(err, diff)
		}
	})
}

// An erased person is gone from the database, byte for byte, and the log still verifies.
func TestErasedPeopleAreGone(t *testing.T) {
	onBoth(t, func(t *testing.T, o Options) {
		s := open(t, o)
		id, err := s.PutPerson(t.Context(), Person{Fields: map[string]string{"name": "Zéphyrine Unicum"}}, "")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.PutPerson(t.Context(), Person{ID: id, Fields: map[string]string{"name": "Zéphyrine Unicum-Second"}}, ""); err != nil {
			t.Fatal(err)
		}
		if p, err := s.Person(t.Context(), id); err != nil || p.Fields["name"] != "Zéphyrine Unicum-Second" {
			t.Errorf("%+v, %v", p, err)
		}
		if err := s.ErasePerson(t.Context(), id, "p1", "asked on 24 November"); err != nil {
			t.Fatal(err)
		}
		if p, err := s.Person(t.Context(), id); err != nil || !p.Erased || p.Fields != nil {
			t.Errorf("%+v, %v", p, err)
		}
		if _, err := s.PutPerson(t.Context(), Person{ID: id}, ""); !isConflict(err) {
			t.Errorf("written again: %v", err)
		}
		if v := verify(t, s); !v.OK() {
			t.Error(v.Damage)
		}
		if o.DSN != "" {
			return
		}
		for _, name := range []string{"", "-wal"} {
			b, err := os.ReadFile(filepath.Join(o.Dir, databaseName+name))
			if err != nil {
				t.Fatal(err)
			}
			if bytes.Contains(b, []byte("Unicum")) {
				t.Errorf("the name is still in %s%s", databaseName, name)
			}
		}
	})
}

// What was recorded is proved by the public key alone; a checkpoint of last year is shown to be a beginning of today's.
func TestProofsFromTheStore(t *testing.T) {
	onBoth(t, func(t *testing.T, o Options) {
		s := open(t, o)
		first := record(t, s, nameBatch("a", "A"))
		early, err := s.Checkpoint(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if again, err := s.Checkpoint(t.Context()); err != nil || !bytes.Equal(early, again) {
			t.Error("the same size gave another note")
		}
		doc := Document{Kind: Assessment, Body: []byte("{}"), Index: map[string]string{"offering": "o"}}
		record(t, s, Batch{Documents: []Document{doc}})
		for _, hash := range []string{first.Claims[0], doc.Hash()} {
			p, err := s.Prove(t.Context(), hash)
			if err != nil {
				t.Fatal(err)
			}
			read, err := log.ParseInclusion([]byte(p.Inclusion.Text()))
			if err != nil {
				t.Fatal(err)
			}
			if _, err := read.Check(p.Leaf, s.PublicKey()); err != nil {
				t.Error(err)
			}
			if l, err := log.ParseLeaf(p.Leaf); err != nil || l.Hash != hash {
				t.Errorf("%+v, %v", l, err)
			}
		}
		c, err := s.Consistent(t.Context(), early)
		if err != nil || c.Older.N != 2 || c.Newer.N != 3 {
			t.Errorf("%+v, %v", c, err)
		}
		other := open(t, sqliteOptions(t))
		foreign, err := other.Checkpoint(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Consistent(t.Context(), foreign); err == nil {
			t.Error("another log's checkpoint was taken")
		}
		if _, err := s.Prove(t.Context(), strings.Repeat("0", 64)); !isMissing(err) {
			t.Error(err)
		}
		// A log that was cut back is seen by the checkpoint that left the house.
		v, err := other.Verify(t.Context(), VerifyOptions{Checkpoints: [][]byte{early}})
		if err != nil || v.OK() {
			t.Errorf("%+v, %v", v, err)
		}
	})
}

func TestSourceFiles(t *testing.T) {
	onBoth(t, func(t *testing.T, o Options) {
		s := open(t, o)
		pdf := "%PDF-1.7 terms"
		f, err := s.AddFile(t.Context(), strings.NewReader(pdf), `C:\x\..\conditions générales.pdf`, "", int64(len(pdf)), "fr")
		want := File{SHA256: f.SHA256, Size: int64(len(pdf)), MediaType: "application/pdf", Name: "conditions générales.pdf", Entity: "fr"}
		if diff := cmp.Diff(want, f); err != nil || diff != "" {
			t.Fatal(err, diff)
		}
		if again, err := s.AddFile(t.Context(), strings.NewReader(pdf), "other.pdf", f.SHA256, -1, "fr"); err != nil || again != f {
			t.Errorf("%+v, %v", again, err)
		}
		record(t, s, Batch{Sources: []catalog.Source{{ID: "c", Title: "Contract", Kind: catalog.KindContract, Signed: true, File: f.SHA256, Confidential: true}}})
		r, f, err := s.OpenFile(t.Context(), f.SHA256)
		if err != nil || !f.Confidential {
			t.Fatal(f, err)
		}
		if got, err := io.ReadAll(r); err != nil || string(got) != pdf {
			t.Errorf("%q, %v", got, err)
		}
		r.Close()
		for _, bad := range []string{"", "\x7fELF\x02\x01\x01\x00"} {
			if _, err := s.AddFile(t.Context(), strings.NewReader(bad), "x", "", -1, ""); !isRefused(err) {
				t.Errorf("%q: %v", bad, err)
			}
		}
		// An upload whose row never came is an orphan; a row whose bytes are gone is damage.
		stray := filepath.Join(t.TempDir(), "stray")
		if err := os.WriteFile(stray, []byte("stray"), 0o600); err != nil {
			t.Fatal(err)
		}
		sum := Document{Body: []byte("stray")}.Hash()
		if err := s.Files.Put(t.Context(), sum, stray); err != nil {
			t.Fatal(err)
		}
		if v := verify(t, s); !v.OK() || len(v.Orphans) != 1 || v.Orphans[0] != sum {
			t.Errorf("%+v", v)
		}
		if gone, err := s.RemoveOrphans(t.Context()); err != nil || len(gone) != 1 {
			t.Errorf("%v, %v", gone, err)
		}
		if err := s.Files.Remove(t.Context(), f.SHA256); err != nil {
			t.Fatal(err)
		}
		if v := verify(t, s); v.OK() || v.Damage[0].Table != "files" || v.Damage[0].Record != f.SHA256 {
			t.Errorf("%+v", v.Damage)
		}
		if _, _, err := s.OpenFile(t.Context(), f.SHA256); err == nil {
			t.Error("opened")
		}
	})
}

func isRefused(err error) bool { _, ok := errors.AsType[*files.RefusedError](err); return ok }

// Lists are those of the view: filtered, searched without case or accents, paged.
func TestLists(t *testing.T) {
	onBoth(t, func(t *testing.T, o Options) {
		s, c := open(t, o), shipped(t)
		record(t, s, whole(c))
		view := c.At(o.Dictionary, "2026-11-24", "2026-11-24")
		all := func(l ListQuery) (ids []string, entries []Entry) {
			l.On, l.Limit = "2026-11-24", 7
			for {
				p, err := s.List(t.Context(), l)
				if err != nil {
					t.Fatal(err)
				}
				for _, e := range p.Entries {
					ids, entries = append(ids, e.Record.ID), append(entries, e)
				}
				if l.After = p.Next; p.Next == "" {
					return ids, entries
				}
			}
		}
		for _, kind := range catalog.Kinds() {
			ids, entries := all(ListQuery{Kind: kind})
			if diff := cmp.Diff(view.IDs(kind), ids); diff != "" {
				t.Errorf("%s: %s", kind, diff)
			}
			for _, e := range entries {
				rec, _ := view.Record(e.Record)
				known := map[string]bool{}
				for _, f := range rec.Facts {
					if f.State != catalog.Unknown {
						known[f.Path] = true
					}
				}
				if e.Name != rec.Name() || e.Facts != int64(len(known)) {
					t.Errorf("%s: %q with %d facts, want %q with %d", e.Record, e.Name, e.Facts, rec.Name(), len(known))
				}
			}
		}
		for _, f := range []Filter{{"offering.vendor", "mistral"}, {"offering.deployment", "saas"}, {"offering.vendor", "nobody"}} {
			var want []string
			for _, id := range view.IDs(catalog.Offering) {
				rec, _ := view.Record(catalog.Ref{Kind: catalog.Offering, ID: id})
				if x := rec.Fact(f.Path); x.State == catalog.Known && x.Value.Text == f.Value {
					want = append(want, id)
				}
			}
			if got, _ := all(ListQuery{Kind: catalog.Offering, Filters: []Filter{f}}); cmp.Diff(want, got) != "" {
				t.Errorf("%+v: %s", f, cmp.Diff(want, got))
			}
		}
		for _, find := range []string{"MISTRAL", "mistral large", "100%", "_", "zzz"} {
			var want []string
			for _, id := range view.IDs(catalog.Offering) {
				rec, _ := view.Record(catalog.Ref{Kind: catalog.Offering, ID: id})
				text, fits := fold(rec.Name().EN)+"\n"+fold(rec.Name().FR), true
				inID := true
				for _, w := range strings.Fields(fold(find)) {
					fits = fits && strings.Contains(text, w)
					inID = inID && strings.Contains(id, w)
				}
				if fits || inID {
					want = append(want, id)
				}
			}
			if got, _ := all(ListQuery{Kind: catalog.Offering, Search: find}); cmp.Diff(want, got) != "" {
				t.Errorf("%s: %s", find, cmp.Diff(want, got))
			}
		}
		// A filter and a search together keep what each keeps, whichever way the list is read.
		wide := Filter{"offering.deployment", "shared_api"}
		for _, find := range []string{"a", "mistral", "zzz"} {
			filtered, _ := all(ListQuery{Kind: catalog.Offering, Filters: []Filter{wide}})
			found, _ := all(ListQuery{Kind: catalog.Offering, Search: find})
			var want []string
			for _, id := range filtered {
				if slices.Contains(found, id) {
					want = append(want, id)
				}
			}
			if err := s.reading(t.Context(), func(q query) error {
				l := ListQuery{Kind: catalog.Offering, On: "2026-11-24", Filters: []Filter{wide}, Search: find, Limit: 200}
				for _, way := range []int{0, -1} {
					stmt, args := l.statement(q, "", way)
					list, err := rows[recordRow](q, stmt, args...)
					if err != nil {
						return err
					}
					var got []string
					for _, r := range list {
						got = append(got, r.ID)
					}
					if diff := cmp.Diff(want, got); diff != "" {
						t.Errorf("%q, filter %d first: %s", find, way, diff)
					}
				}
				return nil
			}); err != nil {
				t.Error(err)
			}
		}
		if _, err := s.List(t.Context(), ListQuery{Kind: catalog.Offering, After: "../x"}); err == nil {
			t.Error("a cursor of no list was taken")
		}
	})
}

// Another dictionary makes the periods again at opening.
func TestPeriodsFollowTheDictionary(t *testing.T) {
	onBoth(t, func(t *testing.T, o Options) {
		s, c := open(t, o), shipped(t)
		record(t, s, whole(c))
		want := dump(t, s)["periods"]
		if _, err := s.engine.pool.Exec("UPDATE periods SET alone = 0, value = NULL"); err != nil {
			t.Fatal(err)
		}
		other := digestOf("another dictionary")
		stmt := "UPDATE settings SET value = '" + other + "', digest = " + map[bool]string{false: "x'", true: `'\x`}[o.DSN != ""] + digestOf(periodsSetting, other) + "' WHERE key = '" + periodsSetting + "'"
		if _, err := s.engine.pool.Exec(stmt); err != nil {
			t.Fatal(err)
		}
		s.Close()
		back := open(t, o)
		if diff := cmp.Diff(want, dump(t, back)["periods"]); diff != "" {
			t.Errorf("%.1000s", diff)
		}
		if v := verify(t, back); !v.OK() {
			t.Error(v.Damage)
		}
	})
}

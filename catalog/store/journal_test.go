package store

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"vigie/catalog"
	"vigie/catalog/account"
)

// brief is what a test says of an entry.
type brief struct {
	Kind, By, About, Path, Title string
}

func briefly(p JournalPage) []brief {
	var out []brief
	for _, e := range p.Entries {
		b := brief{Kind: e.Leaf.Kind, By: e.By, Path: e.Path, Title: e.Title}
		if e.Record.ID != "" {
			b.About = e.Record.String()
		}
		out = append(out, b)
	}
	return out
}

// The log is read newest first, by kind and page by page, and each entry proves itself under the public key.
func TestJournal(t *testing.T) {
	onBoth(t, func(t *testing.T, o Options) {
		s := open(t, o)
		acme := catalog.Ref{Kind: catalog.Vendor, ID: "acme"}
		name := func(x string) *catalog.Value { return &catalog.Value{Type: catalog.TypeText, Text: x, FR: x} }
		first := record(t, s, Batch{By: "p1", Records: []catalog.Ref{acme}, Sources: []catalog.Source{{ID: "k", Title: "Kbis", Kind: "register", Read: "2026-11-20", URL: "https://example.org", ValidUntil: "2026-11-23"}},
			Claims: []catalog.Claim{{Record: acme, Path: "vendor.name", State: catalog.Known, Value: name("Acme"), Source: "k", AsOf: "2026-11-20"}}})
		second := record(t, s, Batch{By: "p2", Claims: []catalog.Claim{{Record: acme, Path: "vendor.name", State: catalog.Known, Value: name("Acme SA"), Source: "k", AsOf: "2026-11-20"}}})
		record(t, s, Batch{By: "p3", Settlements: []catalog.Settlement{{Record: acme, Path: "vendor.name", Claim: second.Claims[0], Reason: "as registered"}}})
		record(t, s, Batch{By: "p3", Withdrawals: []catalog.Withdrawal{{Claim: first.Claims[0], Reason: "misread"}}})
		f, err := s.AddFile(t.Context(), strings.NewReader("A contract.\n"), "contract.txt", "", -1, "")
		if err != nil {
			t.Fatal(err)
		}
		person, err := s.PutPerson(t.Context(), Person{Fields: map[string]string{"name": "Jean"}}, "")
		if err != nil {
			t.Fatal(err)
		}
		if err := s.ErasePerson(t.Context(), person, "p4", "asked"); err != nil {
			t.Fatal(err)
		}
		if err := s.ChangeAccounts(t.Context(), "setup", func(c *AccountChange) error {
			_, err := c.Add(map[string]string{"name": "Anne"}, account.Account{Roles: []account.Role{account.Administrator}, State: account.Active})
			return err
		}); err != nil {
			t.Fatal(err)
		}
		all, err := s.Journal(t.Context(), JournalQuery{Limit: 50})
		want := []brief{
			{"role", "setup", "", "", ""}, {"person", "", "", "", ""}, {"erasure", "p4", "", "", "asked"}, {"person", "", "", "", ""}, {"file", "", "", "", "contract.txt"},
			{"withdrawal", "p3", "vendor/acme", "vendor.name", "misread"}, {"settlement", "p3", "vendor/acme", "vendor.name", "as registered"},
			{"claim", "p2", "vendor/acme", "vendor.name", ""}, {"claim", "p1", "vendor/acme", "vendor.name", ""}, {"source", "", "", "", "Kbis"}, {"record", "", "vendor/acme", "", ""},
		}
		if diff := cmp.Diff(want, briefly(all)); err != nil || diff != "" {
			t.Fatal(err, diff)
		}
		if all.Next != 0 || all.Size != int64(len(want)) || all.Entries[0].Change == nil || all.Entries[0].Change.Roles[0] != account.Administrator {
			t.Errorf("%d entries, next %d, %+v", all.Size, all.Next, all.Entries[0].Change)
		}
		// By kind, one a page: together they are every entry of the log, in its order.
		for _, kind := range append(JournalKinds(), "") {
			var pages []JournalEntry
			for before := int64(0); ; {
				p, err := s.Journal(t.Context(), JournalQuery{Kind: kind, Before: before, Limit: 1})
				if err != nil {
					t.Fatal(err)
				}
				if pages = append(pages, p.Entries...); p.Next == 0 {
					break
				}
				before = p.Next
			}
			var of []JournalEntry
			for _, e := range all.Entries {
				if kind == "" || e.Leaf.Kind == kind {
					of = append(of, e)
				}
			}
			if diff := cmp.Diff(of, pages); diff != "" {
				t.Errorf("%q: %s", kind, diff)
			}
			if JournalKindText(kind).IsZero() && kind != "" {
				t.Errorf("%q has no words", kind)
			}
		}
		if _, err := s.Journal(t.Context(), JournalQuery{Kind: "claims", Limit: 1}); !isMissing(err) {
			t.Error(err)
		}
		for _, e := range all.Entries {
			p, err := s.ProveEntry(t.Context(), e.Index)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := p.Inclusion.Check(e.Bytes, s.PublicKey()); err != nil || p.Inclusion.Index != e.Index {
				t.Errorf("entry %d: %v", e.Index, err)
			}
			alone, err := s.JournalEntry(t.Context(), e.Index)
			if diff := cmp.Diff(e, alone); err != nil || diff != "" {
				t.Error(err, diff)
			}
		}
		for _, n := range []int64{-1, all.Size} {
			if _, err := s.JournalEntry(t.Context(), n); !isMissing(err) {
				t.Error(n, err)
			}
			if _, err := s.ProveEntry(t.Context(), n); !isMissing(err) {
				t.Error(n, err)
			}
		}
		points, err := s.Checkpoints(t.Context(), 0, 10)
		if err != nil || len(points) != 1 || points[0].Size != all.Size {
			t.Errorf("%+v, %v", points, err)
		}
		if older, err := s.Checkpoints(t.Context(), all.Size, 10); err != nil || len(older) != 0 {
			t.Errorf("%+v, %v", older, err)
		}
		got, err := s.Holdings(t.Context(), "2026-11-24")
		wanted := Holdings{Entries: 11, Records: 1, Claims: 2, Documents: 1, Checkpoints: 1, Sources: 1, WithoutFile: 1, OnWeb: 1, Expired: 1, Files: 1, Bytes: f.Size, Types: []FileType{{f.MediaType, 1, f.Size}}}
		if diff := cmp.Diff(wanted, got); err != nil || diff != "" {
			t.Error(err, diff)
		}
	})
}

package store

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"vigie/catalog"
)

const scopeDay = catalog.Date("2026-11-24")

// divided is the shipped catalogue with a part of the records that nothing refers to given to two entities.
func divided(t *testing.T, c *catalog.Catalogue) (batches map[string]Batch, owner map[catalog.Ref]string) {
	t.Helper()
	named := map[catalog.Ref]bool{}
	for _, cl := range c.Claims {
		if def, ok := dict(t).Fact(cl.Path); ok && cl.Value != nil && def.Type == catalog.TypeReference {
			for _, id := range cl.Value.Texts() {
				named[catalog.Ref{Kind: def.RefersTo, ID: id}] = true
			}
		}
	}
	owner = map[catalog.Ref]string{}
	batches = map[string]Batch{"": {Sources: c.Sources}, "fr": {Entity: "fr"}, "de": {Entity: "de"}}
	for i, ref := range c.Records {
		owner[ref] = ""
		if !named[ref] {
			owner[ref] = []string{"", "fr", "de"}[i%3]
		}
	}
	for e, b := range batches {
		for _, ref := range c.Records {
			if owner[ref] == e {
				b.Records = append(b.Records, ref)
			}
		}
		for _, cl := range c.Claims {
			if owner[cl.Record] == e {
				b.Claims = append(b.Claims, cl)
			}
		}
		batches[e] = b
	}
	return batches, owner
}

// What another entity of the group keeps does not exist: views, dossiers, links, ids, lists and revisions within a scope are
// those of a catalogue that never held it.
func TestScopeHidesOtherEntities(t *testing.T) {
	onBoth(t, func(t *testing.T, o Options) {
		s, c := open(t, o), shipped(t)
		batches, owner := divided(t, c)
		for _, e := range []string{"", "fr", "de"} {
			record(t, s, batches[e])
		}
		for _, sc := range []Scope{Within("fr"), Within("de"), Within(), Within("fr", "de"), Everything()} {
			in, want := s.In(sc), &catalog.Catalogue{Sources: c.Sources}
			for _, ref := range c.Records {
				if sc.Sees(owner[ref]) {
					want.Records = append(want.Records, ref)
				}
			}
			for _, cl := range c.Claims {
				if sc.Sees(owner[cl.Record]) {
					want.Claims = append(want.Claims, cl)
				}
			}
			view := want.At(o.Dictionary, scopeDay, scopeDay)
			for _, kind := range catalog.Kinds() {
				ids, err := in.IDs(t.Context(), kind)
				if diff := cmp.Diff(view.IDs(kind), ids); err != nil || diff != "" {
					t.Fatalf("%s: ids of %s: %v %s", sc, kind, err, diff)
				}
				var listed []string
				for l := (ListQuery{Kind: kind, On: scopeDay, Limit: 9}); ; {
					p, err := in.List(t.Context(), l)
					if err != nil {
						t.Fatal(err)
					}
					for _, x := range p.Entries {
						listed = append(listed, x.Record.ID)
					}
					if l.After = p.Next; p.Next == "" {
						break
					}
				}
				if diff := cmp.Diff(view.IDs(kind), listed); diff != "" {
					t.Fatalf("%s: list of %s: %s", sc, kind, diff)
				}
			}
			got, err := in.View(t.Context(), scopeDay, scopeDay)
			if err != nil {
				t.Fatal(err)
			}
			uses := view.IDs(catalog.UseCase)
			for i, id := range c.IDs(catalog.Offering) {
				q := catalog.Query{Offering: id}
				if len(uses) > 0 {
					q.UseCase = uses[i%len(uses)]
				}
				a, errA := view.Gather(q)
				b, errB := in.Gather(t.Context(), scopeDay, scopeDay, q)
				d, errC := got.Gather(q)
				if !sc.Sees(owner[catalog.Ref{Kind: catalog.Offering, ID: id}]) {
					if !isMissing(errB) || !isMissing(errC) || cmp.Diff(errA.Error(), errB.Error()) != "" {
						t.Fatalf("%s: %s: %v, %v; want %v", sc, id, errB, errC, errA)
					}
					continue
				}
				if errA != nil || errB != nil || errC != nil {
					t.Fatalf("%s: %v, %v, %v", sc, errA, errB, errC)
				}
				if a.Hash() != b.Hash() || a.Hash() != d.Hash() {
					t.Fatalf("%s: the dossier of %s rests on what is out of scope: %s", sc, id, cmp.Diff(a.Records, b.Records))
				}
			}
			early, err := in.Gather(t.Context(), scopeDay, "2026-11-23", catalog.Query{Offering: view.IDs(catalog.Offering)[0]})
			if err != nil {
				t.Fatal(err)
			}
			for _, rec := range early.Records {
				if !sc.Sees(owner[rec.Ref()]) {
					t.Errorf("%s: as known the day before, %s is seen", sc, rec.Ref())
				}
			}
			for i, ref := range c.Records {
				if i%11 != 0 {
					continue
				}
				e := owner[ref]
				if _, err := in.Revision(t.Context(), ref); (err == nil) != sc.Sees(e) {
					t.Errorf("%s: revision of %s: %v", sc, ref, err)
				}
				if _, err := in.Claims(t.Context(), ref, ref.Kind.NamePath()); (err == nil) != sc.Sees(e) {
					t.Errorf("%s: claims of %s: %v", sc, ref, err)
				}
			}
			cited, err := in.ClaimsCiting(t.Context(), c.Sources[0].ID, 1000)
			if err != nil {
				t.Fatal(err)
			}
			for _, x := range cited {
				if !sc.Sees(owner[x.Record]) {
					t.Errorf("%s: a claim about %s is told of", sc, x.Record)
				}
			}
		}
	})
}

func TestScopeHidesDocumentsAndDrafts(t *testing.T) {
	onBoth(t, func(t *testing.T, o Options) {
		s := open(t, o)
		docs := map[string]string{}
		for _, e := range []string{"", "fr", "de"} {
			docs[e] = record(t, s, Batch{Entity: e, Documents: []Document{{Kind: Decision, Body: []byte("of " + e)}}}).Documents[0]
			if _, err := s.AddDraft(t.Context(), Draft{Sort: JobDraft, Entity: e, State: "running", Subject: e + "-job"}); err != nil {
				t.Fatal(err)
			}
		}
		fr := s.In(Within("fr"))
		list, err := fr.Documents(t.Context(), Decision, nil, 0, 10)
		if err != nil || len(list) != 2 {
			t.Errorf("%+v, %v", list, err)
		}
		if _, err := fr.Document(t.Context(), Decision, docs["de"]); !isMissing(err) {
			t.Error(err)
		}
		if _, err := fr.Document(t.Context(), Decision, docs["fr"]); err != nil {
			t.Error(err)
		}
		drafts, err := fr.Drafts(t.Context(), JobDraft, "", "", "", 10)
		if err != nil || len(drafts) != 2 {
			t.Errorf("%+v, %v", drafts, err)
		}
		all, err := s.Drafts(t.Context(), JobDraft, "", "de-job", "", 10)
		if err != nil || len(all) != 1 {
			t.Fatal(all, err)
		}
		if _, err := fr.Draft(t.Context(), all[0].ID); !isMissing(err) {
			t.Error(err)
		}
	})
}

// An entity's people record about its own records only, cite and name only what those who read it see, and learn nothing
// of what others keep.
func TestScopeOfWrites(t *testing.T) {
	onBoth(t, func(t *testing.T, o Options) {
		s := open(t, o)
		claim := func(kind catalog.Kind, id, path, value, source string) catalog.Claim {
			return catalog.Claim{Record: catalog.Ref{Kind: kind, ID: id}, Path: path, State: catalog.Known, Value: &catalog.Value{Type: catalog.TypeText, Text: value}, Source: source, AsOf: scopeDay}
		}
		ref := func(kind catalog.Kind, id, path, to string) catalog.Claim {
			c := claim(kind, id, path, to, "")
			c.Value.Type = catalog.TypeReference
			return c
		}
		fr, de := Within("fr"), Within("de")
		vendor := func(id string) catalog.Ref { return catalog.Ref{Kind: catalog.Vendor, ID: id} }
		offering := func(id string) catalog.Ref { return catalog.Ref{Kind: catalog.Offering, ID: id} }
		source := func(id string) catalog.Source { return catalog.Source{ID: id, Title: id, Kind: catalog.KindContract} }
		record(t, s, Batch{By: "g", Records: []catalog.Ref{vendor("shared")}, Claims: []catalog.Claim{claim(catalog.Vendor, "shared", "vendor.name", "S", "terms")}, Sources: []catalog.Source{source("terms")}})
		own := record(t, s, Batch{By: "f", Entity: "fr", Scope: &fr, Records: []catalog.Ref{offering("fr-one"), vendor("fr-vendor")}, Sources: []catalog.Source{source("fr-contract")},
			Claims: []catalog.Claim{claim(catalog.Offering, "fr-one", "offering.name", "One", "fr-contract"), ref(catalog.Offering, "fr-one", "offering.vendor", "shared")}})
		shared, err := s.Claims(t.Context(), vendor("shared"), "vendor.name")
		if err != nil {
			t.Fatal(err)
		}
		sharedClaim := shared.Claims[0].Hash()
		for name, c := range map[string]struct {
			b        Batch
			conflict bool
			ok       bool
		}{
			"about what all share":             {b: Batch{Entity: "fr", Scope: &fr, Claims: []catalog.Claim{claim(catalog.Vendor, "shared", "vendor.name", "X", "")}}},
			"about another entity's":           {b: Batch{Entity: "de", Scope: &de, Claims: []catalog.Claim{claim(catalog.Offering, "fr-one", "offering.name", "X", "")}}},
			"naming another entity's":          {b: Batch{Entity: "de", Scope: &de, Records: []catalog.Ref{offering("de-one")}, Claims: []catalog.Claim{ref(catalog.Offering, "de-one", "offering.vendor", "fr-vendor")}}},
			"citing another entity's":          {b: Batch{Entity: "de", Scope: &de, Records: []catalog.Ref{offering("de-one")}, Claims: []catalog.Claim{claim(catalog.Offering, "de-one", "offering.name", "X", "fr-contract")}}},
			"an id that is taken":              {b: Batch{Entity: "de", Scope: &de, Records: []catalog.Ref{offering("fr-one")}}, conflict: true},
			"a source id that is taken":        {b: Batch{Entity: "de", Scope: &de, Sources: []catalog.Source{source("fr-contract")}}, conflict: true},
			"describing what all share":        {b: Batch{Entity: "de", Scope: &de, Sources: []catalog.Source{{ID: "terms", Title: "other", Kind: catalog.KindPress}}}},
			"withdrawing another entity's":     {b: Batch{Entity: "de", Scope: &de, Withdrawals: []catalog.Withdrawal{{Claim: own.Claims[0], Reason: "no"}}}},
			"withdrawing what all share":       {b: Batch{Entity: "de", Scope: &de, Withdrawals: []catalog.Withdrawal{{Claim: sharedClaim, Reason: "no"}}}},
			"settling what all share":          {b: Batch{Entity: "fr", Scope: &fr, Settlements: []catalog.Settlement{{Record: vendor("shared"), Path: "vendor.name", Claim: sharedClaim, Reason: "no"}}}},
			"the group: shared names entity's": {b: Batch{Records: []catalog.Ref{offering("all-one")}, Claims: []catalog.Claim{ref(catalog.Offering, "all-one", "offering.vendor", "fr-vendor")}}},
			"the group: shared cites entity's": {b: Batch{Claims: []catalog.Claim{claim(catalog.Vendor, "shared", "vendor.name", "X", "fr-contract")}}},
			"the group about an entity's":      {b: Batch{Claims: []catalog.Claim{claim(catalog.Offering, "fr-one", "offering.name", "Renamed", "terms")}}, ok: true},
			"its own":                          {b: Batch{Entity: "fr", Scope: &fr, Claims: []catalog.Claim{claim(catalog.Offering, "fr-one", "offering.name", "Mine", "terms")}}, ok: true},
			"its own withdrawn":                {b: Batch{Entity: "fr", Scope: &fr, Withdrawals: []catalog.Withdrawal{{Claim: own.Claims[0], Reason: "typo"}}}, ok: true},
		} {
			c.b.By = "p"
			before, err := s.Head(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			_, err = s.Record(t.Context(), c.b)
			_, invalid := errors.AsType[*catalog.InvalidError](err)
			_, conflict := errors.AsType[*ConflictError](err)
			switch {
			case c.ok && err != nil:
				t.Errorf("%s: %v", name, err)
			case !c.ok && (!invalid && !conflict || conflict != c.conflict):
				t.Errorf("%s: %v", name, err)
			}
			if after, _ := s.Head(t.Context()); !c.ok && after != before {
				t.Errorf("%s: something was recorded", name)
			}
		}
		entities, err := s.In(fr).Entities(t.Context(), offering("fr-one"), vendor("shared"), offering("nothing"))
		if diff := cmp.Diff(map[catalog.Ref]string{offering("fr-one"): "fr", vendor("shared"): ""}, entities); err != nil || diff != "" {
			t.Error(err, diff)
		}
		v, err := s.Verify(t.Context(), VerifyOptions{})
		if err != nil || !v.OK() {
			t.Errorf("%+v, %v", v, err)
		}
	})
}

// The same bytes are a file of each entity that sends them, under its own name; they are kept, verified and backed up once.
func TestFilesOfTwoEntities(t *testing.T) {
	onBoth(t, func(t *testing.T, o Options) {
		s := open(t, o)
		var sum string
		for _, e := range []string{"fr", "de", "", "it"} {
			f, err := s.AddFile(t.Context(), strings.NewReader("public terms"), e+".txt", "", -1, e)
			want := e
			if e == "it" {
				want = "" // what all share stands already
			}
			if err != nil || f.Entity != want || f.Name != want+".txt" {
				t.Errorf("%q: %+v, %v", e, f, err)
			}
			sum = f.SHA256
		}
		record(t, s, Batch{Entity: "fr", Sources: []catalog.Source{{ID: "c", Title: "Contract", Kind: catalog.KindContract, File: sum, Confidential: true}}})
		for e, confidential := range map[string]bool{"fr": true, "de": false, "it": false} {
			if f, err := s.In(Within(e)).File(t.Context(), sum); err != nil || f.Confidential != confidential {
				t.Errorf("%s: %+v, %v", e, f, err)
			}
		}
		dir, place := t.TempDir(), t.TempDir()
		m, err := s.Backup(t.Context(), dir)
		if err != nil || m.Files != 1 {
			t.Fatalf("%+v, %v", m, err)
		}
		if v, err := Restore(t.Context(), dir, Options{Dir: place, Dictionary: o.Dictionary}); err != nil || !v.OK() || v.Files != 1 {
			t.Errorf("%+v, %v", v, err)
		}
	})
}

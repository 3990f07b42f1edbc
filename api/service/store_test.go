package service_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"vigie/api/service"
	"vigie/catalog"
	"vigie/catalog/account"
	"vigie/catalog/dictionary"
	"vigie/catalog/store"
)

// seeded is the folder of a store with the shipped catalogue, made once.
var seeded = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "vigie-service-")
	if err != nil {
		return "", err
	}
	dict, err := dictionary.Builtin()
	if err != nil {
		return "", err
	}
	st, err := store.Open(context.Background(), store.Options{Dir: dir, Dictionary: dict})
	if err != nil {
		return "", err
	}
	if made, err := service.Seed(context.Background(), st); err != nil || !made {
		return "", errors.Join(err, errors.New("an empty store was not seeded"))
	}
	return dir, st.Close()
})

func TestMain(m *testing.M) {
	code := m.Run()
	if dir, err := seeded(); err == nil {
		os.RemoveAll(dir)
	}
	os.Exit(code)
}

// openKept opens a service on a store of its own, seeded with the shipped catalogue.
func openKept(t testing.TB) *service.Service {
	t.Helper()
	dir := t.TempDir()
	copySeeded(t, dir)
	return openAt(t, dir, "test")
}

func copySeeded(t testing.TB, dir string) {
	t.Helper()
	from, err := seeded()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS(dir, os.DirFS(from)); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(filepath.Join(dir, "log.key"), 0o600); err != nil {
		t.Fatal(err)
	}
}

func openAt(t testing.TB, dir, version string) *service.Service {
	t.Helper()
	dict, err := dictionary.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	st, err := store.Open(t.Context(), store.Options{Dir: dir, Dictionary: dict})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { st.Close() })
	s, err := service.OpenStore(service.Options{Version: version}, st)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// who is a context of somebody with roles, of an entity of the group or of the group itself.
func who(ctx context.Context, person, entity string, roles ...account.Role) context.Context {
	return account.With(ctx, &account.Principal{Person: person, Entity: entity, Roles: roles})
}

func group(t testing.TB) context.Context { return who(t.Context(), "p-group", "", account.Roles()...) }

// whoOr is somebody with one role, or somebody with all on a demonstration.
func whoOr(t *testing.T, demo bool, r account.Role) context.Context {
	if demo {
		return group(t)
	}
	return who(t.Context(), "p-one", "", r)
}

const offering = "mistral-api-medium-3.5"

func isA[E error](err error) bool { _, ok := errors.AsType[E](err); return ok }

// Assessments, lists, sheets, comparisons and views of a store are those of the file it was seeded with.
func TestStoreAnswersAsTheFile(t *testing.T) {
	kept, file, ctx := openKept(t), openShipped(t), group(t)
	v, err := kept.View(ctx, today, today)
	if err != nil {
		t.Fatal(err)
	}
	w, err := file.View(ctx, today, today)
	if err != nil {
		t.Fatal(err)
	}
	for _, kind := range catalog.Kinds() {
		if diff := cmp.Diff(w.IDs(kind), v.IDs(kind)); diff != "" {
			t.Fatal(diff)
		}
		a, err := file.List(ctx, kind, today, today, "")
		if err != nil {
			t.Fatal(err)
		}
		b, err := kept.List(ctx, kind, today, today, "")
		if err != nil {
			t.Fatal(err)
		}
		for i := range b {
			b[i].Revision = 0 // a file has none
		}
		if diff := cmp.Diff(a, b); diff != "" {
			t.Fatalf("list of %s: %s", kind, diff)
		}
		for i, id := range w.IDs(kind) {
			if i%17 != 0 {
				continue
			}
			ref := catalog.Ref{Kind: kind, ID: id}
			a, err := file.Sheet(ctx, ref, today, today)
			if err != nil {
				t.Fatal(err)
			}
			b, err := kept.Sheet(ctx, ref, today, today)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(a, b); diff != "" {
				t.Fatalf("sheet of %s: %s", ref, diff)
			}
		}
	}
	for i, id := range w.IDs(catalog.Offering) {
		r := service.Request{Offering: id, UseCase: uses[i%len(uses)], On: today}
		a, err := file.Assess(ctx, r)
		if err != nil {
			t.Fatal(err)
		}
		b, err := kept.Assess(ctx, r)
		if err != nil {
			t.Fatal(err)
		}
		if a.Assessment.Hash != b.Assessment.Hash {
			t.Fatalf("%s: another assessment", id)
		}
	}
	q := service.CompareRequest{Offerings: w.IDs(catalog.Offering)[:5], UseCase: uses[0], On: today, Draws: 100}
	a, err := file.Compare(ctx, q)
	if err != nil {
		t.Fatal(err)
	}
	b, err := kept.Compare(ctx, q)
	if err != nil || a.Comparison.Hash != b.Comparison.Hash {
		t.Fatal("another comparison", err)
	}
	if made, err := service.Seed(ctx, kept.Store); err != nil || made {
		t.Errorf("seeded again: %v, %v", made, err)
	}
}

// A list by pages is the whole list, filtered and searched alike in a file and in a store.
func TestPagesAddUp(t *testing.T) {
	kept, file, ctx := openKept(t), openShipped(t), group(t)
	for _, q := range []service.ListQuery{
		{Kind: catalog.Offering}, {Kind: catalog.Offering, Find: "mistral large"}, {Kind: catalog.Offering, Filters: []store.Filter{{Path: "offering.deployment", Value: "saas"}}},
		{Kind: catalog.Vendor, Find: "zzz"},
	} {
		q.On, q.Limit = today, 7
		var lists [2][]string
		for i, s := range []*service.Service{file, kept} {
			for q := q; ; {
				p, err := s.Page(ctx, q)
				if err != nil {
					t.Fatal(err)
				}
				for _, x := range p.Items {
					lists[i] = append(lists[i], x.ID)
				}
				if q.After = p.Next; q.After == "" {
					break
				}
			}
		}
		if diff := cmp.Diff(lists[0], lists[1]); diff != "" {
			t.Errorf("%+v: %s", q, diff)
		}
	}
	for _, s := range []*service.Service{file, kept} {
		if _, err := s.Page(ctx, service.ListQuery{Kind: catalog.Vendor, On: today, After: "§"}); !isA[*catalog.InvalidError](err) {
			t.Error(err)
		}
	}
}

// What is written is seen at once, also by what keeps recent answers.
func TestWritesAreSeenAtOnce(t *testing.T) {
	s, ctx := openKept(t), group(t)
	c := service.Keep(s)
	r := service.Request{Offering: offering, UseCase: uses[0], On: today}
	before, err := c.Assess(ctx, r)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := c.Assess(ctx, r); err != nil || again != before {
		t.Error("judged again though nothing was written", err)
	}
	if _, err := s.Record(ctx, store.Batch{Records: []catalog.Ref{{Kind: catalog.Vendor, ID: "new-vendor"}}}); err != nil {
		t.Fatal(err)
	}
	if again, err := c.Assess(ctx, r); err != nil || again != before {
		t.Error("judged again though the dossier is the same", err)
	}
	ref := catalog.Ref{Kind: catalog.Offering, ID: offering}
	receipt, err := s.Record(ctx, store.Batch{Claims: []catalog.Claim{{Record: ref, Path: "offering.name", State: catalog.Known, Value: &catalog.Value{Type: catalog.TypeText, Text: "Renamed", FR: "Renommée"}, AsOf: today}}})
	if err != nil {
		t.Fatal(err)
	}
	after, err := c.Assess(ctx, r)
	if err != nil || after.Dossier.Name(ref).EN != "Renamed" || after.Assessment.Hash == before.Assessment.Hash {
		t.Errorf("%v, %v", after.Dossier.Name(ref), err)
	}
	v, err := s.View(ctx, today, today)
	if err != nil || v.Name(ref).FR != "Renommée" {
		t.Errorf("%v, %v", v.Name(ref), err)
	}
	h, err := s.History(ctx, ref, "offering.name")
	if err != nil || len(h.Claims) != 2 || h.Claims[1].RecordedBy != "p-group" || h.Claims[1].Hash != receipt.Claims[0] {
		t.Errorf("%+v, %v", h, err)
	}
	if _, err := s.Withdraw(ctx, "", receipt.Claims[0], "typo"); err != nil {
		t.Fatal(err)
	}
	if again, err := c.Assess(ctx, r); err != nil || again.Dossier.Name(ref) != before.Dossier.Name(ref) {
		t.Error("a withdrawn claim still holds", err)
	}
}

package service_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"vigie/api/service"
	"vigie/catalog"
	"vigie/catalog/account"
)

// TestReadWhole judges every offering of a store read offering by offering, and of one that is read whole into memory first:
// both give the same assessments, and the same questions.
func TestReadWhole(t *testing.T) {
	one := openKept(t)
	ctx := account.With(t.Context(), account.Local())
	v, err := one.View(ctx, "2026-11-24", "2026-11-24")
	if err != nil {
		t.Fatal(err)
	}
	var all []service.Request
	for i, id := range v.IDs(catalog.Offering) {
		uses := v.IDs(catalog.UseCase)
		all = append(all, service.Request{Offering: id, UseCase: uses[i%len(uses)], On: "2026-11-24", KnownOn: "2026-11-24"})
	}
	whole := service.Keep(openKept(t))
	got, err := whole.AssessAll(ctx, all)
	if err != nil {
		t.Fatal(err)
	}
	for i, r := range all {
		want, err := one.Assess(ctx, r)
		if err != nil {
			t.Fatal(err)
		}
		if want.Assessment.Hash != got[i].Assessment.Hash {
			t.Errorf("%s for %s: read whole, another assessment", r.Offering, r.UseCase)
		}
	}
	first, list, err := one.Recourse(ctx, all[0])
	if err != nil {
		t.Fatal(err)
	}
	kept, alike, err := whole.Recourse(ctx, all[0])
	if err != nil || first.Assessment.Hash != kept.Assessment.Hash || len(list) == 0 {
		t.Errorf("%d alternatives to another assessment: %v", len(list), err)
	}
	if diff := cmp.Diff(list, alike); diff != "" {
		t.Errorf("alternatives from what is kept differ from those made anew:\n%s", diff)
	}
	rivals := []string{all[1].Offering, all[2].Offering}
	want, err := one.Questions(ctx, all[0], rivals)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 { // made, then kept
		kept, err := whole.Questions(ctx, all[0], rivals)
		if err != nil {
			t.Fatal(err)
		}
		w, g := *want, *kept
		w.Result, g.Result = nil, nil
		a, errA := catalog.Hash(w)
		b, errB := catalog.Hash(g)
		if errA != nil || errB != nil || a != b {
			t.Errorf("what is kept differs from what is asked anew: %v, %v", errA, errB)
		}
	}
}

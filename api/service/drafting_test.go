package service_test

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"vigie/api/service"
	"vigie/catalog/account"
	"vigie/catalog/store"
	"vigie/catalog/wording"
	"vigie/evaluator/framework"
)

var bandsWords = wording.Textf("bands", "paliers")

// begun is a draft of the shipped framework.
func begun(t *testing.T, s *service.Service, ctx context.Context) *service.FrameworkDraft {
	t.Helper()
	d, err := s.BeginFramework(ctx, "", "", wording.Text{})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// A draft begins as what it came from, byte for byte, and taking back every change ends there again.
func TestDraftsAreTakenBack(t *testing.T) {
	s, ctx := openKept(t), group(t)
	d := begun(t, s, ctx)
	c, faults, err := s.Check(d)
	if err != nil || faults != nil || c.Hash() != s.Framework.Hash() {
		t.Fatalf("%v, %v", faults, err)
	}
	first := d.Framework.Criteria[0].ID
	for _, change := range []func(*service.FrameworkDraft) error{
		func(d *service.FrameworkDraft) error { d.Framework.Criterion(first).Bands[0].Score = 42; return nil },
		func(d *service.FrameworkDraft) error { d.Framework.Criteria = d.Framework.Criteria[1:]; return nil },
		func(d *service.FrameworkDraft) error {
			d.Framework.Families[0].Weight, d.Framework.Families[1].Weight = 10, 12
			return nil
		},
		func(d *service.FrameworkDraft) error {
			f := d.Framework
			f.Criteria[0], f.Criteria[1] = f.Criteria[1], f.Criteria[0]
			return nil
		},
	} {
		if d, err = s.ChangeFramework(ctx, d.ID, bandsWords, change); err != nil {
			t.Fatal(err)
		}
	}
	if len(d.Past) != 4 || d.Past[0].By != "p-group" || d.Past[3].AtNs == 0 {
		t.Errorf("%+v", d.Past)
	}
	if same, err := s.ChangeFramework(ctx, d.ID, bandsWords, func(*service.FrameworkDraft) error { return nil }); err != nil || same.Revision != d.Revision {
		t.Errorf("a change of nothing was kept: %v, %v", same, err)
	}
	if _, err := s.UndoFramework(ctx, d.ID, d.Revision-1); !isA[*store.ConflictError](err) {
		t.Errorf("taken back unseen: %v", err)
	}
	for len(d.Past) > 0 {
		if d, err = s.UndoFramework(ctx, d.ID, d.Revision); err != nil {
			t.Fatal(err)
		}
	}
	if c, faults, err = s.Check(d); err != nil || faults != nil || c.Hash() != s.Framework.Hash() {
		t.Errorf("%v, %v", faults, err)
	}
}

// What is wrong is told at the criterion and its field.
func TestDraftFaults(t *testing.T) {
	s, ctx := openKept(t), group(t)
	d := begun(t, s, ctx)
	c := d.Framework.Criterion("prv-dpa")
	c.Bands[1].When = `terms.dpaa == "none"`
	c.Bands[2].Score = 300
	c.Title.FR = ""
	d.Framework.Families[0].Weight++
	_, faults, err := s.Check(d)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range faults {
		got = append(got, f.Criterion+" "+f.Field)
	}
	if want := []string{"prv-dpa title.fr", " families", "prv-dpa bands.1.when", "prv-dpa bands.2.score"}; !cmp.Equal(got, want) {
		t.Errorf("%q\n%v", got, faults)
	}
}

// A draft is tried on an offering, alone or by one criterion, and nothing is kept; published, it is judged under as it was tried.
func TestDraftsAreTriedAndPublished(t *testing.T) {
	s, ctx := openKept(t), group(t)
	d := begun(t, s, ctx)
	r := service.Request{Offering: offering, UseCase: uses[0], On: today, KnownOn: today}
	if _, _, err := s.KeepAssessment(ctx, r); err != nil {
		t.Fatal(err)
	}
	d, err := s.ChangeFramework(ctx, d.ID, bandsWords, func(d *service.FrameworkDraft) error {
		for _, c := range d.Framework.Criteria {
			for i := range c.Bands {
				c.Bands[i].Score = 50
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	whole, err := s.TryFramework(ctx, d, "", r)
	if err != nil || whole.Draft.Score.Low != 5000 || whole.Draft.Score.High != 5000 || whole.Before.Score == whole.Draft.Score {
		t.Fatalf("%+v, %v", whole, err)
	}
	one, err := s.TryFramework(ctx, d, "prv-dpa", r)
	if err != nil || len(one.Draft.Criteria) != 1 || *one.Draft.Criteria[0].Low != 50 {
		t.Errorf("%+v, %v", one, err)
	}
	effect, err := s.FrameworkEffect(ctx, d, today)
	if err != nil || effect.Judged != 1 || effect.Totals != 1 || len(effect.Lines) != 1 {
		t.Errorf("%+v, %v", effect, err)
	}
	reason := wording.Textf("everything is worth the same", "tout se vaut")
	if _, err := s.PublishDraft(ctx, d.ID, d.Revision, s.Framework.Version, framework.Published, reason); !isA[*store.ConflictError](err) {
		t.Errorf("the shipped version was replaced: %v", err)
	}
	reader := who(t.Context(), "p-reader", "", account.Reader)
	if _, err := s.PublishDraft(reader, d.ID, d.Revision, "0.2.0", framework.Published, reason); !isA[*account.ForbiddenError](err) {
		t.Errorf("a reader published: %v", err)
	}
	l, err := s.PublishDraft(ctx, d.ID, d.Revision, "0.2.0", framework.Published, reason)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.ChangeFramework(ctx, d.ID, bandsWords, func(*service.FrameworkDraft) error { return nil }); !isA[*store.ConflictError](err) {
		t.Errorf("a draft that was published was changed: %v", err)
	}
	r.Framework = l.Hash
	if res, err := s.Assess(ctx, r); err != nil || res.Assessment.Score != whole.Draft.Score {
		t.Errorf("%v, %v", res, err)
	}
	versions, err := s.FrameworkVersions(ctx)
	if err != nil || len(versions) != 2 || versions[1].By != "p-group" || versions[1].After != s.Framework.Hash() || versions[1].Reason != reason || len(versions[1].Weights) != len(versions[0].Weights) {
		t.Errorf("%+v, %v", versions, err)
	}
	if list, err := s.Documents(ctx, store.Assessment, nil, 0, 10); err != nil || len(list) != 1 {
		t.Errorf("trials were kept: %v, %v", list, err)
	}
}

func BenchmarkCheck(b *testing.B) {
	s := openKept(b)
	d, err := s.BeginFramework(group(b), "", "", wording.Text{})
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, _, err := s.Check(d); err != nil {
			b.Fatal(err)
		}
	}
}

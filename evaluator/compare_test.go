package evaluator

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"vigie/catalog"
	"vigie/catalog/wording"
	"vigie/evaluator/framework"
)

func TestCompareSaysWhatItsJSONPromises(t *testing.T) {
	p := open(t)
	c, err := Compare(p.compareInput(t, "office-assistant", "mistral-api-medium-3.5", "midjourney-service", "self-hosted-gpt-oss-120b", "openai-api-eu-gpt-5.5"))
	if err != nil {
		t.Fatal(err)
	}
	data, err := catalog.Canonical(c)
	if err != nil {
		t.Fatal(err)
	}
	var got struct {
		Ranking []struct {
			Offering string
			Group    string
			Rank     int
			Word     string
			Score    struct{ Low, High json.Number }
		}
		Swaps, Dominated []json.RawMessage
		Seed             *uint64
	}
	if err := json.Unmarshal(data, &got); err != nil {
		t.Fatal(err)
	}
	if len(got.Ranking) != 4 || got.Seed == nil || got.Swaps == nil || got.Dominated == nil {
		t.Errorf("%+v", got)
	}
	group, rank := "", 0
	for _, r := range got.Ranking {
		if !slices.Contains([]string{"firm", "likely", "not_separated"}, r.Word) {
			t.Errorf("%s has the word %q", r.Offering, r.Word)
		}
		if r.Group != group {
			group, rank = r.Group, 0
		}
		if r.Rank < rank || r.Rank < 1 {
			t.Errorf("%s has rank %d in its group", r.Offering, r.Rank)
		}
		rank = r.Rank
		if low, err := r.Score.Low.Float64(); err != nil || low < 0 || low > 100 {
			t.Errorf("%s scores from %s", r.Offering, r.Score.Low)
		}
	}
	order := map[Verdict]int{Eligible: 0, Undetermined: 1, NotEligible: 2}
	if !slices.IsSortedFunc(c.Ranking, func(a, b Ranked) int { return order[a.Group] - order[b.Group] }) {
		t.Error("groups are mixed")
	}
	for _, row := range c.Matrix {
		if len(row.Cells) != 4 || row.Same && len(row.Facts) > 0 {
			t.Errorf("%s: %d cells, same %v, %d facts", row.Criterion, len(row.Cells), row.Same, len(row.Facts))
		}
		for _, cell := range row.Cells {
			for _, b := range cell.Bands {
				if b >= len(row.Bands) || row.Bands[b].Label.IsZero() {
					t.Errorf("%s gives no reason for %s", row.Criterion, cell.Offering)
				}
			}
		}
	}
	again, err := Compare(p.compareInput(t, "office-assistant", "openai-api-eu-gpt-5.5", "self-hosted-gpt-oss-120b", "midjourney-service", "mistral-api-medium-3.5"))
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(c, again); d != "" {
		t.Errorf("the order in which candidates are named matters: %s", d)
	}
}

// Adding or removing a candidate never changes the order of two others, whatever group they are in.
func TestOrderDependsOnNobodyElse(t *testing.T) {
	p := open(t)
	ids := p.view.IDs(catalog.Offering)
	all := map[string]Judged{}
	for _, id := range ids {
		all[id] = p.judged(t, id, "customer-chatbot")
	}
	in := p.compareInput(t, "customer-chatbot")
	in.Draws = 64
	order := func(t *rapid.T, chosen []string) []string {
		in := in
		for _, id := range chosen {
			in.Candidates = append(in.Candidates, all[id])
		}
		c, err := Compare(in)
		if err != nil {
			t.Fatal(err)
		}
		var out []string
		for _, r := range c.Ranking {
			out = append(out, r.Offering)
		}
		return out
	}
	rapid.Check(t, func(t *rapid.T) {
		chosen := rapid.SliceOfNDistinct(rapid.SampledFrom(ids), 3, 6, rapid.ID).Draw(t, "candidates")
		whole := order(t, chosen)
		left := slices.DeleteFunc(slices.Clone(whole), func(id string) bool { return id == chosen[0] })
		if d := cmp.Diff(left, order(t, chosen[1:])); d != "" {
			t.Error(d)
		}
	})
}

func TestCompareRefusesWhatCannotBeCompared(t *testing.T) {
	p := open(t)
	two := func() CompareInput {
		return p.compareInput(t, "office-assistant", "mistral-api-medium-3.5", "openai-api-eu-gpt-5.5")
	}
	for name, c := range map[string]struct {
		change func(*CompareInput)
		want   string
	}{
		"none":  {func(in *CompareInput) { in.Candidates = nil }, "offerings: a comparison takes at least two offerings, found 0"},
		"one":   {func(in *CompareInput) { in.Candidates = in.Candidates[:1] }, "offerings: a comparison takes at least two offerings, found 1"},
		"twice": {func(in *CompareInput) { in.Candidates[1] = in.Candidates[0] }, `offerings: "mistral-api-medium-3.5" is there twice`},
		"another use": {func(in *CompareInput) {
			a := *in.Candidates[1].Assessment
			a.UseCase = "rnd-secret"
			in.Candidates[1].Assessment = &a
		}, "offerings.openai-api-eu-gpt-5.5: was not assessed for the same use case as the others; assess it again, then compare"},
		"another framework": {func(in *CompareInput) {
			a := *in.Candidates[1].Assessment
			a.FrameworkHash = "0"
			in.Candidates[1].Assessment = &a
		}, "offerings.openai-api-eu-gpt-5.5: was not assessed for the same framework as the others; assess it again, then compare"},
		"too many": {func(in *CompareInput) {
			for i := range 5001 {
				a := *in.Candidates[0].Assessment
				a.Offering = fmt.Sprint("o", i)
				in.Candidates = append(in.Candidates, Judged{&a, in.Candidates[0].Dossier})
			}
			in.Candidates = in.Candidates[2:]
		}, "offerings: a comparison takes at most 5000 offerings, found 5001"},
		"draws": {func(in *CompareInput) { in.Draws = -1 }, "draws: expected from 1 to 1000000 draws, found -1"},
	} {
		in := two()
		c.change(&in)
		if _, err := Compare(in); err == nil || err.Error() != c.want {
			t.Errorf("%s: got %v, want %s", name, err, c.want)
		}
	}
}

func TestWeighings(t *testing.T) {
	fw := open(t).in.Framework.Framework
	base := func(change func(*Weighing)) Weighing {
		w := Weighing{ID: "committee", Author: "u-17", Reason: wording.Text{EN: "Agreed.", FR: "Convenu."}}
		change(&w)
		return w
	}
	for name, c := range map[string]struct {
		w    Weighing
		want map[string]int64
		err  string
	}{
		"numbers": {base(func(w *Weighing) { w.Numbers = map[string]int64{"privacy": 2, "security": 1} }), map[string]int64{"privacy": 67, "security": 33}, ""},
		"swings":  {base(func(w *Weighing) { w.Swings = map[string]int64{"privacy": 100, "security": 60, "cost": 40} }), map[string]int64{"privacy": 50, "security": 30, "cost": 20}, ""},
		"order":   {base(func(w *Weighing) { w.Order = []string{"security", "privacy", "cost"} }), map[string]int64{"security": 61, "privacy": 28, "cost": 11}, ""},
		"zero":    {base(func(w *Weighing) { w.Numbers = map[string]int64{"privacy": 0} }), nil, "numbers: every weight is zero: nothing would decide"},
		"negative": {base(func(w *Weighing) { w.Numbers = map[string]int64{"privacy": -1, "cost": 2} }), nil,
			"numbers.privacy: a weight cannot be negative: -1"},
		"huge": {base(func(w *Weighing) {
			w.Numbers, w.Criteria = map[string]int64{"cost": 1 << 62}, map[string]int64{fw.Criteria[0].ID: 1 << 40}
		}), nil, "numbers.cost: a weight is at most 1000000, found 4611686018427387904\ncriteria." + fw.Criteria[0].ID + ": a weight is at most 100, found 1099511627776"},
		"two ways": {base(func(w *Weighing) { w.Numbers, w.Order = map[string]int64{"cost": 1}, []string{"cost"} }), nil,
			"weights: expected one of numbers, swings and order, found 2 of them"},
		"order twice": {base(func(w *Weighing) { w.Order = []string{"cost", "cost"} }), nil, `order: "cost" is there twice`},
		"low swings": {base(func(w *Weighing) { w.Swings = map[string]int64{"cost": 40} }), nil,
			"swings: the swing that matters most is 100; none is"},
		"nobody": {Weighing{ID: "x", Reason: wording.Same("r"), Order: []string{"cost"}}, nil, "author: weights need an author"},
	} {
		got, err := c.w.WeightSet(fw)
		switch {
		case c.err != "":
			if err == nil || err.Error() != c.err {
				t.Errorf("%s: got %v, want %s", name, err, c.err)
			}
		case err != nil:
			t.Errorf("%s: %v", name, err)
		default:
			var sum int64
			for id, w := range got.Families {
				sum += w
				if w != c.want[id] {
					t.Errorf("%s: %s weighs %d, want %d", name, id, w, c.want[id])
				}
			}
			if sum != 100 || len(got.Families) != len(fw.Families) {
				t.Errorf("%s: %d families weigh %d", name, len(got.Families), sum)
			}
		}
	}
	_, err := base(func(w *Weighing) { w.Numbers = map[string]int64{"privcy": 1} }).WeightSet(fw)
	if err == nil || !strings.Contains(err.Error(), `"privacy"`) {
		t.Errorf("the nearest family is not named: %v", err)
	}
}

func TestMembersSideBySide(t *testing.T) {
	p := open(t)
	in := p.compareInput(t, "office-assistant", "mistral-api-medium-3.5", "self-hosted-gpt-oss-120b", "openai-api-eu-gpt-5.5")
	for _, family := range []string{"capability", "jurisdiction"} {
		w, err := Weighing{ID: "only-" + family, Author: "u-1", Reason: wording.Same("-"), Order: []string{family}}.WeightSet(p.in.Framework.Framework)
		if err != nil {
			t.Fatal(err)
		}
		in.Members = append(in.Members, w)
	}
	c, err := Compare(in)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range c.Members.Members {
		alone := in
		alone.Weights = in.Members[slices.IndexFunc(in.Members, func(w *framework.WeightSet) bool { return w.ID == m.WeightSet })]
		if d := cmp.Diff(alone.problem(in.Candidates).Order(), m.Order); d != "" {
			t.Errorf("%s: %s", m.WeightSet, d)
		}
	}
	for _, f := range c.Members.Families {
		want := [2]int64{0, 0}
		if f.Family == "capability" || f.Family == "jurisdiction" {
			want[1] = 100
		}
		if got := [2]int64{f.Low, f.High}; got != want {
			t.Errorf("%s: %v", f.Family, got)
		}
	}
}

func BenchmarkCompareTwelve(b *testing.B) {
	p := open(b)
	in := p.compareInput(b, "office-assistant", p.view.IDs(catalog.Offering)[:12]...)
	in.Draws = DefaultDraws
	for b.Loop() {
		if _, err := Compare(in); err != nil {
			b.Fatal(err)
		}
	}
}

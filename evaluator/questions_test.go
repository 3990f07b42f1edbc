package evaluator

import (
	"math/big"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"vigie/catalog"
	"vigie/catalog/wording"
	"vigie/evaluator/expr"
	"vigie/evaluator/ranking"
)

var uses = []string{"office-assistant", "code-assistant", "customer-chatbot", "hr-personal-data", "rnd-secret", "citizen-service"}

// What the index says of a question is what evaluating every completed dossier from the start gives.
func TestQuestionsAgreeWithFullEvaluation(t *testing.T) {
	p := open(t)
	ix := NewIndex(p.in.Framework)
	ids := p.view.IDs(catalog.Offering)
	checked := 0
	rapid.Check(t, func(t *rapid.T) {
		in, a := p.drawn(t, ids)
		rivals := p.standings(t, in.Dossier.UseCase.ID, "openai-api-eu-gpt-5.5", "self-hosted-gpt-oss-120b")
		asked := ix.start(in, a, rivals)
		q, err := asked.ask(rapid.SampledFrom(a.Missing).Draw(t, "missing"))
		if err != nil {
			t.Fatal(err)
		}
		def, ok := in.Dictionary.Fact(q.Path)
		if !ok || q.Record.Kind != def.Record || q.Confirm || len(q.Together) > 0 || def.Type == catalog.TypeReference {
			return
		}
		want := p.byHand(t, in, a, ix, q, def, rivals)
		if d := q.Narrowing - want.narrowing; d < -1 || d > 1 {
			t.Errorf("%s of %s: narrows by %s, by hand %s", q.Path, q.Record, q.Narrowing, want.narrowing)
		}
		if q.Leader != want.leader {
			t.Errorf("%s of %s: leader changes in %s %%, by hand %s", q.Path, q.Record, q.Leader, want.leader)
		}
		for _, k := range q.KnockOuts {
			if got := [2]Hundredths{k.Passes, k.Fails}; got != want.knockOuts[k.ID] {
				t.Errorf("%s of %s, %s: %v, by hand %v", q.Path, q.Record, k.ID, got, want.knockOuts[k.ID])
			}
		}
		checked++
	})
	if checked == 0 {
		t.Error("no question was checked")
	}
}

// standings are those of shipped offerings, judged once a use.
func (p *shippedParts) standings(t *rapid.T, use string, ids ...string) []Standing {
	if p.rivals[use] == nil {
		in := p.in
		in.Weights = in.Framework.WeightSets[use]
		for _, id := range ids {
			d, err := p.view.Gather(catalog.Query{Offering: id, UseCase: use})
			if err != nil {
				t.Fatal(err)
			}
			in.Dossier = d
			a, err := Evaluate(in)
			if err != nil {
				t.Fatal(err)
			}
			p.rivals[use] = append(p.rivals[use], (&CompareInput{Framework: in.Framework, Weights: in.Weights}).StandingOf(a))
		}
	}
	return p.rivals[use]
}

// drawn is a shipped offering in a shipped use, some facts of which were forgotten.
func (p *shippedParts) drawn(t *rapid.T, ids []string) (Input, *Assessment) {
	use := rapid.SampledFrom(uses).Draw(t, "use")
	d, err := p.view.Gather(catalog.Query{Offering: rapid.SampledFrom(ids).Draw(t, "offering"), UseCase: use})
	if err != nil {
		t.Fatal(err)
	}
	in := p.in
	forget := rapid.IntRange(0, 9).Draw(t, "forget")
	n := 0
	in.Weights = p.in.Framework.WeightSets[use]
	in.Dossier = d.Where(func(_ catalog.Ref, f catalog.Fact) bool {
		n++
		return aboutUs(f.Path) || n%10 != forget
	})
	a, err := Evaluate(in)
	if err != nil {
		t.Fatal(err)
	}
	return in, a
}

// presumed reports whether a place is presumed until it is said: an organisation that runs the model itself keeps data
// where its own rules allow, and what follows does not wait for the answer.
func presumed(in Input, q Question) bool {
	return in.Dossier.Roles.SelfHosted && slices.Contains([]string{"offering.processing_countries", "offering.storage_countries", "offering.metadata_countries"}, q.Path)
}

type handMade struct {
	narrowing, leader Hundredths
	knockOuts         map[string][2]Hundredths
}

func (p *shippedParts) byHand(t *rapid.T, in Input, a *Assessment, ix *Index, q Question, def *catalog.FactDef, rivals []Standing) handMade {
	self := &CompareInput{Framework: in.Framework, Weights: in.Weights}
	var facts []catalog.Fact
	for _, v := range ix.domain(q.Path, in.Dossier.Record(q.Record).Fact(q.Path), in.Dossier) {
		facts = append(facts, catalog.Fact{Path: q.Path, State: catalog.Known, Value: &v, AsOf: in.Dossier.On, Kind: catalog.KindNone, Assumed: true})
	}
	if def.AbsentRule != nil && def.AbsentRule.Value != nil {
		facts = append(facts, catalog.Fact{Path: q.Path, State: catalog.Absent, AsOf: in.Dossier.On, Kind: catalog.KindNone, Assumed: true})
	}
	var width, leads int64
	counts := map[string][2]int64{}
	first := leader(rivals, self.StandingOf(a))
	for _, f := range facts {
		full := in
		full.Dossier = in.Dossier.With(q.Record, f)
		b, err := Evaluate(full)
		if err != nil {
			t.Fatal(err)
		}
		for i, x := range a.Derived {
			if (len(q.Via) == 0 || presumed(in, q)) && !sameDerived(x, b.Derived[i]) {
				t.Skip("a derived fact depends on a fact that it does not wait for: its engine's own tests hold it to that")
			}
		}
		width += int64(b.Score.Width())
		if leader(rivals, self.StandingOf(b)) != first {
			leads++
		}
		for i, k := range b.KnockOuts {
			c := counts[k.ID]
			switch {
			case a.KnockOuts[i].Status != Open:
			case k.Status == Failed:
				c[1]++
			case k.Status != Open:
				c[0]++
			}
			counts[k.ID] = c
		}
	}
	n := int64(len(facts))
	percent := func(k int64) Hundredths { return hundredths(big.NewRat(100*k, n)) }
	out := handMade{narrowing: a.Score.Width() - hundredths(big.NewRat(width, 100*n)), leader: percent(leads), knockOuts: map[string][2]Hundredths{}}
	for id, c := range counts {
		out.knockOuts[id] = [2]Hundredths{percent(c[0]), percent(c[1])}
	}
	return out
}

// Asking questions leaves the readings as they were: asked twice, the answer is the same.
func TestQuestionsLeaveNothingBehind(t *testing.T) {
	p := open(t)
	ix := NewIndex(p.in.Framework)
	in := p.input(t, "mistral-api-medium-3.5", "hr-personal-data")
	a, err := Evaluate(in)
	if err != nil {
		t.Fatal(err)
	}
	q := ix.start(in, a, nil)
	before, err := in.judge(q.full)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range a.Missing {
		if _, err := q.ask(m); err != nil {
			t.Fatal(err)
		}
	}
	after, err := in.judge(q.full)
	if err != nil {
		t.Fatal(err)
	}
	same := slices.EqualFunc(before, after, func(x, y answer) bool {
		return x.applies == y.applies && slices.Equal(x.reachable, y.reachable) && slices.Equal(x.missing, y.missing)
	})
	if !same {
		t.Error("the dossier reads otherwise after the questions")
	}
}

// The whole-number scale agrees with exact fractions, and its mean with that of the ranking.
func TestScaleAgreesWithFractions(t *testing.T) {
	p := open(t)
	fw := p.in.Framework
	w := fw.WeightSets["office-assistant"]
	in := Input{Framework: fw, Weights: w}
	rapid.Check(t, func(t *rapid.T) {
		judged := make([]answer, len(fw.Criteria))
		cells := make([]cell, len(fw.Criteria))
		problem := (&CompareInput{Framework: fw, Weights: w}).problem(nil)
		candidate := ranking.Candidate{ID: "x"}
		for i, c := range fw.Criteria {
			a := answer{applies: rapid.SampledFrom([]expr.Truth{expr.True, expr.True, expr.True, expr.Maybe, expr.False}).Draw(t, "applies")}
			if a.applies != expr.False {
				a.reachable = rapid.SliceOfNDistinct(rapid.IntRange(0, len(c.Bands)-1), 1, len(c.Bands), rapid.ID).Draw(t, "bands")
				slices.Sort(a.reachable)
			}
			judged[i], cells[i] = a, cellFrom(c, a)
			cell := ranking.Cell{Applies: map[expr.Truth]ranking.Applicability{expr.True: ranking.Applies, expr.Maybe: ranking.MayApply, expr.False: ranking.DoesNotApply}[a.applies]}
			for _, b := range a.reachable {
				cell.Scores = append(cell.Scores, c.Bands[b].Score)
			}
			candidate.Cells = append(candidate.Cells, cell)
		}
		_, want := in.totals(judged)
		s := newScale(fw, w)
		low, high := s.interval(cells)
		if d := toHundredths(low) - want.Low; d < -1 || d > 1 {
			t.Errorf("low %d, exactly %s", low, want.Low)
		}
		if d := toHundredths(high) - want.High; d < -1 || d > 1 {
			t.Errorf("high %d, exactly %s", high, want.High)
		}
		if m := problem.Mean(candidate); m != nil {
			exact, _ := m.Float64()
			if d := float64(s.mean(cells))/micro - exact; d < -0.001 || d > 0.001 {
				t.Errorf("mean %d, exactly %f", s.mean(cells), exact)
			}
		}
	})
}

func TestLettersHoldTenQuestionsInBothLanguages(t *testing.T) {
	p := open(t)
	in := p.input(t, "openai-api-eu-gpt-5.5", "hr-personal-data")
	a, err := Evaluate(in)
	if err != nil {
		t.Fatal(err)
	}
	questions, err := NewIndex(p.in.Framework).Questions(in, a, nil)
	if err != nil {
		t.Fatal(err)
	}
	letters := Letters(in.Dossier, in.Dictionary, questions)
	if len(letters) == 0 {
		t.Fatal("nobody is asked")
	}
	for _, l := range letters {
		if len(l.Items) == 0 || len(l.Items) > MaxAsked {
			t.Errorf("%s is asked %d questions", l.To, len(l.Items))
		}
		for _, i := range l.Items {
			if def, _ := in.Dictionary.Fact(i.Path); i.Text.EN == "" || i.Text.FR == "" || i.Text != def.Question && i.Text != def.Label {
				t.Errorf("%s: %q is not the dictionary's question", i.Path, i.Text)
			}
		}
		for _, lang := range wording.Langs() {
			if l.In(lang) == "" {
				t.Errorf("%s has no letter in %s", l.To, lang)
			}
		}
	}
}

func TestCostOfAsking(t *testing.T) {
	for name, c := range map[string]struct {
		def  catalog.FactDef
		want Cost
	}{
		"a page and the contract": {catalog.FactDef{Where: []string{"contract", "terms_page"}}, CostPublic},
		"asked in writing":        {catalog.FactDef{Where: []string{"ask_vendor"}}, CostEmail},
		"negotiated":              {catalog.FactDef{Where: []string{"contract"}}, CostNDA},
		"measured":                {catalog.FactDef{Where: []string{"own_measure", "benchmark_site"}}, CostOwn},
		"nowhere":                 {catalog.FactDef{}, CostEmail},
		"ours":                    {catalog.FactDef{Record: catalog.UseCase, Where: []string{"terms_page"}}, CostOwn},
	} {
		if got := CostOf(&c.def); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

// A dossier of which everything is known but eight facts, each read by some criterion: what PERFORMANCE measures.
func BenchmarkQuestionsEightMissing(b *testing.B) {
	p := open(b)
	in, a := p.eightMissing(b)
	ix := NewIndex(p.in.Framework)
	b.ResetTimer()
	for b.Loop() {
		if _, err := ix.Questions(in, a, nil); err != nil {
			b.Fatal(err)
		}
	}
}

// The same by evaluating each completed dossier: no index, every criterion judged again.
func BenchmarkQuestionsEightMissingNaive(b *testing.B) {
	p := open(b)
	in, a := p.eightMissing(b)
	ix := NewIndex(p.in.Framework)
	b.ResetTimer()
	for b.Loop() {
		for _, m := range a.Missing {
			for _, v := range ix.domain(m.Path, catalog.Fact{}, in.Dossier) {
				full := in
				full.Dossier = in.Dossier.With(m.Record, catalog.Fact{Path: m.Path, State: catalog.Known, Value: &v, Assumed: true})
				if _, err := full.judge(full.read(0)); err != nil {
					b.Fatal(err)
				}
			}
		}
	}
}

func BenchmarkQuestionsReference(b *testing.B) {
	p := open(b)
	in := p.input(b, "mistral-api-medium-3.5", "office-assistant")
	a, err := Evaluate(in)
	if err != nil {
		b.Fatal(err)
	}
	ix := NewIndex(p.in.Framework)
	for b.Loop() {
		if _, err := ix.Questions(in, a, nil); err != nil {
			b.Fatal(err)
		}
	}
}

func (p *shippedParts) eightMissing(t testing.TB) (Input, *Assessment) {
	in := p.input(t, "mistral-api-medium-3.5", "office-assistant")
	d := in.Dossier
	leave := []string{"terms.retention_days", "terms.human_review", "offering.audit_logs", "sla.rto_hours", "model.red_team", "vendor.vulnerability_disclosure", "terms.liability_cap", "offering.encryption"}
	for _, path := range in.Dictionary.Paths() {
		def, _ := in.Dictionary.Fact(path)
		v, ok := def.ExampleValue()
		if !ok || def.Cumulative || def.Type == catalog.TypeReference || slices.Contains(leave, path) {
			continue
		}
		for _, h := range d.Holder(string(def.Record)) {
			if d.Record(h).Fact(path).State == catalog.Unknown {
				d = d.With(h, catalog.Fact{Path: path, State: catalog.Known, Value: &v, Kind: catalog.KindContract, Signed: true, AsOf: referenceDay})
			}
		}
	}
	in.Dossier = d.Where(func(_ catalog.Ref, f catalog.Fact) bool { return !slices.Contains(leave, f.Path) })
	a, err := Evaluate(in)
	if err != nil {
		t.Fatal(err)
	}
	direct := slices.DeleteFunc(slices.Clone(a.Missing), func(m MissingFact) bool { return !slices.Contains(leave, m.Path) })
	a.Missing = direct
	return in, a
}

// TestOpenListsAreStillToBeLearnt: what a list leaves out may settle a derived fact, which says so.
func TestOpenListsAreStillToBeLearnt(t *testing.T) {
	p := open(t)
	in := p.input(t, "outscale-mistral", "hr-personal-data")
	ref := catalog.FactRef{Record: catalog.Ref{Kind: catalog.Offering, ID: "outscale-mistral"}, Path: "offering.processing_countries"}
	for _, complete := range []bool{false, true} {
		france := catalog.Value{Type: catalog.TypeCountry, Many: true, Complete: complete, List: []catalog.Value{{Type: catalog.TypeCountry, Text: "FR"}}}
		full := in
		full.Dossier = in.Dossier.With(ref.Record, catalog.Fact{Path: ref.Path, State: catalog.Known, Value: &france, AsOf: in.Dossier.On, Kind: catalog.KindNone, Assumed: true})
		a, err := Evaluate(full)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range a.Derived {
			if d.Path == "exposure.worst" && (d.State != catalog.Unknown || slices.Contains(d.SettledBy, ref) == complete) {
				t.Errorf("complete %t: %s, settled by %v", complete, d.State, d.SettledBy)
			}
		}
	}
}

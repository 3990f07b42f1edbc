package evaluator

import (
	"testing"

	"vigie/catalog"
)

// A knock-out of which it is not known whether it applies passes on strong evidence only: learning that it applies
// must not reopen it.
func TestAKnockOutThatMayApplyAsksForItsEvidenceToo(t *testing.T) {
	p := open(t)
	in := p.in
	checked := 0
	for _, offering := range p.view.IDs(catalog.Offering) {
		for _, use := range []string{"code-assistant", "citizen-service"} {
			in.Weights = in.Framework.WeightSets[use]
			d, err := p.view.Gather(catalog.Query{Offering: offering, UseCase: use})
			if err != nil {
				t.Fatal(err)
			}
			in.Dossier = d
			after, err := Evaluate(in)
			if err != nil {
				t.Fatal(err)
			}
			in.Dossier = d.Where(func(r catalog.Ref, _ catalog.Fact) bool { return r.Kind != catalog.UseCase })
			before, err := Evaluate(in)
			if err != nil {
				t.Fatal(err)
			}
			for i, b := range before.KnockOuts {
				if b.Status != Passed {
					continue
				}
				checked++
				if a := after.KnockOuts[i]; a.Status != Passed && a.Status != NotApplicable {
					t.Errorf("%s for %s, %s: %s before the use is known, then %s", offering, use, b.ID, b.Status, a.Status)
				}
			}
		}
	}
	if checked == 0 {
		t.Error("no knock-out passes")
	}
}

package reports

import (
	"fmt"
	"strconv"

	"vigie/catalog/wording"
	"vigie/evaluator"
	"vigie/reports/tree"
)

func itoa(n int) string { return strconv.Itoa(n) }

// tenths writes a score with one decimal. Ends of an interval are rounded outwards, so that what is printed still
// holds everything that is possible.
func (b *builder) tenths(n int64) string {
	return wording.Number(b.l, fmt.Sprintf("%d.%d", n/10, n%10))
}

func (b *builder) interval(low, high evaluator.Hundredths) string {
	if low == high {
		return b.tenths((int64(low) + 5) / 10)
	}
	return b.tenths(int64(low)/10) + "\u00a0–\u00a0" + b.tenths((int64(high)+9)/10)
}

func rangeOf(low, high evaluator.Hundredths) *tree.Range {
	return &tree.Range{Low: int64(low), High: int64(high)}
}

// points is the answer to a criterion in whole points.
func (b *builder) points(c evaluator.CriterionResult) string {
	switch {
	case c.Low == nil || c.High == nil:
		return b.say("not applicable", "sans objet")
	case *c.Low == *c.High:
		return itoa(*c.Low)
	}
	return itoa(*c.Low) + "\u00a0–\u00a0" + itoa(*c.High)
}

func pointRange(c evaluator.CriterionResult) *tree.Range {
	if c.Low == nil || c.High == nil {
		return nil
	}
	return &tree.Range{Low: int64(*c.Low) * 100, High: int64(*c.High) * 100}
}

// shareOf is the weight of a criterion in the whole, in hundredths of a percent, when the criteria of its family that
// may apply all do. It orders reasons; it is not part of the score.
func (b *builder) shareOf(c evaluator.CriterionResult) int64 {
	var inFamily, families, own int64
	for _, o := range b.Assessment.Criteria {
		if o.Family == c.Family && o.Applies != evaluator.AppliesNo {
			inFamily += o.Weight
		}
	}
	for _, f := range b.Assessment.Families {
		if f.Low != nil {
			families += f.Weight
		}
		if f.ID == c.Family {
			own = f.Weight
		}
	}
	if inFamily == 0 || families == 0 {
		return 0
	}
	return own * c.Weight * 10000 / (inFamily * families)
}

// percent writes hundredths of a percent with one decimal.
func (b *builder) percent(hundredths int64) string {
	n := (hundredths + 5) / 10
	return wording.Percent(b.l, fmt.Sprintf("%d.%d", n/10, n%10))
}

// count writes a number and its noun in the form that agrees with it. French counts 0 and 1 as singular.
func (b *builder) count(n int, oneEN, manyEN, oneFR, manyFR string) string {
	word := manyEN
	switch {
	case b.l == wording.FR && n < 2:
		word = oneFR
	case b.l == wording.FR:
		word = manyFR
	case n == 1:
		word = oneEN
	}
	return wording.Number(b.l, itoa(n)) + "\u00a0" + curly(wording.Typeset(b.l, word))
}

var verdictWords = map[evaluator.Verdict]struct {
	mark  tree.Mark
	words wording.Text
}{
	evaluator.Eligible:     {tree.MarkPassed, wording.Text{EN: "Eligible", FR: "Éligible"}},
	evaluator.NotEligible:  {tree.MarkFailed, wording.Text{EN: "Not eligible", FR: "Non éligible"}},
	evaluator.Undetermined: {tree.MarkOpen, wording.Text{EN: "Undetermined", FR: "Indéterminé"}},
}

var statusWords = map[evaluator.Status]struct {
	mark  tree.Mark
	words wording.Text
}{
	evaluator.Passed:        {tree.MarkPassed, wording.Text{EN: "passed", FR: "satisfait"}},
	evaluator.Failed:        {tree.MarkFailed, wording.Text{EN: "failed", FR: "non satisfait"}},
	evaluator.Open:          {tree.MarkOpen, wording.Text{EN: "undetermined", FR: "indéterminé"}},
	evaluator.NotApplicable: {tree.MarkNotApplicable, wording.Text{EN: "not applicable", FR: "sans objet"}},
}

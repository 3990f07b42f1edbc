package decision_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"vigie/catalog"
	"vigie/catalog/wording"
	"vigie/evaluator"
	"vigie/evaluator/decision"
	"vigie/evaluator/finding"
)

// holding is an approval of an offering served by a vendor, with a model of a maker, at a monthly cost.
func holding(id, vendor, maker, weights, cost string, hosts ...string) decision.Holding {
	ref := func(path, id string) catalog.Fact {
		return catalog.Fact{Path: path, State: catalog.Known, Value: &catalog.Value{Type: catalog.TypeReference, Text: id}}
	}
	code := func(path, v string) catalog.Fact {
		x := catalog.ChoiceValue(v)
		return catalog.Fact{Path: path, State: catalog.Known, Value: &x}
	}
	var list []catalog.Value
	for _, c := range hosts {
		list = append(list, catalog.Value{Type: catalog.TypeCountry, Text: c})
	}
	countries := catalog.ListValue(catalog.TypeCountry, true, list...)
	replaceable := catalog.BoolValue(id == "c")
	d := &catalog.Dossier{
		Offering: catalog.Ref{Kind: catalog.Offering, ID: id},
		Roles:    catalog.Roles{Vendor: catalog.Ref{Kind: catalog.Vendor, ID: vendor}, Models: []catalog.Ref{{Kind: catalog.Model, ID: "m"}}},
		Records: []catalog.DossierRecord{
			{Kind: catalog.Model, ID: "m", Facts: []catalog.Fact{ref("model.provider", maker), code("model.weights", weights)}},
			{Kind: catalog.Offering, ID: id, Facts: []catalog.Fact{{Path: "offering.processing_countries", State: catalog.Known, Value: &countries}}},
			{Kind: catalog.Subprocessing, ID: "s", Facts: []catalog.Fact{{Path: "subprocessing.replaceable", State: catalog.Known, Value: &replaceable}, ref("subprocessing.user", vendor), ref("subprocessing.vendor", "cloud")}},
		},
	}
	a := &evaluator.Assessment{Offering: id, Verdict: evaluator.Eligible}
	if cost != "" {
		v := catalog.NumValue(catalog.TypeNumber, cost)
		a.Derived = []finding.Derived{{Path: "cost.month_eur", State: catalog.Known, Value: &v}}
	}
	x := &decision.Decision{Format: decision.Format, Offering: id, Draft: decision.Draft{Outcome: decision.Approve, Until: catalog.Date("2027-01-0" + map[string]string{"a": "3", "b": "1", "c": "2"}[id])}}
	x.Hash = id
	return decision.Holding{Decision: x, Judged: evaluator.Judged{Assessment: a, Dossier: d}}
}

func TestPortfolioAddsUp(t *testing.T) {
	p := decision.NewPortfolio("2026-11-24", []decision.Holding{
		holding("a", "v", "v", "closed", "300", "FR"), holding("b", "v", "v", "open", "", "FR", "US"), holding("c", "w", "v", "open", "100", "US"),
	})
	var order []string
	for _, l := range p.Lines {
		order = append(order, l.Offering)
	}
	if d := cmp.Diff([]string{"b", "c", "a"}, order); d != "" {
		t.Errorf("the first to end is not first: %s", d)
	}
	if d := cmp.Diff(decision.Sum{Known: "400", Unknown: 1}, p.Spend); d != "" {
		t.Error(d)
	}
	type entry struct {
		ID            string
		Share         evaluator.Hundredths
		Falls, Shaken []string
		Spend         string
	}
	seen := map[decision.Dimension][]entry{}
	index := map[decision.Dimension][2]int{}
	for _, c := range p.Concentrations {
		for _, e := range c.Entries {
			seen[c.Dimension] = append(seen[c.Dimension], entry{e.ID, e.Share, e.Falls, e.Shaken, e.Spend})
		}
		spend := -1
		if c.HerfindahlEUR != nil {
			spend = *c.HerfindahlEUR
		}
		index[c.Dimension] = [2]int{c.Herfindahl, spend}
	}
	none := []string{}
	want := map[decision.Dimension][]entry{
		decision.ByVendor:       {{"v", 6667, []string{"a", "b"}, none, "300"}, {"w", 3333, []string{"c"}, none, "100"}},
		decision.ByOwner:        {{"v", 6667, []string{"a", "b"}, none, "300"}, {"w", 3333, []string{"c"}, none, "100"}},
		decision.ByHostCountry:  {{"FR", 5000, []string{"a", "b"}, none, "300"}, {"US", 5000, []string{"b", "c"}, none, "100"}},
		decision.BySubprocessor: {{"cloud", 10000, []string{"a", "b"}, []string{"c"}, "400"}},
		decision.ByMaker:        {{"v", 10000, []string{"a", "b"}, []string{"c"}, "400"}},
	}
	if d := cmp.Diff(want, seen); d != "" {
		t.Error(d)
	}
	// Two thirds and one third; 300 and 100 of 400.
	if d := cmp.Diff([2]int{5556, 6250}, index[decision.ByVendor]); d != "" {
		t.Error(d)
	}
	for dim := range want {
		if dim.Label().In(wording.FR) == dim.Label().In(wording.EN) {
			t.Errorf("%s is not said in French", dim)
		}
	}
}

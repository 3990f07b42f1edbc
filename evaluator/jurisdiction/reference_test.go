package jurisdiction

import (
	"fmt"
	"testing"

	"vigie/catalog"
	"vigie/catalog/dictionary"
	"vigie/catalog/reference"
)

const today = catalog.Date("2026-11-24")

func referenceView(t testing.TB) *catalog.View {
	t.Helper()
	dict, err := dictionary.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	cat, err := reference.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	return cat.At(dict, today, today)
}

func TestReferenceTable(t *testing.T) {
	view, laws := referenceView(t), builtin(t)
	pick := []string{"us-sca-cloud-act", "us-fisa-702", "us-ear", "cn-intelligence-law", "uk-ipa-2016", "ca-production-orders", "ru-yarovaya"}
	for _, id := range view.IDs(catalog.Offering) {
		d, err := view.Gather(catalog.Query{Offering: id, UseCase: "office-assistant"})
		if err != nil {
			d, err = view.Gather(catalog.Query{Offering: id})
		}
		if err != nil {
			t.Fatal(err)
		}
		g := FromDossier(d)
		e := laws.Assess(g, today)
		fmt.Printf("%-40s parties %2d stakes %2d supplies %2d q %2d ", id, len(g.Parties), len(g.Stakes), len(g.Supplies), len(e.Questions))
		for _, l := range pick {
			for _, x := range e.Exposures {
				if x.Law == l {
					fmt.Printf(" %s%s", string(x.Status)[:3], map[bool]string{true: "(" + string(x.CouldBe) + ")"}[x.CouldBe != ""])
				}
			}
		}
		fmt.Printf(" snc=%s seal=%v\n", e.Immunity.Result, e.Sovereignty.CapSOV2)
	}
}

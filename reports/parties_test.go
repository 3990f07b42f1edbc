package reports

import (
	"strings"
	"testing"

	"vigie/catalog"
	"vigie/catalog/wording"
)

// A line whose list of offerings goes on was printed as a sub-processor like the others.
func TestALineThatMayBeForOtherOfferingsIsPrintedAsPerhaps(t *testing.T) {
	in := invented(t, "exemplia-paris")
	lines := in.Dossier.OfKind(catalog.Subprocessing)
	if len(lines) == 0 {
		t.Fatal("the invented offering has no sub-processor")
	}
	v := catalog.ListValue(catalog.TypeReference, false, catalog.Value{Type: catalog.TypeReference, Text: "another"})
	in.Dossier = in.Dossier.With(lines[0].Ref(), catalog.Fact{Path: "subprocessing.offerings", State: catalog.Known, Value: &v})
	for l, want := range map[wording.Lang][]string{
		wording.EN: {"perhaps a sub-processor", "perhaps: it is not known whether it is used for this offering"},
		wording.FR: {"sous-traitant ultérieur, peut-être", "peut-être : on ignore si elle concourt à cette offre"},
	} {
		d, err := Build(in, l)
		if err != nil {
			t.Fatal(err)
		}
		for _, w := range want {
			if !strings.Contains(d.String(), wording.Typeset(l, w)) {
				t.Errorf("%s: the report does not say %q", l, w)
			}
		}
	}
}

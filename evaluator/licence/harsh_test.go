package licence

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"vigie/catalog/wording"
)

// Some answers asked for more than the text does: AGPL-3.0 section 13 asks something of modified versions only, section 0 says
// that serving over a network conveys nothing; CC-BY-NC-4.0 says nothing of outputs; most duties fall due when something is
// done, not in any case.
func TestNoAnswerIsHarsherThanItsText(t *testing.T) {
	set := mustBuiltin(t)
	judge := func(id string) Judgement {
		j, ok := set.Judge(id, set.NewSituation(map[string]Known{"use_case.commercial_use": boolean(true)}, testRefs, testRates), nil)
		if !ok {
			t.Fatalf("no licence %s", id)
		}
		return j
	}
	agpl := judge("agpl-3.0").Rights[ServeThirdParty]
	if diff := cmp.Diff([]wording.Text{{EN: "if it is modified: offer its users the source of the modified version", FR: "s'il est modifié : offrir à ses utilisateurs le code source de la version modifiée"}}, agpl.ToDo); agpl.Answer != Allowed || diff != "" {
		t.Errorf("AGPL served to others: %s, to do (-want +got)\n%s", agpl.Answer, diff)
	}
	for _, id := range []string{"cc-by-nc-4.0", "cc-by-nc-sa-4.0"} {
		nc := judge(id)
		if nc.Rights[OwnOutputs].Answer != Silent || nc.Rights[TrainOnOutputs].Answer != Silent {
			t.Errorf("%s: outputs %s, training on them %s; the text is silent", id, nc.Rights[OwnOutputs].Answer, nc.Rights[TrainOnOutputs].Answer)
		}
		if want := "only non-commercial use is licensed (not primarily intended for commercial advantage or monetary compensation), and this use is recorded as commercial"; nc.Rights[CommercialUse].Reason.EN != want {
			t.Errorf("%s: %q, want %q", id, nc.Rights[CommercialUse].Reason.EN, want)
		}
	}
	for id, want := range map[string][]string{
		"llama-3.3": {
			"start the name of a distributed derived model with “Llama”",
			"show “Built with Llama” (when it, or a product or service with it, is made available to others)",
			"when passing it on: give a copy of the licence",
			"when passing it on: show the required wording on site, interface or documentation",
			"when passing it on: keep a set notice in a “Notice” file",
		},
		"gemma-tou-2025-03-24": {
			"when passing it on: impose the use restrictions on recipients by contract",
			"when passing it on: give a copy of the licence",
			"when passing it on: mark modified files",
			"when passing it on: keep a set notice in a “Notice” file",
		},
	} {
		var got []string
		for _, d := range judge(id).Duties {
			got = append(got, d.Text.EN)
		}
		if !slices.Equal(want, got) {
			t.Errorf("%s: duties (-want +got)\n%s", id, cmp.Diff(want, got))
		}
	}
}

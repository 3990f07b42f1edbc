package proof

import "testing"

func TestSealedReportHolds(t *testing.T) {
	j := newJournal(t, "vigie.example.org")
	r := issue(t, j, "exemplia-paris")
	if v := Verify(r.sealed, []string{j.public}); !v.Holds || !v.Registered {
		t.Errorf("%+v", v.Lines)
	}
}

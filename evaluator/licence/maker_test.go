package licence_test

import (
	"testing"

	"vigie/evaluator/licence"
)

// A vendor that no longer owns the maker of a model serves it as anybody else does: under the licence of the weights.
func TestServedByTheMakerWhileTheStakeLasts(t *testing.T) {
	for _, c := range []struct {
		name, until string
		want        bool
	}{
		{"no end on record", "", true},
		{"it has ended", "2025-12-31", false},
		{"it ends later", "2027-12-31", true},
	} {
		lines := []string{"offering/o offering.deployment=shared_api", "offering/o offering.models=m", "model/m model.provider=maker",
			"stake/s stake.owner=server", "stake/s stake.vendor=maker", "stake/s stake.control=true"}
		if c.until != "" {
			lines = append(lines, "stake/s stake.until="+c.until)
		}
		d := world(t, lines...)
		d.Roles.Vendor = ref("vendor/server")
		if got := licence.ServedByMaker(d, ref("model/m")); got != c.want {
			t.Errorf("%s: got %v, want %v", c.name, got, c.want)
		}
	}
}

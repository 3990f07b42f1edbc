package api

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"vigie/api/service"
)

// A filter keeps the records whose fact has the value, page by page, and a fault in one is told.
func TestListsAreFiltered(t *testing.T) {
	h := testHandler(t)
	ids := func(path string) (out []string, next string) {
		t.Helper()
		res := get(h, path)
		if res.Code != http.StatusOK {
			t.Fatalf("%s: %d %s", path, res.Code, res.Body)
		}
		var l service.Listed
		if err := json.Unmarshal(res.Body.Bytes(), &l); err != nil {
			t.Fatal(err)
		}
		for _, x := range l.Items {
			out = append(out, x.ID)
		}
		return out, l.Next
	}
	all, _ := ids("/api/v1/records/offering?limit=200")
	own, _ := ids("/api/v1/records/offering?limit=200&where=offering.deployment%3Dself_hosted")
	if len(own) == 0 || len(own) >= len(all) {
		t.Fatalf("%d of %d are self-hosted", len(own), len(all))
	}
	for _, id := range own {
		if !strings.HasPrefix(id, "self-hosted-") {
			t.Errorf("%s is not self-hosted", id)
		}
	}
	var paged []string
	for cursor := ""; ; {
		some, next := ids("/api/v1/records/offering?limit=3&where=offering.deployment%3Dself_hosted&cursor=" + cursor)
		paged = append(paged, some...)
		if cursor = next; cursor == "" {
			break
		}
	}
	if strings.Join(paged, " ") != strings.Join(own, " ") {
		t.Errorf("page by page: %v\nat once: %v", paged, own)
	}
	for _, where := range []string{"nothing", "vendor.country%3DFR", "offering.nothing%3Dx"} {
		res := get(h, "/api/v1/records/offering?where="+where)
		if res.Code != http.StatusBadRequest || !strings.Contains(res.Body.String(), "query.where[0]") {
			t.Errorf("%s: %d %s", where, res.Code, res.Body)
		}
	}
}

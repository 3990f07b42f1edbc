package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"vigie/api/service"
	"vigie/catalog/account"
	"vigie/catalog/dictionary"
	"vigie/catalog/store"
	"vigie/catalog/wording"
	"vigie/evaluator/decision"
)

// What comes in names the decisions in force that rest on facts that change, and once it is accepted, their drift.
func TestImportNamesTheDecisionsItTouches(t *testing.T) {
	t.Setenv("LANG", "C")
	dir := t.TempDir()
	data := filepath.Join(dir, "data")
	vigie := func(args ...string) string {
		t.Helper()
		var out, problems strings.Builder
		if code := run(t.Context(), args, nil, &out, &problems); code != exitOK {
			t.Fatalf("%v exits %d: %s", args, code, problems.String())
		}
		return out.String()
	}
	const day = "2026-11-24"
	vigie("import", "--shipped", "--data", data, "--on", day, "--accept", "first")
	decided := decide(t, data, service.Request{Offering: "mistral-api-medium-3.5", UseCase: "office-assistant", On: day})

	file := filepath.Join(dir, "new.yaml")
	if err := os.WriteFile(file, []byte(`format: vigie-catalogue/1
recorded: {at: 2026-11-24, by: u7}
sources:
- {id: court-register, title: Extract, kind: register, published: 2026-11-24, read: 2026-11-24}
records:
- kind: vendor
  id: mistral
  claims:
  - {path: vendor.headquarters_country, value: US, source: court-register, as_of: 2026-11-24}
- kind: vendor
  id: somebody-else
  name: Somebody else
`), 0o600); err != nil {
		t.Fatal(err)
	}
	var before, after imported
	if err := json.Unmarshal([]byte(vigie("import", file, "--data", data, "--on", day, "--json")), &before); err != nil {
		t.Fatal(err)
	}
	changed := 0
	for _, f := range before.Facts {
		if f.Record.ID == "mistral" {
			changed++
		}
	}
	if changed == 0 {
		t.Fatalf("no fact about the vendor changes: %+v", before.Facts)
	}
	if len(before.Decisions) != 1 || before.Decisions[0].Hash != decided.Hash || before.Decisions[0].Facts != changed || before.Decisions[0].Drift != nil || before.Recorded != nil {
		t.Errorf("%d facts change; %+v", changed, before.Decisions)
	}
	if err := json.Unmarshal([]byte(vigie("import", file, "--data", data, "--on", day, "--accept", "they moved", "--json")), &after); err != nil {
		t.Fatal(err)
	}
	if len(after.Decisions) != 1 || after.Decisions[0].Drift == nil || !after.Decisions[0].Drift.Any || after.Recorded == nil {
		t.Errorf("%+v", after.Decisions)
	}
}

// decide keeps a decision in a store.
func decide(t *testing.T, data string, r service.Request) *decision.Decision {
	t.Helper()
	dict, err := dictionary.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	st, err := store.Open(t.Context(), store.Options{Dir: data, Dictionary: dict})
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	s, err := service.OpenStore(service.Options{Version: "test"}, st)
	if err != nil {
		t.Fatal(err)
	}
	d, _, err := s.TakeDecision(account.With(t.Context(), account.Local()), service.DecisionRequest{Request: r,
		Draft: decision.Draft{Outcome: decision.Defer, Quorum: 1, By: []string{"p1"}, DecidedOn: r.On, Until: "2027-11-24", Reason: wording.Same("tested")}})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

package framework_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"vigie/catalog/wording"
	"vigie/evaluator/framework"
)

func TestBuiltinIsTight(t *testing.T) {
	loose, err := framework.Lint(builtin(t))
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range loose {
		t.Error(l.Fault().In(wording.EN))
	}
}

func lintSmall(t *testing.T, replace ...string) []framework.Loose {
	t.Helper()
	_, files := readArchive(t, "testdata/base.txtar")
	for _, name := range []string{"data.yaml", "place.yaml"} {
		files[name] = &fstest.MapFile{Data: []byte(strings.NewReplacer(replace...).Replace(string(files[name].Data)))}
	}
	c, err := framework.Load(files, smallEnvironment(t))
	if err != nil {
		t.Fatal(err)
	}
	loose, err := framework.Lint(c)
	if err != nil {
		t.Fatal(err)
	}
	return loose
}

func TestLintFindsWhatIsLoose(t *testing.T) {
	cases := []struct {
		name    string
		replace []string
		want    []string
	}{
		{"the small framework is tight", nil, nil},
		{"a band that leaves nothing to the last one",
			[]string{"- when: offering.deployment == \"self_hosted\"\n        score: 100", "- when: offering.retention_days > 30\n        score: 20"},
			[]string{"data.yaml:3:5: retention: gives 10 to 60 where only 20 to 60 can be reached, when offering.retention_days is not known (known: —); put the narrower bands first and state them positively"}},
		{"a band that denies what an earlier one says",
			[]string{"- when: offering.retention_days <= 30", "- when: offering.deployment != \"self_hosted\" && offering.retention_days <= 30"},
			[]string{"data.yaml:3:5: retention: gives 10 to 100 where only 60 to 100 can be reached, when offering.deployment is not known (known: offering.retention_days = 30); put the narrower bands first and state them positively"}},
		{"a question that always arises",
			[]string{"    bands:\n      - when: offering.deployment", "    applies: offering.retention_days > 5 || offering.retention_days < 9\n    bands:\n      - when: offering.deployment"},
			[]string{"data.yaml:3:5: retention: stays open although every answer to offering.retention_days gives the same result (known: offering.deployment = self_hosted)"}},
		{"a knock-out that everything fails",
			[]string{"fails_when: offering.retention_days > 0", "fails_when: offering.retention_days > 0 || offering.retention_days < 3"},
			[]string{"data.yaml:3:5: ko-retention: stays open although every answer to offering.retention_days gives the same result (known: offering.deployment = shared_api, use_case.secret = true)"}},
		{"a country sought in a list of which a part is known",
			[]string{"- when: offering.countries.all(c, c in eea.countries)", "- when: '[\"FR\", \"DE\"].exists(c, c in offering.countries)'"},
			nil},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			var got []string
			for _, l := range lintSmall(t, c.replace...) {
				got = append(got, l.Fault().In(wording.EN))
			}
			if d := cmp.Diff(got, c.want); d != "" {
				t.Errorf("-got +want\n%s", d)
			}
		})
	}
}

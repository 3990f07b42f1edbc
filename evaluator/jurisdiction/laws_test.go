package jurisdiction

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"vigie/catalog"
	"vigie/catalog/wording"
)

func TestShippedLaws(t *testing.T) {
	l := builtin(t)
	triggers, exposed, computed := 0, 0, 0
	for _, law := range l.List {
		if law.Computed {
			computed++
		}
		for _, x := range law.Triggers {
			triggers++
			if x.Status == Exposed {
				exposed++
			}
		}
	}
	got := fmt.Sprint(len(l.List), computed, triggers, exposed, len(l.Rules), len(l.Countries.List), len(l.Adequacy.Decisions))
	if want := fmt.Sprint(36, 34, 109, 80, 17, 249, 17); got != want {
		t.Errorf("laws, computed, triggers, exposed, rules, countries, decisions: got %s, want %s", got, want)
	}
}

// TestCountriesAgreeWithCatalogue: the table and the groups that the catalogue expands name the same states.
func TestCountriesAgreeWithCatalogue(t *testing.T) {
	l := builtin(t)
	var eu, eea []string
	for _, c := range l.Countries.List {
		if c.PartOf != "" {
			continue
		}
		if c.EU {
			eu = append(eu, c.Code)
		}
		if c.EEA {
			eea = append(eea, c.Code)
		}
	}
	if diff := cmp.Diff(catalog.EU(), eu); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(catalog.EEA(), eea); diff != "" {
		t.Error(diff)
	}
}

// lawFile is a valid file; each bad one changes one thing.
const lawFile = `id: zz-example
order: 99
jurisdiction: US
category: intelligence
harms: [confidentiality]
powers: [disclosure]
computed: true
name: {en: "Example Act", fr: "Loi d'exemple"}
short: {en: "Example", fr: "Exemple"}
citation: {formal: "1 U.S.C. 1", provisions: ["1 U.S.C. 1"]}
compels: {en: "To hand over.", fr: "Remettre."}
from_whom: {en: "Providers.", fr: "Prestataires."}
extraterritorial: {claims: "no", text: {en: "Silent.", fr: "Muet."}}
gag: {possible: false, text: {en: "None.", fr: "Aucun."}}
in_force:
  periods:
    - {from: "2001-01-01", to: "2005-12-31"}
    - {from: "2006-01-01"}
triggers:
  - id: zz-t1
    status: exposed
    party: {established_in: [US], own_access: metadata}
    basis: {en: "s. 1", fr: "s. 1"}
    text: {en: "A US company has access.", fr: "Une société américaine a accès."}
mitigated_by: [self-host-no-link]
severity: {base: 2, argument: {en: "Because.", fr: "Car."}}
eu_relation: {conflicts_with: [eu-gdpr-48], text: {en: "Conflict.", fr: "Conflit."}}
disputed: []
sources:
  - {title: "Example Act", publisher: "Congress", verified: false}
verified: {compels: false, reach: false, gag: false, dates: false}
confidence: low
checked: "2026-11-24"
recheck: {en: "yearly", fr: "chaque année"}
`

func TestBadLaws(t *testing.T) {
	l := builtin(t)
	if _, err := l.ReadLaw("zz-example.yaml", []byte(lawFile)); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, from, to, want, fr string }{
		{"an unknown nexus word", "own_access: metadata", "owns_access: metadata", `zz-example.yaml:22:35: triggers[0].party: unknown key "owns_access"; did you mean "own_access"?`, "vouliez-vous dire « own_access »"},
		{"an unknown role", "own_access: metadata", "role_in: [hoster]", `did you mean "host"?`, "« host »"},
		{"overlapping periods", `to: "2005-12-31"`, `to: "2006-06-30"`, "zz-example.yaml:18:7: in_force.periods[1]: the period overlaps the one before it", "chevauche"},
		{"a period that never ends before another", `, to: "2005-12-31"`, "", "overlaps", "chevauche"},
		{"a period that ends before it starts", `to: "2005-12-31"`, `to: "2000-12-31"`, "ends before it starts", "finit avant de commencer"},
		{"no source", "sources:\n  - {title: \"Example Act\", publisher: \"Congress\", verified: false}", "sources: []", "no source is given", "aucune source"},
		{"a country that no longer exists", "established_in: [US]", "established_in: [SU]", `zz-example.yaml:20:5: party.established_in: "SU" is not known here`, "« SU »"},
		{"a country that no longer exists either", "jurisdiction: US", "jurisdiction: YU", `jurisdiction: "YU"`, "« YU »"},
		{"a trigger without condition", "party: {established_in: [US], own_access: metadata}", "party: {}", "would reach every offering", "atteindrait toute offre"},
		{"a trigger that is not exposed or arguable", "status: exposed", "status: not_exposed", "a trigger is exposed or arguable", "exposed ou arguable"},
		{"an unknown mitigation", "self-host-no-link", "self-hosting-no-link", `did you mean "self-host-no-link"?`, "« self-host-no-link »"},
		{"an unknown European rule", "eu-gdpr-48", "eu-gdpr-49", `did you mean "eu-gdpr-48"?`, "« eu-gdpr-48 »"},
		{"a severity out of its scale", "base: 2", "base: 4", "from 1 to 3", "de 1 à 3"},
		{"a day that does not exist", `from: "2006-01-01"`, `from: "2006-02-30"`, "expected a day", "attendu : un jour"},
		{"a sentence in one language", `text: {en: "A US company has access.", fr: "Une société américaine a accès."}`, `text: {en: "A US company has access."}`, `key "fr" is missing`, "« fr » manque"},
	} {
		t.Run(c.name, func(t *testing.T) {
			text := strings.Replace(lawFile, c.from, c.to, 1)
			if text == lawFile {
				t.Fatalf("%q is not in the file", c.from)
			}
			_, err := l.ReadLaw("zz-example.yaml", []byte(text))
			if err == nil {
				t.Fatal("accepted")
			}
			if !strings.Contains(err.Error(), c.want) {
				t.Errorf("got:\n%v\nwant it to say %q", err, c.want)
			}
			if fr := err.(interface{ In(wording.Lang) string }).In(wording.FR); !strings.Contains(strings.ReplaceAll(fr, "\u00a0", " "), c.fr) {
				t.Errorf("got:\n%v\nwant it to say %q", fr, c.fr)
			}
		})
	}
}

// statusOn gives the status and flag of a law for a case on a day.
func statusOn(t *testing.T, l *Laws, caseID, law string, on catalog.Date) string {
	t.Helper()
	for _, c := range readCases(t, "testdata/cases.yaml") {
		if c.ID == caseID {
			for _, x := range l.Assess(c.graph(), on).Exposures {
				if x.Law == law {
					return strings.TrimSpace(string(x.Status) + " " + x.Flag)
				}
			}
		}
	}
	t.Fatalf("no case %s or law %s", caseID, law)
	return ""
}

func TestLawsOfAnotherDay(t *testing.T) {
	l := builtin(t)
	for _, c := range []struct {
		law  string
		on   catalog.Date
		want string
	}{
		{"us-sca-cloud-act", "2017-12-31", "not_exposed future"},
		{"us-sca-cloud-act", "2018-03-23", "exposed"},
		{"us-fisa-702", "2017-12-31", "exposed"},
		{"us-fisa-702", "2026-06-12", "exposed"},
		{"us-fisa-702", "2026-06-13", "exposed lapsed_transitional"},
		{"us-fisa-702", "2027-03-17", "exposed lapsed_transitional"},
		{"us-fisa-702", "2027-03-18", "not_exposed not_in_force"},
		{"in-dpdp-2023", "2026-11-24", "not_exposed future"},
		{"au-ipo", "2017-12-31", "not_exposed future"},
	} {
		if got := statusOn(t, l, "azure-openai-france", c.law, c.on); got != c.want {
			t.Errorf("%s on %s: got %s, want %s", c.law, c.on, got, c.want)
		}
	}
}

func TestAssumedLaws(t *testing.T) {
	l := builtin(t)
	assume := func(law, state string) catalog.Assumption {
		v := catalog.ChoiceValue(state)
		return catalog.Assumption{Op: catalog.AssumeLaw, Law: law, Value: &v, Text: "law:" + law + "=" + state}
	}
	repealed, err := l.Assume([]catalog.Assumption{assume("us-sca-cloud-act", "repealed")})
	if err != nil {
		t.Fatal(err)
	}
	if got := statusOn(t, repealed, "azure-openai-france", "us-sca-cloud-act", today); got != "not_exposed not_in_force" {
		t.Errorf("repealed: %s", got)
	}
	if got := statusOn(t, l, "azure-openai-france", "us-sca-cloud-act", today); got != "exposed" {
		t.Errorf("the shipped laws changed: %s", got)
	}
	if repealed.Fingerprint == l.Fingerprint {
		t.Error("another law has the same fingerprint")
	}
	_, err = l.Assume([]catalog.Assumption{assume("us-cloud-act", "repealed")})
	if err == nil || !strings.Contains(err.Error(), "us-sca-cloud-act") {
		t.Errorf("got %v, want the nearest name", err)
	}
}

// TestAdequacyHasDates: decisions cover nothing before they were taken or after they expire.
func TestAdequacyHasDates(t *testing.T) {
	a := builtin(t).Adequacy
	for _, c := range []struct {
		country string
		on      catalog.Date
		want    string
	}{{"GB", "2021-06-27", ""}, {"GB", "2026-11-24", "adq-gb"}, {"GB", "2031-12-28", ""}, {"BR", "2025-12-31", ""}, {"BR", "2026-11-24", "adq-br"}, {"US", "2022-01-01", ""}, {"CN", "2026-11-24", ""}} {
		if d, _ := a.For(c.country, c.on); d.ID != c.want {
			t.Errorf("%s on %s: got %q, want %q", c.country, c.on, d.ID, c.want)
		}
	}
}

// FuzzReadLaw: whatever the bytes, the answer is a law that the walk can use, or an error.
func FuzzReadLaw(f *testing.F) {
	f.Add([]byte(lawFile))
	f.Add([]byte(strings.Replace(lawFile, "party: {established_in: [US], own_access: metadata}", "offering: {data_in: [US], customer_listed: true}", 1)))
	f.Add([]byte("id: [}"))
	laws := builtin(f)
	g := readCases(f, "testdata/cases.yaml")[0].graph()
	f.Fuzz(func(t *testing.T, data []byte) {
		law, err := laws.ReadLaw("fuzz.yaml", data)
		if err == nil {
			laws.With(law).Assess(g, today)
		}
	})
}

// A citation is read in both languages, as every word is.
func TestCitationsAreInBothLanguages(t *testing.T) {
	for _, law := range builtin(t).List {
		if law.Citation.FormalFR == "" {
			t.Errorf("%s: the citation has no French", law.ID)
		}
	}
}

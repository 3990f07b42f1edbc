package licence_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"vigie/catalog"
	"vigie/catalog/dictionary"
	"vigie/catalog/reference"
	"vigie/catalog/wording"
	"vigie/evaluator/licence"
)

var rates = licence.Rates{On: "2026-11-24", Source: "test", USD: map[string]string{"EUR": "1.1"}}

func builtin(t *testing.T) *licence.Set {
	t.Helper()
	set, err := licence.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// TestReferenceModels: every model of the reference catalogue has its rights judged, or says why not.
func TestReferenceModels(t *testing.T) {
	set := builtin(t)
	cat, err := reference.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	dict, err := dictionary.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	view := cat.At(dict, "2026-11-24", "2026-11-24")
	count := map[licence.Basis]int{}
	for _, id := range view.IDs(catalog.Model) {
		d := &catalog.Dossier{}
		queue := []catalog.Ref{{Kind: catalog.Model, ID: id}}
		for i := 0; i < len(queue); i++ {
			r, ok := view.Record(queue[i])
			if !ok || d.Record(queue[i]) != nil {
				continue
			}
			d.Records = append(d.Records, *r)
			sortRecords(d)
			for _, f := range r.Facts {
				if f.State != catalog.Known || f.Value.Type != catalog.TypeReference {
					continue
				}
				kind := map[string]catalog.Kind{"model.licence": catalog.Licence, "model.base_models": catalog.Model, "model.provider": catalog.Vendor}[f.Path]
				for _, to := range f.Value.Texts() {
					queue = append(queue, catalog.Ref{Kind: kind, ID: to})
				}
			}
		}
		m := set.ModelRights(d, catalog.Ref{Kind: catalog.Model, ID: id}, rates)
		count[m.Basis]++
		if m.Reason.EN == "" || m.Reason.FR == "" {
			t.Errorf("%s: no reason", id)
		}
		if (m.Rights != nil) != (m.Basis == licence.FromLicence || m.Basis == licence.OnContract) {
			t.Errorf("%s: basis %s, rights %v", id, m.Basis, m.Rights != nil)
		}
		t.Logf("%-40s %-9s %-28s %s", id, m.Basis, m.ID, m.Reason.EN)
	}
	t.Log(count)
	if count[licence.FromLicence] == 0 {
		t.Error("no model has a licence whose rights are known")
	}
}

func sortRecords(d *catalog.Dossier) {
	for i := len(d.Records) - 1; i > 0 && d.Records[i].Ref().Compare(d.Records[i-1].Ref()) < 0; i-- {
		d.Records[i], d.Records[i-1] = d.Records[i-1], d.Records[i]
	}
}

// world builds a dossier from "kind/id path=value" lines; values are read by the dictionary's types.
func world(t *testing.T, lines ...string) *catalog.Dossier {
	t.Helper()
	dict, err := dictionary.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	d := &catalog.Dossier{Offering: ref("offering/o"), UseCase: ref("use_case/u"), Organisation: ref("organisation/us"), On: "2026-11-24"}
	add := func(r catalog.Ref, f catalog.Fact) {
		rec := d.Record(r)
		if rec == nil {
			d.Records = append(d.Records, catalog.DossierRecord{Kind: r.Kind, ID: r.ID})
			sortRecords(d)
			rec = d.Record(r)
		}
		rec.Facts = append(rec.Facts, f)
		for i := len(rec.Facts) - 1; i > 0 && rec.Facts[i].Path < rec.Facts[i-1].Path; i-- {
			rec.Facts[i], rec.Facts[i-1] = rec.Facts[i-1], rec.Facts[i]
		}
	}
	for _, l := range lines {
		who, rest, _ := strings.Cut(l, " ")
		path, value, _ := strings.Cut(rest, "=")
		def, ok := dict.Fact(path)
		if !ok {
			t.Fatalf("no fact %s", path)
		}
		v := catalog.Value{Type: def.Type, Text: value}
		switch {
		case def.Many:
			var elems []catalog.Value
			value, more := strings.CutSuffix(value, " …")
			for _, e := range strings.Fields(value) {
				elems = append(elems, catalog.Value{Type: def.Type, Text: e})
			}
			v = catalog.ListValue(def.Type, !more, elems...)
		case def.Type == catalog.TypeBoolean:
			v = catalog.BoolValue(value == "true")
		case def.Type.IsNumeric():
			num, currency, _ := strings.Cut(value, " ")
			v = catalog.Value{Type: def.Type, Num: num, Currency: currency}
		}
		add(ref(who), catalog.Fact{Path: path, State: catalog.Known, Value: &v})
		if path == "offering.deployment" && (value == "self_hosted" || value == "customer_cloud") {
			d.Roles.SelfHosted = true
		}
		if path == "offering.models" {
			for _, e := range strings.Fields(strings.TrimSuffix(value, " …")) {
				d.Roles.Models = append(d.Roles.Models, ref("model/"+e))
			}
		}
		if path == "offering.terms" {
			d.Roles.Terms = ref("terms/" + value)
		}
	}
	return d
}

func ref(s string) catalog.Ref {
	kind, id, _ := strings.Cut(s, "/")
	return catalog.Ref{Kind: catalog.Kind(kind), ID: id}
}

// frenchBank is an organisation and use of which everything that licences ask is known.
var frenchBank = []string{
	"organisation/us organisation.country=FR", "organisation/us organisation.public_sector=false", "organisation/us organisation.nonprofit=false",
	"organisation/us organisation.education_or_research=false", "organisation/us organisation.image_generation_core=false",
	"organisation/us organisation.monthly_active_users=12000000", "organisation/us organisation.annual_revenue=25000000000 EUR",
	"organisation/us organisation.registered_licences=", "organisation/us organisation.authorised_licences=",
	"use_case/u use_case.commercial_use=true", "use_case/u use_case.purpose=production", "use_case/u use_case.uses=", "use_case/u use_case.user_countries=FR",
	"use_case/u use_case.modifies_model=false", "use_case/u use_case.trains_on_outputs=false", "use_case/u use_case.redistributes_model=false",
}

func derived(t *testing.T, d *catalog.Dossier) (map[string]string, []string) {
	t.Helper()
	list, findings := builtin(t).Derive(d, rates)
	out := map[string]string{}
	for _, x := range list {
		var s string
		if x.Value != nil {
			s = x.Value.Text
			if x.Value.Type == catalog.TypeBoolean {
				s = fmt.Sprint(x.Value.Bool)
			}
		} else {
			var p []string
			for _, v := range x.Possible {
				if v.Type == catalog.TypeBoolean {
					p = append(p, fmt.Sprint(v.Bool))
				} else {
					p = append(p, v.Text)
				}
			}
			s = strings.Join(p, "|")
			for _, r := range x.SettledBy {
				s += " ?" + r.Path
			}
		}
		if x.Reason.EN == "" || x.Reason.FR == "" {
			t.Errorf("%s: no reason", x.Path)
		}
		out[x.Path] = s
	}
	var ids []string
	for _, f := range findings {
		ids = append(ids, f.ID)
		if f.What.IsZero() || f.Why.IsZero() || f.What.In(wording.FR) == f.What.In(wording.EN) {
			t.Errorf("finding %s: %+v", f.ID, f)
		}
	}
	return out, ids
}

func TestDerive(t *testing.T) {
	selfHosted := func(lines ...string) []string {
		out := append([]string{"offering/o offering.deployment=self_hosted", "offering/o offering.models=m", "model/m model.weights=open",
			"model/m model.input_modalities=text", "model/m model.output_modalities=text"}, frenchBank...)
		return append(out, lines...)
	}
	cases := []struct {
		name  string
		lines []string
		want  map[string]string
		finds string
	}{
		{"Apache on one's own servers", selfHosted("model/m model.licence=apache-2.0"),
			map[string]string{"rights.worst": "allowed", "rights.osi_approved": "true", "rights.self_host": "true", "rights.modify": "true", "rights.outputs_free": "true"}, ""},
		{"an Apache label on a Llama base", selfHosted("model/m model.licence=apache-2.0", "model/m model.base_models=base", "model/base model.licence=llama-3.1"),
			map[string]string{"rights.worst": "conditions_met", "rights.osi_approved": "false", "rights.self_host": "true", "rights.modify": "true", "rights.outputs_free": "false"},
			"licence.base/m/base"},
		{"a base without a recorded licence", selfHosted("model/m model.licence=apache-2.0", "model/m model.base_models=base", "model/base model.name=Base"),
			map[string]string{"rights.osi_approved": "false|true ?model.licence", "rights.modify": "false|true ?model.licence"}, "licence.commercial_use/m licence.territory/m licence.sector/m licence.field_of_use/m licence.self_host/m licence.outputs/m"},
		{"Llama 4, multimodal, in France", append(selfHosted("model/m model.licence=llama-4"), "model/m model.input_modalities=text image"),
			map[string]string{"rights.worst": "forbidden", "rights.self_host": "false", "rights.modify": "false"}, "licence.territory/m licence.self_host/m"},
		{"no licence recorded", selfHosted(),
			map[string]string{"rights.worst": "allowed|conditions_met|unclear|conditions_unmet|forbidden ?model.licence", "rights.modify": "false|true ?model.licence"}, "licence.unread/m"},
		{"known by name only", selfHosted("model/m model.licence=bfl-flux2-dev-nc"),
			map[string]string{"rights.worst": "unclear", "rights.osi_approved": "false"}, "licence.unread/m"},
		{"a hosted closed model, terms read", append([]string{"offering/o offering.deployment=shared_api", "offering/o offering.models=m", "offering/o offering.terms=t",
			"model/m model.weights=closed", "model/m model.licence=proprietary-openai", "terms/t terms.aup_conflict=none", "terms/t terms.output_training=no_competing"}, frenchBank...),
			map[string]string{"rights.worst": "allowed", "rights.osi_approved": "false", "rights.self_host": "false", "rights.modify": "false", "rights.outputs_free": "false"}, ""},
		{"a hosted closed model, terms not read", append([]string{"offering/o offering.deployment=shared_api", "offering/o offering.models=m", "offering/o offering.terms=t",
			"model/m model.weights=closed", "model/m model.licence=proprietary-openai"}, frenchBank...),
			map[string]string{"rights.worst": "allowed|conditions_met|unclear|conditions_unmet|forbidden ?terms.aup_conflict", "rights.outputs_free": "false|true ?terms.output_training"}, ""},
		{"two models: the worse counts", append([]string{"offering/o offering.deployment=self_hosted", "offering/o offering.models=a b", "model/a model.weights=open", "model/b model.weights=open",
			"model/a model.licence=mit", "model/b model.licence=cc-by-nc-4.0"}, frenchBank...),
			map[string]string{"rights.worst": "forbidden", "rights.osi_approved": "false", "rights.outputs_free": "false|true"}, "licence.commercial_use/b licence.self_host/b"},
		{"models not all named", append(selfHosted("model/m model.licence=mit"), "offering/o offering.models=m …"),
			map[string]string{"rights.worst": "allowed|conditions_met|unclear|conditions_unmet|forbidden ?offering.models", "rights.osi_approved": "false|true ?offering.models",
				"rights.modify": "false|true ?offering.models", "rights.outputs_free": "false|true ?offering.models"}, ""},
		{"base models not all named", selfHosted("model/m model.licence=mit", "model/m model.base_models=base …", "model/base model.licence=mit"),
			map[string]string{"rights.osi_approved": "false|true ?model.base_models", "rights.modify": "false|true ?model.base_models", "rights.outputs_free": "false|true ?model.base_models"},
			"licence.commercial_use/m licence.territory/m licence.sector/m licence.field_of_use/m licence.self_host/m licence.outputs/m"},
		{"another maker than the holder", append(selfHosted("model/m model.licence=deepseek-1.0", "model/m model.provider=acme"), "vendor/acme vendor.name=Acme"),
			map[string]string{"rights.worst": "conditions_met"}, "licence.holder/m"},
		{"users not known", []string{"offering/o offering.deployment=self_hosted", "offering/o offering.models=m", "model/m model.weights=open", "model/m model.licence=qwen-2024",
			"use_case/u use_case.commercial_use=true", "use_case/u use_case.uses="},
			map[string]string{"rights.worst": "conditions_met|conditions_unmet ?organisation.monthly_active_users"}, "licence.commercial_use/m licence.self_host/m"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got, finds := derived(t, world(t, dedupeLast(c.lines)...))
			for path, want := range c.want {
				if got[path] != want {
					t.Errorf("%s is %q, want %q", path, got[path], want)
				}
			}
			if g := strings.Join(finds, " "); g != c.finds {
				t.Errorf("findings %q, want %q", g, c.finds)
			}
		})
	}
}

// dedupeLast keeps the last line for each record and path.
func dedupeLast(lines []string) []string {
	at := map[string]int{}
	var out []string
	for _, l := range lines {
		key, _, _ := strings.Cut(l, "=")
		if i, ok := at[key]; ok {
			out[i] = l
			continue
		}
		at[key] = len(out)
		out = append(out, l)
	}
	return out
}

// TestDeriveIsSound: whatever the missing facts of a dossier turn out to be, each derived fact is one of the values said
// to be possible, and a fact that is open names what would settle it.
func TestDeriveIsSound(t *testing.T) {
	set := builtin(t)
	ids := append(set.IDs(), "proprietary-acme", "bfl-flux2-dev-nc", "nobody-knows")
	possible := func(d *catalog.Dossier) map[string][]string {
		list, _ := set.Derive(d, rates)
		out := map[string][]string{}
		for _, x := range list {
			values := x.Possible
			if x.Value != nil {
				values = []catalog.Value{*x.Value}
			}
			for _, v := range values {
				if v.Type == catalog.TypeBoolean {
					out[x.Path] = append(out[x.Path], fmt.Sprint(v.Bool))
				} else {
					out[x.Path] = append(out[x.Path], v.Text)
				}
			}
		}
		return out
	}
	rapid.Check(t, func(rt *rapid.T) {
		pick := func(name string, of ...string) string { return rapid.SampledFrom(of).Draw(rt, name) }
		yes := func(name string) string { return pick(name, "true", "false") }
		lines := []string{
			"offering/o offering.models=" + pick("models", "a", "a b"),
			"offering/o offering.deployment=" + pick("deployment", "self_hosted", "shared_api", "enterprise_saas"),
			"offering/o offering.terms=t",
			"terms/t terms.aup_conflict=" + pick("aup", "none", "conditions", "unclear", "forbidden"),
			"terms/t terms.output_training=" + pick("training", "free", "no_competing", "forbidden", "silent"),
			"organisation/us organisation.country=" + pick("country", "FR", "US"), "organisation/us organisation.public_sector=" + yes("public"),
			"organisation/us organisation.nonprofit=" + yes("nonprofit"), "organisation/us organisation.education_or_research=" + yes("education"),
			"organisation/us organisation.image_generation_core=" + yes("image"), "organisation/us organisation.monthly_active_users=" + pick("users", "10", "200000000", "900000000"),
			"organisation/us organisation.annual_revenue=" + pick("revenue", "500000 EUR", "25000000000 USD"),
			"organisation/us organisation.registered_licences=" + pick("registered", "", "yi-2.1"), "organisation/us organisation.authorised_licences=",
			"use_case/u use_case.commercial_use=" + yes("commercial"), "use_case/u use_case.purpose=" + pick("purpose", "research", "internal", "service_to_third_parties"),
			"use_case/u use_case.uses=" + pick("uses", "", "insurance", "military"), "use_case/u use_case.user_countries=" + pick("where", "FR", "US"),
			"use_case/u use_case.competes_with_licensor=" + yes("competes"),
		}
		for _, m := range []string{"a", "b", "base"} {
			lines = append(lines, "model/"+m+" model.weights="+pick(m+" weights", "open", "gated", "closed"), "model/"+m+" model.licence="+rapid.SampledFrom(ids).Draw(rt, m+" licence"),
				"model/"+m+" model.input_modalities="+pick(m+" in", "text", "text image"), "model/"+m+" model.output_modalities="+pick(m+" out", "text", "video"))
		}
		if pick("derived", "yes", "no") == "yes" {
			lines = append(lines, "model/a model.base_models=base")
		}
		var some []string
		for i, l := range lines {
			// Which model it is, and what it derives from, are links: without them it is another offering.
			if strings.Contains(l, "base_models") || strings.Contains(l, "offering.models") || strings.Contains(l, "deployment") || rapid.IntRange(0, 3).Draw(rt, fmt.Sprint("keep ", i)) > 0 {
				some = append(some, l)
			}
		}
		full, open := possible(world(t, lines...)), possible(world(t, some...))
		for path, values := range full {
			for _, v := range values {
				if !slices.Contains(open[path], v) {
					rt.Fatalf("%s: %v with all facts, but only %v with some missing\nall  %s\nsome %s", path, values, open[path], strings.Join(lines, "\n     "), strings.Join(some, "\n     "))
				}
			}
		}
	})
}

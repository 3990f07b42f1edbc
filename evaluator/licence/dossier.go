package licence

import (
	"slices"
	"strings"

	"vigie/catalog"
	"vigie/catalog/wording"
)

// Basis says where the rights in a model come from.
type Basis string

// The bases.
const (
	FromLicence Basis = "licence"  // a licence whose rights are known
	FromTerms   Basis = "terms"    // a hosted service: the terms alone say what may be done
	NameKnown   Basis = "named"    // a licence known by name only
	NoRights    Basis = "unknown"  // a licence that Vigie knows nothing of
	NotRecorded Basis = "missing"  // no licence is recorded for the model
	OnContract  Basis = "contract" // weights under a contract that only the organisation can read
)

// ModelRights is the rights in one model of a dossier, with those of the models it derives from.
type ModelRights struct {
	Model   catalog.Ref  `json:"model"`
	Licence catalog.Ref  `json:"licence"` // its record; zero when none is recorded
	ID      string       `json:"id,omitempty"`
	Basis   Basis        `json:"basis"`
	Reason  wording.Text `json:"reason"`
	// Rights is the judgement of its licence and of all it derives from; nil unless the basis is a licence.
	Rights *Judgement `json:"rights,omitempty"`
	// Bases are the models it derives from, nearest first, each with the licence found for it.
	Bases []BaseRights `json:"bases,omitempty"`
	// Settle names facts whose absence keeps the rights open.
	Settle []catalog.FactRef `json:"settle,omitempty"`
	closed bool
	// unsure: whether the weights are given out is not known
	unsure bool
}

// BaseRights is a model that another derives from.
type BaseRights struct {
	Model   catalog.Ref `json:"model"`
	Licence catalog.Ref `json:"licence"`
	ID      string      `json:"id,omitempty"`
	Basis   Basis       `json:"basis"`
}

// SituationOf reads from a dossier what licences ask, for one of its models.
func (set *Set) SituationOf(d *catalog.Dossier, model catalog.Ref, rates Rates) *Situation {
	refs := map[string]catalog.Ref{"organisation": d.Organisation, "use_case": d.UseCase, "offering": d.Offering, "model": model}
	known := make(map[string]Known, len(readFacts))
	for _, path := range readFacts {
		root, _, _ := strings.Cut(path, ".")
		f := d.Record(refs[root]).Fact(path)
		switch {
		case f.State == catalog.Known && f.Value != nil && !f.Disputed:
			known[path] = Known{Value: *f.Value, AsOf: f.AsOf}
		case f.State == catalog.Absent && !f.Disputed:
			if v, ok := whenAbsent[path]; ok {
				known[path] = Known{Value: v, AsOf: f.AsOf}
			}
		}
	}
	return set.NewSituation(known, refs, rates)
}

var readFacts = Reads()

// whenAbsent gives, for the facts whose absence says something, what it says; the dictionary has the same values.
var whenAbsent = map[string]catalog.Value{
	"organisation.registered_licences":      catalog.ListValue(catalog.TypeReference, true),
	"organisation.authorised_licences":      catalog.ListValue(catalog.TypeReference, true),
	"use_case.uses":                         catalog.ListValue(catalog.TypeChoice, true),
	"organisation.annual_recurring_revenue": {Type: catalog.TypeMoney, Num: "0", Currency: "EUR"},
	"organisation.monthly_revenue":          {Type: catalog.TypeMoney, Num: "0", Currency: "EUR"},
}

// identify finds which licence a record of the dossier is: by its id, its SPDX id, its name or the hash of its text.
func (set *Set) identify(d *catalog.Dossier, ref catalog.Ref) (id string, basis Basis) {
	rec := d.Record(ref)
	candidates := []string{ref.ID}
	for _, path := range []string{"licence.spdx", "licence.name"} {
		if f := rec.Fact(path); f.State == catalog.Known {
			candidates = append(candidates, f.Value.Text)
		}
	}
	if f := rec.Fact("licence.text_sha256"); f.State == catalog.Known {
		for _, l := range set.IDs() {
			if h := set.licences[l].SHA256; h != "" && h == f.Value.Text {
				return l, FromLicence
			}
		}
	}
	for _, c := range candidates {
		if id, ok := set.Find(c); ok {
			if set.licences[id] != nil {
				return id, FromLicence
			}
			return id, NameKnown
		}
	}
	if f := rec.Fact("licence.covers"); strings.HasPrefix(ref.ID, "proprietary") || f.State == catalog.Known && f.Value.Contains("service") {
		return "", FromTerms
	}
	return "", NoRights
}

// ModelRights judges the rights in one model of a dossier.
func (set *Set) ModelRights(d *catalog.Dossier, model catalog.Ref, rates Rates) ModelRights {
	m := ModelRights{Model: model}
	rec := d.Record(model)
	weights := ""
	if f := rec.Fact("model.weights"); f.State == catalog.Known {
		weights = f.Value.Text
	}
	m.closed, m.unsure = weights == "closed", weights == ""
	link := rec.Fact("model.licence")
	if link.State == catalog.Known {
		m.Licence = catalog.Ref{Kind: catalog.Licence, ID: link.Value.Text}
		m.ID, m.Basis = set.identify(d, m.Licence)
	} else {
		m.Basis = NotRecorded
	}
	if m.closed { // whatever licence is named, there are no weights to rely on it for
		m.Basis, m.ID = FromTerms, ""
	}
	name := d.Name(m.Licence)
	switch m.Basis {
	case FromTerms:
		m.Reason = wording.Textf("the weights are not given out: the terms of the service say what may be done", "les poids ne sont pas remis : les conditions du service disent ce qui est permis")
	case NotRecorded:
		m.Reason = wording.Textf("no licence is recorded for this model", "aucune licence n'est enregistrée pour ce modèle")
		m.Settle = []catalog.FactRef{{Record: model, Path: "model.licence"}}
	case NameKnown:
		n := set.named[m.ID]
		m.Reason = wording.Textf("%s is known by name only; reported: %s", "%s n'est connue que de nom ; selon des tiers : %s", name, n.Reported)
	case NoRights:
		m.Reason = wording.Textf("Vigie holds no rights file for %s", "Vigie n'a pas de fiche de droits pour %s", name)
	default:
		if weights == "on_contract" {
			m.Basis = OnContract
		}
		m.Reason = wording.Textf("licence: %s", "licence : %s", set.licences[m.ID].Names[0])
	}
	s := set.SituationOf(d, model, rates)
	if m.ID != "" && set.licences[m.ID] != nil {
		j, _ := set.Judge(m.ID, s, nil)
		m.Rights = &j
	}
	set.bases(d, &m, s)
	return m
}

// bases follows the models that a model derives from, and lets their licences bind it as well.
func (set *Set) bases(d *catalog.Dossier, m *ModelRights, s *Situation) {
	seen := map[catalog.Ref]bool{m.Model: true}
	queue := baseModels(d, m.Model)
	for i := 0; i < len(queue); i++ {
		b := queue[i]
		if seen[b] {
			continue
		}
		seen[b] = true
		x := BaseRights{Model: b, Basis: NotRecorded}
		if f := d.Record(b).Fact("model.licence"); f.State == catalog.Known {
			x.Licence = catalog.Ref{Kind: catalog.Licence, ID: f.Value.Text}
			x.ID, x.Basis = set.identify(d, x.Licence)
		} else {
			m.Settle = append(m.Settle, catalog.FactRef{Record: b, Path: "model.licence"})
		}
		m.Bases = append(m.Bases, x)
		if x.ID != "" && x.ID != m.ID && set.licences[x.ID] != nil && m.Rights != nil {
			if j, ok := set.Judge(x.ID, s, nil); ok {
				m.Rights.merge(j)
				m.Rights.bound()
			}
		} else if m.Rights != nil && x.ID != m.ID {
			m.Rights.open(wording.Textf("the model derives from %s, whose licence is not known to Vigie", "le modèle dérive de %s, dont Vigie ne connaît pas la licence", d.Name(b)))
		}
		queue = append(queue, baseModels(d, b)...)
	}
	for of := range seen {
		if f := d.Record(of).Fact("model.base_models"); f.State == catalog.Known && f.Value.Many && !f.Value.Complete {
			m.Settle = append(m.Settle, catalog.FactRef{Record: of, Path: f.Path})
			if m.Rights != nil {
				m.Rights.open(wording.Textf("the models it derives from are not all named", "les modèles dont il dérive ne sont pas tous nommés"))
			}
		}
	}
	m.Settle = sortRefs(m.Settle)
}

func baseModels(d *catalog.Dossier, m catalog.Ref) []catalog.Ref {
	f := d.Record(m).Fact("model.base_models")
	if f.State != catalog.Known {
		return nil
	}
	var out []catalog.Ref
	for _, id := range f.Value.Texts() {
		out = append(out, catalog.Ref{Kind: catalog.Model, ID: id})
	}
	return out
}

// open turns every right that is not refused already into unknown: something that binds was not read.
func (j *Judgement) open(reason wording.Text) {
	for _, name := range rightNames {
		r := j.Rights[name]
		if r.Answer.rank() >= Unsettled.rank() {
			continue
		}
		r.Possible = worstOf(r.possible(), Answers())
		r.Answer, r.Reason = Unsettled, reason
		j.Rights[name] = r
	}
}

// significant gives the words of a name that tell parties apart.
func significant(t string) []string {
	var out []string
	for _, w := range strings.Fields(plain(t)) {
		if len(w) > 2 && !commonWords[w] {
			out = append(out, w)
		}
	}
	return out
}

var commonWords = wordSet("inc ltd llc corp corporation company limited gmbh the and affiliates platforms technology technologies cloud group " +
	"research license licence agreement community model terms use for open public version holdings institute labs ireland international")

// sharesWord reports whether two names have a word in common that tells parties apart.
func sharesWord(a, b string) bool {
	other := significant(b)
	for _, w := range significant(a) {
		if slices.Contains(other, w) {
			return true
		}
	}
	return false
}

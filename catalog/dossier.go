package catalog

import (
	"slices"
	"sync"

	"vigie/catalog/wording"
)

// DossierRecord is a record with the facts that hold for it.
type DossierRecord struct {
	Kind  Kind   `json:"kind"`
	ID    string `json:"id"`
	Facts []Fact `json:"facts"` // sorted by path; several entries only for cumulative facts
}

// Ref names the record.
func (r *DossierRecord) Ref() Ref { return Ref{r.Kind, r.ID} }

func (r *DossierRecord) sort() {
	slices.SortStableFunc(r.Facts, func(a, b Fact) int {
		if c := cmpString(a.Path, b.Path); c != 0 {
			return c
		}
		return cmpString(a.Claim, b.Claim)
	})
}

// Fact gives the fact of a path; a fact nobody recorded is Unknown. It is safe on a nil record.
func (r *DossierRecord) Fact(path string) Fact {
	if r != nil {
		i, ok := slices.BinarySearchFunc(r.Facts, path, func(f Fact, p string) int { return cmpString(f.Path, p) })
		if ok {
			return r.Facts[i]
		}
	}
	return Fact{Path: path, State: Unknown}
}

// Name is the name of the record, its id when no name is known.
func (r *DossierRecord) Name() wording.Text {
	if f := r.Fact(r.Kind.NamePath()); f.State == Known {
		return wording.Text{EN: f.Value.Text, FR: orElse(f.Value.FR, f.Value.Text)}
	}
	return wording.Same(r.ID)
}

func orElse(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// Roles says which records of a dossier the names in expressions stand for. An empty Ref or list is a role
// that nobody is known to hold.
type Roles struct {
	Vendor     Ref   `json:"vendor"`      // who serves the offering; none when the organisation hosts it itself
	SelfHosted bool  `json:"self_hosted"` // the organisation serves the offering to itself
	Parents    []Ref `json:"parents"`     // those who control the vendor, nearest first, and whose practice it inherits
	Models     []Ref `json:"models"`
	Providers  []Ref `json:"providers"` // who made the models
	Licences   []Ref `json:"licences"`  // of the models
	Terms      Ref   `json:"terms"`
	SLA        Ref   `json:"sla"`
}

// Dossier is every fact that bears on one offering for one use case, immutable, named by its Hash.
type Dossier struct {
	Format       string          `json:"format"`
	Offering     Ref             `json:"offering"`
	UseCase      Ref             `json:"use_case"`
	Organisation Ref             `json:"organisation"`
	On           Date            `json:"on"`
	KnownOn      Date            `json:"known_on"`
	Assumptions  []Assumption    `json:"assumptions,omitempty"` // not empty: hypothetical
	Roles        Roles           `json:"roles"`
	Records      []DossierRecord `json:"records"` // sorted by kind and id
	Sources      []Source        `json:"sources"` // cited by the facts, sorted by id

	kept *keptHash // of a gathered dossier; nil: computed each time
}

// keptHash is the hash of a dossier, computed when it is first asked for: those who judge thousands never ask.
type keptHash struct {
	once sync.Once
	hash string
}

// DossierFormat names the canonical form of a dossier.
const DossierFormat = "vigie-dossier/1"

// Hypothetical reports whether the dossier rests on assumptions.
func (d *Dossier) Hypothetical() bool { return len(d.Assumptions) > 0 }

// Hash names the dossier by its content.
func (d *Dossier) Hash() string {
	if d.kept == nil {
		return MustHash(d)
	}
	d.kept.once.Do(func() { d.kept.hash = MustHash(d) })
	return d.kept.hash
}

// Record gives a record of the dossier, nil when it holds none of that name.
func (d *Dossier) Record(r Ref) *DossierRecord {
	i, ok := slices.BinarySearchFunc(d.Records, r, func(x DossierRecord, r Ref) int { return x.Ref().Compare(r) })
	if !ok {
		return nil
	}
	return &d.Records[i]
}

// OfKind lists the records of a kind, in order of id.
func (d *Dossier) OfKind(k Kind) []*DossierRecord {
	var out []*DossierRecord
	for i := range d.Records {
		if d.Records[i].Kind == k {
			out = append(out, &d.Records[i])
		}
	}
	return out
}

// Source gives a cited source by id.
func (d *Dossier) Source(id string) (Source, bool) {
	i, ok := slices.BinarySearchFunc(d.Sources, id, func(s Source, id string) int { return cmpString(s.ID, id) })
	if !ok {
		return Source{}, false
	}
	return d.Sources[i], true
}

// Name is the name of a record of the dossier, its id when no name is known.
func (d *Dossier) Name(r Ref) wording.Text {
	if rec := d.Record(r); rec != nil {
		return rec.Name()
	}
	return wording.Same(r.ID)
}

// Holder gives the records that a path of the dictionary is read on when an expression names it: one for most
// roots, several for models and their makers and licences, none when the role is empty.
func (d *Dossier) Holder(root string) []Ref {
	one := func(r Ref) []Ref {
		if r.IsZero() || r.ID == "" {
			return nil
		}
		return []Ref{r}
	}
	switch root {
	case "offering":
		return one(d.Offering)
	case "use_case":
		return one(d.UseCase)
	case "organisation":
		return one(d.Organisation)
	case "vendor":
		return one(d.Roles.Vendor)
	case "provider":
		return d.Roles.Providers
	case "model":
		return d.Roles.Models
	case "licence":
		return d.Roles.Licences
	case "terms":
		return one(d.Roles.Terms)
	case "sla":
		return one(d.Roles.SLA)
	}
	return nil
}

// Unnamed gives the links that are not known and may lead to further holders of a root: models that an incomplete list
// leaves out, and the makers and licences of some of several models. While there are any, what the known holders say
// does not settle what an expression reads.
func (d *Dossier) Unnamed(root string) []FactRef {
	var out []FactRef
	link := map[string]string{"model": "", "provider": "model.provider", "licence": "model.licence"}
	path, ok := link[root]
	if !ok {
		return nil
	}
	if f := d.Record(d.Offering).Fact("offering.models"); f.State == Known && f.Value.Many && !f.Value.Complete {
		out = append(out, FactRef{d.Offering, f.Path})
	}
	if path == "" || len(d.Roles.Models) < 2 {
		return out // without a link of the only model there is no holder at all
	}
	for _, m := range d.Roles.Models {
		if d.Record(m).Fact(path).State != Known {
			out = append(out, FactRef{m, path})
		}
	}
	return out
}

// Where is the dossier with only the facts that keep lets pass; the others become unknown.
//
// Links are facts too, and a link that is not kept leads nowhere: an owner, a supplier, the maker or the licence of a
// model is then not known, as the vendor's certificate is not known to be its own. Other links always stay: those that
// say what is judged (the vendor, models, terms and service level of the offering, who contracts), and those that bring
// in what could weigh against it (whose stake or supplier it is, for which offerings, what a model derives from), which
// would otherwise not be unknown but gone. What the vendor has from a parent stays while the stakes that make it one
// still do: they are part of the evidence.
func (d *Dossier) Where(keep func(Ref, Fact) bool) *Dossier {
	out := *d
	out.kept = nil
	out.Records = make([]DossierRecord, len(d.Records))
	lost := map[string]bool{}
	for i, r := range d.Records {
		facts, whole := r.Facts, true // shared for as long as every fact stays
		for n, f := range r.Facts {
			link := f.State == Known && f.Value.Type == TypeReference
			switch stays := link && !leads[f.Path] || keep(r.Ref(), f); {
			case stays && !whole:
				facts = append(facts, f)
			case !stays && whole:
				facts, whole = append(make([]Fact, 0, len(r.Facts)-1), r.Facts[:n]...), false
				fallthrough
			case !stays:
				lost[f.Path] = lost[f.Path] || link
			}
		}
		out.Records[i] = DossierRecord{Kind: r.Kind, ID: r.ID, Facts: facts}
	}
	if lost["model.provider"] {
		out.Roles.Providers = out.namedByModels("model.provider", Vendor)
	}
	if lost["model.licence"] {
		out.Roles.Licences = out.namedByModels("model.licence", Licence)
	}
	if rec := out.Record(d.Roles.Vendor); rec != nil && slices.ContainsFunc(rec.Facts, inherited) {
		parents := out.parentsLeft()
		rec.Facts = slices.DeleteFunc(slices.Clone(rec.Facts), func(f Fact) bool { return inherited(f) && !slices.Contains(parents, *f.InheritedFrom) })
	}
	return &out
}

// leads are the links whose end is what has to be proved.
var leads = map[string]bool{
	"stake.owner": true, "subprocessing.vendor": true, "model.provider": true, "model.licence": true,
	"certification.vendor": true, "certification.offerings": true,
}

// namedByModels lists the records that the models of the offering name by a link, in order.
func (d *Dossier) namedByModels(path string, kind Kind) []Ref {
	out := []Ref{}
	for _, m := range d.Roles.Models {
		if f := d.Record(m).Fact(path); f.State == Known {
			out = appendNew(out, Ref{kind, f.Value.Text})
		}
	}
	slices.SortFunc(out, Ref.Compare)
	return out
}

func inherited(f Fact) bool { return f.InheritedFrom != nil }

// parentsLeft lists the parents of the vendor up to the first whose control the facts of its stake no longer show.
func (d *Dossier) parentsLeft() []Ref {
	company, stakes := d.Roles.Vendor, d.OfKind(Stake)
	for i, owner := range d.Roles.Parents {
		controls := func(s *DossierRecord) bool {
			return s.Fact("stake.vendor").names(company.ID) && s.Fact("stake.owner").names(owner.ID) && s.ControlsOn(d.On)
		}
		if !slices.ContainsFunc(stakes, controls) {
			return d.Roles.Parents[:i]
		}
		company = owner
	}
	return d.Roles.Parents
}

// names reports whether a fact is known to be this reference.
func (f Fact) names(id string) bool { return f.State == Known && f.Value.Text == id }

// With is the dossier in which one fact of a record it holds is replaced. What both have in common is shared.
func (d *Dossier) With(r Ref, f Fact) *Dossier {
	out := *d
	out.kept = nil
	i, ok := slices.BinarySearchFunc(d.Records, r, func(x DossierRecord, r Ref) int { return x.Ref().Compare(r) })
	if !ok {
		return &out
	}
	old := d.Records[i].Facts
	at, found := slices.BinarySearchFunc(old, f.Path, func(x Fact, p string) int { return cmpString(x.Path, p) })
	facts := make([]Fact, 0, len(old)+1)
	facts = append(append(facts, old[:at]...), f)
	if found {
		at++
	}
	out.Records = slices.Clone(d.Records)
	out.Records[i].Facts = append(facts, old[at:]...)
	return &out
}

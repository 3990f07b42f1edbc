package web

import (
	"context"
	"net/url"

	"vigie/api/service"
	"vigie/catalog"
	"vigie/catalog/account"
	"vigie/catalog/wording"
	"vigie/evaluator/framework"
)

// FrameworkPage is what offerings are judged by, to be read and argued over.
type FrameworkPage struct {
	Base
	Form
	Name     string
	Current  bool   // judged under when none is named
	Said     string // who published it and when; empty: it comes with the program
	Change   string // what it changes, as who published it said
	All      string // address of the list
	Compare  string // with the version that it came from, or that is judged under; empty: there is none
	Copy     string // address where a draft begins; empty: who looks at it cannot
	ReadOnly string // why not, where somebody may expect it
	Status   string
	Proposal bool
	Summary  string
	Hash     string
	Sets     []Option
	Set      string
	Reason   string
	Families []ReadFamily
	Kinds    []Proof
	Counts   string
	Action   string
}

// Proof is how much a kind of source proves, in percent.
type Proof struct {
	Kind    string
	Percent string
	Width   float64
}

// ReadFamily is a family of criteria as it is read.
type ReadFamily struct {
	ID       string
	Title    string
	Weight   string
	Width    float64
	Criteria []ReadCriterion
}

// ReadCriterion is a criterion as it is read.
type ReadCriterion struct {
	ID        string
	Title     string
	Question  string
	Why       string
	Share     string // of the whole, when everything applies
	Bands     []Band
	Facts     string
	KnockOuts []ReadKnockOut
	Note      string
	Proves    string
	Profile   string
	Origin    string
}

// ReadKnockOut is a knock-out as it is read.
type ReadKnockOut struct {
	ID       string
	Text     string
	Cure     string
	Evidence string
	Depends  string // what of the use and the organisation switches it on
}

// Framework makes the page of a framework, id@version or hash, under a named weight set; empty: the framework judged under when none is named, and its own weights.
func (s *Site) Framework(ctx context.Context, r Request, ref, weights string, done Done) ([]byte, error) {
	versions, err := s.svc.FrameworkVersions(ctx)
	if err != nil {
		return nil, err
	}
	fw, err := s.svc.FrameworkOf(ctx, ref)
	if err != nil {
		return nil, err
	}
	var this service.FrameworkVersion
	sets := map[string]*framework.WeightSet{}
	var ids []string
	for _, v := range versions {
		if v.Hash == fw.Hash() {
			this = v
			for _, w := range v.Weights {
				sets[w.ID], ids = w, append(ids, w.ID)
			}
		}
	}
	sp := service.Speaker{Lang: r.Lang, Dictionary: s.svc.Dictionary}
	b := s.base(r, "framework", sp.Text(fw.Title))
	if weights == "" {
		weights = framework.DefaultWeights
	}
	set, ok := sets[weights]
	if !ok {
		return nil, &catalog.NotFoundError{What: wording.Textf("weight set", "jeu de pondérations"), ID: weights, Nearest: wording.NearestFew(weights, ids, 3)}
	}
	at := "/framework"
	if ref != "" {
		at = frameworkPath(fw.Framework)
	}
	p := FrameworkPage{Base: b, Name: sp.Text(fw.Title), Proposal: fw.Status == framework.Proposal, Summary: sp.Text(fw.Summary), Hash: fw.Hash(), Set: weights, Reason: sp.Text(set.Reason),
		Action: b.At(at), All: b.At("/frameworks"), Current: this.Default, Said: s.publishedBy(ctx, b, this), Change: sp.Text(this.Reason)}
	p.Done = b.editorDone(done)
	b.countsOf(&p, fw)
	other := this.After
	if other == "" && !this.Default && len(versions) > 0 {
		other = versions[0].Hash
	}
	if other != "" {
		p.Compare = b.At(withQuery("/frameworks/compare", "a", nameOrHash(versions, other), "b", fw.ID+"@"+fw.Version))
	}
	if s.mayEdit(ctx) {
		p.Copy = b.At(frameworkPath(fw.Framework) + "/duplicate")
	} else if s.svc.Store == nil {
		p.ReadOnly = b.w("editor.demo")
	}
	p.Print = true
	switch fw.Status {
	case framework.Proposal:
		p.Status = b.w("framework.proposal", fw.Version)
	case framework.Withdrawn:
		p.Status = b.w("framework.withdrawn", fw.Version)
	default:
		p.Status = b.w("framework.published", fw.Version)
	}
	for _, id := range ids {
		p.Sets = append(p.Sets, Option{id, sp.Text(sets[id].Title), id == weights})
	}
	for _, k := range catalog.SourceKinds() {
		share := fw.EvidenceKinds.Of(k)
		p.Kinds = append(p.Kinds, Proof{Kind: sp.Text(k.Label()), Percent: sp.Percent(int64(share*100 + 0.5)), Width: share * 100})
	}
	for _, f := range fw.Families {
		p.Families = append(p.Families, readFamily(b, sp, fw, f, set))
	}
	return s.render("framework", p)
}

func (b Base) countsOf(p *FrameworkPage, fw *framework.Compiled) {
	p.Counts = b.w("framework.counts", len(fw.Families), len(fw.Criteria), len(fw.KnockOuts))
}

// frameworkPath is where a version is read. A version never changes, so the address is good for ever.
func frameworkPath(f *framework.Framework) string {
	return "/frameworks/" + url.PathEscape(f.ID+"@"+f.Version)
}

// nameOrHash is the name of a version in addresses; its hash when it is not among those listed.
func nameOrHash(list []service.FrameworkVersion, hash string) string {
	for _, v := range list {
		if v.Hash == hash {
			return v.ID + "@" + v.Version
		}
	}
	return hash
}

// mayEdit reports whether who looks can write frameworks here.
func (s *Site) mayEdit(ctx context.Context) bool {
	return s.svc.Store != nil && account.Need(ctx, account.Configure) == nil
}

// publishedBy says who published a version and when; empty: it comes with the program.
func (s *Site) publishedBy(ctx context.Context, b Base, v service.FrameworkVersion) string {
	switch {
	case v.On == "":
		return ""
	case v.By == "":
		return b.w("editor.published_on", b.Day(v.On))
	}
	return b.w("editor.published_by", s.personName(ctx, b, v.By, map[string]string{}), b.Day(v.On))
}

func readFamily(b Base, sp service.Speaker, fw *framework.Compiled, f framework.Family, set *framework.WeightSet) ReadFamily {
	out := ReadFamily{ID: f.ID, Title: sp.Text(f.Title), Weight: sp.Percent(set.Family(f.ID)), Width: float64(set.Family(f.ID))}
	total := int64(0)
	for _, c := range fw.Criteria {
		if c.Family == f.ID {
			total += set.Criterion(c.Criterion)
		}
	}
	for _, c := range fw.Criteria {
		if c.Family != f.ID {
			continue
		}
		x := ReadCriterion{ID: c.ID, Title: sp.Text(c.Title), Question: sp.Text(c.Question), Why: sp.Text(c.Why), Note: sp.Text(c.ThresholdNote), Proves: sp.Text(c.Evidence.Proves)}
		if total > 0 {
			tenths := (set.Family(f.ID)*set.Criterion(c.Criterion)*20/total + 1) / 2
			x.Share = b.w("framework.share", wording.Percent(b.Lang, wholeTenths(tenths)))
		}
		for _, band := range c.Bands {
			x.Bands = append(x.Bands, Band{Score: band.Score, Label: sp.Text(band.Label)})
		}
		var facts []string
		for _, path := range c.Facts {
			facts = append(facts, sp.Label(path))
		}
		x.Facts = sp.Several(facts)
		if profile, ok := fw.Profile(c.Evidence.Profile); ok {
			x.Profile = sp.Text(profile.Title)
		}
		var origin []string
		for _, o := range c.Origin {
			origin = append(origin, sp.Text(o))
		}
		x.Origin = sp.Several(origin)
		for _, k := range fw.KnockOuts {
			if k.Criterion == c.ID {
				x.KnockOuts = append(x.KnockOuts, readKnockOut(b, sp, k))
			}
		}
		out.Criteria = append(out.Criteria, x)
	}
	return out
}

func wholeTenths(n int64) string {
	digits := []byte{byte('0' + n%10)}
	whole := n / 10
	s := ""
	for {
		s = string(rune('0'+whole%10)) + s
		if whole /= 10; whole == 0 {
			break
		}
	}
	if digits[0] == '0' {
		return s
	}
	return s + "." + string(digits)
}

func readKnockOut(b Base, sp service.Speaker, k *framework.CompiledKnockOut) ReadKnockOut {
	out := ReadKnockOut{ID: k.ID, Text: sp.Text(k.Text), Cure: sp.Text(k.Cure), Evidence: b.w("framework.min_evidence", sp.Text(k.MinEvidence.Label().Lower()))}
	if k.AppliesProgram != nil {
		var depends []string
		for _, path := range k.AppliesProgram.Reads() {
			depends = appendNew(depends, sp.Label(path))
		}
		out.Depends = sp.Several(depends)
	}
	return out
}

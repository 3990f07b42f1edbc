package web

import (
	"context"

	"vigie/api/service"
	"vigie/catalog"
	"vigie/catalog/wording"
	"vigie/evaluator/framework"
)

// FrameworkPage is what offerings are judged by, to be read and argued over.
type FrameworkPage struct {
	Base
	Name     string
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
	Form     string
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
	Facts     []Pair
	KnockOuts []ReadKnockOut
	Note      string
	Proves    string
	Profile   string
	Origin    []string
}

// ReadKnockOut is a knock-out as it is read.
type ReadKnockOut struct {
	ID       string
	Text     string
	Cure     string
	Evidence string
	Depends  []string // what of the use and the organisation switches it on
}

// Framework makes the page of the framework under a named weight set; empty: the framework's own.
func (s *Site) Framework(_ context.Context, r Request, weights string) ([]byte, error) {
	fw := s.svc.Framework
	sp := service.Speaker{Lang: r.Lang, Dictionary: s.svc.Dictionary}
	b := s.base(r, "framework", sp.Text(fw.Title))
	if weights == "" {
		weights = framework.DefaultWeights
	}
	set, ok := fw.WeightSets[weights]
	if !ok {
		return nil, &catalog.NotFoundError{What: wording.Textf("weight set", "jeu de pondérations"), ID: weights, Nearest: wording.NearestFew(weights, s.svc.WeightSetIDs(), 3)}
	}
	p := FrameworkPage{Base: b, Name: sp.Text(fw.Title), Proposal: fw.Status == framework.Proposal, Summary: sp.Text(fw.Summary), Hash: fw.Hash(), Set: weights, Reason: sp.Text(set.Reason),
		Form: b.At("/framework"), Counts: b.w("framework.counts", len(fw.Families), len(fw.Criteria), len(fw.KnockOuts))}
	p.Print = true
	switch fw.Status {
	case framework.Proposal:
		p.Status = b.w("framework.proposal", fw.Version)
	case framework.Withdrawn:
		p.Status = b.w("framework.withdrawn", fw.Version)
	default:
		p.Status = b.w("framework.published", fw.Version)
	}
	for _, id := range s.svc.WeightSetIDs() {
		p.Sets = append(p.Sets, Option{id, sp.Text(fw.WeightSets[id].Title), id == weights})
	}
	for _, k := range catalog.SourceKinds() {
		share := fw.EvidenceKinds.Of(k)
		p.Kinds = append(p.Kinds, Proof{Kind: sp.Text(k.Label()), Percent: sp.Percent(int64(share*100 + 0.5)), Width: share * 100})
	}
	for _, f := range fw.Families {
		p.Families = append(p.Families, s.readFamily(b, sp, f, set))
	}
	return s.render("framework", p)
}

func (s *Site) readFamily(b Base, sp service.Speaker, f framework.Family, set *framework.WeightSet) ReadFamily {
	out := ReadFamily{ID: f.ID, Title: sp.Text(f.Title), Weight: sp.Percent(set.Family(f.ID)), Width: float64(set.Family(f.ID))}
	total := int64(0)
	for _, c := range s.svc.Framework.Criteria {
		if c.Family == f.ID {
			total += set.Criterion(c.Criterion)
		}
	}
	for _, c := range s.svc.Framework.Criteria {
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
		for _, path := range c.Facts {
			help := ""
			if def := sp.Def(path); def != nil {
				help = sp.Text(def.Help)
			}
			x.Facts = append(x.Facts, Pair{sp.Label(path), help})
		}
		if profile, ok := s.svc.Framework.Profile(c.Evidence.Profile); ok {
			x.Profile = sp.Text(profile.Note)
		}
		for _, o := range c.Origin {
			x.Origin = append(x.Origin, sp.Text(o))
		}
		for _, k := range s.svc.Framework.KnockOuts {
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
		for _, path := range k.AppliesProgram.Reads() {
			out.Depends = appendNew(out.Depends, sp.Label(path))
		}
	}
	return out
}

package evaluator

import (
	"math/big"
	"slices"

	"vigie/catalog"
	"vigie/catalog/wording"
	"vigie/evaluator/framework"
	"vigie/evaluator/ranking"
)

// Judged is an assessment with the dossier it judges.
type Judged struct {
	Assessment *Assessment
	Dossier    *catalog.Dossier
}

// CompareInput is everything a comparison depends on. Weights must be the set under which the candidates were
// assessed.
type CompareInput struct {
	Candidates []Judged
	Framework  *framework.Compiled
	Weights    *framework.WeightSet
	Members    []*framework.WeightSet // the weights of single members, to be shown side by side
	Conviction ranking.Conviction     // empty: debated
	Seed       uint64                 // 0: DefaultSeed
	Draws      int                    // 0: DefaultDraws
	Version    string                 // of the program
}

// The draws of a comparison that says nothing of them: ten thousand give ± 1 point.
const (
	DefaultSeed  uint64 = 20260301
	DefaultDraws int    = 10_000
)

// MaxFactDetail is the number of candidates up to which the rows of a matrix list the facts that differ.
const MaxFactDetail = 64

// Compare ranks the candidates and lays them side by side. The error is a *catalog.InvalidError for candidates that
// cannot be compared: fewer than two or too many, one twice, assessed under different frameworks, weights,
// knowledge, uses or days, or weights that decide nothing.
func Compare(in CompareInput) (*Comparison, error) {
	if in.Seed == 0 {
		in.Seed = DefaultSeed
	}
	if in.Draws == 0 {
		in.Draws = DefaultDraws
	}
	if in.Conviction == "" {
		in.Conviction = ranking.Debated
	}
	if err := in.check(); err != nil {
		return nil, err
	}
	c := in.header()
	for _, g := range []Verdict{Eligible, Undetermined, NotEligible} {
		if err := in.rankGroup(c, g); err != nil {
			return nil, err
		}
	}
	in.dominance(c)
	in.matrix(c)
	c.Benchmarks = in.benchmarks()
	c.Environment = in.environment()
	if len(in.Members) > 0 {
		c.Members = Disagree(in.problem(in.Candidates), in.Framework, in.Members)
	}
	c.Seal()
	return c, nil
}

// MinCandidates is what makes a comparison.
const MinCandidates = 2

func (in *CompareInput) check() error {
	var faults []catalog.FieldError
	bad := func(path, en, fr string, args ...any) {
		faults = append(faults, catalog.FieldError{Path: path, Text: wording.Textf(en, fr, args...)})
	}
	n := len(in.Candidates)
	switch {
	case n < MinCandidates:
		bad("offerings", "a comparison takes at least two offerings, found %d", "une comparaison demande au moins deux offres ; trouvé : %d", n)
	case n > ranking.MaxCandidates:
		bad("offerings", "a comparison takes at most %d offerings, found %d", "une comparaison prend au plus %d offres ; trouvé : %d", ranking.MaxCandidates, n)
	}
	seen := map[string]bool{}
	for _, x := range in.Candidates {
		a := x.Assessment
		if seen[a.Offering] {
			bad("offerings", "%q is there twice", "« %s » figure deux fois", a.Offering)
		}
		seen[a.Offering] = true
		first := in.Candidates[0].Assessment
		for _, same := range []struct {
			what      wording.Text
			have, has string
		}{
			{wording.Textf("the same framework", "le même référentiel"), a.FrameworkHash, in.Framework.Hash()},
			{wording.Textf("the same weight set", "le même jeu de pondérations"), a.WeightSetHash, in.Weights.Hash()},
			{wording.Textf("the same knowledge", "les mêmes connaissances"), a.KnowledgeHash, first.KnowledgeHash},
			{wording.Textf("the same use case", "le même cas d'usage"), a.UseCase, first.UseCase},
			{wording.Textf("the same organisation", "la même organisation"), a.Organisation, first.Organisation},
			{wording.Textf("the same day", "le même jour"), string(a.On) + " " + string(a.KnownOn), string(first.On) + " " + string(first.KnownOn)},
		} {
			if same.have != same.has {
				bad("offerings."+a.Offering, "was not assessed for %s as the others; assess it again, then compare",
					"n'a pas été évaluée avec %s que les autres ; refaire son évaluation, puis comparer", same.what)
			}
		}
	}
	if len(faults) > 0 {
		return &catalog.InvalidError{Fields: faults}
	}
	return in.problem(in.Candidates).Check()
}

func (in *CompareInput) header() *Comparison {
	a := in.Candidates[0].Assessment
	c := &Comparison{
		Format: ComparisonFormat, Engine: in.Version, UseCase: a.UseCase, Organisation: a.Organisation, On: a.On, KnownOn: a.KnownOn,
		Framework: a.Framework, FrameworkVersion: a.FrameworkVersion, FrameworkHash: a.FrameworkHash, WeightSet: a.WeightSet,
		WeightSetHash: a.WeightSetHash, KnowledgeHash: a.KnowledgeHash, Seed: in.Seed, Draws: in.Draws, Conviction: in.Conviction,
		Pairs: []ranking.Pair{}, Swaps: []ranking.Swap{}, Dominated: []ranking.Dominated{}, Geometric: []SecondReading{}, Ranking: []Ranked{},
	}
	for _, x := range in.Candidates {
		c.Hypothetical = c.Hypothetical || x.Assessment.Hypothetical
	}
	return c
}

// problem puts assessments in the terms of the ranking.
func (in *CompareInput) problem(list []Judged) *ranking.Problem {
	p := &ranking.Problem{}
	at := map[string]int{}
	for i, f := range in.Framework.Families {
		at[f.ID] = i
		p.Families = append(p.Families, ranking.Family{ID: f.ID, Weight: in.Weights.Family(f.ID)})
	}
	for _, c := range in.Framework.Criteria {
		p.Criteria = append(p.Criteria, ranking.Criterion{ID: c.ID, Family: at[c.Family], Weight: in.Weights.Criterion(c.Criterion)})
	}
	for _, x := range list {
		c := ranking.Candidate{ID: x.Assessment.Offering}
		for _, r := range x.Assessment.Criteria {
			c.Cells = append(c.Cells, cellOf(r))
		}
		p.Candidates = append(p.Candidates, c)
	}
	return p
}

func cellOf(r CriterionResult) ranking.Cell {
	cell := ranking.Cell{Applies: map[Applies]ranking.Applicability{AppliesYes: ranking.Applies, AppliesUnknown: ranking.MayApply, AppliesNo: ranking.DoesNotApply}[r.Applies]}
	for _, b := range r.Bands {
		cell.Scores = append(cell.Scores, b.Score)
	}
	return cell
}

func (in *CompareInput) rankGroup(c *Comparison, g Verdict) error {
	members := slices.DeleteFunc(slices.Clone(in.Candidates), func(x Judged) bool { return x.Assessment.Verdict != g })
	if len(members) == 0 {
		return nil
	}
	p := in.problem(members)
	firm, err := p.Analyse(in.Conviction, in.Seed, in.Draws)
	if err != nil {
		return err
	}
	c.Error = firm.Error
	var order []string
	for _, place := range firm.Places {
		i := slices.IndexFunc(members, func(x Judged) bool { return x.Assessment.Offering == place.ID })
		c.Ranking = append(c.Ranking, in.ranked(members[i], place, p.Mean(p.Candidates[i])))
		order = append(order, place.ID)
	}
	c.Pairs = append(c.Pairs, firm.Pairs...)
	c.Swaps = append(c.Swaps, p.Swaps()...)
	geometric := p.Geometric()
	c.Geometric = append(c.Geometric, SecondReading{Group: g, Order: geometric, Differs: !slices.Equal(order, geometric)})
	return nil
}

func (in *CompareInput) ranked(x Judged, place ranking.Place, mean *big.Rat) Ranked {
	a := x.Assessment
	r := Ranked{
		Offering: a.Offering, Name: x.Dossier.Name(x.Dossier.Offering), Group: a.Verdict, Rank: place.Rank, Word: place.Word,
		Score: a.Score, ContractScore: a.ContractScore, BeatsNext: place.BeatsNext, SurelyBefore: place.SurelyBefore,
		First: place.First, SureFirst: place.SureFirst, Acceptability: place.Acceptability, Central: place.Central,
		Families: a.Families, KnockOuts: []Obstacle{}, Assessment: a.Hash, Dossier: a.DossierHash,
	}
	if mean != nil {
		r.Mean = hundredths(mean)
	}
	for _, k := range a.KnockOuts {
		if k.Status == Failed || k.Status == Open {
			def, _, _ := in.Framework.KnockOut(k.ID)
			r.KnockOuts = append(r.KnockOuts, Obstacle{ID: k.ID, Criterion: k.Criterion, Status: k.Status, EvidenceTooWeak: k.EvidenceTooWeak,
				Text: def.Text, Cure: def.Cure, Missing: k.Missing})
		}
	}
	return r
}

// dominance lists who cannot beat another of the same group or of a better one. A candidate that is knocked out
// dominates nobody who is not.
func (in *CompareInput) dominance(c *Comparison) {
	group := map[string]int{}
	for _, r := range c.Ranking {
		group[r.Offering] = map[Verdict]int{Eligible: 0, Undetermined: 1, NotEligible: 2}[r.Group]
	}
	for _, d := range in.problem(in.Candidates).Dominance() {
		if group[d.By] <= group[d.ID] {
			c.Dominated = append(c.Dominated, d)
		}
	}
}

func (in *CompareInput) matrix(c *Comparison) {
	of := map[string]Judged{}
	for _, x := range in.Candidates {
		of[x.Assessment.Offering] = x
	}
	for i, def := range in.Framework.Criteria {
		row := Row{Criterion: def.ID, Family: def.Family, Weight: in.Weights.Criterion(def.Criterion), Same: true, Facts: []DifferingFact{}}
		for _, b := range def.Bands {
			row.Bands = append(row.Bands, RowBand{Score: b.Score, Label: b.Label})
		}
		for _, r := range c.Ranking {
			x := of[r.Offering].Assessment.Criteria[i]
			cell := MatrixCell{Offering: r.Offering, Applies: x.Applies, Low: x.Low, High: x.High, Bands: []int{}, Missing: x.Missing}
			for _, b := range x.Bands {
				cell.Bands = append(cell.Bands, b.Index)
			}
			row.Cells = append(row.Cells, cell)
			first := row.Cells[0]
			row.Same = row.Same && cell.Applies == first.Applies && slices.Equal(cell.Bands, first.Bands)
			row.AppliesDiffers = row.AppliesDiffers || (cell.Applies == AppliesNo) != (first.Applies == AppliesNo)
		}
		if !row.Same && len(c.Ranking) <= MaxFactDetail {
			row.Facts = differing(c.Ranking, func(id string) []FactUse { return of[id].Assessment.Criteria[i].Facts })
		}
		c.Matrix = append(c.Matrix, row)
	}
}

// differing lists the facts about the offerings that are not the same for all, in the order in which they are read.
func differing(rank []Ranked, facts func(id string) []FactUse) []DifferingFact {
	var paths []string
	cells := map[string][]FactCell{}
	for i, r := range rank {
		for _, u := range facts(r.Offering) {
			if aboutUs(u.Path) {
				continue
			}
			if cells[u.Path] == nil {
				paths = append(paths, u.Path)
				cells[u.Path] = make([]FactCell, len(rank))
			}
			cell := &cells[u.Path][i]
			if cell.State == "" || u.State == catalog.Unknown {
				cell.State = u.State
			}
			if u.Value != nil && !slices.ContainsFunc(cell.Values, u.Value.Equal) {
				cell.Values = append(cell.Values, *u.Value)
			}
		}
	}
	out := []DifferingFact{}
	for _, p := range paths {
		same := true
		for i := range cells[p] {
			cell := &cells[p][i]
			cell.Offering = rank[i].Offering
			if cell.State == "" {
				cell.State = catalog.Unknown
			}
			if cell.Values == nil {
				cell.Values = []catalog.Value{}
			}
			slices.SortFunc(cell.Values, catalog.Value.Compare)
			first := cells[p][0]
			same = same && cell.State == first.State && slices.EqualFunc(cell.Values, first.Values, catalog.Value.Equal)
		}
		if !same {
			out = append(out, DifferingFact{Path: p, Values: cells[p]})
		}
	}
	return out
}

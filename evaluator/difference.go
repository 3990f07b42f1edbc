package evaluator

import (
	"slices"

	"vigie/catalog"
	"vigie/evaluator/framework"
)

// FactChange is a fact that is not the same in two dossiers of one offering.
type FactChange struct {
	Record catalog.Ref `json:"record"`
	Path   string      `json:"path"`
	Before FactState   `json:"before"`
	After  FactState   `json:"after"`
}

// FactState is one side of a change.
type FactState struct {
	State    catalog.State  `json:"state"`
	Value    *catalog.Value `json:"value,omitempty"`
	Source   string         `json:"source,omitempty"`
	Claim    string         `json:"claim,omitempty"`
	AsOf     catalog.Date   `json:"as_of,omitempty"`
	Disputed bool           `json:"disputed,omitempty"`
	Stale    bool           `json:"stale,omitempty"`
}

// SaysOther reports whether the content changed, not only who said it or how old it is.
func (c FactChange) SaysOther() bool { return !sameFact(c.Before, c.After) }

func sameFact(a, b FactState) bool {
	return a.State == b.State && (a.Value == nil) == (b.Value == nil) && (a.Value == nil || a.Value.Equal(*b.Value))
}

func stateOf(f catalog.Fact) FactState {
	return FactState{State: f.State, Value: f.Value, Source: f.Source, Claim: f.Claim, AsOf: f.AsOf, Disputed: f.Disputed, Stale: f.Stale}
}

// FactChanges lists the facts on which two dossiers differ, in order of record and path. Facts of which every claim
// stands on its own (remarks) are no answers and are left out.
func FactChanges(before, after *catalog.Dossier, dict *catalog.Dictionary) []FactChange {
	records := map[catalog.Ref]bool{}
	for _, d := range []*catalog.Dossier{before, after} {
		for i := range d.Records {
			records[d.Records[i].Ref()] = true
		}
	}
	refs := make([]catalog.Ref, 0, len(records))
	for r := range records {
		refs = append(refs, r)
	}
	slices.SortFunc(refs, catalog.Ref.Compare)
	out := []FactChange{}
	for _, r := range refs {
		x, y := before.Record(r), after.Record(r)
		paths := map[string]bool{}
		for _, rec := range []*catalog.DossierRecord{x, y} {
			if rec == nil {
				continue
			}
			for _, f := range rec.Facts {
				if def, ok := dict.Fact(f.Path); !ok || !def.Cumulative {
					paths[f.Path] = true
				}
			}
		}
		for _, p := range sortedKeys(paths) {
			b, a := stateOf(x.Fact(p)), stateOf(y.Fact(p))
			if !sameFact(b, a) || b.Source != a.Source || b.Claim != a.Claim || b.Disputed != a.Disputed || b.Stale != a.Stale {
				out = append(out, FactChange{Record: r, Path: p, Before: b, After: a})
			}
		}
	}
	return out
}

// KnockOutChange is a knock-out that stands elsewhere.
type KnockOutChange struct {
	ID     string   `json:"id"`
	Before Status   `json:"before"`
	After  Status   `json:"after"`
	Reads  []string `json:"reads"` // the paths that it reads and whose facts changed, recorded or derived
}

// CriterionChange is a criterion that gives another answer.
type CriterionChange struct {
	ID     string     `json:"id"`
	Before *[2]int    `json:"before"` // low and high; nil where it does not apply
	After  *[2]int    `json:"after"`
	Bands  [2][]int   `json:"bands"` // indexes of the reachable bands, before and after
	Reads  []string   `json:"reads"`
	Family string     `json:"family"`
	Weight Hundredths `json:"weight"` // percent of the total, as if everything applied
}

// Change is what becomes of one assessed offering: why is told by the facts that its changed answers read.
type Change struct {
	Offering      string            `json:"offering"`
	UseCase       string            `json:"use_case"`
	Before        Verdict           `json:"before"`
	After         Verdict           `json:"after"`
	VerdictChange bool              `json:"verdict_changes"`
	ScoreBefore   Interval          `json:"score_before"`
	ScoreAfter    Interval          `json:"score_after"`
	KnockOuts     []KnockOutChange  `json:"knock_outs"`
	Criteria      []CriterionChange `json:"criteria"`
}

// Difference says what became of an offering between two assessments under one framework.
func Difference(before, after *Assessment, fw *framework.Compiled) Change {
	c := Change{Offering: after.Offering, UseCase: after.UseCase, Before: before.Verdict, After: after.Verdict, VerdictChange: before.Verdict != after.Verdict,
		ScoreBefore: before.Score, ScoreAfter: after.Score, KnockOuts: []KnockOutChange{}, Criteria: []CriterionChange{}}
	moved := movedPaths(before, after)
	reads := func(paths []string) []string {
		out := []string{}
		for _, p := range paths {
			if moved[p] && !slices.Contains(out, p) {
				out = append(out, p)
			}
		}
		slices.Sort(out)
		return out
	}
	old := map[string]Status{}
	for _, k := range before.KnockOuts {
		old[k.ID] = k.Status
	}
	for _, k := range fw.KnockOuts {
		for _, now := range after.KnockOuts {
			if now.ID != k.ID || old[k.ID] == now.Status {
				continue
			}
			paths := slices.Clone(k.FailsProgram.Reads())
			if k.AppliesProgram != nil {
				paths = append(paths, k.AppliesProgram.Reads()...)
			}
			was := old[k.ID]
			if was == "" {
				was = NotApplicable // the knock-out is new in this framework
			}
			c.KnockOuts = append(c.KnockOuts, KnockOutChange{ID: k.ID, Before: was, After: now.Status, Reads: reads(paths)})
		}
	}
	was := map[string]CriterionResult{}
	for _, r := range before.Criteria {
		was[r.ID] = r
	}
	shares := criterionShares(after)
	for i, now := range after.Criteria {
		b := was[now.ID]
		x := CriterionChange{ID: now.ID, Before: endsOf(b), After: endsOf(now), Bands: [2][]int{bandIndexes(b), bandIndexes(now)}, Family: now.Family, Weight: shares[i]}
		if b.Applies == now.Applies && slices.Equal(x.Bands[0], x.Bands[1]) {
			continue
		}
		if def := fw.Criterion(now.ID); def != nil {
			for _, cc := range fw.Criteria {
				if cc.ID == now.ID {
					x.Reads = reads(cc.Reads)
				}
			}
		}
		c.Criteria = append(c.Criteria, x)
	}
	return c
}

func endsOf(r CriterionResult) *[2]int {
	if r.Low == nil || r.High == nil {
		return nil
	}
	return &[2]int{*r.Low, *r.High}
}

func bandIndexes(r CriterionResult) []int {
	out := []int{}
	for _, b := range r.Bands {
		out = append(out, b.Index)
	}
	return out
}

// movedPaths are the paths that two assessments read differently.
func movedPaths(before, after *Assessment) map[string]bool {
	type key struct {
		path string
		rec  catalog.Ref
	}
	state := func(a *Assessment) map[key]FactState {
		out := map[key]FactState{}
		note := func(uses []FactUse) {
			for _, u := range uses {
				out[key{u.Path, u.Record}] = FactState{State: u.State, Value: u.Value, Source: u.Source, Claim: u.Claim}
			}
		}
		for _, c := range a.Criteria {
			note(c.Facts)
		}
		for _, k := range a.KnockOuts {
			note(k.Facts)
		}
		return out
	}
	out := map[string]bool{}
	x, y := state(before), state(after)
	for _, pair := range [][2]map[key]FactState{{x, y}, {y, x}} {
		for k, s := range pair[0] {
			if o := pair[1][k]; !sameFact(s, o) || s.Source != o.Source {
				out[k.path] = true
			}
		}
	}
	derived := func(a *Assessment) map[string]string {
		out := map[string]string{}
		for _, d := range a.Derived {
			out[d.Path] = catalog.MustHash([]any{d.State, d.Value, d.Possible})
		}
		return out
	}
	dx, dy := derived(before), derived(after)
	for p, h := range dy {
		if dx[p] != h {
			out[p] = true
		}
	}
	return out
}

// criterionShares is the weight of each criterion in the total, in hundredths of a percent, as if everything applied.
func criterionShares(a *Assessment) []Hundredths {
	family, total := map[string]int64{}, int64(0)
	for _, f := range a.Families {
		family[f.ID] = f.Weight
		total += f.Weight
	}
	inside := map[string]int64{}
	for _, c := range a.Criteria {
		if c.Applies != AppliesNo {
			inside[c.Family] += c.Weight
		}
	}
	out := make([]Hundredths, len(a.Criteria))
	for i, c := range a.Criteria {
		if c.Applies != AppliesNo && inside[c.Family] > 0 && total > 0 {
			out[i] = Hundredths((2*10000*family[c.Family]*c.Weight + inside[c.Family]*total) / (2 * inside[c.Family] * total))
		}
	}
	return out
}

// KnockState is where one knock-out stands.
type KnockState struct {
	ID     string `json:"id"`
	Status Status `json:"status"`
}

// KnockStates lists where each knock-out stands, those that do not apply left out.
func (a *Assessment) KnockStates() []KnockState {
	out := []KnockState{}
	for _, k := range a.KnockOuts {
		if k.Status != NotApplicable {
			out = append(out, KnockState{k.ID, k.Status})
		}
	}
	return out
}

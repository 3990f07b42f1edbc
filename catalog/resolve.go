package catalog

import "slices"

// Contradiction is a claim that says something else than the one that holds.
type Contradiction struct {
	Claim   string     `json:"claim"`
	State   State      `json:"state"`
	Value   *Value     `json:"value,omitempty"`
	Source  string     `json:"source,omitempty"`
	Kind    SourceKind `json:"kind"`
	Locator string     `json:"locator,omitempty"`
	Note    string     `json:"note,omitempty"`
	AsOf    Date       `json:"as_of"`
	Newer   bool       `json:"newer,omitempty"` // newer but weaker than the claim that holds: to be checked
}

// Fact is what holds for one path of one record on a day: known, known to be absent, or unknown.
// Claim, Source and what follows name the claim it rests on; they are empty when nothing was recorded.
type Fact struct {
	Path          string          `json:"path"`
	State         State           `json:"state"`
	Value         *Value          `json:"value,omitempty"`
	Claim         string          `json:"claim,omitempty"`
	Source        string          `json:"source,omitempty"`
	Kind          SourceKind      `json:"kind,omitempty"`
	Signed        bool            `json:"signed,omitempty"`
	Locator       string          `json:"locator,omitempty"`
	Note          string          `json:"note,omitempty"`
	AsOf          Date            `json:"as_of,omitempty"`
	Stale         bool            `json:"stale,omitempty"`    // older than the dictionary allows for this fact
	Disputed      bool            `json:"disputed,omitempty"` // equal and differing claims: counts as unknown until settled
	Settled       string          `json:"settled,omitempty"`  // the reviewer's reason, when a person chose
	Contradicts   []Contradiction `json:"contradicts,omitempty"`
	InheritedFrom *Ref            `json:"inherited_from,omitempty"` // the parent it was taken from
	Assumed       bool            `json:"assumed,omitempty"`        // taken to be so by an assumption; rests on no claim
}

// ToCheck reports whether a newer but weaker source says otherwise.
func (f Fact) ToCheck() bool {
	return slices.ContainsFunc(f.Contradicts, func(c Contradiction) bool { return c.Newer })
}

// live is a claim that may hold, with what the rule compares.
type live struct {
	Claim
	hash string
	src  Source
	rank int
}

func (l live) kind() SourceKind {
	if l.Source == "" {
		return KindNone
	}
	return l.src.Kind
}

// resolve applies the rule of DESIGN section 5 to the live claims of one record and path: strength of the
// source, then newest as-of, newest recorded, claim hash. Claims of one source that a newer one of the same
// source replaces are history, not contradictions.
func resolve(def *FactDef, claims []live, settled *Settlement, on Date) Fact {
	claims = dropSuperseded(claims)
	slices.SortFunc(claims, func(a, b live) int {
		switch {
		case a.rank != b.rank:
			return b.rank - a.rank
		case a.AsOf != b.AsOf:
			return cmpString(string(b.AsOf), string(a.AsOf))
		case !a.RecordedAt.Equal(b.RecordedAt):
			return b.RecordedAt.Compare(a.RecordedAt)
		}
		return cmpString(a.hash, b.hash)
	})
	best := claims[0]
	f := Fact{Path: def.Path}
	if settled != nil {
		for _, c := range claims {
			if c.hash == settled.Claim {
				best, f.Settled = c, settled.Reason
			}
		}
	}
	f.State, f.Value, f.Claim = best.State, best.Value, best.hash
	f.Source, f.Kind, f.Signed = best.Source, best.kind(), best.src.Signed
	f.Locator, f.Note, f.AsOf = best.Locator, best.Note, best.AsOf
	f.Stale = def.StaleAfter > 0 && best.AsOf.AddMonths(int(def.StaleAfter)).Before(on)
	for _, c := range claims {
		if c.hash == best.hash || sameAnswer(c.Claim, best.Claim) {
			continue
		}
		f.Contradicts = append(f.Contradicts, Contradiction{
			Claim: c.hash, State: c.State, Value: c.Value, Source: c.Source, Kind: c.kind(), Locator: c.Locator, Note: c.Note,
			AsOf: c.AsOf, Newer: f.Settled == "" && c.rank < best.rank && c.AsOf.After(best.AsOf),
		})
		if f.Settled == "" && c.rank == best.rank && c.AsOf == best.AsOf {
			f.Disputed = true
		}
	}
	if f.Disputed {
		// Neither holds: both stand as contradictions and the fact is unknown.
		f.Contradicts = append([]Contradiction{{Claim: best.hash, State: best.State, Value: best.Value, Source: best.Source,
			Kind: best.kind(), Locator: best.Locator, Note: best.Note, AsOf: best.AsOf}}, f.Contradicts...)
		f = Fact{Path: def.Path, State: Unknown, Disputed: true, Contradicts: f.Contradicts}
	}
	return f
}

func sameAnswer(a, b Claim) bool {
	if a.State != b.State {
		return false
	}
	return a.Value == nil || b.Value == nil || a.Value.Equal(*b.Value)
}

// dropSuperseded keeps, of the claims that cite the same source, those of the newest as-of; of those, the
// newest recorded. A claim without source supersedes nothing but another without source.
func dropSuperseded(claims []live) []live {
	newest := map[string]live{}
	for _, c := range claims {
		n, ok := newest[c.Source]
		if !ok || c.AsOf.After(n.AsOf) || c.AsOf == n.AsOf && c.RecordedAt.After(n.RecordedAt) {
			newest[c.Source] = c
		}
	}
	var out []live
	for _, c := range claims {
		n := newest[c.Source]
		if c.AsOf == n.AsOf && c.RecordedAt.Equal(n.RecordedAt) {
			out = append(out, c)
		}
	}
	return out
}

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
//
// A settlement binds the claims that its reviewer could see, those recorded until then: those set aside no longer
// count. A claim recorded later is judged against the settled one by the same rule: a stronger or newer one holds,
// an equal one reopens the dispute. A settled claim that its own source has replaced settles nothing any more.
func resolve(def *FactDef, claims []live, settled *Settlement, on Date) Fact {
	claims = dropSuperseded(claims)
	slices.SortFunc(claims, live.compare)
	best, reason := claims[0], ""
	seen := func(live) bool { return false } // by the reviewer who settled
	if i := slices.IndexFunc(claims, func(c live) bool { return settled != nil && c.hash == settled.Claim }); i >= 0 {
		best, reason = claims[i], settled.Reason
		seen = func(c live) bool { return !c.RecordedAt.After(settled.At) }
		if late := slices.IndexFunc(claims, func(c live) bool { return !seen(c) && c.outranks(best) }); late >= 0 {
			best, reason = claims[late], ""
		}
	}
	f := Fact{Path: def.Path, State: best.State, Value: best.Value, Claim: best.hash, Settled: reason,
		Source: best.Source, Kind: best.kind(), Signed: best.src.Signed, Locator: best.Locator, Note: best.Note, AsOf: best.AsOf}
	f.Stale = def.StaleOn(best.AsOf, on)
	for _, c := range claims {
		if c.hash == best.hash || agree(c.Claim, best.Claim) {
			continue
		}
		against := c.contradiction()
		if !seen(c) {
			against.Newer = c.rank < best.rank && c.AsOf.After(best.AsOf)
			f.Disputed = f.Disputed || c.rank == best.rank && c.AsOf == best.AsOf
		}
		f.Contradicts = append(f.Contradicts, against)
	}
	if f.Disputed {
		// Neither holds: both stand as contradictions and the fact is unknown.
		against := append([]Contradiction{best.contradiction()}, f.Contradicts...)
		f = Fact{Path: def.Path, State: Unknown, Disputed: true, Contradicts: against}
	}
	return f
}

// compare puts the claim that holds first.
func (l live) compare(o live) int {
	switch {
	case l.rank != o.rank:
		return o.rank - l.rank
	case l.AsOf != o.AsOf:
		return cmpString(string(o.AsOf), string(l.AsOf))
	case !l.RecordedAt.Equal(o.RecordedAt):
		return o.RecordedAt.Compare(l.RecordedAt)
	}
	return cmpString(l.hash, o.hash)
}

// outranks reports whether l holds against o by its source or its day; which was recorded last proves nothing.
func (l live) outranks(o live) bool {
	return l.rank > o.rank || l.rank == o.rank && l.AsOf.After(o.AsOf)
}

func (l live) contradiction() Contradiction {
	return Contradiction{Claim: l.hash, State: l.State, Value: l.Value, Source: l.Source, Kind: l.kind(),
		Locator: l.Locator, Note: l.Note, AsOf: l.AsOf}
}

// agree reports whether two claims can both be true. A list that is not complete says "these at least": it agrees
// with every complete list that holds its elements, and with every other incomplete one.
func agree(a, b Claim) bool {
	if a.State != b.State {
		return false
	}
	if a.Value == nil || b.Value == nil {
		return a.Value == b.Value
	}
	v, w := *a.Value, *b.Value
	if !v.Many || !w.Many || v.Complete && w.Complete {
		return v.Equal(w)
	}
	return (!w.Complete || w.holds(v)) && (!v.Complete || v.holds(w))
}

// holds reports whether every element of o is one of v's.
func (v Value) holds(o Value) bool {
	for _, e := range o.List {
		if !slices.ContainsFunc(v.List, e.Equal) {
			return false
		}
	}
	return true
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

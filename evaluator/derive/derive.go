// Package derive computes the facts that nobody types in: valid certificates, environmental and benchmark figures,
// cost, links that cannot be replaced. It also declares those that other rooms compute.
//
// Three rules hold for every fact here.
//
// What is not recorded is not known. A list of records says "no other" only when its completeness fact does
// (vendor.certifications_complete, vendor.environment_complete, …subprocessors_complete).
//
// A fact that is not settled carries the values still possible, where they are few, and the facts that would settle
// it. Learning a missing fact never contradicts what was called known, nor brings back a value that was excluded.
// References are the shape of the dossier, not missing facts: another reference makes another dossier.
//
// A number is that of the best record at hand; a record added later replaces it as a newer claim would.
package derive

import (
	"slices"
	"strings"

	"vigie/catalog"
	"vigie/catalog/wording"
	"vigie/evaluator/finding"
)

// All computes every derived fact whose engine is EngineDerive, in order of path. It is pure: on is the day for
// which certificates must be valid and rates and grids known.
//
// Possible lists whole values while the state is unknown. For certs.valid alone, State known with an incomplete
// Value lists what is certain, and Possible the codes that may have to be added (none listed: any).
func All(d *catalog.Dossier, k *Knowledge, on catalog.Date) []finding.Derived {
	c := &calc{d: d, k: k, on: on}
	out := []finding.Derived{c.certificates(), c.notReplaceable(), c.cost(), c.budget(), c.grid()}
	out = append(out, c.environment()...)
	out = append(out, c.benchmarks()...)
	slices.SortFunc(out, func(a, b finding.Derived) int { return strings.Compare(a.Path, b.Path) })
	return out
}

type calc struct {
	d  *catalog.Dossier
	k  *Knowledge
	on catalog.Date
}

// fact is a fact of the dossier and its place. It points into the dossier, which nobody changes: a dossier holds
// hundreds of facts, and copies would cost more than the answers.
type fact struct {
	at catalog.FactRef
	*catalog.Fact
}

var notRecorded = &catalog.Fact{State: catalog.Unknown}

func (c *calc) fact(r catalog.Ref, path string) fact {
	return factOf(c.d.Record(r), r, path)
}

func factOf(rec *catalog.DossierRecord, r catalog.Ref, path string) fact {
	f := fact{catalog.FactRef{Record: r, Path: path}, notRecorded}
	if rec != nil {
		i, ok := slices.BinarySearchFunc(rec.Facts, path, func(x catalog.Fact, p string) int { return strings.Compare(x.Path, p) })
		if ok {
			f.Fact = &rec.Facts[i]
		}
	}
	return f
}

func (f fact) known() bool   { return f.State == catalog.Known && f.Value != nil }
func (f fact) unknown() bool { return f.State == catalog.Unknown }

// is reports whether the fact is known to be this code or text.
func (f fact) is(text string) bool { return f.known() && f.Value.Text == text }

// oneOf answers whether the fact is one of these codes.
func (f fact) oneOf(codes ...string) tri {
	switch {
	case f.unknown():
		return maybe
	case f.known() && slices.Contains(codes, f.Value.Text):
		return yes
	}
	return no
}

// truth answers a boolean fact; absence proves nothing.
func (f fact) truth() tri {
	switch {
	case !f.known():
		return maybe
	case f.Value.Bool:
		return yes
	}
	return no
}

// tri is an answer while facts are missing.
type tri int8

const (
	no tri = iota
	maybe
	yes
)

func and(ts ...tri) tri { return slices.Min(ts) }
func or(ts ...tri) tri  { return slices.Max(ts) }

func (t tri) not() tri { return yes - t }

func truthOf(b bool) tri {
	if b {
		return yes
	}
	return no
}

// trail gathers what an answer rests on and what it waits for.
type trail struct {
	used, missing []catalog.FactRef
}

// read takes a fact into account.
func (t *trail) read(fs ...fact) {
	for _, f := range fs {
		if f.unknown() {
			t.missing = append(t.missing, f.at)
		} else {
			t.used = append(t.used, f.at)
		}
	}
}

// want names a fact of a record that does not exist yet, at the record it would be about.
func (t *trail) want(r catalog.Ref, path string) {
	if !r.IsZero() {
		t.missing = append(t.missing, catalog.FactRef{Record: r, Path: path})
	}
}

func (t *trail) add(o trail) {
	t.used, t.missing = append(t.used, o.used...), append(t.missing, o.missing...)
}

func tidy(refs []catalog.FactRef) []catalog.FactRef {
	slices.SortFunc(refs, catalog.FactRef.Compare)
	return slices.Compact(refs)
}

func settled(path string, v catalog.Value, t trail, why wording.Text) finding.Derived {
	return finding.Derived{Path: path, State: catalog.Known, Value: &v, Used: tidy(t.used), Reason: why}
}

func open(path string, possible []catalog.Value, t trail, why wording.Text) finding.Derived {
	return finding.Derived{Path: path, State: catalog.Unknown, Possible: possible, SettledBy: tidy(t.missing), Used: tidy(t.used), Reason: why}
}

// among answers with the only value left, or stays open among those left. all is how many values the domain has:
// when every one is left, nothing is excluded and none is listed.
func among(path string, left []catalog.Value, all int, t trail, known, unsettled wording.Text) finding.Derived {
	switch {
	case len(left) == 1:
		return settled(path, left[0], t, known)
	case len(left) >= all:
		left = nil
	}
	return open(path, left, t, unsettled)
}

// yesNo is among for a boolean.
func yesNo(path string, can, cannot bool, t trail, known func(bool) wording.Text, unsettled wording.Text) finding.Derived {
	switch {
	case can && cannot:
		return open(path, nil, t, unsettled)
	default:
		return settled(path, catalog.BoolValue(can), t, known(can))
	}
}

// names reports whether a known list of references names a record.
func names(f fact, id string) bool {
	return f.known() && slices.Contains(f.Value.Texts(), id)
}

// models gives the models of the offering, and whether the list is known to be complete.
func (c *calc) models() (refs []catalog.Ref, complete bool, at fact) {
	at = c.fact(c.d.Offering, "offering.models")
	return c.d.Roles.Models, at.known() && at.Value.Complete && len(c.d.Roles.Models) > 0, at
}

// group lists the ids of the vendor that serves the offering and of those that control it.
func (c *calc) group() []string {
	var out []string
	for _, r := range append([]catalog.Ref{c.d.Roles.Vendor}, c.d.Roles.Parents...) {
		if !r.IsZero() {
			out = append(out, r.ID)
		}
	}
	return out
}

// list writes the names of records in both languages.
func (c *calc) list(refs []catalog.Ref) wording.Text {
	var en, fr []string
	for _, r := range refs {
		n := c.d.Name(r)
		en, fr = append(en, n.EN), append(fr, n.FR)
	}
	return wording.Text{EN: wording.List(wording.EN, en), FR: wording.List(wording.FR, fr)}
}

// number writes a decimal as each language does, with a unit when there is one.
func number(decimal, unit string) wording.Text {
	return wording.Text{EN: wording.Unit(wording.EN, decimal, unit), FR: wording.Unit(wording.FR, decimal, unit)}
}

// day writes a day in words.
func day(d catalog.Date) wording.Text {
	return wording.Text{EN: d.In(wording.EN), FR: d.In(wording.FR)}
}

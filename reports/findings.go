package reports

import (
	"slices"
	"strings"

	"vigie/catalog"
	"vigie/catalog/wording"
	"vigie/evaluator/finding"
	"vigie/reports/tree"
)

var severityWords = [...]struct {
	mark  tree.Mark
	words wording.Text
}{
	{tree.NoMark, wording.Text{EN: "for information", FR: "pour information"}},
	{tree.NoMark, wording.Text{EN: "minor", FR: "mineur"}},
	{tree.MarkWarning, wording.Text{EN: "serious", FR: "sérieux"}},
	{tree.MarkFailed, wording.Text{EN: "grave", FR: "grave"}},
}

// findings tells the reasoned statements of the assessment, the gravest first: what, why, on which facts, what would
// cure it. There is no such section when there are none.
func (b *builder) findings() []tree.Section {
	if len(b.Assessment.Findings) == 0 {
		return nil
	}
	all := slices.Clone(b.Assessment.Findings)
	slices.SortStableFunc(all, func(x, y finding.Finding) int {
		if x.Severity != y.Severity {
			return y.Severity - x.Severity
		}
		return strings.Compare(x.ID, y.ID)
	})
	s := tree.Section{ID: "findings", Title: b.say("Findings", "Constats"), NewPage: true}
	for len(all) > 0 {
		// One reason can carry several findings; it is said once.
		same := []finding.Finding{all[0]}
		var rest []finding.Finding
		for _, f := range all[1:] {
			if f.Severity == all[0].Severity && f.Why == all[0].Why && f.Cure == all[0].Cure {
				same = append(same, f)
			} else {
				rest = append(rest, f)
			}
		}
		s.Blocks = append(s.Blocks, b.finding(same))
		all = rest
	}
	return []tree.Section{s}
}

func (b *builder) finding(same []finding.Finding) tree.Block {
	f := same[0]
	w := severityWords[min(max(f.Severity, 0), len(severityWords)-1)]
	card := tree.Card{ID: "finding-" + f.ID, Title: tree.Text{{Text: upperFirst(b.t(f.What)), Mark: w.mark}}, Right: tree.T(b.t(w.words))}
	var pairs []tree.Pair
	if len(same) > 1 {
		var also tree.Cell
		for _, x := range same[1:] {
			also = append(also, tree.T(upperFirst(b.t(x.What))))
		}
		pairs = append(pairs, tree.Pair{Key: b.say("For the same reason", "Pour la même raison"), Value: also})
	}
	pairs = append(pairs, tree.Pair{Key: b.say("Why", "Pourquoi"), Value: tree.C(tree.T(upperFirst(b.t(f.Why))))})
	if f.Basis != "" && len(same) == 1 {
		pairs = append(pairs, tree.Pair{Key: b.say("Basis", "Fondement"), Value: tree.C(tree.T(f.Basis))})
	}
	if !f.Cure.IsZero() {
		pairs = append(pairs, tree.Pair{Key: b.say("Cure", "Remède"), Value: tree.C(tree.T(upperFirst(b.t(f.Cure))))})
	}
	card.Body = []tree.Block{tree.KeyValues{Pairs: pairs}}
	t := tree.Table{Columns: []tree.Column{{Width: 30}, {Width: 40}, {Width: 30}}}
	for _, r := range f.Facts {
		if b.def(r.Path) == nil {
			continue
		}
		x := b.Dossier.Record(r.Record).Fact(r.Path)
		value := tree.Cell{b.state(b.def(r.Path), x.State, x.Value, x.Disputed)}
		t.Rows = append(t.Rows, tree.Row{Cells: []tree.Cell{{tree.T(b.label(r.Path)), tree.Q(b.name(r.Record))}, append(value, b.remarks(x)...), {b.originOf(x)}}})
	}
	if len(t.Rows) > 0 {
		card.Body = append(card.Body, t)
	}
	return card
}

// computed lists the facts that Vigie derives: value or what remains possible, why, from which sources, and which
// missing facts would settle it.
func (b *builder) computed() (tree.Table, bool) {
	t := tree.Table{Columns: []tree.Column{
		{Title: b.say("Fact", "Fait"), Width: 22},
		{Title: b.say("Value and reason", "Valeur et raison"), Width: 40},
		{Title: b.say("Rests on", "Repose sur"), Width: 12},
		{Title: b.say("Would be settled by", "Serait établi par"), Width: 26},
	}}
	for _, d := range b.Assessment.Derived {
		def := b.def(d.Path)
		if def == nil {
			continue
		}
		value := tree.Cell{b.derivedValue(d, def)}
		if !d.Reason.IsZero() {
			value = append(value, tree.Q(b.t(d.Reason)))
		}
		t.Rows = append(t.Rows, tree.Row{Cells: []tree.Cell{tree.C(tree.T(b.label(d.Path))), value, tree.C(joined(" ", b.cites(d.Used))), tree.C(tree.T(b.settledBy(d)))}})
	}
	return t, len(t.Rows) > 0
}

// derivedValue is a derived fact's value, or what remains possible of it.
func (b *builder) derivedValue(d finding.Derived, def *catalog.FactDef) tree.Text {
	if d.State != catalog.Unknown || len(d.Possible) == 0 {
		return b.state(def, d.State, d.Value, false)
	}
	var words []tree.Text
	for _, v := range d.Possible {
		words = append(words, b.value(def, v))
	}
	return tree.Marked(tree.MarkUnknown, b.say("not settled; still possible: ", "non établi ; encore possible : ")).Add(joined(b.say("; ", " ; "), words))
}

// settledBy names the missing facts that would settle a derived one, at most four.
func (b *builder) settledBy(d finding.Derived) string {
	const most = 4
	var paths []string
	for _, r := range d.SettledBy {
		paths = append(paths, r.Path)
	}
	labels := b.labels(paths)
	if len(labels) > most+1 {
		labels = append(labels[:most], b.say("%d more", "%d autres", len(labels)-most))
	}
	return strings.Join(labels, b.say("; ", " ; "))
}

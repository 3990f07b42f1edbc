package reports

import (
	"vigie/catalog"
	"vigie/reports/tree"
)

// A drawing of owners stays readable within these bounds; beyond them the table tells alone.
const (
	maxOwnerRows  = 4
	maxOwnersWide = 4
)

// ownersDrawing draws the owners of who serves the offering (or, self-hosted, of who made its model), the ultimate
// ones on top. Rows are levels of ownership; an incomplete list of owners shows as a dashed box.
func (b *builder) ownersDrawing() (tree.Drawing, bool) {
	start := b.Dossier.Roles.Vendor
	if start.IsZero() && len(b.Dossier.Roles.Providers) > 0 {
		start = b.Dossier.Roles.Providers[0]
	}
	if start.IsZero() || len(b.stakesIn(start)) == 0 {
		return tree.Drawing{}, false
	}
	type node struct {
		ref     catalog.Ref
		label   string // on the line to the party below
		below   int    // index in the level below
		unknown bool
	}
	levels := [][]node{{{ref: start}}}
	seen := map[catalog.Ref]bool{start: true}
	for len(levels) < maxOwnerRows {
		var next []node
		for i, n := range levels[len(levels)-1] {
			if n.unknown {
				continue
			}
			stakes := b.stakesIn(n.ref)
			for _, s := range stakes {
				owner := b.target(s, "stake.owner", catalog.Vendor)
				if owner.IsZero() || seen[owner] { // a circle of ownership is told by the table
					continue
				}
				seen[owner] = true
				next = append(next, node{ref: owner, label: b.held(s, "stake.percent", "stake.percent_min", "stake.percent_max").String(), below: i})
			}
			if complete := b.Dossier.Record(n.ref).Fact("vendor.owners_complete"); len(stakes) > 0 && !(complete.State == catalog.Known && complete.Value.Bool) {
				next = append(next, node{unknown: true, below: i})
			}
		}
		if len(next) == 0 {
			break
		}
		levels = append(levels, next)
	}
	d := tree.Drawing{Rows: len(levels)}
	first := make([]int, len(levels))
	for k, level := range levels {
		if len(level) > maxOwnersWide {
			return tree.Drawing{}, false
		}
		first[k] = len(d.Nodes)
		for i, n := range level {
			box := tree.Node{Row: len(levels) - 1 - k, X: (float64(i) + 0.5) / float64(len(level)), Width: 0.88 / max(float64(len(level)), 2.4)}
			if n.unknown {
				box.Shape, box.Lines = tree.Dashed, []tree.Text{tree.Marked(tree.MarkUnknown, b.say("other owners, not known", "autres détenteurs, inconnus"))}
			} else {
				box.Lines = []tree.Text{tree.B(b.name(n.ref))}
				if f := b.Dossier.Record(n.ref).Fact("vendor.incorporation_country"); f.State == catalog.Known {
					box.Lines = append(box.Lines, tree.Q(b.value(b.def(f.Path), *f.Value).String()))
				}
				box.To = anchorOf(n.ref)
			}
			d.Nodes = append(d.Nodes, box)
			if k > 0 {
				d.Edges = append(d.Edges, tree.Edge{From: len(d.Nodes) - 1, To: first[k-1] + n.below, Label: n.label, Dashed: n.unknown})
			}
		}
	}
	d.Alt = b.say("%s: its owners, the ultimate ones on top.", "%s : ses détenteurs, les derniers en haut.", b.name(start))
	return d, true
}

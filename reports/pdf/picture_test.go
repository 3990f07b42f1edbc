package pdf

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"vigie/reports/tree"
)

// tall is a column of boxes joined by lines, with a place to cut above each.
func tall(n int) tree.Picture {
	p := tree.Picture{Width: 760, Height: float64(n * 150), Alt: "tall"}
	white := tree.RGB{255, 255, 255}
	for i := range n {
		y := float64(i * 150)
		p.Figures = append(p.Figures,
			tree.Figure{Kind: tree.Box, At: []tree.Spot{{X: 300, Y: y + 30}, {X: 476, Y: y + 110}}, Fill: &white, Weight: 1, Round: 8},
			tree.Figure{Kind: tree.Label, At: []tree.Spot{{X: 388, Y: y + 60}}, Text: fmt.Sprintf("Party %d", i), Size: 12, Middle: true},
			tree.Figure{Kind: tree.Line, At: []tree.Spot{{X: 388, Y: y + 110}, {X: 388, Y: y + 180}}, Weight: 2, Dashed: true})
		p.Cuts = append(p.Cuts, y)
	}
	return p
}

// TestTallPicturesAreCutBetweenRows: a picture is whole on one page while it can be read there, and is cut where it
// says, never through a box; no party is lost.
func TestTallPicturesAreCutBetweenRows(t *testing.T) {
	for n, pages := range map[int]int{2: 1, 7: 1, 8: 1, 14: 2, 20: 3} {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			c := &composer{}
			chunks := c.picture(tall(n), textWidth)
			if len(chunks) != pages {
				t.Errorf("%d strips, want %d", len(chunks), pages)
			}
			labels := 0
			for _, ch := range chunks {
				if ch.height > bottomY-topY {
					t.Errorf("a strip of %g is taller than a page", ch.height)
				}
				for _, pt := range ch.parts {
					for _, o := range pt.ops {
						if o.kind == opText {
							labels++
						}
						for _, p := range o.points {
							if p.y < -0.01 || p.y > ch.height+0.01 {
								t.Errorf("a line leaves its strip: %g of %g", p.y, ch.height)
							}
						}
					}
				}
			}
			if labels != n {
				t.Errorf("%d of %d parties are drawn", labels, n)
			}
		})
	}
}

func TestClip(t *testing.T) {
	bend := []tree.Spot{{X: 0, Y: 0}, {X: 0, Y: 10}, {X: 5, Y: 10}, {X: 5, Y: 20}}
	for name, c := range map[string]struct {
		from, to float64
		want     [][]tree.Spot
	}{
		"whole":   {0, 20, [][]tree.Spot{bend}},
		"above":   {0, 5, [][]tree.Spot{{{X: 0, Y: 0}, {X: 0, Y: 5}}}},
		"middle":  {8, 15, [][]tree.Spot{{{X: 0, Y: 8}, {X: 0, Y: 10}, {X: 5, Y: 10}, {X: 5, Y: 15}}}},
		"outside": {30, 40, nil},
	} {
		t.Run(name, func(t *testing.T) {
			if d := cmp.Diff(c.want, clip(bend, c.from, c.to)); d != "" {
				t.Error(d)
			}
		})
	}
}

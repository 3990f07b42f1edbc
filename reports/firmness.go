package reports

import (
	"fmt"
	"slices"
	"strings"

	"vigie/catalog"
	"vigie/catalog/wording"
	"vigie/evaluator"
	"vigie/evaluator/framework"
	"vigie/reports/tree"
)

// shareOfDraws writes a share as whole percents. One that is not 0 never reads as 0, nor one below 1 as 100.
func (c *comparer) shareOfDraws(x float64) string {
	n := fmt.Sprintf("%.0f", 100*x)
	switch {
	case x > 0 && n == "0":
		return "<\u00a0" + wording.Percent(c.l, "1")
	case x < 1 && n == "100":
		return ">\u00a0" + wording.Percent(c.l, "99")
	}
	return wording.Percent(c.l, n)
}

func (c *comparer) points1(x float64) string {
	return wording.Percent(c.l, fmt.Sprintf("%.1f", x))
}

// pointsWord writes a number of points; French has the singular below two.
func (c *comparer) pointsWord(decimal string) string {
	if n := catalog.Rat(decimal); c.l == wording.FR && n != nil && n.Cmp(catalog.Rat("2")) < 0 {
		return wording.Number(c.l, decimal) + "\u00a0point"
	}
	return wording.Number(c.l, decimal) + "\u00a0points"
}

// firmness says how sure the ranks are, and what would change them.
func (c *comparer) firmness() tree.Section {
	k := c.Comparison
	s := tree.Section{ID: "firmness", Title: c.say("How firm the ranks are", "Les rangs sont-ils solides ?"), NewPage: true, Blocks: []tree.Block{
		tree.Paragraph{Text: tree.T(c.say("Weights were drawn %s times around the committee's (weights %s), and each missing fact among the answers still possible. Each share below is exact within %s.",
			"Les poids ont été tirés %s fois autour de ceux du comité (pondérations %s), et chaque fait manquant parmi les réponses encore possibles. Chaque part ci-dessous est exacte à %s près.",
			wording.Number(c.l, itoa(k.Draws)), convictionWords[k.Conviction], c.pointsWord(fmt.Sprintf("%.1f", 100*k.Error))))}}}
	add := func(id, en, fr string, blocks []tree.Block) {
		if len(blocks) > 0 {
			s.Sections = append(s.Sections, tree.Section{ID: id, Title: c.say(en, fr), Blocks: blocks})
		}
	}
	add("acceptability", "Share of the draws at each rank", "Part des tirages à chaque rang", c.acceptability())
	add("believe", "What one must believe for each to be first", "Ce qu'il faut croire pour que chacune soit première", c.beliefs())
	add("swaps", "The smallest change of weights that swaps two", "Le plus petit changement de poids qui intervertit deux offres", c.swapList())
	add("dominated", "Never ahead, whatever the weights", "Jamais devant, quels que soient les poids", c.dominatedList())
	add("geometric", "Second reading: strong families do not buy weak ones back", "Seconde lecture : les familles fortes ne rachètent pas les faibles", c.secondReading())
	return s
}

// acceptability is, for each group of several, how often each stands at each of the first ranks.
func (c *comparer) acceptability() []tree.Block {
	const ranks = 5
	var out []tree.Block
	for _, v := range groups {
		list := c.group(v)
		if len(list) < 2 {
			continue
		}
		shown := min(len(list), ranks)
		t := tree.Table{Columns: []tree.Column{{Width: 4}, {Title: c.t(verdictWords[v].words), Width: 32}}}
		for i := range shown {
			t.Columns = append(t.Columns, tree.Column{Title: c.say("rank %d", "rang %d", i+1), Width: 9, Align: tree.Right})
		}
		t.Columns = append(t.Columns, tree.Column{Title: c.say("beats next", "devance la suivante"), Width: 12, Align: tree.Right}, tree.Column{Title: c.say("surely", "sûrement"), Width: 11, Align: tree.Right})
		for i, r := range list {
			row := tree.Row{Cells: []tree.Cell{tree.C(tree.B(c.letter[r.Offering])), tree.C(tree.T(c.nameOf(r.Offering)))}}
			for j := range shown {
				x := 0.0
				if j < len(r.Acceptability) {
					x = r.Acceptability[j]
				}
				row.Cells = append(row.Cells, tree.C(tree.T(c.shareOfDraws(x))))
			}
			if i == len(list)-1 {
				row.Cells = append(row.Cells, tree.C(tree.T("–")), tree.C(tree.T("–")))
			} else {
				row.Cells = append(row.Cells, tree.C(tree.T(c.shareOfDraws(r.BeatsNext))), tree.C(tree.T(c.shareOfDraws(r.SurelyBefore))))
			}
			t.Rows = append(t.Rows, row)
		}
		out = append(out, t)
	}
	if out != nil {
		out = append(out, tree.Paragraph{Size: tree.Small, Text: tree.Q(c.say("\"Surely\": the share of weights under which its lowest score is above the highest of the next one.", "« Sûrement » : part des poids avec lesquels sa note la plus basse dépasse la plus haute de la suivante."))})
	}
	return out
}

// beliefs are the mean weights of the draws in which each is first of its group, beside the committee's.
func (c *comparer) beliefs() []tree.Block {
	var out []tree.Block
	for _, v := range groups {
		list := slices.DeleteFunc(c.group(v), func(r evaluator.Ranked) bool { return len(r.Central) == 0 })
		if len(c.group(v)) < 2 || len(list) == 0 {
			continue
		}
		rows := []gridRow{{tree.B(c.say("First in", "Première dans")), func(r evaluator.Ranked) tree.Cell { return tree.C(tree.B(c.shareOfDraws(r.First))) }}}
		for _, f := range c.Framework.Families {
			rows = append(rows, gridRow{tree.T(c.t(f.Title)).Add(tree.Q(" " + wording.Percent(c.l, itoa(int(c.Weights.Family(f.ID)))))), func(r evaluator.Ranked) tree.Cell {
				return tree.C(tree.T(c.points1(r.Central[f.ID])))
			}})
		}
		out = append(out, c.grid(c.t(verdictWords[v].words), list, rows)...)
	}
	if out != nil {
		out = append(out, tree.Paragraph{Size: tree.Small, Text: tree.Q(c.say("The committee's weight stands beside each family. Candidates that are first in no draw are left out.", "Le poids du comité figure à côté de chaque famille. Les offres qui ne sont premières dans aucun tirage sont omises."))})
	}
	return out
}

// swapList tells, for neighbours in the ranking, the smallest change that swaps them.
func (c *comparer) swapList() []tree.Block {
	next := map[string]string{}
	for _, v := range groups {
		list := c.group(v)
		for i := 1; i < len(list); i++ {
			next[list[i-1].Offering] = list[i].Offering
		}
	}
	var items []tree.Text
	for _, s := range c.Comparison.Swaps {
		if next[s.Ahead] != s.Behind {
			continue
		}
		ahead, behind := tree.B(c.letter[s.Ahead]), tree.B(c.letter[s.Behind])
		if s.Family == "" {
			items = append(items, ahead.Add(tree.T(c.say(" stays before ", " reste devant ")), behind, tree.T(c.say(" whichever single weight is moved.", " quel que soit le poids que l'on déplace."))))
			continue
		}
		from, to := c.points1(s.From), c.points1(s.To)
		move := c.say("rises from %s to %s", "passe de %s à %s", from, to)
		if s.To < s.From {
			move = c.say("falls from %s to %s", "tombe de %s à %s", from, to)
		}
		items = append(items, behind.Add(tree.T(c.say(" passes before ", " passe devant ")), ahead, tree.T(c.say(" when the weight of %s %s, the others keeping their proportions.", " quand le poids de %s %s, les autres gardant leurs proportions.",
			wording.Quoted(c.familyTitle(s.Family)), move))))
	}
	if items == nil {
		return nil
	}
	return []tree.Block{tree.List{Items: items}}
}

func (c *comparer) dominatedList() []tree.Block {
	by := map[string][]string{}
	for _, d := range c.Comparison.Dominated {
		by[d.ID] = append(by[d.ID], d.By)
	}
	var items []tree.Text
	for _, r := range c.Comparison.Ranking {
		if len(by[r.Offering]) == 0 {
			continue
		}
		var who []tree.Text
		for _, id := range by[r.Offering] {
			who = append(who, c.called(id))
		}
		items = append(items, c.called(r.Offering).Add(tree.T(c.say(": at least as good on every criterion, whatever the missing facts: ", " : fait au moins aussi bien sur chaque critère, quels que soient les faits manquants : ")), joined(", ", who)))
	}
	if items == nil {
		return []tree.Block{tree.Paragraph{Text: tree.T(c.say("None: each could be ahead of each other under some weights or some answers.", "Aucune : chacune pourrait devancer chaque autre avec certains poids ou certaines réponses."))}}
	}
	return []tree.Block{tree.List{Items: items}}
}

func (c *comparer) secondReading() []tree.Block {
	var items []tree.Text
	for _, g := range c.Comparison.Geometric {
		if len(g.Order) < 2 {
			continue
		}
		var who []tree.Text
		for _, id := range g.Order {
			who = append(who, tree.B(c.letter[id]))
		}
		lead := tree.T(c.t(verdictWords[g.Group].words) + wording.Colon(c.l) + " ")
		if !g.Differs {
			items = append(items, lead.Add(tree.T(c.say("the same order.", "le même ordre."))))
			continue
		}
		items = append(items, lead.Add(joined(", ", who), tree.T(c.say(". The order differs: compensation between families is doing the work.", ". L'ordre diffère : c'est la compensation entre familles qui décide."))))
	}
	if items == nil {
		return nil
	}
	return []tree.Block{tree.Paragraph{Text: tree.T(c.say("The order under a geometric mean of the families, which punishes a weak family more:", "L'ordre avec une moyenne géométrique des familles, qui punit davantage une famille faible :")), KeepNext: true},
		tree.List{Items: items}}
}

// weightsAndMembers tells the weights, whose they are and why, and how far the members stand apart.
func (c *comparer) weightsAndMembers() tree.Section {
	s := tree.Section{ID: "weights", Title: c.say("Weights", "Pondérations"), NewPage: true, Blocks: c.weightBlocks()}
	m := c.Comparison.Members
	if m == nil || len(m.Members) == 0 {
		return s
	}
	var list tree.List
	for i, x := range m.Members {
		var who []string
		for _, id := range x.Order {
			who = append(who, c.letter[id])
		}
		reason := ""
		if j := slices.IndexFunc(c.Members, func(w *framework.WeightSet) bool { return w.ID == x.WeightSet }); j >= 0 {
			reason = " " + c.t(c.Members[j].Reason)
		}
		list.Items = append(list.Items, tree.B(itoa(i+1)+" "+c.t(x.Title)).Add(tree.T(c.say(" (%s).", " (%s).", x.Author)+reason), tree.Q(c.say(" Order whatever the eligibility: %s.", " Ordre, éligibilité à part : %s.", strings.Join(who, ", ")))))
	}
	blocks := []tree.Block{list}
	for part := range slices.Chunk(m.Members, gridWidth) {
		t := tree.Table{Columns: []tree.Column{{Title: c.say("Family", "Famille"), Width: 34}}}
		for _, x := range part {
			i := slices.IndexFunc(m.Members, func(y evaluator.MemberOrder) bool { return y.WeightSet == x.WeightSet })
			t.Columns = append(t.Columns, tree.Column{Title: itoa(i + 1), Width: 9, Align: tree.Right})
		}
		t.Columns = append(t.Columns, tree.Column{Title: c.say("Apart", "Écart"), Width: 12, Align: tree.Right})
		for _, f := range m.Families {
			row := tree.Row{Cells: []tree.Cell{tree.C(tree.T(c.familyTitle(f.Family)))}}
			for _, x := range part {
				row.Cells = append(row.Cells, tree.C(tree.T(wording.Percent(c.l, itoa(int(f.Weights[x.WeightSet]))))))
			}
			t.Rows = append(t.Rows, tree.Row{Cells: append(row.Cells, tree.C(tree.T(c.count(int(f.High-f.Low), "point", "points", "point", "points"))))})
		}
		blocks = append(blocks, t)
	}
	r := tree.Table{Columns: []tree.Column{{Title: c.say("Offering", "Offre"), Width: 60}, {Title: c.say("Best rank", "Meilleur rang"), Width: 20, Align: tree.Right}, {Title: c.say("Worst rank", "Pire rang"), Width: 20, Align: tree.Right}}}
	for _, x := range m.Offerings {
		r.Rows = append(r.Rows, tree.Row{Cells: []tree.Cell{tree.C(c.called(x.Offering)), tree.C(tree.T(itoa(x.Best))), tree.C(tree.T(itoa(x.Worst)))}})
	}
	s.Sections = []tree.Section{{ID: "members", Title: c.say("The members side by side", "Les membres côte à côte"), Blocks: append(blocks, r)}}
	return s
}

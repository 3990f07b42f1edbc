package sheet

import (
	"fmt"
	"strings"

	"github.com/xuri/excelize/v2"

	"vigie/catalog/wording"
	"vigie/evaluator"
)

// The four columns of an offering in the sheets of scores and of the check.
const (
	lowAt = iota
	highAt
	meanAt
	countsAt
	perOffering
)

// What a criterion counts: for sure, perhaps (it is not known whether it applies), or not at all.
const (
	countsYes   = 1
	countsMaybe = 0.5
	countsNo    = 0
)

// leads is how many columns stand before those of the offerings.
const (
	scoreLeads = 4
	checkLeads = 2
)

func (b *book) offeringHeads(sheet, leads int) {
	b.keep(b.f.SetRowHeight(b.sheet(sheet), firstLine-2, 32)) // a name takes two lines
	for i, r := range b.Comparison.Ranking {
		from := leads + 1 + i*perOffering
		for j := range perOffering {
			b.text(sheet, from+j, firstLine-2, "", "head")
		}
		b.text(sheet, from, firstLine-2, b.t(r.Name), "head")
		b.keep(b.f.MergeCell(b.sheet(sheet), at(from, firstLine-2), at(from+perOffering-1, firstLine-2)))
		for j, h := range []string{b.say("low", "basse"), b.say("high", "haute"), b.say("mean", "moyenne"), b.say("counts", "compte")} {
			b.text(sheet, from+j, firstLine-1, h, "head")
		}
	}
}

// scores lists, for each criterion and offering, the lowest and the highest of the bands still possible, their mean,
// and whether the criterion counts.
func (b *book) scores() {
	b.head(scores, b.say("Scores", "Notes"), []string{
		b.say("Lowest, highest and mean of the bands still possible, from 0 to 100. Counts: 1 yes; 0 not applicable, its weight stays in the family; 0.5 not known whether it applies, both cases are in the interval.",
			"La plus basse, la plus haute et la moyenne des paliers encore possibles, de 0 à 100. Compte : 1 oui ; 0 sans objet, son poids reste à la famille ; 0,5 on ignore s'il s'applique, l'intervalle comprend les deux cas.")},
		b.say("Family", "Famille"), b.say("Criterion", "Critère"), b.say("Code", "Code"), b.say("Weight in use", "Poids employé"))
	b.offeringHeads(scores, scoreLeads)
	for _, x := range b.lines {
		family, _ := b.Framework.Family(x.Family)
		b.text(scores, 1, x.at, b.t(family.Title), "")
		b.text(scores, 2, x.at, b.t(x.Title), "")
		b.text(scores, 3, x.at, x.ID, "note")
		b.formula(scores, 4, x.at, b.of(weights, fixed(4, b.weights[x.ID])), "")
		for i, cell := range x.row.Cells {
			col := scoreLeads + 1 + i*perOffering
			if cell.Applies == evaluator.AppliesNo || cell.Low == nil || cell.High == nil {
				for j := range countsAt {
					b.style(scores, col+j, x.at, "void")
				}
				b.number(scores, col+countsAt, x.at, countsNo, "void")
				continue
			}
			b.number(scores, col+lowAt, x.at, float64(*cell.Low), "")
			b.number(scores, col+highAt, x.at, float64(*cell.High), "")
			sum := 0
			for _, k := range cell.Bands {
				sum += x.row.Bands[k].Score
			}
			b.number(scores, col+meanAt, x.at, float64(sum)/float64(len(cell.Bands)), "points")
			counts := float64(countsYes)
			if cell.Applies == evaluator.AppliesUnknown {
				counts = countsMaybe
			}
			b.number(scores, col+countsAt, x.at, counts, "")
		}
	}
	b.widths(scores, 30, 34, 16, 10)
	b.freeze(scores, scoreLeads)
}

// weightSheet holds the weights of the set and, beside them, those that a member may change.
func (b *book) weightSheet() {
	w := b.Weights
	b.head(weights, b.say("Weights", "Poids"), []string{
		b.say("Change the yellow cells only: families in any unit, criteria inside their family. Every total of this workbook follows.",
			"Ne changer que les cellules jaunes : les familles dans une unité au choix, les critères dans leur famille. Tous les totaux du classeur suivent."),
		b.t(w.Title) + " (" + w.Author + ")" + wording.Colon(b.l) + " " + b.t(w.Reason)},
		b.say("Family", "Famille"), b.say("Criterion", "Critère"), b.say("Weight of the set", "Poids du jeu"), b.say("Your weight", "Votre poids"))
	for i, m := range b.Members {
		b.text(weights, 5+i, firstLine-1, b.t(m.Title)+" ("+m.Author+")", "head")
	}
	row := func(n int, family, criterion string, weight int64, member func(i int) int64) {
		b.text(weights, 1, n, family, "")
		b.text(weights, 2, n, criterion, "")
		b.number(weights, 3, n, float64(weight), "")
		b.number(weights, 4, n, float64(weight), "yours")
		for i := range b.Members {
			b.number(weights, 5+i, n, float64(member(i)), "")
		}
	}
	for _, f := range b.Framework.Families {
		row(b.family[f.ID], b.t(f.Title), "", w.Family(f.ID), func(i int) int64 { return b.Members[i].Family(f.ID) })
	}
	for _, x := range b.lines {
		family, _ := b.Framework.Family(x.Family)
		row(b.weights[x.ID], b.t(family.Title), b.t(x.Title), w.Criterion(x.Criterion), func(i int) int64 { return b.Members[i].Criterion(x.Criterion) })
	}
	for _, r := range b.weightRanges() {
		v := excelize.NewDataValidation(false)
		v.SetSqref(strings.ReplaceAll(column(4, r[0], r[1]), "$", ""))
		b.keep(v.SetRange(0.0, 1e6, excelize.DataValidationTypeDecimal, excelize.DataValidationOperatorBetween))
		v.SetError(excelize.DataValidationErrorStyleStop, b.say("Weight", "Poids"), b.say("A number from 0 to 1,000,000.", "Un nombre de 0 à 1 000 000."))
		b.keep(b.f.AddDataValidation(b.sheet(weights), v))
	}
	b.widths(weights, 38, 38, 12, 12)
	b.freeze(weights, 2)
}

// weightRanges are the first and last rows of the families and of the criteria.
func (b *book) weightRanges() [][2]int {
	out := [][2]int{{firstLine, firstLine + len(b.Framework.Families) - 1}}
	if n := len(b.lines); n > 0 {
		first := b.weights[b.lines[0].ID]
		out = append(out, [2]int{first, first + n - 1})
	}
	return out
}

// What stands for no mean at all: no score is so high, or so low.
const (
	noLow  = "1E+9"
	noHigh = "-1"
)

// end is the formula of one end of a weighted mean of which some items may drop out, as the engine defines it: the
// smallest (or largest) of the means of what counts for sure alone, and with every optional item not above (below) each
// score. With the items in the order of their scores the smallest mean is one of these.
func end(weight, counts, score string, optional []string, lowest bool) string {
	pick, none, within := "MIN", noLow, "<="
	if !lowest {
		pick, none, within = "MAX", noHigh, ">="
	}
	sure := fmt.Sprintf("(%s=1)*%s", counts, weight)
	parts := []string{fmt.Sprintf("IFERROR(SUMPRODUCT(%s*%s)/SUMPRODUCT(%s),%s)", sure, score, sure, none)}
	for _, o := range optional {
		taken := fmt.Sprintf("(%s+(%s=0.5)*(%s%s%s))", "("+counts+"=1)", counts, score, within, o)
		parts = append(parts, fmt.Sprintf("IFERROR(SUMPRODUCT(%s*%s*%s)/SUMPRODUCT(%s*%s),%s)", taken, weight, score, taken, weight, none))
	}
	if len(parts) == 1 {
		return parts[0]
	}
	return pick + "(" + strings.Join(parts, ",") + ")"
}

// check sums the weights and scores up in formulas, family by family and in total, beside the engine's totals.
func (b *book) check() {
	b.head(check, b.say("Check", "Contrôle"), []string{
		b.say("Live weighted means over the sheets of scores and weights. With the weights of the set the last row is 0 everywhere.",
			"Moyennes pondérées, recalculées d'après les feuilles des notes et des poids. Avec les poids du jeu, la dernière ligne vaut 0 partout.")},
		b.say("Family", "Famille"), b.say("Weight", "Poids"))
	b.offeringHeads(check, checkLeads)
	last := firstLine + len(b.Framework.Families) - 1
	for _, f := range b.Framework.Families {
		n := b.family[f.ID]
		b.text(check, 1, n, b.t(f.Title), "")
		b.formula(check, 2, n, b.of(weights, fixed(4, n)), "")
		lines := b.linesOf(f.ID)
		for i := range b.Comparison.Ranking {
			b.familyCheck(n, i, lines)
		}
	}
	for i, label := range []string{b.say("Total", "Total"), b.say("Engine, with the weights of the set", "Moteur, avec les poids du jeu"), b.say("Difference", "Différence")} {
		b.text(check, 1, last+1+i, label, "total")
		b.text(check, 2, last+1+i, "", "total")
	}
	for i, r := range b.Comparison.Ranking {
		b.totalCheck(last, i, r)
	}
	b.widths(check, 38, 10)
	b.freeze(check, checkLeads)
}

func (b *book) linesOf(family string) []line {
	var out []line
	for _, x := range b.lines {
		if x.Family == family {
			out = append(out, x)
		}
	}
	return out
}

func (b *book) familyCheck(n, i int, lines []line) {
	col, from := checkLeads+1+i*perOffering, scoreLeads+1+i*perOffering
	if len(lines) == 0 {
		for j := range perOffering {
			b.number(check, col+j, n, 0, "void")
		}
		return
	}
	first, last := lines[0].at, lines[len(lines)-1].at
	in := func(c int) string { return b.of(scores, column(c, first, last)) }
	weight, counts := in(4), in(from+countsAt)
	any := fmt.Sprintf("SUMPRODUCT((%s>0)*%s)=0", counts, weight)
	for j, lowest := range []bool{true, false} {
		seen := map[int]bool{}
		var optional []string
		for _, x := range lines {
			cell := x.row.Cells[i]
			if cell.Applies != evaluator.AppliesUnknown {
				continue
			}
			score := *cell.Low
			if !lowest {
				score = *cell.High
			}
			if !seen[score] {
				seen[score] = true
				optional = append(optional, b.of(scores, fixed(from+j, x.at)))
			}
		}
		b.formula(check, col+j, n, fmt.Sprintf("IF(%s,0,%s)", any, end(weight, counts, in(from+j), optional, lowest)), "points")
	}
	b.formula(check, col+meanAt, n, fmt.Sprintf("IF(%s,0,SUMPRODUCT(%s*%s*%s)/SUMPRODUCT(%s*%s))", any, counts, weight, in(from+meanAt), counts, weight), "points")
	b.formula(check, col+countsAt, n, fmt.Sprintf("IF(SUMPRODUCT((%s=1)*%s)>0,1,IF(SUMPRODUCT((%s=0.5)*%s)>0,0.5,0))", counts, weight, counts, weight), "")
}

func (b *book) totalCheck(last, i int, r evaluator.Ranked) {
	col := checkLeads + 1 + i*perOffering
	in := func(c int) string { return column(c, firstLine, last) }
	weight, counts := in(2), in(col+countsAt)
	any := fmt.Sprintf("SUMPRODUCT((%s>0)*%s)=0", counts, weight)
	var open []int // families that may drop out for this offering
	for _, f := range b.Framework.Families {
		for _, x := range b.linesOf(f.ID) {
			if x.row.Cells[i].Applies == evaluator.AppliesUnknown {
				open = append(open, b.family[f.ID])
				break
			}
		}
	}
	for j, lowest := range []bool{true, false} {
		var optional []string
		for _, n := range open {
			optional = append(optional, fixed(col+j, n))
		}
		nothing := "0"
		if !lowest {
			nothing = "100"
		}
		b.formula(check, col+j, last+1, fmt.Sprintf("IF(%s,%s,%s)", any, nothing, end(weight, counts, in(col+j), optional, lowest)), "total")
	}
	b.formula(check, col+meanAt, last+1, fmt.Sprintf("IF(%s,0,SUMPRODUCT((%s>0)*%s*%s)/SUMPRODUCT((%s>0)*%s))", any, counts, weight, in(col+meanAt), counts, weight), "total")
	for j, engine := range []evaluator.Hundredths{r.Score.Low, r.Score.High, r.Mean} {
		b.number(check, col+j, last+2, float64(engine)/100, "points")
		// The engine rounds once, half up, from the exact value.
		b.formula(check, col+j, last+3, fmt.Sprintf("IF(ABS(%[1]s-%[2]s)<0.005001,0,%[1]s-%[2]s)", at(col+j, last+1), at(col+j, last+2)), "points")
	}
	for n := 1; n <= 3; n++ {
		b.text(check, col+countsAt, last+n, "", "")
	}
}

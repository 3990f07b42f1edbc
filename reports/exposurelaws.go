package reports

import (
	"slices"
	"strings"

	"vigie/catalog"
	"vigie/catalog/wording"
	"vigie/evaluator/jurisdiction"
	"vigie/evaluator/jurisdiction/drawing"
	"vigie/reports/tree"
)

// maxPaths is how many paths of one law are printed; the others are counted.
const maxPaths = 3

// reachingLaws has one card for each law that reaches, or that a serious reading lets reach.
func (b *builder) reachingLaws() []tree.Block {
	var out []tree.Block
	for _, st := range []jurisdiction.Status{jurisdiction.Exposed, jurisdiction.Arguable} {
		for _, x := range b.of(st) {
			out = append(out, b.lawCard(x))
		}
	}
	if len(out) == 0 {
		return nil
	}
	return append([]tree.Block{b.notation()}, out...)
}

// notation explains the signs of a path.
func (b *builder) notation() tree.Block {
	return tree.Paragraph{Size: tree.Small, Text: tree.Q(b.say("How to read a path: A → B, A uses B; A ← 51%% ← B, B holds 51%% of A; A ↓ 51%% ↓ B, A holds 51%% of B; (c), control is recorded as such; (?), not known; the country stands after the name.",
		"Lire un chemin : A → B, A recourt à B ; A ← 51 %% ← B, B détient 51 %% de A ; A ↓ 51 %% ↓ B, A détient 51 %% de B ; (c), le contrôle est consigné comme tel ; (?), inconnu ; le pays suit le nom."))}
}

func (b *builder) lawCard(x jurisdiction.Exposure) tree.Block {
	law, _ := b.Knowledge.Laws.Law(x.Law)
	card := tree.Card{ID: "law-" + x.Law, Title: tree.Text{{Text: b.lawName(x), Mark: statusMarks[x.Status]}},
		Right: tree.T(b.say("severity %d of 3", "gravité %d sur 3", x.Severity))}
	var pairs []tree.Pair
	add := func(en, fr string, v tree.Cell) {
		if len(v) > 0 {
			pairs = append(pairs, tree.Pair{Key: b.say(en, fr), Value: v})
		}
	}
	add("Path", "Chemin", b.pathLines(x))
	add("Article", "Article", tree.Cell{tree.B(b.t(x.Basis)).Add(tree.T(". " + b.t(x.Why)))})
	if law != nil {
		add("Compels", "Impose", tree.Cell{tree.T(b.t(law.Compels)), tree.Q(b.say("From whom: ", "À qui : ") + b.t(law.FromWhom))})
		if law.Gag.Possible {
			add("Secrecy", "Secret", tree.C(tree.T(b.t(law.Gag.Text))))
		}
	}
	inPlace, rest := b.measures(x)
	add("In place", "En place", inPlace)
	add("What is left", "Ce qui reste", append(tree.C(tree.T(b.t(x.Left))), rest...))
	if cures := b.curesOf(x); len(cures) > 0 {
		add("Cure", "Remède", tree.C(cures.Add(tree.Q(b.say(" (table above)", " (tableau ci-dessus)")))))
	}
	add("Confidence", "Confiance", b.confidence(x, law))
	if len(x.Disputed) > 0 {
		add("Disputed", "Discuté", b.disputes(x))
	}
	card.Body = []tree.Block{tree.KeyValues{Pairs: pairs}}
	return card
}

// chain writes a path; a question mark that stands for what is not known stays with its arrow.
func (b *builder) chain(c jurisdiction.Chain) string {
	return strings.ReplaceAll(c.In(b.l), " ?", "\u00a0?")
}

// pathLines are the paths that surely lead there, each with what its last party reaches and the sources it rests on.
func (b *builder) pathLines(x jurisdiction.Exposure) tree.Cell {
	var out tree.Cell
	sure := 0
	for _, p := range x.Paths {
		if p.Truth != jurisdiction.Yes {
			continue
		}
		if sure++; sure > maxPaths {
			continue
		}
		line := tree.T(b.chain(p.Chain))
		if p.Status == jurisdiction.Arguable && x.Status == jurisdiction.Exposed {
			line = line.Add(tree.Q(" · " + b.t(b.statusText(p.Status).Lower())))
		}
		if reaches := b.access(p.Access); reaches != "" && p.Party != "" {
			line = line.Add(tree.Q(" · " + reaches))
		}
		if cites := b.factCites(p.Steps); len(cites) > 0 {
			line = line.Add(tree.T(" "), joined(" ", cites))
		}
		out = append(out, line)
	}
	if more := sure - maxPaths; more > 0 {
		out = append(out, tree.Q(b.say("and %s", "et %s", b.count(more, "other path", "other paths", "autre chemin", "autres chemins"))))
	}
	if x.OpenPaths > 0 {
		out = append(out, tree.Text{{Text: b.count(x.OpenPaths, "more path is possible, depending on facts not known", "more paths are possible, depending on facts not known",
			"autre chemin est possible, selon des faits inconnus", "autres chemins sont possibles, selon des faits inconnus"), Style: tree.Quiet, Mark: tree.MarkOpen}})
	}
	return out
}

func (b *builder) statusText(st jurisdiction.Status) wording.Text {
	for _, term := range b.Knowledge.Laws.Vocabulary.Statuses {
		if term.ID == st {
			return term.Label
		}
	}
	return wording.Text{}
}

var accessWords = map[jurisdiction.Access]wording.Text{
	jurisdiction.AccessNone:       {EN: "no access", FR: "aucun accès"},
	jurisdiction.AccessMetadata:   {EN: "metadata", FR: "métadonnées"},
	jurisdiction.AccessCiphertext: {EN: "encrypted content", FR: "contenu chiffré"},
	jurisdiction.AccessPlaintext:  {EN: "content in clear", FR: "contenu en clair"},
}

// access is what a party reaches, in a word or between two.
func (b *builder) access(l jurisdiction.Level) string {
	if l.Known() {
		return b.t(accessWords[l.Max])
	}
	return b.say("from %s to %s", "de « %s » à « %s »", accessWords[l.Min], accessWords[l.Max])
}

// measures tells which mitigations of the law are in place, and what each really lowers; the others are counted.
func (b *builder) measures(x jurisdiction.Exposure) (out, others tree.Cell) {
	absent, open := 0, 0
	for _, m := range x.Mitigations {
		switch m.InPlace {
		case jurisdiction.Yes:
			out = append(out, tree.Marked(tree.MarkPassed, b.t(m.Text)).Add(tree.Q(b.say(" It lowers: %s.", " Ce qu'elle abaisse : %s.", m.Lowers))))
		case jurisdiction.No:
			absent++
		default:
			open++
		}
	}
	var rest []string
	if absent > 0 {
		rest = append(rest, b.count(absent, "measure that would help is not in place", "measures that would help are not in place", "mesure utile n'est pas en place", "mesures utiles ne sont pas en place"))
	}
	if open > 0 {
		rest = append(rest, b.count(open, "is not known to be", "are not known to be", "dont on ignore si elle l'est", "dont on ignore si elles le sont"))
	}
	if len(rest) > 0 {
		others = tree.C(tree.Q(strings.Join(rest, b.say("; ", " ; "))))
	}
	return out, others
}

var confidenceWords = map[jurisdiction.Confidence]wording.Text{
	"high": {EN: "high", FR: "haute"}, "medium": {EN: "medium", FR: "moyenne"}, "low": {EN: "low", FR: "faible"},
}

// confidence is how sure the law's file is of itself, when it was last checked, and the flag of its period in force.
func (b *builder) confidence(x jurisdiction.Exposure, law *jurisdiction.Law) tree.Cell {
	if law == nil {
		return nil
	}
	line := tree.T(b.t(confidenceWords[x.Confidence])).Add(tree.Q(b.say("; ", " ; ")),
		tree.Text{{Text: b.say("law file checked on %s", "fiche de la loi vérifiée le %s", catalog.Date(law.Checked).In(b.l)), Style: tree.Quiet, To: "law-file-" + law.ID}})
	out := tree.Cell{line}
	if x.Flag != "" && law.InForce.Note != nil {
		out = append(out, tree.Text{{Text: b.t(*law.InForce.Note), Style: tree.Quiet, Mark: tree.MarkWarning}})
	}
	return out
}

func (b *builder) disputes(x jurisdiction.Exposure) tree.Cell {
	var out tree.Cell
	for _, d := range x.Disputed {
		out = append(out, tree.Text{{Text: b.t(d.Question) + wording.Colon(b.l) + " ", Style: tree.Quiet}, {Text: b.t(d.Text), Style: tree.Quiet}})
	}
	return out
}

// openLaws are the questions, each with the laws that it leaves open, and then what each of these could become.
func (b *builder) openLaws() []tree.Block {
	open := b.of(jurisdiction.Undetermined)
	if len(open) == 0 && len(b.walked.Questions) == 0 {
		return nil
	}
	var out []tree.Block
	t := tree.Table{Columns: []tree.Column{{Width: 5}, {Title: b.say("Question", "Question"), Width: 49}, {Title: b.say("Leaves open", "Laisse en suspens"), Width: 46}}}
	numbers := map[string]int{}
	for _, q := range b.walked.Questions {
		if len(q.Laws) == 0 {
			continue
		}
		n := len(numbers) + 1
		numbers[q.ID] = n
		cell := tree.Cell{tree.T(b.t(q.Text))}
		t.Rows = append(t.Rows, tree.Row{ID: "question-" + itoa(n), Cells: []tree.Cell{tree.C(tree.B(itoa(n))), cell, b.hangs(q, open)}})
	}
	if len(t.Rows) > 0 {
		out = append(out, tree.Paragraph{Text: tree.T(b.say("One missing fact can leave many laws open: it is one question to put, not as many alarms.",
			"Un seul fait manquant peut laisser bien des lois en suspens : c'est une question à poser, pas autant d'alertes."))}, t)
	}
	if len(open) > 0 {
		out = append(out, b.couldBecome(open, numbers))
	}
	return out
}

// hangs names the laws that a question leaves open, by what is shorter: their names, or those it does not concern.
func (b *builder) hangs(q jurisdiction.Question, open []jurisdiction.Exposure) tree.Cell {
	const few = 4
	var names, others []string
	for _, x := range open {
		if slices.Contains(q.Laws, x.Law) {
			names = append(names, b.t(x.Short))
		} else {
			others = append(others, b.t(x.Short))
		}
	}
	words := strings.Join(names, ", ")
	switch {
	case len(names) <= few:
	case len(others) == 0:
		words = b.say("all of them", "toutes")
	case len(others) <= few:
		words = b.say("all but %s", "toutes, sauf %s", wording.List(b.l, others))
	default:
		words = strings.Join(names[:few], ", ") + b.say(" and %d more", " et %d autres", len(names)-few)
	}
	head := tree.B(b.laws(len(names)))
	if q.Worst > 0 {
		head = head.Add(tree.T(b.say(", severity up to %d", ", gravité jusqu'à %d", q.Worst)))
	}
	out := tree.Cell{head, tree.Q(words)}
	if len(q.Tests) > 0 {
		out = append(out, tree.Q(b.say("and %s of the next section", "et %s de la section suivante", b.count(len(q.Tests), "test", "tests", "test", "tests"))))
	}
	return out
}

// couldBecome tells for each law that is open what it could become, what is certain already, and by which path.
func (b *builder) couldBecome(open []jurisdiction.Exposure, numbers map[string]int) tree.Block {
	t := tree.Table{Columns: []tree.Column{{Title: b.say("Law", "Loi"), Width: 27}, {Title: b.say("Could become", "Pourrait devenir"), Width: 17},
		{Title: b.say("Through, for one", "Par exemple par"), Width: 40}, {Title: b.say("Questions", "Questions"), Width: 16}}}
	for _, x := range open {
		could := tree.Cell{tree.T(b.t(b.statusText(x.CouldBe).Lower()) + ", " + b.say("severity %d", "gravité %d", x.Worst))}
		if x.Floor != "" {
			could = append(could, tree.Q(b.say("already %s, severity %d", "déjà %s, gravité %d", b.statusText(x.Floor).Lower(), x.Severity)))
		}
		var by []int
		for _, id := range x.DecidedBy {
			if n := numbers[id]; n > 0 {
				by = append(by, n)
			}
		}
		slices.Sort(by)
		var refs []tree.Text
		for _, n := range by {
			refs = append(refs, tree.Text{{Text: itoa(n), Style: tree.Reference, To: "question-" + itoa(n)}})
		}
		path := ""
		if len(x.Paths) > 0 {
			path = b.chain(x.Paths[0].Chain)
		}
		t.Rows = append(t.Rows, tree.Row{Cells: []tree.Cell{{tree.T(b.t(x.Short)), tree.Q(b.country(x.Jurisdiction))}, could, {tree.T(path), tree.Q(b.t(x.Basis))}, tree.C(joined(", ", refs))}})
	}
	return t
}

// picture is the chain as a vector drawing, from the same scene as that of the pages.
func (b *builder) picture() []tree.Block {
	sc := drawing.NewWithin(b.Knowledge.Laws, b.walked, drawing.ForPaper)
	p := tree.Picture{Width: float64(sc.Width), Alt: strings.ReplaceAll(b.t(sc.Alt), " ?", "\u00a0?")}
	f := func(k tree.Figure) { p.Figures = append(p.Figures, k) }
	text := func(x, y, size int, t wording.Text) tree.Figure {
		return tree.Figure{Kind: tree.Label, At: []tree.Spot{{X: float64(x), Y: float64(y)}}, Stroke: pictureInk, Size: float64(size), Text: b.t(t)}
	}
	spots := func(pts []drawing.Point) []tree.Spot {
		var out []tree.Spot
		for _, q := range pts {
			out = append(out, tree.Spot{X: float64(q.X), Y: float64(q.Y)})
		}
		return out
	}
	for _, band := range sc.Bands {
		f(tree.Figure{Kind: tree.Line, At: spots([]drawing.Point{{X: 8, Y: band.Y}, {X: 8, Y: band.Y + band.H}}), Stroke: pictureQuiet, Weight: 2})
		f(text(16, band.Y+band.H/2+4, 12, band.Text))
	}
	for m := drawing.Plain; m <= drawing.Exposed; m++ { // the gravest last, on top
		for _, a := range sc.Arrows {
			if a.Mark == m {
				b.arrow(f, a, spots)
			}
		}
	}
	for _, x := range sc.Boxes {
		b.box(f, x)
	}
	for _, a := range sc.Arrows {
		if !a.Label.IsZero() {
			l := text(a.At.X, a.At.Y, 11, a.Label)
			l.Strong, l.Fill = a.Mark == drawing.Exposed, &pictureWhite
			f(l)
		}
	}
	bottom := 0.0
	for _, k := range sc.Legend {
		if k.Line {
			f(tree.Figure{Kind: tree.Line, At: spots([]drawing.Point{{X: k.X, Y: k.Y + 6}, {X: k.X + 26, Y: k.Y + 6}}), Stroke: tree.RGB(k.Mark.Stroke()), Weight: k.Mark.Weight(), Dashed: k.Dash})
		} else {
			fill := tree.RGB(k.Zone.Fill())
			f(tree.Figure{Kind: tree.Box, At: spots([]drawing.Point{{X: k.X, Y: k.Y}, {X: k.X + 26, Y: k.Y + 12}}), Stroke: pictureQuiet, Fill: &fill, Weight: 1, Dashed: k.Dash})
		}
		f(text(k.X+32, k.Y+10, 11, k.Text))
		bottom = max(bottom, float64(k.Y)+24)
	}
	p.Height = bottom
	b.trim(&p, sc)
	return []tree.Block{p, tree.Paragraph{Text: tree.Q(b.asOfDays()), Size: tree.Small}}
}

// The colours that a scene leaves to who draws it.
var pictureInk, pictureQuiet, pictureWhite = tree.RGB{0x1b, 0x27, 0x33}, tree.RGB{0x7a, 0x86, 0x93}, tree.RGB{0xff, 0xff, 0xff}

func (b *builder) arrow(f func(tree.Figure), a drawing.Arrow, spots func([]drawing.Point) []tree.Spot) {
	stroke := tree.RGB(a.Mark.Stroke())
	f(tree.Figure{Kind: tree.Line, At: spots(a.Points), Stroke: stroke, Weight: a.Mark.Weight(), Dashed: a.Dashed})
	fill := stroke
	if a.Mark == drawing.Arguable || a.Mark == drawing.Open {
		fill = pictureWhite
	}
	head := a.Head()
	f(tree.Figure{Kind: tree.Polygon, At: spots(head[:]), Stroke: stroke, Fill: &fill, Weight: 1.2})
}

func (b *builder) box(f func(tree.Figure), x drawing.Box) {
	fill := tree.RGB(x.Zone.Fill())
	round := 3.0
	if x.Round {
		round = 16
	}
	f(tree.Figure{Kind: tree.Box, At: []tree.Spot{{X: float64(x.X), Y: float64(x.Y)}, {X: float64(x.X + x.W), Y: float64(x.Y + x.H)}}, Stroke: tree.RGB(x.Mark.Stroke()),
		Fill: &fill, Weight: max(1, x.Mark.Weight()-0.5), Dashed: x.Dashed, Round: round})
	y := x.Y + 6
	for _, l := range x.Lines {
		y += l.Size() + 4
		f(tree.Figure{Kind: tree.Label, At: []tree.Spot{{X: float64(x.X) + float64(x.W)/2, Y: float64(y)}}, Stroke: pictureInk, Size: float64(l.Size()), Text: b.t(l.Text), Strong: l.Bold, Middle: true})
	}
}

// trim drops the room of the title, which the section has, and says where the picture may be cut: below a row's boxes.
func (b *builder) trim(p *tree.Picture, sc *drawing.Scene) {
	top := float64(p.Height)
	for _, x := range sc.Boxes {
		top = min(top, float64(x.Y))
	}
	top -= 14
	for i := range p.Figures {
		for k := range p.Figures[i].At {
			p.Figures[i].At[k].Y -= top
		}
	}
	p.Height -= top
	for _, x := range sc.Boxes {
		if c := float64(x.Y) - top - 40; c > 0 && !slices.Contains(p.Cuts, c) {
			p.Cuts = append(p.Cuts, c)
		}
	}
	slices.Sort(p.Cuts)
}

package reports

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"vigie/catalog"
	"vigie/catalog/wording"
	"vigie/evaluator"
	"vigie/evaluator/framework"
	"vigie/evaluator/ranking"
	"vigie/reports/tree"
)

// ComparisonInput is everything a comparison report prints.
type ComparisonInput struct {
	Comparison *evaluator.Comparison
	Candidates []evaluator.Judged // those compared, in any order
	Dictionary *catalog.Dictionary
	Framework  *framework.Framework
	Weights    *framework.WeightSet
	Members    []*framework.WeightSet // of single members, as the comparison holds them
	Program    string                 // name and version
	Next       []NextQuestions        // what to find out next, if it was worked out
	// Registration is where the comparison stands in the log; nil: it was not registered.
	Registration *Registration
}

// NextQuestions is what to find out about one of the candidates, what settles most first.
type NextQuestions struct {
	Offering  string
	Questions []evaluator.Question
}

// MaxCompared is how many offerings a comparison report can show and still be read; a workbook takes more.
const MaxCompared = evaluator.MaxFactDetail

// comparer builds a comparison report; the builder inside is that of the first candidate and gives words only.
type comparer struct {
	*builder
	ComparisonInput
	of     map[string]*catalog.Dossier
	letter map[string]string // a candidate's letter, by its place in the ranking
}

// BuildComparison makes the report of a comparison in one language. The error names what the input lacks; it is a
// *catalog.InvalidError for more than MaxCompared offerings.
func BuildComparison(in ComparisonInput, lang wording.Lang) (*Document, error) {
	if in.Comparison == nil || len(in.Candidates) == 0 || in.Dictionary == nil || in.Framework == nil || in.Weights == nil {
		return nil, errors.New("report: comparison, candidates, dictionary, framework and weight set are all needed")
	}
	if n := len(in.Comparison.Ranking); n > MaxCompared {
		return nil, &catalog.InvalidError{Fields: []catalog.FieldError{{Path: "offerings", Text: wording.Textf("a comparison report shows at most %d offerings, found %d; ask for the workbook, or for fewer",
			"un rapport de comparaison montre au plus %d offres ; trouvé : %d ; demander le classeur, ou moins d'offres", MaxCompared, n)}}}
	}
	first := in.Candidates[0]
	b, err := newBuilder(Input{Assessment: first.Assessment, Dossier: first.Dossier, Dictionary: in.Dictionary, Framework: in.Framework, Weights: in.Weights, Program: in.Program}, lang)
	if err != nil {
		return nil, err
	}
	c := &comparer{builder: b, ComparisonInput: in, of: map[string]*catalog.Dossier{}, letter: map[string]string{}}
	for _, x := range in.Candidates {
		c.of[x.Assessment.Offering] = x.Dossier
	}
	for i, r := range in.Comparison.Ranking {
		if c.of[r.Offering] == nil {
			return nil, fmt.Errorf("report: %s was compared, but its dossier is not given", r.Offering)
		}
		c.letter[r.Offering] = letter(i)
	}
	return c.document(), nil
}

func (c *comparer) document() *Document {
	k := c.Comparison
	use := c.name(c.Dossier.UseCase)
	d := &Document{
		Lang:  c.l,
		Title: c.say("Comparison of offerings: %s", "Comparaison d'offres : %s", use),
		Subject: c.say("%s: %d offerings compared on %s under %s %s", "%s : %d offres comparées au %s selon %s %s",
			use, len(k.Ranking), k.On.In(c.l), c.t(c.Framework.Title), k.FrameworkVersion),
		Keywords: []string{k.Hash, "vigie"},
		Producer: c.Program,
		Day:      string(k.On),
		HeadLeft: use, HeadRight: c.say("Comparison %s", "Comparaison %s", short(k.Hash)),
		Foot:       c.footStatus(k.On.In(c.l), c.ComparisonInput.Registration),
		ToContents: c.say("Contents", "Sommaire"),
		Cover:      c.cover(),
		Front:      []tree.Section{c.answer()},
		Sections:   []tree.Section{c.standing(), c.firmness(), c.weightsAndMembers(), c.differences()},
	}
	if s := c.figures(); s != nil {
		d.Sections = append(d.Sections, *s)
	}
	if s := c.next(); s != nil {
		d.Sections = append(d.Sections, *s)
	}
	d.Sections = append(d.Sections, c.comparisonMethod(), c.disclaimer())
	if k.Hypothetical {
		d.Watermark = c.say("HYPOTHETICAL", "HYPOTHÈSE")
		d.Foot = c.say("%s · hypothetical, not a comparison to decide on", "%s · hypothèse, sans valeur de comparaison", k.On.In(c.l))
	}
	number(d.Sections, "")
	return d
}

func (c *comparer) cover() []tree.Block {
	k := c.Comparison
	pair := func(key string, value ...tree.Text) tree.Pair { return tree.Pair{Key: key, Value: value} }
	pairs := []tree.Pair{
		pair(c.say("Organisation", "Organisation"), tree.T(c.name(c.Dossier.Organisation))),
		pair(c.say("Framework", "Référentiel"), tree.T(c.t(c.Framework.Title)+", "+c.say("version %s", "version %s", k.FrameworkVersion))),
		pair(c.say("Weights", "Pondérations"), tree.T(c.t(c.Weights.Title)), tree.Q(c.say("set by %s; %s", "fixées par %s ; %s", c.Weights.Author, c.t(convictionWords[k.Conviction])))),
		pair(c.say("Facts as of", "Faits au"), tree.T(k.On.In(c.l))),
	}
	if k.KnownOn != k.On {
		pairs = append(pairs, pair(c.say("As known on", "Tels que connus le"), tree.T(k.KnownOn.In(c.l))))
	}
	pairs = append(pairs,
		pair(c.say("Comparison (SHA-256)", "Comparaison (SHA-256)"), tree.T(grouped(k.Hash))),
		pair(c.say("Status", "Statut"), c.status(c.ComparisonInput.Registration)...))
	out := []tree.Block{
		tree.Space{Lines: 2},
		tree.Paragraph{Text: tree.Q(c.say("Comparison of offerings", "Comparaison d'offres")), Size: tree.Lead},
		tree.Paragraph{Text: tree.T(c.name(c.Dossier.UseCase)), Size: tree.Display},
		tree.Paragraph{Text: tree.T(c.count(len(k.Ranking), "offering", "offerings", "offre", "offres")), Size: tree.Lead},
		tree.Space{Lines: 1.4}, tree.Rule{}, tree.KeyValues{Wide: true, Pairs: pairs}, tree.Rule{},
	}
	if k.Hypothetical {
		out = append(out, c.assumptions())
	}
	return append(out, tree.Space{Lines: 0.4},
		tree.Paragraph{Text: tree.Q(c.say("Each offering has a report of its own with its facts and their sources. This one supports a decision; it is not legal advice.",
			"Chaque offre a son propre rapport, avec ses faits et leurs sources. Celui-ci aide à décider ; il n'est pas un avis juridique.")), Size: tree.Small},
		tree.Signatures{
			Boxes: []string{c.say("Prepared by", "Préparé par"), c.say("For the committee", "Pour le comité")},
			Lines: []string{c.say("Name", "Nom"), c.say("Date", "Date"), c.say("Signature", "Signature")},
		})
}

var convictionWords = map[ranking.Conviction]wording.Text{
	ranking.Agreed:    {EN: "agreed by the committee", FR: "convenues au comité"},
	ranking.Debated:   {EN: "still debated in the committee", FR: "encore débattues au comité"},
	ranking.NoOpinion: {EN: "drawn as if nobody had an opinion on them", FR: "tirées comme si nul n'avait d'avis"},
}

var firmWords = map[ranking.Word]struct {
	mark  tree.Mark
	words wording.Text
}{
	ranking.Firm:         {tree.MarkPassed, wording.Text{EN: "firm", FR: "solide"}},
	ranking.Likely:       {tree.MarkOpen, wording.Text{EN: "likely", FR: "probable"}},
	ranking.NotSeparated: {tree.MarkUnknown, wording.Text{EN: "not separated", FR: "non départagé"}},
}

// called is a candidate by its letter and name.
func (c *comparer) called(id string) tree.Text {
	return tree.B(c.letter[id]).Add(tree.T(" " + c.nameOf(id)))
}

func (c *comparer) nameOf(id string) string {
	return curly(c.of[id].Name(catalog.Ref{Kind: catalog.Offering, ID: id}).In(c.l))
}

// group lists the candidates of a verdict in their order.
func (c *comparer) group(v evaluator.Verdict) []evaluator.Ranked {
	var out []evaluator.Ranked
	for _, r := range c.Comparison.Ranking {
		if r.Group == v {
			out = append(out, r)
		}
	}
	return out
}

var groups = []evaluator.Verdict{evaluator.Eligible, evaluator.Undetermined, evaluator.NotEligible}

// answer is one page for a projector: who may be chosen, who leads, how sure that is.
func (c *comparer) answer() tree.Section {
	ok, open, out := c.group(evaluator.Eligible), c.group(evaluator.Undetermined), c.group(evaluator.NotEligible)
	call := tree.Callout{Mark: tree.MarkPassed}
	switch {
	case len(ok) > 0:
		call.Title = c.leadLine(ok)
	case len(open) > 0:
		call.Mark = tree.MarkOpen
		call.Title = tree.T(c.say("No offering is shown to be eligible yet; ", "Aucune offre n'est encore établie comme éligible ; ")).Add(c.leadLine(open))
	default:
		call.Mark = tree.MarkFailed
		call.Title = tree.T(c.say("No offering is eligible for this use", "Aucune offre n'est éligible pour cet usage"))
	}
	call.Lines = append(call.Lines, tree.T(c.say("Eligible: %d. Undetermined, for want of facts or of evidence: %d. Not eligible: %d.",
		"Éligibles : %d. Indéterminées, faute de faits ou de preuves : %d. Non éligibles : %d.", len(ok), len(open), len(out))))
	blocks := []tree.Block{call, c.rankingTable()}
	return tree.Section{ID: "answer", Title: c.say("Answer", "Réponse"), Blocks: append(blocks, c.scoreChart(), c.wordKey())}
}

// leadLine says who leads a group and how firmly.
func (c *comparer) leadLine(g []evaluator.Ranked) tree.Text {
	lead := g[0]
	name := tree.B(c.nameOf(lead.Offering))
	switch {
	case len(g) == 1:
		return name.Add(tree.T(c.say(" stands alone in its group", " est seule de son groupe")))
	case lead.Word == ranking.Firm:
		return name.Add(tree.T(c.say(" leads, and this is firm", " est en tête, et c'est solide")))
	case lead.Word == ranking.Likely:
		return name.Add(tree.T(c.say(" leads; this is likely, not certain", " est en tête ; c'est probable, non certain")))
	}
	return name.Add(tree.T(c.say(" stands first, but is not separated from the next: %s", " est première, mais non départagée de la suivante : %s", c.nameOf(g[1].Offering))))
}

func (c *comparer) rankingTable() tree.Block {
	t := tree.Table{Columns: []tree.Column{
		{Width: 5}, {Title: c.say("Offering", "Offre"), Width: 45}, {Title: c.say("Rank", "Rang"), Width: 8, Align: tree.Right},
		{Title: c.say("Score", "Note"), Width: 17, Align: tree.Right}, {Title: c.say("Its rank is", "Son rang est"), Width: 20},
	}}
	for _, v := range groups {
		list := c.group(v)
		if len(list) == 0 {
			continue
		}
		w := verdictWords[v]
		t.Rows = append(t.Rows, tree.Row{Group: tree.Marked(w.mark, c.t(w.words))})
		for _, r := range list {
			f := firmWords[r.Word]
			word := tree.Marked(f.mark, c.t(f.words))
			if len(list) == 1 {
				word = tree.Q(c.say("alone in its group", "seule de son groupe"))
			}
			t.Rows = append(t.Rows, tree.Row{Cells: []tree.Cell{tree.C(tree.B(c.letter[r.Offering])), tree.C(tree.T(c.nameOf(r.Offering))), tree.C(tree.T(itoa(r.Rank))),
				tree.C(tree.T(c.interval(r.Score.Low, r.Score.High))), tree.C(word)}})
		}
	}
	return t
}

// maxChart is how many bars still make a picture on the page of the answer.
const maxChart = 16

func (c *comparer) scoreChart() tree.Block {
	chart := tree.FamilyChart{Legend: []tree.Text{tree.T(c.say("certain", "acquis")), tree.T(c.say("possible, depending on missing facts", "possible, selon les faits manquants")), tree.T(c.say("not applicable", "sans objet"))}}
	for i, r := range c.Comparison.Ranking {
		if i == maxChart {
			break
		}
		chart.Bars = append(chart.Bars, tree.Bar{Label: c.letter[r.Offering] + " " + c.nameOf(r.Offering), Range: rangeOf(r.Score.Low, r.Score.High), Words: c.interval(r.Score.Low, r.Score.High)})
	}
	return chart
}

// wordKey says what the words of firmness mean.
func (c *comparer) wordKey() tree.Block {
	key := func(w ranking.Word, means string) tree.Pair {
		f := firmWords[w]
		return tree.Pair{Key: c.t(f.words), Value: tree.C(tree.Marked(f.mark, means))}
	}
	return tree.KeyValues{Pairs: []tree.Pair{
		key(ranking.Firm, c.say("under at least 95%% of the weights drawn it stays ahead, even if every missing fact turns out worst for it and best for the others",
			"avec au moins 95 %% des poids tirés, elle reste devant, même si chaque fait manquant tourne au pire pour elle et au mieux pour les autres")),
		key(ranking.Likely, c.say("it beats the next one in at least 80%% of the draws", "elle devance la suivante dans au moins 80 %% des tirages")),
		key(ranking.NotSeparated, c.say("neither: another order is as reasonable", "ni l'un ni l'autre : un autre ordre est aussi raisonnable")),
	}}
}

// standing tells what keeps each candidate out of the group above, and each family side by side.
func (c *comparer) standing() tree.Section {
	s := tree.Section{ID: "standing", Title: c.say("Where each stands", "Où en est chacune"), NewPage: true}
	for _, v := range []evaluator.Verdict{evaluator.Undetermined, evaluator.NotEligible} {
		for _, r := range c.group(v) {
			if len(r.KnockOuts) > 0 {
				s.Blocks = append(s.Blocks, c.obstacles(r))
			}
		}
	}
	if len(s.Blocks) == 0 {
		s.Blocks = append(s.Blocks, tree.Paragraph{Text: tree.T(c.say("No knock-out is failed or open.", "Aucun critère éliminatoire n'est en échec ni indéterminé."))})
	}
	var rows []gridRow
	for i, f := range c.Comparison.Ranking[0].Families {
		rows = append(rows, gridRow{tree.T(c.familyTitle(f.ID)).Add(tree.Q(" " + wording.Percent(c.l, itoa(int(f.Weight))))), func(r evaluator.Ranked) tree.Cell {
			x := r.Families[i]
			if x.Low == nil || x.High == nil {
				return tree.C(tree.T("–"))
			}
			return tree.C(tree.T(c.wholes(*x.Low, *x.High)))
		}})
	}
	rows = append(rows, gridRow{tree.B(c.say("Total", "Total")), func(r evaluator.Ranked) tree.Cell { return tree.C(tree.B(c.wholes(r.Score.Low, r.Score.High))) }},
		gridRow{tree.T(c.say("Contract-grade facts only", "Faits opposables seuls")), func(r evaluator.Ranked) tree.Cell {
			return tree.C(tree.T(c.wholes(r.ContractScore.Low, r.ContractScore.High)))
		}})
	s.Sections = append(s.Sections, tree.Section{ID: "families", Title: c.say("Family by family", "Famille par famille"),
		Blocks: append([]tree.Block{tree.Paragraph{Size: tree.Small, KeepNext: true, Text: tree.Q(c.say("Whole points out of 100; the ends of an interval are rounded outwards.", "Points entiers sur 100 ; les bornes d'un intervalle sont arrondies vers l'extérieur."))}},
			c.grid(c.say("Family", "Famille"), c.Comparison.Ranking, rows)...)})
	return s
}

// obstacles is a card of the knock-outs that a candidate fails, with their cure, and of those that are open.
func (c *comparer) obstacles(r evaluator.Ranked) tree.Block {
	w := verdictWords[r.Group]
	card := tree.Card{ID: "standing-" + r.Offering, Title: c.called(r.Offering), Right: tree.Marked(w.mark, c.t(w.words))}
	t := tree.Table{Columns: []tree.Column{{Title: c.say("Knock-out", "Critère éliminatoire"), Width: 50}, {Title: c.say("What would lift it", "Ce qui le lèverait"), Width: 50}}}
	for _, status := range []evaluator.Status{evaluator.Failed, evaluator.Open} {
		for _, k := range r.KnockOuts {
			if k.Status != status {
				continue
			}
			s := statusWords[k.Status]
			what, cure := tree.Marked(s.mark, c.t(k.Text)), tree.T(c.t(k.Cure))
			if k.Status == evaluator.Open {
				if x := c.Framework.Criterion(k.Criterion); x != nil {
					what = tree.Marked(s.mark, c.t(x.Title))
				}
				cure = tree.T(c.say("To be shown: ", "À montrer : ") + strings.Join(c.labels(k.Missing), c.say("; ", " ; ")))
				if k.EvidenceTooWeak {
					cure = tree.T(c.say("Passed on what is known, on evidence too weak: obtain stronger evidence.", "Satisfait au vu des faits, sur des preuves trop faibles : obtenir des preuves plus fortes."))
				}
			}
			t.Rows = append(t.Rows, tree.Row{Cells: []tree.Cell{tree.C(what), tree.C(cure)}})
		}
	}
	card.Body = []tree.Block{t}
	return card
}

// wholes writes an interval in whole points, rounded outwards.
func (c *comparer) wholes(low, high evaluator.Hundredths) string {
	l, h := int(low)/100, (int(high)+99)/100
	if low == high {
		return itoa((int(low) + 50) / 100)
	}
	return itoa(l) + "\u00a0–\u00a0" + itoa(h)
}

// A gridRow is a line of a table whose columns are candidates.
type gridRow struct {
	title tree.Text
	cell  func(evaluator.Ranked) tree.Cell
}

// gridWidth is how many candidates stand side by side on a page.
const gridWidth = 8

// grid lays candidates side by side, as many tables as it takes; they are named by their letters.
func (c *comparer) grid(head string, who []evaluator.Ranked, rows []gridRow) []tree.Block {
	var out []tree.Block
	for part := range slices.Chunk(who, gridWidth) {
		t := tree.Table{Columns: []tree.Column{{Title: head, Width: 30}}}
		for _, r := range part {
			t.Columns = append(t.Columns, tree.Column{Title: c.letter[r.Offering], Width: 9, Align: tree.Centre})
		}
		for _, row := range rows {
			line := tree.Row{Cells: []tree.Cell{tree.C(row.title)}}
			for _, r := range part {
				line.Cells = append(line.Cells, row.cell(r))
			}
			t.Rows = append(t.Rows, line)
		}
		out = append(out, t)
	}
	return out
}

package reports

import (
	"slices"
	"strings"

	"vigie/catalog"
	"vigie/catalog/wording"
	"vigie/evaluator/jurisdiction"
	"vigie/reports/tree"
)

// statusMarks are the shapes of a status: a law that reaches an offering is what fails.
var statusMarks = map[jurisdiction.Status]tree.Mark{jurisdiction.Exposed: tree.MarkFailed, jurisdiction.Arguable: tree.MarkWarning,
	jurisdiction.Undetermined: tree.MarkOpen, jurisdiction.NotExposed: tree.MarkPassed}

// statusOrder is the order of a report: what is certain and grave first.
var statusOrder = []jurisdiction.Status{jurisdiction.Exposed, jurisdiction.Arguable, jurisdiction.Undetermined, jurisdiction.NotExposed}

// exposure tells which foreign laws reach the offering: the answer and what would cure it on the first page, then the
// chain as a picture, each law that reaches, what is not settled question by question, and the rest in one list.
func (b *builder) exposure() []tree.Section {
	if b.walked == nil {
		return nil
	}
	b.letters = b.cureLetters()
	s := tree.Section{ID: "exposure", Title: b.say("Exposure to foreign law", "Exposition au droit étranger"), NewPage: true}
	s.Blocks = append(s.Blocks, b.exposureAnswer(), b.lawsByStatus())
	s.Blocks = append(s.Blocks, b.cureTable()...)
	s.Sections = append(s.Sections, tree.Section{ID: "exposure-picture", Title: b.say("The chain in one picture", "La chaîne en une image"), Blocks: b.picture()})
	add := func(id, en, fr string, blocks []tree.Block) {
		if len(blocks) > 0 {
			s.Sections = append(s.Sections, tree.Section{ID: id, Title: b.say(en, fr), Blocks: blocks})
		}
	}
	add("exposure-laws", "Laws that reach it, one by one", "Les lois qui l'atteignent, une par une", b.reachingLaws())
	add("exposure-open", "What is not settled, by question", "Ce qui n'est pas tranché, par question", b.openLaws())
	add("exposure-rest", "Limits of this reading", "Limites de cette lecture", b.limits())
	return []tree.Section{s}
}

// of lists the exposures of a status, the gravest first, then in the order of the laws.
func (b *builder) of(status jurisdiction.Status) []jurisdiction.Exposure {
	var out []jurisdiction.Exposure
	for _, x := range b.walked.Exposures {
		if x.Status == status {
			out = append(out, x)
		}
	}
	slices.SortStableFunc(out, func(x, y jurisdiction.Exposure) int { return max(y.Severity, y.Worst) - max(x.Severity, x.Worst) })
	return out
}

func (b *builder) laws(n int) string { return b.count(n, "law", "laws", "loi", "lois") }

func (b *builder) country(code string) string { return b.t(b.Knowledge.Laws.Countries.Name(code)) }

func (b *builder) exposureAnswer() tree.Block {
	exposed, arguable, open := b.of(jurisdiction.Exposed), b.of(jurisdiction.Arguable), b.of(jurisdiction.Undetermined)
	c := tree.Callout{Mark: tree.MarkPassed}
	switch {
	case len(exposed) > 0:
		c.Mark = tree.MarkFailed
		c.Title = tree.T(b.say("%s reach this offering", "%s atteignent cette offre", b.count(len(exposed), "foreign law", "foreign laws", "loi étrangère", "lois étrangères")))
		if len(exposed) == 1 {
			c.Title = tree.T(b.say("One foreign law reaches this offering", "Une loi étrangère atteint cette offre"))
		}
	case len(arguable) > 0:
		c.Mark = tree.MarkWarning
		c.Title = tree.T(b.say("No foreign law surely reaches this offering, but a serious reading of %s does", "Aucune loi étrangère n'atteint sûrement cette offre, mais une lecture sérieuse de %s y parvient", b.laws(len(arguable))))
	case len(open) > 0:
		c.Mark = tree.MarkOpen
		c.Title = tree.T(b.say("No foreign law is shown to reach this offering, but facts are missing", "Aucune loi étrangère n'atteint cette offre de façon établie, mais des faits manquent"))
	default:
		c.Title = tree.T(b.say("No law on file reaches this offering, on the facts known", "Aucune loi connue de Vigie n'atteint cette offre, au vu des faits"))
	}
	if len(exposed) > 0 && len(arguable) > 0 {
		c.Lines = append(c.Lines, tree.T(b.say("A serious reading of %s does so too.", "Une lecture sérieuse y ajoute %s.", b.count(len(arguable), "more law", "more laws", "autre loi", "autres lois"))))
	}
	if reached := append(slices.Clone(exposed), arguable...); len(reached) > 0 {
		c.Lines = append(c.Lines, b.gravest(reached), b.harmLine(reached))
	}
	if len(open) > 0 {
		c.Lines = append(c.Lines, tree.T(b.say("%s cannot be told: a fact that decides is not known.", "Pour %s, rien ne peut être dit : un fait décisif est inconnu.", b.laws(len(open)))).
			Add(b.firstQuestion()))
	}
	c.Lines = append(c.Lines, tree.Q(b.asOfDays()+" "+b.t(b.walked.Disclaimer)))
	return c
}

func (b *builder) asOfDays() string {
	return b.say("Facts of %s, law of %s.", "Faits au %s, droit au %s.", b.walked.On.In(b.l), b.walked.LawOn.In(b.l))
}

func (b *builder) gravest(reached []jurisdiction.Exposure) tree.Text {
	worst := slices.MaxFunc(reached, func(x, y jurisdiction.Exposure) int { return x.Severity - y.Severity })
	meaning := ""
	for _, s := range b.Knowledge.Laws.Vocabulary.Severity {
		if s.Level == worst.Severity {
			meaning = b.t(s.Text.Lower())
		}
	}
	return tree.T(b.say("The gravest: ", "La plus grave : ")).Add(tree.B(b.lawName(worst)), tree.T(b.say(", severity %d of 3, ", ", gravité %d sur 3, ", worst.Severity)+meaning+"."))
}

func (b *builder) lawName(x jurisdiction.Exposure) string {
	return b.t(x.Short) + " (" + b.country(x.Jurisdiction) + ")"
}

// harmLine counts the laws by what they can do to the customer: harms are shown apart and never added up.
func (b *builder) harmLine(reached []jurisdiction.Exposure) tree.Text {
	var parts []string
	for _, h := range b.Knowledge.Laws.Vocabulary.Harms {
		n := 0
		for _, x := range reached {
			if slices.Contains(x.Harms, jurisdiction.Harm(h.ID)) {
				n++
			}
		}
		if n > 0 {
			parts = append(parts, b.t(h.Text)+" ("+b.laws(n)+")")
		}
	}
	return tree.T(upperFirst(strings.Join(parts, b.say("; ", " ; "))) + ".")
}

func (b *builder) firstQuestion() tree.Text {
	if len(b.walked.Questions) == 0 || len(b.walked.Questions[0].Laws) == 0 {
		return nil
	}
	q := b.walked.Questions[0]
	return tree.T(b.say(" To ask first: ", " À demander d'abord : ")).Add(tree.B(b.t(q.Text)), tree.T(b.say(" (%s)", " (%s)", b.laws(len(q.Laws)))))
}

// lawsByStatus counts and names the laws, status by status and country by country.
func (b *builder) lawsByStatus() tree.Block {
	t := tree.Table{Columns: []tree.Column{{Title: b.say("Status", "Statut"), Width: 18}, {Title: b.say("Laws", "Lois"), Width: 7, Align: tree.Right}, {Title: b.say("Which", "Lesquelles"), Width: 75}}}
	for _, st := range statusOrder {
		list := b.of(st)
		if len(list) == 0 {
			continue
		}
		t.Rows = append(t.Rows, tree.Row{Cells: []tree.Cell{tree.C(tree.Marked(statusMarks[st], b.statusWord(st))), tree.C(tree.T(itoa(len(list)))), tree.C(b.byCountry(list))}})
	}
	return t
}

func (b *builder) statusWord(st jurisdiction.Status) string {
	for _, term := range b.Knowledge.Laws.Vocabulary.Statuses {
		if term.ID == st {
			return b.t(term.Label)
		}
	}
	return b.say("note only", "note seulement")
}

// byCountry names laws in groups: "United States: CLOUD Act, FISA 702; China: PIPL".
func (b *builder) byCountry(list []jurisdiction.Exposure) tree.Text {
	var out tree.Text
	var codes []string
	for _, x := range b.walked.Exposures { // in the order of the laws, whatever the order of the list
		if !slices.Contains(codes, x.Jurisdiction) && slices.ContainsFunc(list, func(y jurisdiction.Exposure) bool { return y.Jurisdiction == x.Jurisdiction }) {
			codes = append(codes, x.Jurisdiction)
		}
	}
	for i, code := range codes {
		var names []string
		for _, x := range list {
			if x.Jurisdiction == code {
				names = append(names, b.t(x.Short))
			}
		}
		if i > 0 {
			out = append(out, tree.Span{Text: b.say("; ", " ; ")})
		}
		out = out.Add(tree.Q(b.country(code)+wording.Colon(b.l)+" "), tree.T(strings.Join(names, ", ")))
	}
	return out
}

// cureLetters gives each cure of the laws that reach a letter, in the order in which it is met.
func (b *builder) cureLetters() []cure {
	var out []cure
	for _, st := range []jurisdiction.Status{jurisdiction.Exposed, jurisdiction.Arguable} {
		for _, x := range b.of(st) {
			for _, c := range x.Cures {
				i := slices.IndexFunc(out, func(k cure) bool { return k.text == c.Text })
				if i < 0 {
					i = len(out)
					out = append(out, cure{text: c.Text})
				}
				out[i].laws = append(out[i].laws, x)
			}
		}
	}
	slices.SortStableFunc(out, func(x, y cure) int { return len(y.laws) - len(x.laws) })
	return out
}

// A cure with the laws whose path it takes away or lowers.
type cure struct {
	text wording.Text
	laws []jurisdiction.Exposure
}

func letter(i int) string {
	if i < 26 {
		return string(rune('A' + i))
	}
	return letter(i/26-1) + letter(i%26)
}

// cureTable says once what would cure several laws; the laws refer to its letters.
func (b *builder) cureTable() []tree.Block {
	if len(b.letters) == 0 {
		return nil
	}
	t := tree.Table{Columns: []tree.Column{{Width: 5}, {Title: b.say("What would cure it", "Ce qui y remédierait"), Width: 58}, {Title: b.say("For", "Pour"), Width: 37}}}
	for i, c := range b.letters {
		var names []string
		for _, x := range c.laws {
			names = append(names, b.t(x.Short))
		}
		t.Rows = append(t.Rows, tree.Row{ID: "cure-" + letter(i), Cells: []tree.Cell{tree.C(tree.B(letter(i))), tree.C(tree.T(b.t(c.text))), tree.C(tree.T(strings.Join(names, ", ")))}})
	}
	return []tree.Block{t}
}

// curesOf are the letters of a law's cures, leading to the table.
func (b *builder) curesOf(x jurisdiction.Exposure) tree.Text {
	var parts []tree.Text
	for _, c := range x.Cures {
		if i := slices.IndexFunc(b.letters, func(k cure) bool { return k.text == c.Text }); i >= 0 {
			parts = append(parts, tree.Text{{Text: letter(i), Style: tree.Reference, To: "cure-" + letter(i)}})
		}
	}
	slices.SortFunc(parts, func(x, y tree.Text) int { return strings.Compare(x.String(), y.String()) })
	return joined(", ", parts)
}

// limits names the laws shown without a status, countries for which no law is on file, and what in the chain cannot be
// as recorded. The laws that do not reach are named on the first page.
func (b *builder) limits() []tree.Block {
	var out []tree.Block
	var items []tree.Text
	for _, n := range b.walked.Notes {
		items = append(items, tree.B(b.t(n.Short)).Add(tree.T(wording.Colon(b.l)+" "+b.t(n.Text))))
	}
	for _, g := range b.walked.Gaps {
		items = append(items, tree.T(b.t(g.Text)))
	}
	for _, p := range b.walked.Problems {
		items = append(items, tree.Marked(tree.MarkWarning, b.t(p.Text)))
	}
	if len(items) > 0 {
		out = append(out, tree.List{Items: items, Small: true})
	}
	return append(out, tree.Paragraph{Text: tree.Q(b.t(b.Knowledge.Laws.Vocabulary.Reading)), Size: tree.Small})
}

// factCites are the sources of what a path rests on.
func (b *builder) factCites(steps []jurisdiction.Step) []tree.Text {
	var refs []catalog.FactRef
	for _, s := range steps {
		refs = append(refs, s.Facts...)
	}
	return b.cites(refs)
}

package reports

import (
	"slices"
	"strings"

	"vigie/catalog"
	"vigie/catalog/wording"
	"vigie/evaluator/jurisdiction"
	"vigie/reports/tree"
)

var outcomeWords = map[jurisdiction.Outcome]struct {
	mark  tree.Mark
	words wording.Text
}{
	jurisdiction.Pass:          {tree.MarkPassed, wording.Text{EN: "passed", FR: "satisfait"}},
	jurisdiction.Fail:          {tree.MarkFailed, wording.Text{EN: "failed", FR: "échec"}},
	jurisdiction.Open:          {tree.MarkOpen, wording.Text{EN: "undetermined", FR: "indéterminé"}},
	jurisdiction.NotApplicable: {tree.MarkNotApplicable, wording.Text{EN: "does not apply", FR: "sans objet"}},
	jurisdiction.Evidence:      {tree.MarkNotApplicable, wording.Text{EN: "to ask for", FR: "à demander"}},
}

// sovereignty reads the chain against SecNumCloud 3.2 chapter 19, the EU Cloud Sovereignty Framework and chapter V of
// the GDPR.
func (b *builder) sovereignty() []tree.Section {
	if b.walked == nil {
		return nil
	}
	s := tree.Section{ID: "sovereignty", Title: b.say("Immunity and sovereignty", "Immunité et souveraineté"), NewPage: true, Blocks: []tree.Block{b.sovereigntyAnswer()}}
	s.Sections = []tree.Section{
		{ID: "immunity", Title: b.say("SecNumCloud 3.2, chapter 19", "SecNumCloud 3.2, chapitre 19"), Blocks: b.immunityBlocks()},
		{ID: "seal", Title: b.say("EU Cloud Sovereignty Framework", "Cadre européen de souveraineté du cloud"), Blocks: b.sealBlocks()},
		{ID: "transfers", Title: b.say("Transfers of personal data", "Transferts de données personnelles"), Blocks: b.transferBlocks()},
	}
	return []tree.Section{s}
}

func (b *builder) sovereigntyAnswer() tree.Block {
	im, sv := b.walked.Immunity, b.walked.Sovereignty
	c := tree.Callout{Mark: outcomeWords[im.Result].mark}
	switch im.Result {
	case jurisdiction.Pass:
		c.Title = tree.T(b.say("On the facts known, no SecNumCloud immunity test fails", "Au vu des faits connus, aucun test d'immunité SecNumCloud n'échoue"))
	case jurisdiction.Fail:
		c.Title = tree.T(b.say("Not immune to foreign law: %s of SecNumCloud fail", "Pas d'immunité au droit étranger : %s de SecNumCloud en échec", b.count(len(im.Failing), "test", "tests", "test", "tests")))
		if len(im.Failing) == 1 {
			c.Title = tree.T(b.say("Not immune to foreign law: one test of SecNumCloud fails", "Pas d'immunité au droit étranger : un test de SecNumCloud en échec"))
		}
	case jurisdiction.Open:
		c.Title = tree.T(b.say("Immunity to foreign law is not settled: %s of SecNumCloud lack a fact", "L'immunité au droit étranger n'est pas établie : un fait manque à %s de SecNumCloud", b.count(len(im.Open), "test", "tests", "test", "tests")))
	default:
		c.Title = tree.T(b.say("SecNumCloud does not apply: %s", "SecNumCloud est sans objet : %s", im.Reason.Lower()))
	}
	if len(im.Failing) > 0 {
		c.Lines = append(c.Lines, tree.T(b.say("Failing: %s.", "En échec : %s.", wording.List(b.l, b.testNames(im.Failing)))))
	}
	failing := b.testNames(im.Failing)
	open := slices.DeleteFunc(b.testNames(im.Open), func(n string) bool { return slices.Contains(failing, n) })
	if len(open) > 0 {
		c.Lines = append(c.Lines, tree.T(b.say("Undetermined: %s.", "Indéterminés : %s.", wording.List(b.l, open))))
	}
	c.Lines = append(c.Lines, tree.T(b.say("EU Cloud Sovereignty Framework: ", "Cadre européen de souveraineté du cloud : ")).Add(tree.B(b.say("SEAL level %s", "niveau SEAL %s", b.levels(sv.SEAL))),
		tree.T(b.say(", score %s. The overall level is that of the lowest objective.", ", note %s. Le niveau global est celui de l'objectif le plus bas.", b.scoreSpan(sv.Score)))))
	if im.Certified != "" {
		c.Lines = append(c.Lines, tree.T(b.say("Recorded from ANSSI's list of qualified services: %s.", "Relevé sur la liste des services qualifiés de l'ANSSI : %s.", im.Certified)))
	}
	c.Lines = append(c.Lines, tree.Q(b.asOfDays()+" "+b.say("A reading of facts, not a qualification: only ANSSI's list says that a service is qualified.", "Une lecture des faits, non une qualification : seule la liste de l'ANSSI dit qu'un service est qualifié.")))
	return c
}

// testNames are the numbers of tests in the referential, without the suffix that tells their parts apart.
func (b *builder) testNames(ids []string) []string {
	var out []string
	for _, id := range ids {
		if n := testNumber(id); !slices.Contains(out, n) {
			out = append(out, n)
		}
	}
	return out
}

// testNumber is the place in the referential: "19.6.b.board" is a part of 19.6.b.
func testNumber(id string) string {
	parts := strings.Split(id, ".")
	return strings.Join(parts[:min(3, len(parts))], ".")
}

func (b *builder) levels(n [2]int) string {
	if n[0] == n[1] {
		return itoa(n[0])
	}
	return b.say("%d\u00a0to\u00a0%d", "%d\u00a0à\u00a0%d", n[0], n[1])
}

func (b *builder) scoreSpan(s [2]string) string {
	if s[0] == s[1] {
		return wording.Percent(b.l, s[0])
	}
	return b.say("from %s to %s", "de %s à %s", wording.Number(b.l, s[0]), wording.Percent(b.l, s[1]))
}

// immunityBlocks are the tests with their arithmetic, and the holders outside the Union that it counts.
func (b *builder) immunityBlocks() []tree.Block {
	im := b.walked.Immunity
	if len(im.Tests) == 0 {
		return []tree.Block{tree.Paragraph{Text: tree.Marked(outcomeWords[im.Result].mark, b.t(im.Reason))}}
	}
	t := tree.Table{Columns: []tree.Column{{Title: b.say("Test", "Test"), Width: 9}, {Title: b.say("Requires", "Exige"), Width: 37}, {Title: b.say("Outcome", "Résultat"), Width: 17},
		{Title: b.say("Reading of the facts", "Lecture des faits"), Width: 37}}}
	tests := slices.Clone(im.Tests)
	rank := map[jurisdiction.Outcome]int{jurisdiction.Fail: 0, jurisdiction.Open: 1, jurisdiction.Pass: 2, jurisdiction.Evidence: 3, jurisdiction.NotApplicable: 4}
	slices.SortStableFunc(tests, func(x, y jurisdiction.Test) int { return rank[x.Outcome] - rank[y.Outcome] })
	for _, x := range tests {
		o := outcomeWords[x.Outcome]
		why := tree.T(b.t(x.Why))
		if cites := b.cites(x.Facts); len(cites) > 0 {
			why = why.Add(tree.T(" "), joined(" ", cites))
		}
		if x.Why == x.Text { // nothing to add to what is asked for
			why = nil
		}
		t.Rows = append(t.Rows, tree.Row{Cells: []tree.Cell{tree.C(tree.T(testNumber(x.ID))), tree.C(tree.T(b.t(x.Text))), tree.C(tree.Marked(o.mark, b.t(o.words))), tree.C(why)}})
	}
	out := []tree.Block{tree.Paragraph{Text: tree.T(b.say("Provider tested: ", "Prestataire examiné : ")).Add(b.link(catalog.Ref{Kind: catalog.Vendor, ID: im.Subject}))}, t}
	if len(im.Holders) > 0 {
		out = append(out, tree.Heading{Text: tree.T(b.say("Holders counted as outside the Union", "Détenteurs comptés hors de l'Union"))}, b.holdersTable(im))
	}
	return append(out, tree.Paragraph{Text: tree.Q(b.say("Rule: %s.", "Règle : %s.", im.Reason.Lower())), Size: tree.Small})
}

func (b *builder) holdersTable(im jurisdiction.Immunity) tree.Block {
	t := tree.Table{Columns: []tree.Column{{Title: b.say("Holder", "Détenteur"), Width: 34}, {Title: b.say("Country", "Pays"), Width: 22},
		{Title: b.say("Capital, direct and indirect", "Capital, direct et indirect"), Width: 22}, {Title: b.say("Votes", "Votes"), Width: 22}}}
	add := func(name tree.Text, h jurisdiction.Holding) {
		where := b.places(h.Country)
		if h.Outside == jurisdiction.Maybe {
			where = where.Add(tree.Q(b.say(" (whether outside the Union is not known)", " (hors de l'Union ou non : inconnu)")))
		}
		t.Rows = append(t.Rows, tree.Row{Cells: []tree.Cell{tree.C(name), tree.C(where), tree.C(tree.T(h.Capital.In(b.l))), tree.C(tree.T(h.Votes.In(b.l)))}})
	}
	for _, h := range im.Holders {
		name := tree.T(h.Name)
		if h.Name == "" {
			name = tree.Marked(tree.MarkUnknown, b.say("a holder that is not known", "un détenteur inconnu"))
		}
		add(name, h)
	}
	total := im.Together
	t.Rows = append(t.Rows, tree.Row{Cells: []tree.Cell{tree.C(tree.B(b.say("Together", "Ensemble"))), nil, tree.C(tree.B(total.Capital.In(b.l))), tree.C(tree.B(total.Votes.In(b.l)))}})
	return t
}

// places names the countries of a holder: "IE/US" when it is incorporated in one and directed from another.
func (b *builder) places(codes string) tree.Text {
	if codes == "" {
		return tree.Marked(tree.MarkUnknown, b.say("not known", "inconnu"))
	}
	var names []string
	for c := range strings.SplitSeq(codes, "/") {
		if c == "?" {
			names = append(names, b.say("not known", "inconnu"))
			continue
		}
		names = append(names, b.country(c))
	}
	return tree.T(strings.Join(names, " / "))
}

// sealBlocks are the levels with what holds each of them down, or might.
func (b *builder) sealBlocks() []tree.Block {
	sv := b.walked.Sovereignty
	t := tree.Table{Columns: []tree.Column{{Title: b.say("Objective", "Objectif"), Width: 22}, {Title: b.say("Weight", "Poids"), Width: 8, Align: tree.Right}, {Title: b.say("Level", "Niveau"), Width: 12},
		{Title: b.say("What holds it down, or might", "Ce qui le retient, ou pourrait"), Width: 58}}}
	for _, o := range sv.Objectives {
		level := tree.C(tree.B(b.levels(o.Level)))
		if o.Level[0] != o.Level[1] {
			level = tree.C(tree.Text{{Text: b.levels(o.Level), Style: tree.Strong, Mark: tree.MarkOpen}})
		}
		t.Rows = append(t.Rows, tree.Row{Cells: []tree.Cell{{tree.T(o.ID), tree.Q(b.t(o.Name))}, tree.C(tree.T(wording.Percent(b.l, itoa(o.Weight)))), level, b.ceilings(o)}})
	}
	var names []string
	for _, l := range b.Knowledge.Laws.Framework.SEAL {
		names = append(names, itoa(l.Level)+" "+b.t(l.Name.Lower()))
	}
	out := []tree.Block{tree.Paragraph{Text: tree.T(b.say("%s, by the European Commission. Each objective has a level from 0 to %d; the score weighs them. Undetermined where facts are missing.",
		"%s, de la Commission européenne. Chaque objectif a un niveau de 0 à %d ; la note les pondère. Indéterminé là où des faits manquent.", sv.Framework, jurisdiction.FullLevel))}, t}
	if sv.Recognised != "" {
		out = append(out, tree.Paragraph{Text: tree.T(b.say("Level recognised by a buyer, as recorded (not used above): %s.", "Niveau reconnu par un acheteur, tel que consigné (non utilisé ci-dessus) : %s.", sv.Recognised)), Size: tree.Small})
	}
	return append(out, tree.Paragraph{Text: tree.Q(b.say("Levels: %s. ", "Niveaux : %s. ", strings.Join(names, ", ")) + b.t(sv.OwnReading)), Size: tree.Small})
}

func (b *builder) ceilings(o jurisdiction.ObjectiveResult) tree.Cell {
	var out tree.Cell
	for _, c := range o.Ceilings {
		if c.Holds == jurisdiction.No || c.Cap > o.Level[1] || c.Holds == jurisdiction.Maybe && c.Cap == o.Level[1] {
			continue // it holds nothing down, or something else does already
		}
		mark, words := tree.MarkFailed, b.say("at most %d: ", "au plus %d : ", c.Cap)
		if c.Holds == jurisdiction.Maybe {
			mark, words = tree.MarkOpen, b.say("at most %d if so: ", "au plus %d si c'est le cas : ", c.Cap)
		}
		line := tree.Text{{Text: words, Mark: mark, Style: tree.Quiet}}.Add(tree.T(b.t(c.Text)))
		if cites := b.cites(c.Facts); len(cites) > 0 {
			line = line.Add(tree.T(" "), joined(" ", cites))
		}
		out = append(out, line)
	}
	if out == nil {
		out = tree.C(tree.Marked(tree.MarkPassed, b.say("nothing recorded holds it down", "rien de consigné ne le retient")))
	}
	return out
}

// transferBlocks are the countries outside the EEA that personal data reach, each with its ground. That none is listed
// says nothing while a list of places is open.
func (b *builder) transferBlocks() []tree.Block {
	var out []tree.Block
	if len(b.walked.Transfers) > 0 {
		t := tree.Table{Columns: []tree.Column{{Title: b.say("Country", "Pays"), Width: 22}, {Title: b.say("Ground", "Fondement"), Width: 26}, {Title: b.say("Reading", "Lecture"), Width: 52}}}
		for _, x := range b.walked.Transfers {
			ground := map[jurisdiction.Ground]tree.Text{
				jurisdiction.GroundAdequacy:     tree.Marked(tree.MarkPassed, b.say("adequacy decision", "décision d'adéquation")),
				jurisdiction.GroundSafeguards:   tree.Marked(tree.MarkWarning, b.say("safeguards needed", "garanties nécessaires")),
				jurisdiction.GroundUndetermined: tree.Marked(tree.MarkOpen, b.say("undetermined", "indéterminé")),
			}[x.Ground]
			reading := tree.T(b.t(x.Text))
			if cites := b.cites(x.Facts); len(cites) > 0 {
				reading = reading.Add(tree.T(" "), joined(" ", cites))
			}
			cell := tree.C(reading)
			if !x.Scope.IsZero() {
				cell = append(cell, tree.Q(b.say("Scope: %s", "Champ : %s", x.Scope)))
			}
			if x.Mechanism != "" {
				cell = append(cell, tree.Q(b.say("Safeguard named by the terms: %s", "Garantie citée par les conditions : %s", b.mechanism(x.Mechanism))))
			}
			t.Rows = append(t.Rows, tree.Row{Cells: []tree.Cell{tree.C(tree.T(b.country(x.Country))), tree.C(ground), cell}})
		}
		out = append(out, t)
	}
	g := b.walked.Graph()
	switch {
	case g.Use.PersonalData == jurisdiction.No:
		out = append(out, tree.Paragraph{Text: tree.Marked(tree.MarkNotApplicable, b.say("The use case handles no personal data.", "Le cas d'usage ne traite aucune donnée personnelle."))})
	case b.mayLeave(g.Offering.DataIn) || b.mayLeave(g.Offering.MetadataIn) || g.Offering.SuppliersOpen:
		out = append(out, tree.Paragraph{Text: tree.Marked(tree.MarkOpen, b.say("The places of data or the sub-processors are not known to the end: other countries may be reached.", "Les lieux des données ou les sous-traitants ne sont pas tous connus : d'autres pays peuvent être atteints."))})
	case len(b.walked.Transfers) == 0:
		out = append(out, tree.Paragraph{Text: tree.Marked(tree.MarkPassed, b.say("On the facts known, personal data reach no country outside the European Economic Area.", "Au vu des faits connus, aucune donnée personnelle n'atteint un pays hors de l'Espace économique européen."))})
	}
	return out
}

// mayLeave reports that places not known may lie outside the European Economic Area.
func (b *builder) mayLeave(p jurisdiction.Places) bool {
	if !p.Open || len(p.Within) == 0 {
		return p.Open
	}
	return slices.ContainsFunc(p.Within, func(code string) bool { return !slices.Contains(catalog.EEA(), code) })
}

// mechanism is a safeguard in the words of the dictionary.
func (b *builder) mechanism(code string) string {
	if def := b.def("terms.transfer_mechanism"); def != nil {
		if c, ok := def.Choice(code); ok {
			return b.t(c.Label())
		}
	}
	return code
}

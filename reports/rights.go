package reports

import (
	"slices"
	"strings"

	"vigie/catalog"
	"vigie/catalog/wording"
	"vigie/evaluator/licence"
	"vigie/reports/tree"
)

// gates are the rights without which nothing may be done at all.
var gates = []string{licence.CommercialUse, licence.InTerritory, licence.ForSector, licence.InField}

// rights tells, model by model, which licence it is under, what that allows this organisation in this use, and by
// which clause.
func (b *builder) rights() []tree.Section {
	if b.walked == nil {
		return nil
	}
	s := tree.Section{ID: "rights", Title: b.say("Licence and rights", "Licence et droits")}
	var models []licence.ModelRights
	for _, m := range b.Dossier.Roles.Models {
		models = append(models, b.Knowledge.Licences.ModelRights(b.Dossier, m, b.Knowledge.Rates(b.Dossier.On)))
	}
	if len(models) == 0 {
		s.Blocks = []tree.Block{tree.Callout{Mark: tree.MarkUnknown, Title: tree.T(b.say("Which models serve this offering is not known", "On ignore quels modèles servent cette offre")),
			Lines: []tree.Text{tree.T(b.say("Nothing can be said of their licences.", "Rien ne peut être dit de leurs licences."))}}}
		return []tree.Section{s}
	}
	s.Blocks = []tree.Block{b.rightsAnswer(models)}
	for _, m := range models {
		s.NewPage = s.NewPage || m.Rights != nil
		s.Sections = append(s.Sections, tree.Section{ID: "rights-" + m.Model.ID, Title: b.name(m.Model), Blocks: b.modelRights(m)})
	}
	return []tree.Section{s}
}

// byTerms reports that the terms of the service decide, not a licence.
func (b *builder) byTerms(m licence.ModelRights) bool {
	return m.Basis == licence.FromTerms || licence.ServedByMaker(b.Dossier, m.Model)
}

func (b *builder) answerMark(a licence.Answer) tree.Mark {
	switch a {
	case licence.Allowed, licence.ConditionsMet:
		return tree.MarkPassed
	case licence.Forbidden, licence.ConditionsNotMet:
		return tree.MarkFailed
	case licence.Silent:
		return tree.MarkNotApplicable
	}
	return tree.MarkOpen
}

// rightsAnswer is the answer of all models together: an offering has the worst of their rights.
func (b *builder) rightsAnswer(models []licence.ModelRights) tree.Block {
	var c tree.Callout
	worst, named := -1, ""
	order := licence.Answers()
	for _, m := range models {
		switch {
		case b.byTerms(m):
			c.Lines = append(c.Lines, tree.B(b.name(m.Model)+wording.Colon(b.l)+" ").Add(tree.T(b.say("a service of its maker or closed weights; the terms of the service say what may be done.", "service de son créateur ou poids fermés ; les conditions du service disent ce qui est permis."))))
		case m.Rights == nil:
			worst = max(worst, slices.Index(order, licence.Unsettled))
			c.Lines = append(c.Lines, tree.B(b.name(m.Model)+wording.Colon(b.l)+" ").Add(tree.T(b.t(m.Reason)+".")))
		default:
			var said []string
			for _, g := range gates {
				r := m.Rights.Rights[g]
				if r.Answer == licence.Silent && g != licence.CommercialUse {
					continue // nothing is excluded by what is not said
				}
				worst = max(worst, slices.Index(order, r.Answer))
				said = append(said, b.t(licence.RightText(g).Lower())+wording.Colon(b.l)+" "+b.t(r.Answer.Text().Lower()))
			}
			named = b.licenceName(m)
			c.Lines = append(c.Lines, tree.B(b.name(m.Model)+", "+named+wording.Colon(b.l)+" ").Add(tree.T(strings.Join(said, b.say("; ", " ; "))+".")))
		}
	}
	if worst < 0 {
		c.Mark, c.Title = tree.MarkNotApplicable, tree.T(b.say("No licence of weights is relied on: the terms of the service decide", "Aucune licence de poids n'est invoquée : les conditions du service décident"))
	} else {
		a := order[worst]
		c.Mark = b.answerMark(a)
		c.Title = tree.T(b.say("For this organisation and this use: %s", "Pour cette organisation et cet usage : %s", a.Text().Lower()))
	}
	if n := b.licenceFindings(); n > 0 {
		c.Lines = append(c.Lines, tree.Text{{Text: b.say("%s on licences, under “Findings”.", "%s sur les licences, sous « Constats ».", b.count(n, "finding", "findings", "constat", "constats")), To: "findings"}})
	}
	c.Lines = append(c.Lines, tree.Q(b.say("Rights on %s. ", "Droits au %s. ", b.Dossier.On.In(b.l))+b.say("Decision support, not legal advice.", "Aide à la décision, sans valeur d'avis juridique.")))
	return c
}

func (b *builder) licenceFindings() int {
	n := 0
	for _, f := range b.Assessment.Findings {
		if strings.HasPrefix(f.ID, "licence.") {
			n++
		}
	}
	return n
}

// licenceName is the full name of the licence identified, else that of its record.
func (b *builder) licenceName(m licence.ModelRights) string {
	if m.ID != "" {
		return b.document(m.ID)
	}
	return b.name(m.Licence)
}

// document names a licence, or a policy that a licence incorporates.
func (b *builder) document(id string) string { return b.t(b.Knowledge.Licences.DocumentName(id)) }

var basisWords = map[licence.Basis]wording.Text{
	licence.FromLicence: {EN: "a licence whose rights are on file", FR: "une licence dont les droits sont connus"},
	licence.FromTerms:   {EN: "the terms of the service", FR: "les conditions du service"},
	licence.NameKnown:   {EN: "a licence known by name only", FR: "une licence connue de nom seulement"},
	licence.NoRights:    {EN: "a licence of which Vigie holds no rights file", FR: "une licence dont Vigie n'a pas de fiche de droits"},
	licence.NotRecorded: {EN: "no licence is recorded", FR: "aucune licence n'est consignée"},
	licence.OnContract:  {EN: "weights under a contract that only the organisation can read", FR: "poids sous un contrat que seule l'organisation peut lire"},
}

func (b *builder) modelRights(m licence.ModelRights) []tree.Block {
	pairs := []tree.Pair{{Key: b.say("Licence", "Licence"), Value: b.licenceCell(m)}}
	if l, ok := b.Knowledge.Licences.Rights(m.ID); ok {
		holder := tree.Cell{tree.T(b.t(l.Holder.Name))}
		if !l.Holder.Remark.IsZero() {
			holder = append(holder, tree.Q(b.t(l.Holder.Remark)))
		}
		pairs = append(pairs, tree.Pair{Key: b.say("Holder", "Titulaire"), Value: holder})
	}
	basis := tree.Cell{tree.T(upperFirst(b.t(basisWords[m.Basis])))}
	if m.Basis != licence.FromLicence && m.Basis != licence.NotRecorded {
		basis = append(basis, tree.Q(upperFirst(b.t(m.Reason))))
	}
	if licence.ServedByMaker(b.Dossier, m.Model) && m.Basis != licence.FromTerms {
		words := b.say("The service is bought from the model's own maker: its terms rule.", "Le service est acheté au créateur du modèle : ses conditions s'appliquent.")
		if m.Rights != nil {
			words += " " + b.say("What follows would bind whoever ran the weights.", "Ce qui suit lierait qui exploiterait les poids.")
		}
		basis = append(basis, tree.T(words))
	}
	pairs = append(pairs, tree.Pair{Key: b.say("Rights come from", "Droits tirés de"), Value: basis})
	if len(m.Bases) > 0 {
		pairs = append(pairs, tree.Pair{Key: b.say("Derives from", "Dérive de"), Value: b.baseCell(m)})
	}
	if m.Rights != nil && len(m.Rights.NotRead) > 0 {
		var unread []string
		for _, id := range m.Rights.NotRead {
			unread = append(unread, b.document(id))
		}
		pairs = append(pairs, tree.Pair{Key: b.say("Not read", "Non lu"), Value: tree.C(tree.Marked(tree.MarkWarning, b.say("documents that bind too: %s", "documents qui engagent aussi : %s", wording.List(b.l, unread))))})
	}
	if unknown := b.settles(m.Settle); unknown != "" {
		pairs = append(pairs, tree.Pair{Key: b.say("Not known", "Inconnu"), Value: tree.C(tree.Marked(tree.MarkUnknown, unknown))})
	}
	out := []tree.Block{tree.KeyValues{Pairs: pairs}}
	if m.Rights == nil {
		return out
	}
	if r, ok := allAlike(m.Rights); ok {
		out = append(out, tree.Paragraph{Text: tree.B(b.say("For every right: ", "Pour tous les droits : ")).Add(tree.Marked(b.answerMark(r.Answer), b.t(r.Answer.Text().Lower())+". "), tree.T(upperFirst(b.t(r.Reason))+"."))})
	} else {
		out = append(out, b.rightsTable(m.Rights))
	}
	if len(m.Rights.Duties) > 0 {
		var items []tree.Text
		for _, d := range m.Rights.Duties {
			items = append(items, tree.T(upperFirst(b.t(d.Text))))
		}
		out = append(out, tree.Heading{Text: tree.T(b.say("Duties", "Obligations"))}, tree.List{Items: items, Small: true})
	}
	if terms := b.termsTable(m.Rights); len(terms.Rows) > 0 {
		out = append(out, tree.Heading{Text: tree.T(b.say("What else it says", "Ce qu'elle dit d'autre"))}, terms)
	}
	if !m.Rights.Verified {
		out = append(out, tree.Paragraph{Text: tree.Marked(tree.MarkWarning, b.say("Not every answer of this licence was read at its clause: have it read before relying on it.", "Toutes les réponses de cette licence n'ont pas été lues à leur clause : la faire lire avant de s'y fier.")), Size: tree.Small})
	}
	return out
}

func (b *builder) licenceCell(m licence.ModelRights) tree.Cell {
	if m.Licence.IsZero() {
		return tree.C(tree.Marked(tree.MarkUnknown, b.say("not known", "inconnue")))
	}
	out := tree.Cell{b.link(m.Licence)}
	f := b.Dossier.Record(m.Model).Fact("model.licence")
	if c := b.cite(f.Source); c != nil {
		out[0] = out[0].Add(tree.T(" "), c)
	}
	if full := b.licenceName(m); m.ID != "" && full != b.name(m.Licence) {
		out = append(out, tree.Q(b.say("identified as: %s", "identifiée comme : %s", full)))
	}
	return out
}

// baseCell lists the models it derives from, nearest first, each with its licence.
func (b *builder) baseCell(m licence.ModelRights) tree.Cell {
	var out tree.Cell
	for _, x := range m.Bases {
		line := b.link(x.Model).Add(tree.T(wording.Colon(b.l) + " "))
		switch {
		case x.Licence.IsZero():
			line = line.Add(tree.Marked(tree.MarkUnknown, b.say("licence not known", "licence inconnue")))
		case x.ID != "":
			line = line.Add(tree.T(b.document(x.ID)))
		default:
			line = line.Add(b.link(x.Licence), tree.Q(" ("+b.t(basisWords[x.Basis])+")"))
		}
		out = append(out, line)
	}
	return out
}

// settles names facts whose absence keeps rights open.
func (b *builder) settles(refs []catalog.FactRef) string {
	var out []string
	for _, r := range refs {
		words := b.label(r.Path)
		if r.Record.Kind == catalog.Model {
			words += " (" + b.name(r.Record) + ")"
		}
		if !slices.Contains(out, words) {
			out = append(out, words)
		}
	}
	return strings.Join(out, b.say("; ", " ; "))
}

// rightsTable has one line a right: answer, clause, reason, the facts that decided and what to do. Rights that this use
// does not exercise come last.
func (b *builder) rightsTable(j *licence.Judgement) tree.Block {
	t := tree.Table{Columns: []tree.Column{{Title: b.say("Right", "Droit"), Width: 21}, {Title: b.say("Answer", "Réponse"), Width: 19}, {Title: b.say("Clause", "Clause"), Width: 15}, {Title: b.say("Why, and what to do", "Pourquoi, et que faire"), Width: 45}}}
	idle := func(r licence.Right) bool { return r.Concerned != nil && !*r.Concerned }
	for _, late := range []bool{false, true} {
		headed := false
		for _, name := range licence.RightNames() {
			r, ok := j.Rights[name]
			if !ok || idle(r) != late {
				continue
			}
			if late && !headed {
				headed = true
				t.Rows = append(t.Rows, tree.Row{Group: tree.T(b.say("Rights that this use does not exercise", "Droits que cet usage n'exerce pas"))})
			}
			t.Rows = append(t.Rows, tree.Row{Cells: []tree.Cell{tree.C(tree.T(b.t(licence.RightText(name)))), b.rightAnswer(r), b.clause(r, j), b.rightReason(r)}})
		}
	}
	return t
}

// allAlike gives the answer that every right has for the same reason: it is said once then.
func allAlike(j *licence.Judgement) (licence.Right, bool) {
	first := j.Rights[licence.CommercialUse]
	for _, r := range j.Rights {
		if r.Answer != first.Answer || r.Reason != first.Reason || r.Reason.IsZero() {
			return first, false
		}
	}
	return first, len(j.Rights) > 1
}

func (b *builder) rightAnswer(r licence.Right) tree.Cell {
	out := tree.C(tree.Marked(b.answerMark(r.Answer), b.t(r.Answer.Text())))
	if len(r.Possible) > 1 && len(r.Possible) < 4 {
		var words []string
		for _, a := range r.Possible {
			words = append(words, b.t(a.Text().Lower()))
		}
		out = append(out, tree.Q(b.say("still possible: %s", "encore possible : %s", strings.Join(words, b.say("; ", " ; ")))))
	}
	return out
}

func (b *builder) clause(r licence.Right, j *licence.Judgement) tree.Cell {
	if r.Clause == "" {
		return nil
	}
	words := b.t(r.ClauseText)
	if r.ClauseText.IsZero() {
		words = r.Clause
	}
	out := tree.C(tree.T(words))
	if r.Licence != "" && r.Licence != j.Licence {
		out = append(out, tree.Q(b.document(r.Licence)))
	}
	return out
}

func (b *builder) rightReason(r licence.Right) tree.Cell {
	var out tree.Cell
	if !r.Reason.IsZero() {
		out = append(out, tree.T(upperFirst(b.t(r.Reason))))
	}
	if len(r.Used) > 0 {
		var parts []string
		for _, u := range r.Used {
			f := b.Dossier.Record(u.Record).Fact(u.Path)
			if def := b.def(u.Path); def != nil {
				parts = append(parts, b.t(def.Label)+wording.Colon(b.l)+" "+b.state(def, f.State, f.Value, f.Disputed).String())
			}
		}
		if len(parts) > 0 {
			out = append(out, tree.Q(b.say("On: ", "D'après : ")+strings.Join(parts, b.say("; ", " ; "))))
		}
	}
	if missing := b.settles(r.Missing); missing != "" {
		out = append(out, tree.Text{{Text: b.say("To learn: ", "À établir : ") + missing, Mark: tree.MarkUnknown, Style: tree.Quiet}})
	}
	for _, d := range r.ToDo {
		out = append(out, tree.T("→ "+b.t(d)))
	}
	return out
}

func (b *builder) termsTable(j *licence.Judgement) tree.Table {
	t := tree.Table{Columns: []tree.Column{{Width: 26}, {Width: 74}}}
	for _, x := range j.Terms {
		if x.Name == "holder" {
			continue // said above
		}
		value := tree.T(b.t(x.Text))
		if x.Licence != j.Licence {
			value = value.Add(tree.Q(" · " + b.document(x.Licence)))
		}
		t.Rows = append(t.Rows, tree.Row{Cells: []tree.Cell{tree.C(tree.T(b.t(licence.TermText(x.Name)))), tree.C(value)}})
	}
	return t
}

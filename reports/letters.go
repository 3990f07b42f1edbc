package reports

import (
	"errors"

	"vigie/catalog"
	"vigie/catalog/wording"
	"vigie/evaluator"
	"vigie/reports/tree"
)

// LettersInput is letters that ask for missing facts, and the dossier that they are about.
type LettersInput struct {
	Letters    []evaluator.Letter
	Dossier    *catalog.Dossier
	Dictionary *catalog.Dictionary
	Assessment *evaluator.Assessment // the one asked about
	Program    string                // name and version
}

// Letters lays letters out, each on a page of its own, in one language.
func Letters(in LettersInput, lang wording.Lang) (*Document, error) {
	if in.Dossier == nil || in.Dictionary == nil || in.Assessment == nil {
		return nil, errors.New("letters: dossier, dictionary and assessment are all needed")
	}
	b, err := newBuilder(Input{Assessment: in.Assessment, Dossier: in.Dossier, Dictionary: in.Dictionary, Program: in.Program}, lang)
	if err != nil {
		return nil, err
	}
	offering := b.name(in.Dossier.Offering)
	d := &Document{
		Lang:    lang,
		Title:   b.say("Questions on %s", "Questions sur %s", offering),
		Subject: b.say("What is not known of %s on %s", "Ce que l'on ignore de %s au %s", offering, in.Dossier.On.In(lang)), Keywords: []string{in.Assessment.Hash, "vigie"},
		Producer: in.Program, Day: string(in.Dossier.On), HeadLeft: offering, HeadRight: b.say("Assessment %s", "Évaluation %s", short(in.Assessment.Hash)), Foot: in.Dossier.On.In(lang),
	}
	if len(in.Letters) == 0 {
		d.Cover = []tree.Block{tree.Paragraph{Text: tree.T(b.say("There is nothing to ask: no missing fact would change the answer.", "Il n'y a rien à demander : aucun fait manquant ne changerait la réponse.")), Size: tree.Lead}}
	}
	for i, l := range in.Letters {
		blocks := b.letterBlocks(l)
		if i == 0 {
			d.Cover = blocks
			continue
		}
		d.Cover = append(append(d.Cover, tree.PageBreak{}), blocks...)
	}
	return d, nil
}

func (b *builder) letterBlocks(l evaluator.Letter) []tree.Block {
	out := []tree.Block{
		tree.Paragraph{Text: tree.B(b.t(l.Name)), Size: tree.Lead},
		tree.Paragraph{Text: tree.Q(l.On.In(b.l))}, tree.Space{Lines: 1},
		tree.Paragraph{Text: tree.B(b.t(l.Subject)), Size: tree.Lead},
		tree.Paragraph{Text: tree.T(b.t(l.Opening))},
	}
	about := wording.Text{}
	t := tree.Table{Columns: []tree.Column{{Width: 6, Align: tree.Right}, {Width: 94}}}
	for _, i := range l.Items {
		if i.About != about {
			about = i.About
			t.Rows = append(t.Rows, tree.Row{Group: tree.T(b.t(about))})
		}
		cell := tree.Cell{tree.T(b.t(i.Text))}
		if i.Confirm {
			cell = append(cell, tree.Q(b.say("An answer is published; a contract clause, a certificate or an audit is needed.", "Une réponse est publiée ; il faut une clause contractuelle, un certificat ou un audit.")))
		}
		if !i.Answers.IsZero() {
			cell = append(cell, tree.Q(b.say("Answer: %s", "Réponse : %s", i.Answers)))
		}
		t.Rows = append(t.Rows, tree.Row{Cells: []tree.Cell{tree.C(tree.T(itoa(i.Number))), cell}})
	}
	out = append(out, t)
	if !l.Closing.IsZero() {
		out = append(out, tree.Paragraph{Text: tree.T(b.t(l.Closing))})
	}
	if l.Left > 0 {
		out = append(out, tree.Paragraph{Size: tree.Small, Text: tree.Q(b.count(l.Left, "question is kept for a second letter.", "questions are kept for a second letter.", "question est gardée pour une seconde lettre.", "questions sont gardées pour une seconde lettre."))})
	}
	return out
}

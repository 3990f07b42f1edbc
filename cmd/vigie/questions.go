package main

import (
	"github.com/spf13/cobra"

	"vigie/api/service"
	"vigie/catalog"
	"vigie/catalog/wording"
	"vigie/evaluator"
)

func (a *app) questions() *cobra.Command {
	var (
		q      question
		rivals []string
		asJSON bool
		letter bool
		full   bool
		out    string
	)
	c := &cobra.Command{
		Use:   "questions",
		Short: a.say("What to find out next about an offering", "Ce qu'il faut établir ensuite sur une offre"),
		Long: a.say(`Tries every answer to every missing fact and lists first what settles most: knock-outs, who leads among the rivals,
the width of the score. --letter writes to each party that can answer, ten questions at a time; with -o as a PDF.`,
			`Essaie chaque réponse à chaque fait manquant et énumère d'abord ce qui tranche le plus : critères éliminatoires,
premier parmi les rivales, largeur de la note. --letter écrit à chaque partie qui peut répondre, dix questions à la fois ; avec -o, en PDF.`),
		Example: `  vigie questions --offering mistral-api-medium-3.5 --use-case office-assistant
  vigie questions --offering mistral-api-medium-3.5 --rival openai-api-eu-gpt-5.5 --use-case hr-personal-data --letter --lang fr`,
		Args: a.noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			req, err := q.request()
			if err != nil {
				return err
			}
			var file *outFile
			if out != "" {
				if !letter {
					return fault("-o writes letters: add --letter", "-o écrit des lettres : ajouter --letter")
				}
				if file, err = a.createAs(out, asJSON, ".pdf"); err != nil {
					return err
				}
				defer file.abandon()
			}
			s, err := a.open(q.Options)
			if err != nil {
				return err
			}
			agenda, err := s.Questions(c.Context(), req, rivals)
			if err != nil {
				return err
			}
			switch {
			case file != nil:
				if err := s.Letters(file, agenda, a.lang); err != nil {
					return err
				}
				return file.commit()
			case asJSON:
				return a.writeCanonical(agenda)
			case letter:
				return a.printLetters(agenda)
			}
			return a.printQuestions(s, agenda, full)
		},
	}
	a.questionFlags(c, &q)
	f := c.Flags()
	f.StringArrayVar(&rivals, "rival", nil, a.say("`ID` of another candidate; may be repeated", "`ID` d'une autre candidate ; répétable"))
	f.BoolVar(&letter, "letter", false, a.say("write the letters", "écrire les lettres"))
	f.BoolVar(&full, "full", false, a.say("every question", "toutes les questions"))
	f.StringVarP(&out, "output", "o", "", a.say("with --letter, the PDF `FILE` to write", "avec --letter, le `FICHIER` PDF à écrire"))
	a.jsonFlag(c, &asJSON)
	_ = c.MarkFlagFilename("output", "pdf")
	a.completeRecords(c, "rival", catalog.Offering, &q.Catalogue)
	return c
}

func (a *app) printLetters(agenda *service.Agenda) error {
	sc := a.screen()
	for i, l := range agenda.Letters {
		if i > 0 {
			sc.gap()
			sc.line("────")
			sc.gap()
		}
		sc.WriteString(l.In(a.lang))
		if l.Left > 0 {
			a.note("%s: %d other questions wait until these are answered", "%s : %d autres questions attendent que celles-ci aient leur réponse", l.Name, l.Left)
		}
	}
	return sc.flush(a.stdout)
}

func (a *app) printQuestions(s *service.Service, agenda *service.Agenda, full bool) error {
	sc := a.screen()
	d := agenda.Result.Dossier
	sc.line(sc.in(bold, a.in(d.Name(d.Offering))))
	sc.line(sc.in(dim, a.in(d.Name(d.UseCase))+" · "+service.Score(a.lang, agenda.Result.Assessment.Score)))
	sc.gap()
	for i, x := range agenda.Questions {
		if i == topMissing && !full {
			sc.line("  " + sc.in(dim, a.say("… and %d more (--full)", "… et %d autres (--full)", len(agenda.Questions)-topMissing)))
			break
		}
		text := x.Text
		if text.IsZero() {
			text = wording.Same(s.Speaker(a.lang, d).Label(x.Path))
		}
		lead := a.in(text)
		if !x.Record.IsZero() {
			lead += " (" + a.in(d.Name(x.Record)) + ")"
		}
		sc.para(2, "· ", "", lead)
		for _, k := range x.KnockOuts {
			sc.para(4, "", dim, a.say("%s: passes in %s of the answers, fails in %s", "%s : satisfait dans %s des réponses, non satisfait dans %s", a.knockOutTitle(s, k.ID),
				a.share(k.Passes), a.share(k.Fails)))
		}
		why := a.say("narrows the score by %s points on average, %s at most", "resserre la note de %s points en moyenne, %s au plus", service.Points(a.lang, x.Narrowing), service.Points(a.lang, x.Most))
		if n := len(x.Together); n > 0 {
			why += " · " + a.plural(n, "once another fact is known", "once %d other facts are known", "une fois un autre fait connu", "une fois %d autres faits connus")
		}
		if x.Leader > 0 {
			why += " · " + a.say("changes who leads in %s of the answers", "change la première place dans %s des réponses", a.share(x.Leader))
		}
		sc.para(4, "", dim, why+" · "+a.in(x.Cost.Label()))
	}
	return sc.flush(a.stdout)
}

func (a *app) share(h evaluator.Hundredths) string {
	return wording.Percent(a.lang, itoa(int64(h+50)/100))
}

func (a *app) knockOutTitle(s *service.Service, id string) string {
	if _, c, ok := s.Framework.KnockOut(id); ok {
		return a.in(c.Title)
	}
	return id
}

package main

import (
	"context"

	"github.com/spf13/cobra"

	"vigie/api/service"
	"vigie/catalog"
	"vigie/evaluator"
)

func (a *app) whatif() *cobra.Command {
	var (
		q      question
		r      service.CompareRequest
		assume []string
		folder string
		asJSON bool
	)
	c := &cobra.Command{
		Use:   "whatif",
		Short: a.say("What assumptions would change, and why", "Ce que des hypothèses changeraient, et pourquoi"),
		Long: a.say(`Judges offerings again, or every decision in force in a folder, as if a fact, a link, a price or a law were otherwise.
Nothing of it is kept. Assumptions: `+catalog.AssumptionForms+`.`,
			`Rejuge des offres, ou toutes les décisions en vigueur d'un dossier, comme si un fait, un lien, un prix ou une loi
étaient autres. Rien n'en est conservé. Hypothèses : `+catalog.AssumptionForms+`.`),
		Example: `  vigie whatif --offering mistral-api-medium-3.5 --offering ovh-gpt-oss-120b --use-case rnd-secret --assume 'stake:mistral<-US=100'
  vigie whatif --decisions ./decisions --assume law:us-fisa-702=repealed --json`,
		Args: a.noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			s, err := a.open(q.Options)
			if err != nil {
				return err
			}
			if r.Assume, err = s.Assumptions(assume); err != nil {
				return assumed(err, assume)
			}
			var res *evaluator.WhatIf
			if folder != "" {
				h, err := service.OpenDecisions(folder)
				if err != nil {
					return err
				}
				if res, err = s.WhatIfDecided(c.Context(), h, q.on, r.Assume); err != nil {
					return assumed(err, assume)
				}
			} else {
				if err := q.fill(&r); err != nil {
					return err
				}
				if res, err = s.WhatIf(c.Context(), r); err != nil {
					return assumed(err, assume)
				}
			}
			if asJSON {
				return a.writeCanonical(res)
			}
			return a.printWhatIf(c.Context(), s, res)
		},
	}
	a.compareFlags(c, &q, &r)
	f := c.Flags()
	a.assumeFlag(c, &assume)
	f.StringVar(&folder, "decisions", "", a.say("every decision in force in this `FOLDER`, instead of offerings", "toutes les décisions en vigueur de ce `DOSSIER`, au lieu d'offres"))
	a.jsonFlag(c, &asJSON)
	_ = c.MarkFlagDirname("decisions")
	return c
}

func (a *app) printWhatIf(ctx context.Context, s *service.Service, w *evaluator.WhatIf) error {
	sc := a.screen()
	sp, err := a.speaker(ctx, s, w.On, w.On)
	if err != nil {
		return err
	}
	sc.line(sc.in(bold, a.say("A simulation: nothing of it is kept", "Une simulation : rien n'en est conservé")))
	for _, x := range w.Assumptions {
		sc.line("  · " + x.Text)
	}
	sc.gap()
	sc.line(a.say("Judged: %d. Reached by the assumptions: %d. With another answer: %d.", "Jugées : %d. Atteintes par les hypothèses : %d. Dont une réponse change : %d.", w.Judged, w.Touched, len(w.Changes)))
	for _, c := range w.Changes {
		sc.gap()
		sc.line(sc.in(bold, a.in(sp.Names(catalog.Ref{Kind: catalog.Offering, ID: c.Offering}))) + " · " + a.in(sp.Names(catalog.Ref{Kind: catalog.UseCase, ID: c.UseCase})))
		style, arrow := dim, a.in(service.VerdictText(c.After))
		if c.VerdictChange {
			style, arrow = red, a.in(service.VerdictText(c.Before))+" → "+a.in(service.VerdictText(c.After))
		}
		sc.line("  " + sc.in(style, arrow) + "   " + service.Score(a.lang, c.ScoreBefore) + " → " + service.Score(a.lang, c.ScoreAfter))
		for _, k := range c.KnockOuts {
			sc.para(4, "", "", a.say("%s: %s → %s", "%s : %s → %s", a.knockOutTitle(s, k.ID), service.StatusText(k.Before), service.StatusText(k.After)))
			for _, p := range k.Reads {
				sc.para(6, "", dim, sp.Label(p))
			}
		}
	}
	for _, m := range w.Rankings {
		if m.GroupBefore != m.GroupAfter || m.RankBefore != m.RankAfter {
			sc.gap()
			sc.para(2, "", "", a.say("%s: %s, rank %d → %s, rank %d", "%s : %s, rang %d → %s, rang %d", sp.Names(catalog.Ref{Kind: catalog.Offering, ID: m.Offering}),
				service.VerdictText(m.GroupBefore), m.RankBefore, service.VerdictText(m.GroupAfter), m.RankAfter))
		}
	}
	return sc.flush(a.stdout)
}

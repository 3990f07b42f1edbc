package main

import (
	"context"

	"github.com/spf13/cobra"

	"vigie/api/service"
	"vigie/catalog"
	"vigie/catalog/wording"
	"vigie/evaluator/decision"
)

func (a *app) portfolio() *cobra.Command {
	var (
		q      question
		folder string
		drift  bool
		asJSON bool
	)
	c := &cobra.Command{
		Use:   "portfolio",
		Short: a.say("What all decisions in force are exposed to together", "À quoi toutes les décisions en vigueur sont exposées ensemble"),
		Long: a.say(`Adds up every decision in force in a folder: when each ends, how they concentrate on vendors, owners, countries,
sub-processors, makers and laws, and what falls if one of these fails. --drift says which decisions no longer hold.`,
			`Rassemble toutes les décisions en vigueur d'un dossier : leur échéance, leur concentration par fournisseur,
propriétaire, pays, sous-traitant, créateur et loi, et ce qui tombe si l'un d'eux fait défaut. --drift dit quelles décisions
ne tiennent plus.`),
		Example: `  vigie portfolio --decisions ./decisions
  vigie portfolio --decisions ./decisions --drift --json`,
		Args: a.noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if folder == "" {
				return fault("--decisions is needed: the folder that holds the decisions", "il faut --decisions : le dossier qui contient les décisions")
			}
			h, err := service.OpenDecisions(folder)
			if err != nil {
				return err
			}
			s, err := a.open(q.Options)
			if err != nil {
				return err
			}
			if drift {
				return a.drifts(c.Context(), s, h, q.on, asJSON)
			}
			p, err := s.Portfolio(c.Context(), h, q.on)
			if err != nil {
				return err
			}
			if asJSON {
				return a.writeCanonical(p)
			}
			return a.printPortfolio(p)
		},
	}
	f := c.Flags()
	f.SortFlags = false
	f.StringVar(&folder, "decisions", "", a.say("`FOLDER` of the decisions", "`DOSSIER` des décisions"))
	f.BoolVar(&drift, "drift", false, a.say("what changed under each decision since it was taken", "ce qui a changé sous chaque décision depuis qu'elle a été prise"))
	a.dayFlags(c, &q.days)
	a.catalogueFlag(c, &q.Catalogue)
	a.jsonFlag(c, &asJSON)
	_ = c.MarkFlagDirname("decisions")
	return c
}

func (a *app) drifts(ctx context.Context, s *service.Service, h *decision.History, on catalog.Date, asJSON bool) error {
	list := []*decision.Drift{}
	sc := a.screen()
	for _, d := range h.InForce(on) {
		x, err := s.Drift(ctx, d, on)
		if err != nil {
			return err
		}
		list = append(list, x)
		sc.gap()
		sc.line(sc.in(bold, d.Offering+" · "+d.UseCase) + " · " + a.in(d.Outcome.Label()))
		sc.para(2, "", "", a.in(x.Summary))
		for _, f := range x.Facts {
			if f.SaysOther() {
				sp, err := a.speaker(ctx, s, on, on)
				if err != nil {
					return err
				}
				sc.para(4, "", dim, sp.Label(f.Path)+wording.Colon(a.lang)+" "+sp.State(f.Path, f.Before.State, f.Before.Value, f.Before.Disputed)+" → "+sp.State(f.Path, f.After.State, f.After.Value, f.After.Disputed))
			}
		}
	}
	if asJSON {
		return a.writeCanonical(list)
	}
	return sc.flush(a.stdout)
}

func (a *app) printPortfolio(p *decision.Portfolio) error {
	sc := a.screen()
	sc.line(sc.in(bold, a.plural(len(p.Lines), "One decision in force", "%d decisions in force", "Une décision en vigueur", "%d décisions en vigueur")))
	for _, l := range p.Lines {
		sc.line("  " + pad(l.Until.In(a.lang), 18) + pad(a.in(l.Name), 40) + "  " + l.UseCase + "  " + a.in(l.Outcome.Label()))
	}
	for _, c := range p.Concentrations {
		if len(c.Entries) == 0 {
			continue
		}
		sc.heading(a.in(c.Dimension.Label()) + " · " + a.say("Herfindahl %s", "Herfindahl %s", itoa(int64(c.Herfindahl))))
		for _, e := range c.Entries {
			sc.line("  " + pad(a.share(e.Share), 8) + pad(a.in(e.Name), 40) + "  " + a.say("falls: %d, shaken: %d", "tombent : %d, ébranlées : %d", len(e.Falls), len(e.Shaken)))
		}
	}
	sc.gap()
	sc.line(a.say("Spend: %s a month, not known for %d.", "Dépense : %s par mois, inconnue pour %d.", wording.Text{EN: wording.Money(wording.EN, p.Spend.Known, "EUR"), FR: wording.Money(wording.FR, p.Spend.Known, "EUR")}, p.Spend.Unknown))
	return sc.flush(a.stdout)
}

package main

import (
	"strings"

	"github.com/spf13/cobra"

	"vigie/api/service"
	"vigie/catalog"
	"vigie/catalog/wording"
	"vigie/evaluator/jurisdiction"
)

func (a *app) law() *cobra.Command {
	c := &cobra.Command{
		Use:   "law",
		Short: a.say("Look into the laws on file: list, show", "Consulter les lois connues : list, show"),
		Args:  a.noSuchCommand,
		RunE:  func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(a.lawList(), a.lawShow())
	return c
}

func (a *app) lawList() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "list",
		Short: a.say("List the laws", "Énumérer les lois"),
		Args:  a.noArgs,
		RunE: func(*cobra.Command, []string) error {
			laws, err := jurisdiction.Builtin()
			if err != nil {
				return err
			}
			if asJSON {
				return a.writeJSON(laws.List)
			}
			sc := a.screen()
			for _, l := range laws.List {
				sc.line(pad(l.ID, 24) + "  " + pad(l.Jurisdiction, 4) + a.in(l.Name))
			}
			return sc.flush(a.stdout)
		},
	}
	a.jsonFlag(c, &asJSON)
	return c
}

func (a *app) lawShow() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:     "show LAW",
		Short:   a.say("Show what a law compels, from whom, by which nexus", "Montrer ce qu'une loi impose, à qui, par quel rattachement"),
		Example: "  vigie law show us-sca-cloud-act --lang fr",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return fault("which law? vigie law list names them", "quelle loi ? vigie law list les énumère")
			}
			return nil
		},
		ValidArgsFunction: a.completeLaws,
		RunE: func(_ *cobra.Command, args []string) error {
			s, err := a.open(service.Options{})
			if err != nil {
				return err
			}
			l, err := s.Law(args[0])
			if err != nil {
				return err
			}
			if asJSON {
				return a.writeJSON(l)
			}
			return a.printLaw(s, l)
		},
	}
	a.jsonFlag(c, &asJSON)
	return c
}

func (a *app) printLaw(s *service.Service, l *jurisdiction.Law) error {
	sc := a.screen()
	sc.line(sc.in(bold, a.in(l.Name)) + sc.in(dim, " · "+l.ID))
	sc.para(0, "", dim, a.in(l.Citation.Text())+" · "+a.in(s.Knowledge.Laws.Countries.Name(l.Jurisdiction)))
	part := func(en, fr string, t wording.Text) {
		sc.heading(a.say(en, fr))
		sc.para(2, "", "", a.in(t))
	}
	part("What it compels", "Ce qu'elle impose", l.Compels)
	part("From whom", "À qui", l.FromWhom)
	part("Reach outside its territory", "Portée hors de son territoire", l.Reach.Text)
	part("Secrecy", "Secret", l.Gag.Text)
	sc.heading(a.say("In force", "En vigueur"))
	for _, p := range l.InForce.Periods {
		span := a.say("from %s", "depuis le %s", p.From.In(a.lang))
		if p.To != "" {
			span = a.say("from %s to %s", "du %s au %s", p.From.In(a.lang), p.To.In(a.lang))
		}
		sc.para(2, "", "", span)
	}
	sc.heading(a.say("When it reaches an offering", "Quand elle atteint une offre"))
	for _, t := range l.Triggers {
		sc.para(2, "· ", "", strings.TrimSpace(a.in(t.Text))+" ["+a.in(t.Basis)+"] ("+strings.ToLower(a.in(s.ExposureStatus(t.Status)))+")")
	}
	if len(l.Disputed) > 0 {
		sc.heading(a.say("Disputed", "Discuté"))
		for _, d := range l.Disputed {
			sc.para(2, "· ", "", a.in(d.Text))
		}
	}
	sc.heading(a.say("Sources", "Sources"))
	for _, src := range l.Sources {
		sc.para(2, "· ", "", src.Title+" "+src.URL)
	}
	sc.gap()
	sc.para(0, "", dim, a.say("Last checked on %s", "Vérifiée pour la dernière fois le %s", catalog.Date(l.Checked).In(a.lang)))
	return sc.flush(a.stdout)
}

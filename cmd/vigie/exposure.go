package main

import (
	"context"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"vigie/api/service"
	"vigie/catalog"
	"vigie/catalog/wording"
	"vigie/evaluator/jurisdiction"
)

func (a *app) exposure() *cobra.Command {
	var (
		q      question
		r      service.ExposureRequest
		asJSON bool
		full   bool
	)
	c := &cobra.Command{
		Use:   "exposure",
		Short: a.say("Which foreign laws reach an offering, by which path", "Quelles lois étrangères atteignent une offre, par quel chemin"),
		Long: a.say(`Walks from the offering to its vendor, owners, sub-processors, places and keys, and says for each law whether it
reaches the offering, by which path and article, what is left of the risk, and what would settle what is not known.

--assume asks "what if" and may be repeated: `+catalog.AssumptionForms+`.
It is decision support, not legal advice.`,
			`Remonte de l'offre à son fournisseur, à ses détenteurs, sous-traitants, lieux et clés, et dit pour chaque loi si elle
atteint l'offre, par quel chemin et quel article, ce qu'il reste du risque, et ce qui trancherait l'inconnu.

--assume pose une hypothèse et peut être répété : `+catalog.AssumptionForms+`.
C'est une aide à la décision, non un avis juridique.`),
		Example: `  vigie exposure --offering azure-openai-eu-gpt-5.5 --use-case office-assistant
  vigie exposure --offering mistral-api-eu-medium-3.5 --law us-fisa-702 --assume 'stake:mistral<-US=60'`,
		Args: a.noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if q.offering == "" {
				return fault("--offering is needed: which offering? vigie catalogue list names them", "il faut --offering : quelle offre ? vigie catalogue list les énumère")
			}
			s, err := a.open(q.Options)
			if err != nil {
				return err
			}
			r.Request = service.Request{Offering: q.offering, UseCase: q.useCase, Organisation: q.organisation, On: q.on, KnownOn: q.known()}
			res, err := s.Exposure(c.Context(), r)
			if err != nil {
				return assumed(err, r.Assume)
			}
			if asJSON {
				return a.writeCanonical(res)
			}
			return a.printExposure(c.Context(), s, res, full)
		},
	}
	f := c.Flags()
	f.SortFlags = false
	f.StringVar(&q.offering, "offering", "", a.say("`ID` of the offering", "`ID` de l'offre"))
	f.StringVar(&q.useCase, "use-case", "", a.say("`ID` of the use case; without it, what depends on users and persons stays undetermined", "`ID` du cas d'usage ; sans lui, ce qui dépend des utilisateurs et des personnes reste indéterminé"))
	f.StringVar(&q.organisation, "organisation", "", a.say("`ID` of the organisation (default: that of the use case)", "`ID` de l'organisation (défaut : celle du cas d'usage)"))
	f.StringArrayVar(&r.Laws, "law", nil, a.say("only this `LAW`; may be repeated", "seulement cette `LOI` ; répétable"))
	a.dayFlags(c, &q.days)
	f.Var(dayFlag{&r.LawOn}, "law-on", a.say("law of this day (default: the day of --on)", "droit de ce jour (défaut : le jour de --on)"))
	a.assumeFlag(c, &r.Assume)
	a.catalogueFlag(c, &q.Catalogue)
	f.BoolVar(&full, "full", false, a.say("every law, every path", "chaque loi, chaque chemin"))
	a.jsonFlag(c, &asJSON)
	a.completeRecords(c, "offering", catalog.Offering, &q.Catalogue)
	a.completeRecords(c, "use-case", catalog.UseCase, &q.Catalogue)
	a.completeRecords(c, "organisation", catalog.Organisation, &q.Catalogue)
	_ = c.RegisterFlagCompletionFunc("law", a.completeLaws)
	return c
}

func (a *app) completeLaws(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	laws, err := jurisdiction.Builtin()
	if err != nil {
		return nil, cobra.ShellCompDirectiveError
	}
	var out []string
	for _, l := range laws.List {
		out = append(out, l.ID+"\t"+l.Short.In(a.lang))
	}
	return out, cobra.ShellCompDirectiveNoFileComp
}

// exposed prints one answer of the walk.
type exposed struct {
	*screen
	app *app
	svc *service.Service
	res *service.ExposureResult
	sp  service.Speaker
}

func (a *app) printExposure(ctx context.Context, s *service.Service, res *service.ExposureResult, full bool) error {
	e := exposed{screen: a.screen(), app: a, svc: s, res: res}
	var err error
	e.sp, err = a.speaker(ctx, s, res.Dossier.On, res.Dossier.KnownOn)
	if err != nil {
		return err
	}
	d := res.Dossier
	e.line(e.in(bold, e.text(d.Name(d.Offering))))
	when := a.say("facts of %s, law of %s", "faits au %s, droit au %s", res.On.In(a.lang), res.LawOn.In(a.lang))
	e.line(e.in(dim, when))
	if res.Hypothetical {
		e.line(e.in(yellow, a.say("Hypothetical: it rests on assumptions", "Hypothétique : repose sur des hypothèses")))
		e.changes()
	}
	for _, group := range []struct {
		status jurisdiction.Status
		mark   string
		style  string
	}{{jurisdiction.Exposed, "✗", red}, {jurisdiction.Arguable, "~", yellow}, {jurisdiction.Undetermined, "?", yellow}, {jurisdiction.NotExposed, "✓", green}} {
		e.group(group.status, group.mark, group.style, full)
	}
	e.notes()
	e.immunity()
	e.questions(full)
	e.gap()
	e.para(0, "", dim, e.text(res.Disclaimer))
	return e.flush(a.stdout)
}

func (e *exposed) text(t wording.Text) string { return e.sp.Text(t) }

func (e *exposed) changes() {
	list := e.res.Changes()
	if len(list) == 0 {
		e.para(2, "", "", e.app.say("No status changes.", "Aucun statut ne change."))
	}
	for _, c := range list {
		after := e.app.say("no longer there", "disparue")
		if c.After != "" {
			after = e.text(e.svc.ExposureStatus(c.After))
		}
		e.para(2, "→ ", "", e.text(c.Short)+wording.Colon(e.app.lang)+" "+e.text(e.svc.ExposureStatus(c.Before))+" → "+after)
	}
}

func (e *exposed) group(status jurisdiction.Status, mark, style string, full bool) {
	var list []jurisdiction.Exposure // a copy: waiting takes it apart
	for _, x := range e.res.Exposures.Exposures {
		if x.Status == status {
			list = append(list, x)
		}
	}
	if len(list) == 0 {
		return
	}
	e.heading(e.text(e.svc.ExposureStatus(status)) + " (" + e.text(counted(len(list), "law", "laws", "loi", "lois")) + ")")
	if status == jurisdiction.NotExposed && !full {
		var names []string
		for _, x := range list {
			names = append(names, e.text(x.Short))
		}
		e.para(2, e.in(style, mark)+" ", "", strings.Join(names, e.app.say("; ", " ; ")))
		return
	}
	if status == jurisdiction.Undetermined && !full {
		e.waiting(list, mark, style)
		return
	}
	for _, x := range list {
		e.law(x, mark, style, full)
	}
}

// waiting lists undetermined laws by what they wait for: one owner that is not known holds a score of them open, for the
// same reason.
func (e *exposed) waiting(list []jurisdiction.Exposure, mark, style string) {
	same := func(x, y jurisdiction.Exposure) bool {
		return x.CouldBe == y.CouldBe && x.Floor == y.Floor && slices.Equal(x.DecidedBy, y.DecidedBy)
	}
	for len(list) > 0 {
		first := list[0]
		if n := len(list); n == 1 || !slices.ContainsFunc(list[1:], func(x jurisdiction.Exposure) bool { return same(first, x) }) {
			e.law(first, mark, style, false)
			list = list[1:]
			continue
		}
		var names []string
		list = slices.DeleteFunc(list, func(x jurisdiction.Exposure) bool {
			if !same(first, x) {
				return false
			}
			names = append(names, e.text(x.Short))
			return true
		})
		e.para(2, e.in(style, mark)+" ", bold, strings.Join(names, e.app.say("; ", " ; "))+
			e.app.say(" · could be: %s", " · pourraient être : %s", strings.ToLower(e.text(e.svc.ExposureStatus(first.CouldBe)))))
		e.line("    " + e.in(dim, e.app.say("all for the same reason; what would settle them:", "toutes pour la même raison ; ce qui trancherait :")))
		for i, id := range first.DecidedBy {
			if i == topReasons {
				e.para(6, "", dim, e.app.say("… and %d more (--full)", "… et %d autres (--full)", len(first.DecidedBy)-i))
				break
			}
			for _, q := range e.res.Questions {
				if q.ID == id {
					e.para(6, "· ", dim, e.text(q.Text))
				}
			}
		}
	}
}

// topReasons is how many questions are written under laws that wait for the same.
const topReasons = 3

func (e *exposed) law(x jurisdiction.Exposure, mark, style string, full bool) {
	name := e.text(x.Short) + " (" + e.text(e.svc.Knowledge.Laws.Countries.Name(x.Jurisdiction)) + ")"
	switch {
	case x.Severity > 0:
		name += e.app.say(" · severity %d of 3", " · gravité %d sur 3", x.Severity)
	case x.Status == jurisdiction.Undetermined:
		name += e.app.say(" · could be: %s", " · pourrait être : %s", strings.ToLower(e.text(e.svc.ExposureStatus(x.CouldBe))))
	}
	e.para(2, e.in(style, mark)+" ", bold, name)
	if x.Path != "" {
		e.para(4, "", "", e.headline(x))
	}
	if !x.Basis.IsZero() {
		e.para(4, "", dim, e.text(x.Basis))
	}
	if full {
		if !x.Why.IsZero() {
			e.para(4, "", "", e.text(x.Why))
		}
		for _, p := range x.Paths {
			e.para(4, "· ", dim, p.In(e.app.lang))
		}
		for _, c := range x.Cures {
			e.para(4, "→ ", "", e.text(c.Text))
		}
	}
}

// headline is the shortest path in words; the one of the canonical form names its places in English.
func (e *exposed) headline(x jurisdiction.Exposure) string {
	for _, p := range x.Paths {
		if p.Text == x.Path {
			return p.In(e.app.lang)
		}
	}
	return x.Path
}

func (e *exposed) notes() {
	if len(e.res.Gaps) == 0 && len(e.res.Problems) == 0 {
		return
	}
	e.heading(e.app.say("To know", "À savoir"))
	for _, g := range e.res.Gaps {
		e.para(2, "· ", "", e.text(g.Text))
	}
	for _, p := range e.res.Problems {
		e.para(2, "· ", "", e.text(p.Text))
	}
}

func (e *exposed) immunity() {
	im, sv := e.res.Immunity, e.res.Sovereignty
	e.heading(e.app.say("Immunity and sovereignty", "Immunité et souveraineté"))
	tests := func(ids []string) string { return strings.Join(ids, ", ") }
	said := map[jurisdiction.Outcome]string{
		jurisdiction.Pass:          e.app.say("passes on the facts known", "satisfait au vu des faits connus"),
		jurisdiction.Fail:          e.app.say("fails: %s", "échec : %s", tests(im.Failing)),
		jurisdiction.Open:          e.app.say("undetermined: %s", "indéterminé : %s", tests(im.Open)),
		jurisdiction.NotApplicable: e.app.say("does not apply", "sans objet"),
	}[im.Result]
	e.para(2, "SecNumCloud 3.2, 19.6"+wording.Colon(e.app.lang)+" ", "", said)
	level := func(n [2]int) string {
		if n[0] == n[1] {
			return e.app.say("%d", "%d", n[0])
		}
		return e.app.say("%d to %d", "%d à %d", n[0], n[1])
	}
	e.para(2, e.app.say("EU Cloud Sovereignty Framework: ", "Cadre européen de souveraineté du cloud : "), "",
		e.app.say("SEAL level %s, score %s to %s %%", "niveau SEAL %s, note de %s à %s %%", level(sv.SEAL), wording.Number(e.app.lang, sv.Score[0]), wording.Number(e.app.lang, sv.Score[1])))
}

func (e *exposed) questions(full bool) {
	list := e.res.Questions
	if len(list) == 0 {
		return
	}
	e.heading(e.app.say("What would settle the most", "Ce qui trancherait le plus"))
	shown := list
	if !full && len(shown) > topMissing {
		shown = shown[:topMissing]
	}
	for _, q := range shown {
		e.para(2, "· ", "", e.text(q.Text)+" ("+e.open(q)+")")
	}
	if n := len(list) - len(shown); n > 0 {
		e.para(2, "", dim, e.app.say("… and %d more (--full)", "… et %d autres (--full)", n))
	}
}

// open says how many laws and tests a question holds open.
func (e *exposed) open(q jurisdiction.Question) string {
	var parts []string
	if n := len(q.Laws); n > 0 {
		parts = append(parts, e.text(counted(n, "law", "laws", "loi", "lois")))
	}
	if n := len(q.Tests); n > 0 {
		parts = append(parts, e.text(counted(n, "test", "tests", "test", "tests")))
	}
	return strings.Join(parts, ", ")
}

package main

import (
	"context"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"vigie/api/service"
	"vigie/catalog"
	"vigie/catalog/wording"
	"vigie/evaluator"
)

func (a *app) assess() *cobra.Command {
	var (
		q      question
		asJSON bool
		full   bool
	)
	c := &cobra.Command{
		Use:   "assess",
		Short: a.say("Assess an offering for a use case", "Évaluer une offre pour un cas d'usage"),
		Long: a.say(`Judges an offering for a use case under a framework: score as an interval, knock-outs, what is missing.

Exits 0 when it could assess, whatever the verdict. --json writes the assessment in its canonical form (RFC 8785).`,
			`Juge une offre pour un cas d'usage selon un référentiel : note sous forme d'intervalle, critères éliminatoires, ce qui manque.

Code de sortie 0 dès que l'évaluation a pu être faite, quel que soit l'avis. --json écrit la forme canonique (RFC 8785).`),
		Example: `  vigie assess --offering mistral-api-medium-3.5 --use-case office-assistant --lang fr
  vigie assess --offering mistral-api-medium-3.5 --use-case office-assistant --on 2026-11-24 --json`,
		Args: a.noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			req, err := q.request()
			if err != nil {
				return err
			}
			s, err := a.open(q.Options)
			if err != nil {
				return err
			}
			res, err := s.Assess(c.Context(), req)
			if err != nil {
				return err
			}
			if asJSON {
				return a.writeCanonical(res.Assessment)
			}
			return a.printAssessment(c.Context(), s, res, full)
		},
	}
	a.questionFlags(c, &q)
	c.Flags().BoolVar(&full, "full", false, a.say("every criterion with its answer, every missing fact", "chaque critère avec sa réponse, chaque fait manquant"))
	a.jsonFlag(c, &asJSON)
	return c
}

// topMissing is how many missing facts are listed unless all are asked for.
const topMissing = 8

// opinion prints one assessment.
type opinion struct {
	*app
	*screen
	svc *service.Service
	res *service.Result
	sp  service.Speaker
}

func (a *app) printAssessment(ctx context.Context, s *service.Service, res *service.Result, full bool) error {
	o := opinion{app: a, screen: a.screen(), svc: s, res: res}
	var err error
	o.sp, err = a.speaker(ctx, s, res.Assessment.On, res.Assessment.KnownOn)
	if err != nil {
		return err
	}
	o.head()
	o.scores()
	o.knockOuts(full)
	o.families()
	if full {
		o.criteria()
	}
	o.missing(full)
	o.foot()
	return o.flush(a.stdout)
}

func (o *opinion) text(t wording.Text) string { return o.sp.Text(t) }

func (o *opinion) head() {
	x, d := o.res.Assessment, o.res.Dossier
	o.line(o.screen.in(bold, o.text(d.Name(d.Offering))))
	parts := []string{o.text(d.Name(d.UseCase))}
	if !d.Organisation.IsZero() {
		parts = append(parts, o.text(d.Name(d.Organisation)))
	}
	when := x.On.In(o.app.lang)
	if x.KnownOn != x.On {
		when = o.say("%s, as known on %s", "%s, selon ce qui était connu au %s", when, x.KnownOn.In(o.app.lang))
	}
	o.line(o.screen.in(dim, strings.Join(append(parts, when), " · ")))
	o.gap()
	style, mark := map[evaluator.Verdict]string{evaluator.Eligible: green, evaluator.NotEligible: red}[x.Verdict], "?"
	switch x.Verdict {
	case evaluator.Eligible:
		mark = "✓"
	case evaluator.NotEligible:
		mark = "✗"
	default:
		style = yellow
	}
	o.line(o.screen.in(style, mark+" "+o.text(service.VerdictText(x.Verdict))))
	failed, open := count(x.KnockOuts, evaluator.Failed), count(x.KnockOuts, evaluator.Open)
	switch {
	case failed > 0:
		o.para(2, "", "", o.plural(failed, "one knock-out fails", "%d knock-outs fail", "un critère éliminatoire n'est pas satisfait", "%d critères éliminatoires ne sont pas satisfaits"))
	case open > 0:
		o.para(2, "", "", o.plural(open, "no knock-out fails, one is undetermined", "no knock-out fails, %d are undetermined", "aucun critère éliminatoire n'est en échec, un reste indéterminé", "aucun critère éliminatoire n'est en échec, %d restent indéterminés"))
	default:
		o.para(2, "", "", o.say("every knock-out that applies is passed", "tous les critères éliminatoires applicables sont satisfaits"))
	}
}

func count(list []evaluator.KnockOutResult, s evaluator.Status) int {
	n := 0
	for _, k := range list {
		if k.Status == s {
			n++
		}
	}
	return n
}

// plural chooses a sentence by a number.
func (a *app) plural(n int, oneEN, manyEN, oneFR, manyFR string) string {
	if n == 1 {
		return a.say(oneEN, oneFR)
	}
	return a.say(manyEN, manyFR, n)
}

func (o *opinion) scores() {
	x := o.res.Assessment
	o.gap()
	labels := []string{o.say("Score out of 100", "Note sur 100"), o.say("Contract-grade facts only", "Faits opposables seuls")}
	width := max(seen(labels[0]), seen(labels[1]))
	for i, s := range []evaluator.Interval{x.Score, x.ContractScore} {
		o.line("  " + pad(labels[i], width) + "  " + o.bar(s) + "  " + service.Score(o.app.lang, s))
	}
	o.line("  " + pad(o.say("Facts known", "Faits connus"), width) + "  " + o.say("%d of the %d that this use calls for", "%d des %d que cet usage demande", x.Coverage.Known, x.Coverage.Total))
}

func (o *opinion) knockOuts(full bool) {
	x := o.res.Assessment
	for _, part := range []struct {
		status evaluator.Status
		mark   string
		style  string
		title  string
	}{
		{evaluator.Failed, "✗", red, o.say("Knock-outs that fail", "Critères éliminatoires non satisfaits")},
		{evaluator.Open, "?", yellow, o.say("Knock-outs undetermined", "Critères éliminatoires indéterminés")},
	} {
		if count(x.KnockOuts, part.status) == 0 {
			continue
		}
		o.heading(part.title)
		for _, k := range x.KnockOuts {
			if k.Status == part.status {
				o.knockOut(k, part.mark, part.style)
			}
		}
	}
	passed, none := count(x.KnockOuts, evaluator.Passed), count(x.KnockOuts, evaluator.NotApplicable)
	o.gap()
	o.line(o.screen.in(dim, o.say("Passed: %d. Not applicable to this use: %d.", "Satisfaits : %d. Sans objet pour cet usage : %d.", passed, none)))
	if full {
		for _, k := range x.KnockOuts {
			if k.Status == evaluator.Passed {
				o.para(2, "✓ ", "", o.criterionTitle(k.Criterion)+" ("+k.ID+")")
			}
		}
	}
}

func (o *opinion) criterionTitle(id string) string {
	if c := o.svc.Framework.Framework.Criterion(id); c != nil {
		return o.text(c.Title)
	}
	return id
}

func (o *opinion) knockOut(k evaluator.KnockOutResult, mark, style string) {
	def, _, _ := o.svc.Framework.KnockOut(k.ID)
	title := o.text(def.Text)
	if k.Status == evaluator.Open {
		title = o.criterionTitle(k.Criterion)
	}
	o.para(2, o.screen.in(style, mark)+" ", bold, title)
	switch {
	case k.Status == evaluator.Failed:
		for _, f := range k.Facts {
			if f.State != catalog.Unknown && !aboutUs(f.Path) {
				o.para(4, "", "", o.sp.Label(f.Path)+wording.Colon(o.app.lang)+" "+o.sp.State(f.Path, f.State, f.Value, f.Disputed))
			}
		}
		o.para(4, "→ ", "", o.text(def.Cure))
	case k.EvidenceTooWeak:
		o.para(4, "", "", o.say("Not failed on what is known, but the evidence is too weak: at least this is needed: %s.",
			"Rien ne l'exclut d'après ce qui est connu, mais les preuves sont trop faibles ; il faut au moins : %s.", o.text(k.MinEvidence.Label().Lower())))
	}
	if k.Status == evaluator.Open && len(k.Missing) > 0 {
		o.para(4, "", "", o.say("To learn: %s", "À établir : %s", o.sp.Several(o.labels(k.Missing))))
	}
}

// aboutUs tells what the organisation says of itself and its use.
func aboutUs(path string) bool {
	return strings.HasPrefix(path, "use_case.") || strings.HasPrefix(path, "organisation.") || strings.HasPrefix(path, "assessment.")
}

func (o *opinion) labels(paths []string) []string {
	var out []string
	for _, p := range paths {
		if l := o.sp.Label(p); !slices.Contains(out, l) {
			out = append(out, l)
		}
	}
	return out
}

func (o *opinion) families() {
	x := o.res.Assessment
	o.heading(o.say("Families", "Familles"))
	width := 0
	for _, f := range o.svc.Framework.Families {
		width = max(width, seen(o.text(f.Title)))
	}
	width = min(width, 40)
	for _, f := range x.Families {
		def, _ := o.svc.Framework.Family(f.ID)
		title := o.text(def.Title)
		weight := o.screen.in(dim, wording.Percent(o.app.lang, itoa(f.Weight)))
		if seen(title) > width {
			o.line("  " + title)
			title = ""
		}
		if f.Low == nil {
			o.line("  " + pad(title, width) + "  " + o.screen.in(dim, o.say("nothing in it applies; its weight goes to the others", "rien ne s'y applique ; son poids va aux autres")))
			continue
		}
		i := evaluator.Interval{Low: *f.Low, High: *f.High}
		o.line("  " + pad(title, width) + "  " + o.bar(i) + "  " + pad(service.Whole(i), 7) + " " + weight)
	}
}

func (o *opinion) criteria() {
	o.heading(o.say("Criteria", "Critères"))
	last := ""
	for _, c := range o.res.Assessment.Criteria {
		if c.Family != last {
			last = c.Family
			def, _ := o.svc.Framework.Family(c.Family)
			o.gap()
			o.line("  " + o.screen.in(bold, o.text(def.Title)))
		}
		if c.Applies == evaluator.AppliesNo {
			o.para(4, pad("—", 7)+" ", dim, o.criterionTitle(c.ID)+wording.Colon(o.app.lang)+" "+o.say("not applicable", "sans objet"))
			continue
		}
		score := itoa(int64(*c.Low))
		if *c.Low != *c.High {
			score += "–" + itoa(int64(*c.High))
		}
		o.para(4, pad(score, 7)+" ", "", o.criterionTitle(c.ID))
		for _, b := range c.Bands {
			o.para(12, "· ", dim, o.text(b.Label))
		}
	}
}

func (o *opinion) missing(full bool) {
	x := o.res.Assessment
	if len(x.Missing) == 0 {
		return
	}
	o.heading(o.say("What to find out first", "Ce qu'il faut établir d'abord"))
	for i, m := range x.Missing {
		if i == topMissing && !full {
			o.line("  " + o.screen.in(dim, o.say("… and %d more (--full)", "… et %d autres (--full)", len(x.Missing)-topMissing)))
			break
		}
		q := o.sp.Question(m.Path)
		if !m.Record.IsZero() {
			q += " (" + o.text(o.res.Dossier.Name(m.Record)) + ")"
		}
		o.para(2, "· ", "", q)
		var why []string
		if n := len(m.KnockOuts); n > 0 {
			why = append(why, o.plural(n, "bears on one knock-out", "bears on %d knock-outs", "pèse sur un critère éliminatoire", "pèse sur %d critères éliminatoires"))
		}
		if m.Width > 0 {
			why = append(why, o.say("up to %s points", "jusqu'à %s points", service.Points(o.app.lang, m.Width)))
		}
		if w := o.sp.Where(m.Path); w != "" {
			why = append(why, w)
		}
		if len(why) > 0 {
			o.para(4, "", dim, strings.Join(why, " · "))
		}
	}
}

func (o *opinion) foot() {
	x := o.res.Assessment
	o.gap()
	o.line(o.screen.in(dim, o.say("Framework %s %s, weights %s", "Référentiel %s %s, pondérations %s", x.Framework, x.FrameworkVersion, x.WeightSet)))
	o.line(o.screen.in(dim, o.say("Assessment %s", "Évaluation %s", x.Hash)))
}

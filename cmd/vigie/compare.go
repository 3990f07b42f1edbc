package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"vigie/api/service"
	"vigie/catalog"
	"vigie/catalog/wording"
	"vigie/evaluator"
	"vigie/evaluator/ranking"
)

func (a *app) compare() *cobra.Command {
	var (
		q      question
		r      service.CompareRequest
		asJSON bool
		full   bool
		out    string
		assume []string
	)
	c := &cobra.Command{
		Use:   "compare",
		Short: a.say("Compare offerings for a use case, and say how firm the ranking is", "Comparer des offres pour un cas d'usage, et dire si le classement est solide"),
		Long: a.say(`Assesses each offering, ranks the eligible, the undetermined and the not eligible apart, and says with each rank
how firm it is: firm, likely or not separated. Weights are drawn around the committee's; the same seed gives the
same answer. --json writes the comparison in its canonical form (RFC 8785). -o writes it as a report (.pdf) or as a
workbook whose sums are live formulas (.xlsx); the file appears whole or not at all.

--assume asks "what if" and may be repeated: `+catalog.AssumptionForms+`.`,
			`Évalue chaque offre, classe à part les éligibles, les indéterminées et les non éligibles, et dit pour chaque rang
s'il est solide, probable ou non départagé. Les poids sont tirés autour de ceux du comité ; la même graine donne la
même réponse. --json écrit la forme canonique (RFC 8785). -o en écrit un rapport (.pdf) ou un classeur aux sommes
recalculées (.xlsx) ; le fichier apparaît en entier ou pas du tout.

--assume pose une hypothèse et peut être répété : `+catalog.AssumptionForms+`.`),
		Example: `  vigie compare --offering mistral-api-medium-3.5 --offering openai-api-eu-gpt-5.5 --use-case office-assistant
  vigie compare --offering ovh-gpt-oss-120b --offering scaleway-gpt-oss-120b --use-case hr-personal-data --conviction agreed --json
  vigie compare --offering ovh-gpt-oss-120b --offering scaleway-gpt-oss-120b --use-case hr-personal-data --lang fr -o comparaison.xlsx`,
		Args: a.noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if err := q.fill(&r); err != nil {
				return err
			}
			if err := drawn(c, r); err != nil {
				return err
			}
			var file *outFile
			if out != "" {
				var err error
				if file, err = a.createAs(out, asJSON, ".pdf", ".xlsx"); err != nil {
					return err
				}
				defer file.abandon()
			}
			s, err := a.open(q.Options)
			if err != nil {
				return err
			}
			if r.Assume, err = s.Assumptions(assume); err != nil {
				return assumed(err, assume)
			}
			res, err := s.Compare(c.Context(), r)
			if err != nil {
				return assumed(err, assume)
			}
			switch {
			case file != nil && extension(out) == ".pdf":
				err = s.ComparisonReport(file, res, a.lang)
			case file != nil:
				err = s.Workbook(file, res, a.lang)
			}
			if err != nil {
				return err
			}
			if file != nil {
				return file.commit()
			}
			if asJSON {
				return a.writeCanonical(res.Comparison)
			}
			return a.printComparison(c.Context(), s, res, full)
		},
	}
	a.compareFlags(c, &q, &r)
	f := c.Flags()
	f.StringArrayVar(&r.Members, "member", nil, a.say("`ID` of the weight set of one member, shown beside the others; may be repeated", "`ID` du jeu de pondérations d'un membre, montré à côté des autres ; répétable"))
	f.StringVar(&r.Conviction, "conviction", "", a.say("how far the weights are agreed: agreed, debated (default) or no_opinion", "à quel point les poids font accord : agreed, debated (défaut) ou no_opinion"))
	f.Uint64Var(&r.Seed, "seed", evaluator.DefaultSeed, a.say("seed of the draws", "graine des tirages"))
	f.IntVar(&r.Draws, "draws", evaluator.DefaultDraws, a.say("number of draws", "nombre de tirages"))
	a.assumeFlag(c, &assume)
	f.BoolVar(&full, "full", false, a.say("every criterion side by side", "chaque critère côte à côte"))
	f.StringVarP(&out, "output", "o", "", a.say("`FILE` to write, .pdf or .xlsx", "`FICHIER` à écrire, .pdf ou .xlsx"))
	a.jsonFlag(c, &asJSON)
	_ = c.MarkFlagFilename("output", "pdf", "xlsx")
	_ = c.RegisterFlagCompletionFunc("conviction", cobra.FixedCompletions([]string{"agreed", "debated", "no_opinion"}, cobra.ShellCompDirectiveNoFileComp))
	return c
}

// drawn refuses a seed or a number of draws that would be taken for the default.
func drawn(c *cobra.Command, r service.CompareRequest) error {
	switch {
	case c.Flags().Changed("draws") && (r.Draws < 1 || r.Draws > ranking.MaxDraws):
		return fault("--draws: expected from 1 to %d draws, found %d", "--draws : attendu : de 1 à %d tirages ; trouvé : %d", ranking.MaxDraws, r.Draws)
	case c.Flags().Changed("seed") && r.Seed == 0:
		return fault("--seed: expected a whole number from 1", "--seed : attendu : un nombre entier à partir de 1")
	}
	return nil
}

// compareFlags are those of commands over several offerings.
func (a *app) compareFlags(c *cobra.Command, q *question, r *service.CompareRequest) {
	f := c.Flags()
	f.SortFlags = false
	f.StringArrayVar(&r.Offerings, "offering", nil, a.say("`ID` of an offering; repeat it for each", "`ID` d'une offre ; à répéter pour chacune"))
	f.StringVar(&q.useCase, "use-case", "", a.say("`ID` of the use case", "`ID` du cas d'usage"))
	f.StringVar(&q.organisation, "organisation", "", a.say("`ID` of the organisation (default: that of the use case)", "`ID` de l'organisation (défaut : celle du cas d'usage)"))
	f.StringVar(&q.weights, "weights", "", a.say("`ID` of the weight set (default: that of the use case)", "`ID` du jeu de pondérations (défaut : celui du cas d'usage)"))
	a.dayFlags(c, &q.days)
	a.catalogueFlag(c, &q.Catalogue)
	f.StringVar(&q.Framework, "framework", "", a.say("`FOLDER` of a framework (default: vigie-baseline)", "`DOSSIER` d'un référentiel (défaut : vigie-baseline)"))
	_ = c.MarkFlagDirname("framework")
	a.completeRecords(c, "offering", catalog.Offering, &q.Catalogue)
	a.completeRecords(c, "use-case", catalog.UseCase, &q.Catalogue)
	a.completeRecords(c, "organisation", catalog.Organisation, &q.Catalogue)
}

// fill moves what the flags say into a request.
func (q *question) fill(r *service.CompareRequest) error {
	if q.useCase == "" {
		return fault("--use-case is needed: for which use? vigie catalogue list --kind use_case names them", "il faut --use-case : pour quel usage ? vigie catalogue list --kind use_case les énumère")
	}
	r.UseCase, r.Organisation, r.Weights, r.On, r.KnownOn = q.useCase, q.organisation, q.weights, q.on, q.known()
	return nil
}

var wordTexts = map[ranking.Word]wording.Text{
	ranking.Firm:         {EN: "firm", FR: "solide"},
	ranking.Likely:       {EN: "likely", FR: "probable"},
	ranking.NotSeparated: {EN: "not separated", FR: "non départagé"},
}

// compared prints one comparison.
type compared struct {
	*screen
	app *app
	svc *service.Service
	c   *evaluator.Comparison
	sp  service.Speaker
}

func (a *app) printComparison(ctx context.Context, s *service.Service, res *service.CompareResult, full bool) error {
	o := compared{screen: a.screen(), app: a, svc: s, c: res.Comparison}
	var err error
	o.sp, err = a.speaker(ctx, s, o.c.On, o.c.KnownOn)
	if err != nil {
		return err
	}
	o.line(o.in(bold, a.in(o.sp.Names(catalog.Ref{Kind: catalog.UseCase, ID: o.c.UseCase}))))
	if o.c.Hypothetical {
		o.line(o.in(yellow, a.say("Hypothetical: it rests on assumptions; nothing may be decided on it", "Hypothétique : repose sur des hypothèses ; rien ne se décide dessus")))
		for _, x := range res.Results[0].Dossier.Assumptions {
			o.line("  · " + x.Text)
		}
	}
	o.line(o.in(dim, a.say("%s · weights %s · %s draws, ± %s points", "%s · pondérations %s · %s tirages, ± %s points", o.c.On.In(a.lang), o.c.WeightSet, wording.Number(a.lang, itoa(int64(o.c.Draws))), wording.Number(a.lang, fmt.Sprintf("%.1f", 100*o.c.Error)))))
	o.ranking()
	o.swaps(full)
	o.dominated()
	o.members()
	if full {
		o.matrix()
	}
	o.gap()
	o.line(o.in(dim, a.say("Comparison %s, seed %s", "Comparaison %s, graine %s", o.c.Hash, fmt.Sprint(o.c.Seed))))
	return o.flush(a.stdout)
}

func (o *compared) name(id string) string {
	return o.app.in(o.sp.Names(catalog.Ref{Kind: catalog.Offering, ID: id}))
}

func (o *compared) ranking() {
	width := 0
	for _, r := range o.c.Ranking {
		width = max(width, seen(o.name(r.Offering)))
	}
	width = min(width, 40)
	var group evaluator.Verdict
	size := map[evaluator.Verdict]int{}
	for _, r := range o.c.Ranking {
		size[r.Group]++
	}
	for _, r := range o.c.Ranking {
		if r.Group != group {
			group = r.Group
			o.heading(o.app.in(service.VerdictText(group)))
		}
		name := o.name(r.Offering)
		if seen(name) > width {
			o.line("      " + name)
			name = ""
		}
		word := wordTexts[r.Word]
		if size[r.Group] == 1 { // there is nobody to be ahead of
			word = wording.Textf("alone in its group", "seule de son groupe")
		}
		o.line(fmt.Sprintf("  %2d  ", r.Rank) + pad(name, width) + "  " + o.bar(r.Score) + "  " + pad(service.Whole(r.Score), 7) + " " + o.app.in(word))
		for i, k := range r.KnockOuts {
			if i == 3 {
				o.line(o.in(dim, "        "+o.app.say("… and %d more", "… et %d de plus", len(r.KnockOuts)-3)))
				break
			}
			mark, style, text := "✗ ", red, k.Text
			if k.Status == evaluator.Open {
				mark, style = "? ", yellow
				if c := o.svc.Framework.Framework.Criterion(k.Criterion); c != nil {
					text = c.Title
				}
			}
			o.para(8, o.in(style, mark), dim, o.app.in(text))
		}
	}
}

// topSwaps is how many swaps are shown unless all are asked for: neighbours come first to mind.
const topSwaps = 5

func (o *compared) swaps(full bool) {
	neighbours := map[string]string{}
	for i := range o.c.Ranking[1:] {
		neighbours[o.c.Ranking[i].Offering] = o.c.Ranking[i+1].Offering
	}
	n := 0
	for _, s := range o.c.Swaps {
		if !full && neighbours[s.Ahead] != s.Behind || n == topSwaps && !full {
			continue
		}
		if n == 0 {
			o.heading(o.app.say("The smallest change of weights that swaps two", "Le plus petit changement de poids qui intervertit deux offres"))
		}
		n++
		if s.Family == "" {
			o.para(2, "· ", "", o.app.say("%s stays ahead of %s whichever single weight is moved", "%s reste devant %s quel que soit le poids déplacé", o.name(s.Ahead), o.name(s.Behind)))
			continue
		}
		family, _ := o.svc.Framework.Family(s.Family)
		o.para(2, "· ", "", o.app.say("%s before %s: %s from %s to %s", "%s avant %s : %s de %s à %s", o.name(s.Behind), o.name(s.Ahead), family.Title,
			o.percent(s.From), o.percent(s.To)))
	}
}

func (o *compared) percent(x float64) string {
	return wording.Percent(o.app.lang, fmt.Sprintf("%.1f", x))
}

func (o *compared) dominated() {
	if len(o.c.Dominated) > 0 {
		o.heading(o.app.say("Never ahead, whatever the weights and the missing facts", "Jamais devant, quels que soient les poids et les faits manquants"))
	}
	for _, d := range o.c.Dominated {
		o.para(2, "· ", "", o.app.say("%s: %s is at least as good everywhere", "%s : %s fait partout au moins aussi bien", o.name(d.ID), o.name(d.By)))
	}
	for _, g := range o.c.Geometric {
		if g.Differs && len(g.Order) > 1 {
			o.gap()
			o.para(2, "", dim, o.app.say("%s: with a geometric mean of families the order is %s. Strong families buy weak ones back in the first.",
				"%s : avec une moyenne géométrique des familles, l'ordre est %s. Dans le premier classement, des familles fortes rachètent les faibles.",
				service.VerdictText(g.Group), strings.Join(o.names(g.Order), ", ")))
		}
	}
}

func (o *compared) names(ids []string) []string {
	var out []string
	for _, id := range ids {
		out = append(out, o.name(id))
	}
	return out
}

func (o *compared) members() {
	if o.c.Members == nil {
		return
	}
	o.heading(o.app.say("Members side by side", "Les membres côte à côte"))
	for _, m := range o.c.Members.Members {
		o.para(2, pad(m.WeightSet, 20)+" ", "", strings.Join(o.names(m.Order), " · "))
	}
}

func (o *compared) matrix() {
	o.heading(o.app.say("Criterion by criterion", "Critère par critère"))
	same := 0
	for _, row := range o.c.Matrix {
		if row.Same {
			same++
			continue
		}
		title := row.Criterion
		if c := o.svc.Framework.Framework.Criterion(row.Criterion); c != nil {
			title = o.app.in(c.Title)
		}
		o.gap()
		o.line("  " + o.in(bold, title))
		for _, cell := range row.Cells {
			var labels []string
			for _, b := range cell.Bands {
				labels = append(labels, o.app.in(row.Bands[b].Label))
			}
			score := "—"
			if cell.Low != nil {
				score = itoa(int64(*cell.Low))
				if *cell.High != *cell.Low {
					score += "–" + itoa(int64(*cell.High))
				}
			}
			if slices.Contains([]evaluator.Applies{evaluator.AppliesNo}, cell.Applies) {
				labels = []string{o.app.say("not applicable", "sans objet")}
			}
			o.para(4, pad(score, 7)+" ", "", o.name(cell.Offering)+wording.Colon(o.app.lang)+" "+strings.Join(labels, " / "))
		}
	}
	o.gap()
	o.line(o.in(dim, o.app.say("The same for all: %d criteria.", "Identiques pour toutes : %d critères.", same)))
}

package main

import (
	"context"
	"errors"
	"slices"

	"github.com/spf13/cobra"

	"vigie/api/service"
	"vigie/catalog"
	"vigie/catalog/account"
	"vigie/catalog/exchange"
	"vigie/catalog/reference"
	"vigie/catalog/store"
	"vigie/catalog/strict"
	"vigie/catalog/wording"
	"vigie/evaluator/decision"
)

// importing is what import asks for.
type importing struct {
	place
	path     string // empty: the shipped catalogue
	complete bool
	accept   string
	by       string
	entity   string
	on       catalog.Date
	asJSON   bool
}

func (a *app) importCatalogue() *cobra.Command {
	var (
		x       importing
		shipped bool
	)
	c := &cobra.Command{
		Use:   "import FOLDER|FILE | --shipped",
		Short: a.say("Show what catalogue files would change in a store, and record it", "Montrer ce que des fichiers de catalogue changeraient dans une base, et l'enregistrer"),
		Long: a.say(`Compares catalogue files (docs/catalogue-files.md), or with --shipped the catalogue that this program brings along, with the
store: what is new, which sources are described otherwise, which facts change. Nothing is recorded before --accept REASON.

Files add to what stands. With --complete, and for --shipped, they are all that their authors claim: what these recorded
before and no longer say is withdrawn, for the reason given.`,
			`Compare des fichiers de catalogue (docs/catalogue-files.md), ou avec --shipped le catalogue livré avec ce programme, à la
base : ce qui est nouveau, quelles sources sont décrites autrement, quels faits changent. Rien n'est enregistré avant
--accept MOTIF.

Les fichiers s'ajoutent à l'existant. Avec --complete, et pour --shipped, ils sont tout ce que leurs auteurs affirment : ce
que ceux-ci avaient enregistré et ne disent plus est retiré, pour le motif donné.`),
		Example: `  vigie import ./catalogue --data ./data
  vigie import acme.yaml --data ./data --accept "questionnaire of 12 November"
  vigie import --shipped --data ./data`,
		Args: func(_ *cobra.Command, args []string) error {
			switch {
			case shipped && len(args) > 0:
				return fault("--shipped and %s: one of the two", "--shipped et %s : l'un des deux", args[0])
			case !shipped && len(args) != 1:
				return fault("which files? vigie import FOLDER, vigie import FILE, or vigie import --shipped", "quels fichiers ? vigie import DOSSIER, vigie import FICHIER, ou vigie import --shipped")
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error {
			if c.Flags().Changed("accept") && x.accept == "" {
				return fault("--accept needs a reason, which is kept", "--accept attend un motif, qui est conservé")
			}
			if len(args) > 0 {
				x.path = args[0]
			}
			return a.runImport(c.Context(), x)
		},
	}
	a.dataFlags(c, &x.place)
	x.on = a.today
	f := c.Flags()
	f.BoolVar(&shipped, "shipped", false, a.say("the catalogue shipped with this program", "le catalogue livré avec ce programme"))
	f.BoolVar(&x.complete, "complete", false, a.say("the files are all that their authors claim: withdraw what they no longer say", "les fichiers sont tout ce que leurs auteurs affirment : retirer ce qu'ils ne disent plus"))
	f.StringVar(&x.accept, "accept", "", a.say("record it, for this `REASON`", "l'enregistrer, pour ce `MOTIF`"))
	f.StringVar(&x.by, "by", "command-line", a.say("opaque `ID` of who accepts", "`ID` opaque de qui accepte"))
	f.StringVar(&x.entity, "entity", "", a.say("`ID` of the entity of the group that what is new belongs to (default: shared by all)", "`ID` de l'entité du groupe à qui appartient ce qui est nouveau (défaut : partagé par toutes)"))
	f.Var(dayFlag{&x.on}, "on", a.say("compare the facts of this day (default: today)", "comparer les faits de ce jour (défaut : aujourd'hui)"))
	a.jsonFlag(c, &x.asJSON)
	return c
}

// imported is the answer of import, for programs.
type imported struct {
	*store.Difference
	// Decisions in force that rest on facts that change, and once it is recorded, what became of them.
	Decisions []touched      `json:"decisions"`
	Recorded  *store.Receipt `json:"recorded,omitempty"`
}

// touched is a decision in force whose dossier holds facts that change.
type touched struct {
	Hash     string          `json:"hash"`
	Offering string          `json:"offering"`
	UseCase  string          `json:"use_case"`
	Facts    int             `json:"facts"`
	Drift    *decision.Drift `json:"drift,omitempty"`
}

// decisionsTouched finds the decisions in force that rest on facts that would change.
func decisionsTouched(ctx context.Context, sv *service.Service, s *store.Store, d *store.Difference, on catalog.Date) ([]touched, error) {
	out := []touched{}
	if len(d.Facts) == 0 {
		return out, nil
	}
	changed := map[catalog.Ref]int{}
	for _, f := range d.Facts {
		changed[f.Record]++
	}
	list, err := sv.Decisions(ctx, service.DecisionQuery{On: on, Status: decision.InForce})
	if err != nil {
		return nil, err
	}
	for _, x := range list {
		dossier, err := s.Gather(ctx, on, on, catalog.Query{Offering: x.Offering, UseCase: x.UseCase, Organisation: x.Organisation})
		if err != nil {
			return nil, err
		}
		n := 0
		for i := range dossier.Records {
			n += changed[dossier.Records[i].Ref()]
		}
		if n > 0 {
			out = append(out, touched{Hash: x.Hash, Offering: x.Offering, UseCase: x.UseCase, Facts: n})
		}
	}
	return out, nil
}

func (a *app) runImport(ctx context.Context, x importing) error {
	s, err := a.openStore(ctx, x.place)
	if err != nil {
		return err
	}
	defer s.Close()
	bar := a.progress("comparing", "comparaison")
	defer bar.end()
	d, err := difference(ctx, s, x)
	if err != nil {
		return err
	}
	out := imported{Difference: d, Decisions: []touched{}}
	ctx = account.With(ctx, account.Local())
	kept, err := s.Documents(ctx, store.Decision, nil, 0, 1)
	if err != nil {
		return err
	}
	var sv *service.Service
	if len(kept) > 0 { // only then is a framework needed
		if sv, err = service.OpenStore(service.Options{Version: programVersion()}, s); err != nil {
			return err
		}
		if out.Decisions, err = decisionsTouched(ctx, sv, s, d, x.on); err != nil {
			return err
		}
	}
	if x.accept != "" && !d.Empty() {
		b := d.Batch(x.by, x.accept)
		b.Entity = x.entity
		r, err := s.Record(ctx, b)
		if err != nil {
			return err
		}
		out.Recorded = &r
		for i := range out.Decisions {
			if out.Decisions[i].Drift, err = sv.DriftKept(ctx, out.Decisions[i].Hash, x.on); err != nil {
				return err
			}
		}
	}
	bar.end()
	if x.asJSON {
		return a.writeJSON(out)
	}
	return a.printImport(s, x, out)
}

// difference reads the files. They may speak of what only the store knows: then they are read over what it holds.
func difference(ctx context.Context, s *store.Store, x importing) (*store.Difference, error) {
	if x.path == "" {
		cat, err := reference.Builtin()
		if err != nil {
			return nil, err
		}
		return s.Difference(ctx, cat, x.on)
	}
	cat, err := exchange.Load(x.path, s.Dictionary)
	if faults := (strict.Faults)(nil); errors.As(err, &faults) && !x.complete {
		held, herr := s.Catalogue(ctx)
		if herr != nil {
			return nil, herr
		}
		cat, err = exchange.LoadOver(held, x.path, s.Dictionary)
	}
	if err != nil {
		return nil, placed(err, x.path)
	}
	if x.complete {
		return s.Difference(ctx, cat, x.on)
	}
	return s.Addition(ctx, cat, x.on)
}

// changedFacts leaves out the facts of records that are new: all of them are.
func changedFacts(d *store.Difference) []store.FactChange {
	fresh := map[catalog.Ref]bool{}
	for _, r := range d.Records {
		fresh[r] = true
	}
	return slices.DeleteFunc(slices.Clone(d.Facts), func(f store.FactChange) bool { return fresh[f.Record] })
}

// shownFacts is how many facts that change a person is shown; --json gives all.
const shownFacts = 60

func (a *app) printImport(s *store.Store, x importing, out imported) error {
	sc := a.screen()
	d := out.Difference
	list := func(title string, n int, each func(i int) string) {
		if n == 0 {
			return
		}
		sc.heading(title)
		for i := range min(n, shownFacts) {
			sc.para(2, "", "", each(i))
		}
		if n > shownFacts {
			sc.para(2, "", dim, a.say("and %d more (--json gives all)", "et %d de plus (--json les donne tous)", n-shownFacts))
		}
	}
	sc.line(a.in(wording.Textf("New: %s, %s, %s, %s. Already here: %s.", "Nouveau : %s, %s, %s, %s. Déjà là : %s.",
		tally(int64(len(d.Records)), "record", "records", "fiche", "fiches"), tally(int64(len(d.Claims)), "claim", "claims", "allégation", "allégations"),
		tally(int64(len(d.Sources)), "source", "sources", "source", "sources"), tally(int64(len(d.Withdrawals)+len(d.Settlements)), "review", "reviews", "relecture", "relectures"),
		tally(int64(d.Known), "claim", "claims", "allégation", "allégations"))))
	list(a.say("Sources described otherwise (%d)", "Sources décrites autrement (%d)", len(d.Revised)), len(d.Revised), func(i int) string {
		return d.Revised[i].After.ID + " · " + wording.Quote(a.lang, d.Revised[i].After.Title)
	})
	sp := service.Speaker{Lang: a.lang, Dictionary: s.Dictionary, Names: func(r catalog.Ref) wording.Text { return wording.Same(r.ID) }}
	list(a.say("Claims taken back (%d)", "Allégations retirées (%d)", len(d.Gone)), len(d.Gone), func(i int) string {
		c := d.Gone[i]
		return c.Record.String() + " · " + sp.Label(c.Path) + wording.Colon(a.lang) + " " + sp.State(c.Path, c.State, c.Value, false)
	})
	facts := changedFacts(d)
	list(a.say("Facts that change on %s (%d)", "Faits qui changent au %s (%d)", x.on.In(a.lang), len(facts)), len(facts), func(i int) string {
		f := facts[i]
		return f.Record.String() + " · " + sp.Label(f.Path) + wording.Colon(a.lang) + " " + sp.State(f.Path, f.Before.State, f.Before.Value, f.Before.Disputed) + " → " + sp.State(f.Path, f.After.State, f.After.Value, f.After.Disputed)
	})
	list(a.say("Decisions in force that rest on facts that change (%d)", "Décisions en vigueur qui reposent sur des faits qui changent (%d)", len(out.Decisions)), len(out.Decisions), func(i int) string {
		t := out.Decisions[i]
		line := t.Offering + " · " + t.UseCase + " · " + a.in(tally(int64(t.Facts), "fact", "facts", "fait", "faits"))
		if t.Drift != nil {
			line += wording.Colon(a.lang) + " " + a.in(t.Drift.Summary)
		}
		return line
	})
	sc.gap()
	switch {
	case out.Recorded != nil:
		sc.line(a.say("Recorded: %s of the log.", "Enregistré : %s du journal.", tally(out.Recorded.Leaves, "entry", "entries", "entrée", "entrées")))
	case d.Empty():
		sc.line(a.say("Nothing would change.", "Rien ne changerait."))
	default:
		sc.line(a.say("Nothing was recorded. --accept REASON records it.", "Rien n'a été enregistré. --accept MOTIF l'enregistre."))
	}
	return sc.flush(a.stdout)
}

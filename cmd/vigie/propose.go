package main

import (
	"context"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"vigie/api/service"
	"vigie/catalog"
	"vigie/catalog/exchange"
	"vigie/catalog/wording"
)

// maxProposed bounds what is read of a file at all; each format has a limit of its own below.
const maxProposed = 32 << 20

// proposing is what propose and sheet read ask.
type proposing struct {
	on                            catalog.Date
	path, about, declared, by, to string
	asJSON                        bool
	sheetOnly                     bool
}

func (a *app) propose() *cobra.Command {
	var q proposing
	c := &cobra.Command{
		Use:   "propose FILE",
		Short: a.say("What a file would claim: an Excel sheet, a model card, a CycloneDX ML-BOM", "Ce qu'un fichier alléguerait : fiche Excel, fiche de modèle, nomenclature CycloneDX ML-BOM"),
		Long: a.say(`Recognises the file by its content and says what it would claim, where each claim stands in it, what could not be read,
and what is worth a look. Nothing is recorded. With -o the claims are written as a catalogue file to edit, check and
use (--catalogue +FILE).`,
			`Reconnaît le fichier à son contenu et dit ce qu'il alléguerait, où chaque allégation s'y trouve, ce qui n'a pu être lu
et ce qui mérite un regard. Rien n'est enregistré. Avec -o, les allégations sont écrites en fichier de catalogue à
relire, vérifier et employer (--catalogue +FICHIER).`),
		Example: `  vigie propose README.md --about model/mistral-small-4
  vigie propose bom.json -o model.yaml && vigie check model.yaml
  vigie propose fiche.xlsx --declared-by "Exemplia SAS" --lang fr`,
		Args: oneFile,
		RunE: func(c *cobra.Command, args []string) error { return a.runPropose(c.Context(), args[0], q) },
	}
	a.proposeFlags(c, &q)
	c.Flags().StringVar(&q.about, "about", "", a.say("`KIND/ID` of the record that a card speaks of (default: found by its name)", "`TYPE/ID` de la fiche dont parle le document (défaut : trouvée par son nom)"))
	return c
}

func (a *app) proposeFlags(c *cobra.Command, q *proposing) {
	q.on = a.today
	c.Flags().Var(dayFlag{&q.on}, "on", a.say("day on which the file is read (default: today)", "jour de lecture du fichier (défaut : aujourd'hui)"))
	c.Flags().StringVar(&q.declared, "declared-by", "", a.say("`NAME` of who states the answers that cite no source: the file becomes their source", "`NOM` de qui déclare les réponses sans source citée : le fichier devient leur source"))
	c.Flags().StringVar(&q.by, "by", "me", a.say("opaque `ID` of who records, in the file of -o", "`ID` opaque de qui enregistre, dans le fichier de -o"))
	c.Flags().StringVarP(&q.to, "output", "o", "", a.say("catalogue `FILE` (.yaml) to write, - for standard output", "`FICHIER` de catalogue (.yaml) à écrire, - pour la sortie standard"))
	a.catalogueFlag(c, &q.path)
	a.jsonFlag(c, &q.asJSON)
	_ = c.MarkFlagFilename("output", "yaml", "yml")
}

func oneFile(_ *cobra.Command, args []string) error {
	if len(args) != 1 {
		return fault("which file? vigie propose FILE", "quel fichier ? vigie propose FICHIER")
	}
	return nil
}

func (a *app) runPropose(ctx context.Context, path string, q proposing) error {
	if q.asJSON && q.to != "" {
		return fault("--json and -o are given; one of them", "--json et -o sont donnés ; un seul des deux")
	}
	var file *outFile
	if q.to != "" {
		if ext := extension(q.to); q.to != "-" && ext != ".yaml" && ext != ".yml" {
			return fault("-o %s: expected a file whose name ends in .yaml", "-o %s : attendu un fichier dont le nom finit par .yaml", q.to)
		}
		var err error
		if file, err = a.create(q.to); err != nil {
			return err
		}
		defer file.abandon()
	}
	data, err := a.readFile(path)
	if err != nil {
		return err
	}
	s, err := a.openCatalogue(q.path)
	if err != nil {
		return err
	}
	view, err := s.View(ctx, q.on, q.on)
	if err != nil {
		return err
	}
	o := exchange.ReadOptions{Name: filepath.Base(path), Day: q.on, Declared: q.declared, Shelf: exchange.ShelfOf(view)}
	if q.about != "" {
		if o.About, err = findRecord(s.Catalogue, q.about); err != nil {
			return err
		}
	}
	read := exchange.Propose
	if q.sheetOnly {
		read = exchange.ReadSheet
	}
	p, err := read(data, s.Dictionary, o)
	if err != nil {
		return err
	}
	switch {
	case q.asJSON:
		return a.writeCanonical(p)
	case file == nil:
		return a.printProposal(s, view, p)
	}
	for _, f := range p.Faults {
		a.note("%s", "%s", f.In(a.lang))
	}
	text, err := exchange.EncodeProposal(p, s.Dictionary, o.Shelf, q.by, q.on.Time())
	if err != nil {
		return err
	}
	if _, err := file.Write(text); err != nil {
		return unwritable(q.to, err)
	}
	return file.commit()
}

// readFile reads a file that a person names, - for standard input.
func (a *app) readFile(path string) ([]byte, error) {
	src := a.stdin
	if path != "-" {
		f, err := os.Open(path)
		if err != nil {
			return nil, unreadable(path, err)
		}
		defer f.Close()
		src = f
	}
	data, err := io.ReadAll(io.LimitReader(src, maxProposed+1))
	switch {
	case err != nil:
		return nil, unreadable(path, err)
	case len(data) > maxProposed:
		return nil, fault("%s is larger than %d MiB", "%s dépasse %d Mio", path, maxProposed>>20)
	}
	return data, nil
}

func (a *app) printProposal(s *service.Service, view *catalog.View, p *exchange.Proposal) error {
	sc := a.screen()
	sp := s.Speaker(a.lang, view)
	sc.line(sc.in(bold, a.in(p.From.Kind.Label())+wording.Colon(a.lang)+" "+p.From.Name))
	sc.line(sc.in(dim, a.in(wording.Textf("%s, %s, %s, %s", "%s, %s, %s, %s", counted(len(p.Claims), "proposed claim", "proposed claims", "allégation proposée", "allégations proposées"),
		counted(len(p.Records), "new record", "new records", "fiche nouvelle", "fiches nouvelles"), counted(len(p.Sources), "new source", "new sources", "source nouvelle", "sources nouvelles"),
		counted(len(p.Faults), "fault", "faults", "défaut", "défauts")))))
	sources := map[string]catalog.Source{}
	for _, src := range p.Sources {
		sources[src.ID] = src
	}
	var last catalog.Ref
	for _, c := range p.Claims {
		if c.Record != last {
			sc.heading(c.Record.String())
			last = c.Record
		}
		sc.para(2, sp.Label(c.Path)+wording.Colon(a.lang)+" ", bold, sp.State(c.Path, c.State, c.Value, false))
		if c.Was != nil {
			sc.para(4, "", dim, a.say("was: %s", "était : %s", sp.State(c.Path, c.Was.State, c.Was.Value, false)))
		}
		src, ok := sources[c.Source]
		if !ok {
			src, ok = view.Source(c.Source)
		}
		where := a.in(catalog.KindNone.Label())
		if ok {
			where = a.in(src.Kind.Label()) + " · " + wording.Quote(a.lang, src.Title)
		}
		where += " · " + a.say("as of %s", "au %s", c.AsOf.In(a.lang))
		if at := c.At.In(a.lang); at != "" {
			where += " · " + at
		}
		sc.para(4, "", dim, where)
	}
	if len(p.Faults) > 0 {
		sc.heading(a.say("To correct in the file", "À corriger dans le fichier"))
		for _, f := range p.Faults {
			sc.para(2, "✗ ", red, f.In(a.lang))
		}
	}
	if len(p.Notes) > 0 {
		sc.heading(a.say("Worth a look", "À regarder"))
		for _, n := range p.Notes {
			sc.para(2, "! ", yellow, n.In(a.lang))
		}
	}
	return sc.flush(a.stdout)
}

func (a *app) sheet() *cobra.Command {
	c := &cobra.Command{
		Use:   "sheet",
		Short: a.say("The Excel sheet of a vendor: write it out, read it back", "La fiche Excel d'un fournisseur : l'écrire, la relire"),
		Args:  a.noSuchCommand,
		RunE:  func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(a.sheetWrite(), a.sheetRead())
	return c
}

func (a *app) sheetWrite() *cobra.Command {
	var (
		path, out string
		on        = a.today
		spare     int
	)
	c := &cobra.Command{
		Use:   "write VENDOR|KIND/ID",
		Short: a.say("Write an Excel sheet to be filled in", "Écrire une fiche Excel à remplir"),
		Long: a.say("Writes a vendor with its offerings, terms, models, owners and certificates as an Excel workbook in the language of --lang: one sheet a section, a line a fact, with what is known and where it was read. vigie sheet read takes it back as a difference.",
			"Écrit un fournisseur avec ses offres, conditions, modèles, détenteurs et certificats en classeur Excel dans la langue de --lang : une feuille par section, une ligne par fait, avec ce qui est connu et où cela a été lu. vigie sheet read la reprend en différence."),
		Example: `  vigie sheet write mistral -o mistral.xlsx --lang fr`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return fault("which vendor? vigie sheet write VENDOR -o FILE.xlsx", "quel fournisseur ? vigie sheet write FOURNISSEUR -o FICHIER.xlsx")
			}
			return nil
		},
		ValidArgsFunction: func(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
			if len(args) > 0 {
				return nil, cobra.ShellCompDirectiveNoFileComp
			}
			return a.recordCompletions(path, catalog.Vendor), cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(c *cobra.Command, args []string) error {
			if spare < 0 || spare > 50 {
				return fault("--spare: expected a number from 0 to 50, found %d", "--spare : attendu un nombre de 0 à 50 ; trouvé : %d", spare)
			}
			file, err := a.createAs(out, false, ".xlsx")
			if err != nil {
				return err
			}
			defer file.abandon()
			s, view, ref, err := a.oneRecord(c.Context(), path, args[0], catalog.Vendor, on)
			if err != nil {
				return err
			}
			if err := exchange.WriteSheet(file, exchange.ShelfOf(view), s.Dictionary, exchange.SheetRequest{About: ref, On: on, Lang: a.lang, Spare: spare}); err != nil {
				return err
			}
			return file.commit()
		},
	}
	c.Flags().StringVarP(&out, "output", "o", "", a.say("Excel `FILE` (.xlsx) to write", "`FICHIER` Excel (.xlsx) à écrire"))
	c.Flags().IntVar(&spare, "spare", 3, a.say("how many new records may be added in each section that repeats", "combien de fiches nouvelles peuvent s'ajouter par section répétée"))
	c.Flags().Var(dayFlag{&on}, "on", a.say("facts of this day (default: today)", "faits de ce jour (défaut : aujourd'hui)"))
	a.catalogueFlag(c, &path)
	_ = c.MarkFlagFilename("output", "xlsx")
	return c
}

func (a *app) sheetRead() *cobra.Command {
	q := proposing{sheetOnly: true}
	c := &cobra.Command{
		Use:     "read FILE.xlsx",
		Short:   a.say("Say what a sheet that came back would claim", "Dire ce qu'alléguerait une fiche revenue remplie"),
		Example: `  vigie sheet read mistral.xlsx --declared-by "Mistral AI"`,
		Args:    oneFile,
		RunE:    func(c *cobra.Command, args []string) error { return a.runPropose(c.Context(), args[0], q) },
	}
	a.proposeFlags(c, &q)
	return c
}

func (a *app) mlbom() *cobra.Command {
	var (
		path, out string
		on        = a.today
	)
	c := &cobra.Command{
		Use:     "mlbom MODEL",
		Short:   a.say("Write a model as a CycloneDX ML-BOM", "Écrire un modèle en nomenclature CycloneDX ML-BOM"),
		Example: `  vigie mlbom mistral-small-4 -o bom.json`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return fault("which model? vigie mlbom MODEL", "quel modèle ? vigie mlbom MODÈLE")
			}
			return nil
		},
		ValidArgsFunction: func(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
			if len(args) > 0 {
				return nil, cobra.ShellCompDirectiveNoFileComp
			}
			return a.recordCompletions(path, catalog.Model), cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(c *cobra.Command, args []string) error {
			file, err := a.create(out)
			if err != nil {
				return err
			}
			defer file.abandon()
			s, view, ref, err := a.oneRecord(c.Context(), path, args[0], catalog.Model, on)
			if err != nil {
				return err
			}
			if ref.Kind != catalog.Model {
				return fault("an ML-BOM is about a model, not about %s", "une ML-BOM porte sur un modèle, non sur %s", ref.String())
			}
			if err := exchange.WriteMLBOM(file, exchange.ShelfOf(view), s.Dictionary, ref.ID, on); err != nil {
				return err
			}
			return file.commit()
		},
	}
	c.Flags().StringVarP(&out, "output", "o", "-", a.say("`FILE` to write, - for standard output", "`FICHIER` à écrire, - pour la sortie standard"))
	c.Flags().Var(dayFlag{&on}, "on", a.say("facts of this day (default: today)", "faits de ce jour (défaut : aujourd'hui)"))
	a.catalogueFlag(c, &path)
	_ = c.MarkFlagFilename("output", "json")
	return c
}

// oneRecord opens a catalogue and finds a record in it: KIND/ID, or the id of one of the usual kind.
func (a *app) oneRecord(ctx context.Context, path, word string, usual catalog.Kind, on catalog.Date) (*service.Service, *catalog.View, catalog.Ref, error) {
	s, err := a.openCatalogue(path)
	if err != nil {
		return nil, nil, catalog.Ref{}, err
	}
	ref := catalog.Ref{Kind: usual, ID: word}
	if !s.Catalogue.Has(ref) {
		if ref, err = findRecord(s.Catalogue, word); err != nil {
			return nil, nil, ref, err
		}
	}
	view, err := s.View(ctx, on, on)
	return s, view, ref, err
}

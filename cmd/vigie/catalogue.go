package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"vigie/api/service"
	"vigie/catalog"
	"vigie/catalog/phrasebook"
	"vigie/catalog/wording"
)

func (a *app) catalogue() *cobra.Command {
	c := &cobra.Command{
		Use:   "catalogue",
		Short: a.say("Look into a catalogue: list, show", "Consulter un catalogue : list, show"),
		Args:  a.noSuchCommand,
		RunE:  func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(a.catalogueList(), a.catalogueShow())
	return c
}

func (a *app) catalogueList() *cobra.Command {
	var (
		d          days
		path, find string
		kind       catalog.Kind
		asJSON     bool
	)
	c := &cobra.Command{
		Use:   "list",
		Short: a.say("List records: offerings, use cases and organisations, or one kind", "Énumérer les fiches : offres, cas d'usage et organisations, ou d'un seul type"),
		Example: `  vigie catalogue list
  vigie catalogue list --kind vendor --find mistral`,
		Args: a.noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			s, err := a.openCatalogue(path)
			if err != nil {
				return err
			}
			kinds := []catalog.Kind{kind}
			if kind == "" {
				kinds = []catalog.Kind{catalog.Offering, catalog.UseCase, catalog.Organisation}
			}
			list := []service.Listing{}
			for _, k := range kinds {
				found, err := s.List(c.Context(), k, d.on, d.known(), find)
				if err != nil {
					return err
				}
				list = append(list, found...)
			}
			if asJSON {
				return a.writeJSON(list)
			}
			return a.printList(list)
		},
	}
	c.Flags().Var(kindFlag{&kind}, "kind", a.say("one kind of record", "un seul type de fiche"))
	_ = c.RegisterFlagCompletionFunc("kind", cobra.FixedCompletions(kindNames(), cobra.ShellCompDirectiveNoFileComp))
	c.Flags().StringVar(&find, "find", "", a.say("only those whose id or name holds these `WORDS`", "seulement celles dont l'identifiant ou le nom contient ces `MOTS`"))
	a.catalogueFlag(c, &path)
	a.dayFlags(c, &d)
	a.jsonFlag(c, &asJSON)
	return c
}

func (a *app) printList(list []service.Listing) error {
	sc := a.screen()
	if len(list) == 0 {
		a.note("nothing was found", "rien n'a été trouvé")
		return nil
	}
	width := 0
	for _, l := range list {
		width = max(width, len(l.ID))
	}
	width = min(width, 44)
	var last catalog.Kind
	for _, l := range list {
		if l.Kind != last {
			if last != "" {
				sc.gap()
			}
			sc.line(sc.in(bold, a.in(l.Kind.Label())+" ("+string(l.Kind)+")"))
			last = l.Kind
		}
		name := a.in(l.Name)
		if l.By != nil {
			name += sc.in(dim, " · "+a.in(*l.By))
		}
		facts := a.in(counted(l.Facts, "fact", "facts", "fait", "faits"))
		sc.line("  " + pad(l.ID, width) + "  " + name + sc.in(dim, " · "+facts))
	}
	return sc.flush(a.stdout)
}

// openCatalogue opens a catalogue without compiling a framework: to look is quicker than to judge.
func (a *app) openCatalogue(path string) (*service.Service, error) {
	s, err := service.OpenCatalogue(service.Options{Catalogue: path, Version: programVersion()})
	return s, placed(err, path)
}

func (a *app) catalogueShow() *cobra.Command {
	var (
		d      days
		path   string
		asJSON bool
	)
	c := &cobra.Command{
		Use:   "show KIND/ID|ID",
		Short: a.say("Show the facts of a record with their sources", "Montrer les faits d'une fiche avec leurs sources"),
		Example: `  vigie catalogue show vendor/mistral
  vigie catalogue show office-assistant --lang fr`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return fault("which record? vigie catalogue show KIND/ID", "quelle fiche ? vigie catalogue show TYPE/ID")
			}
			return nil
		},
		ValidArgsFunction: func(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
			if len(args) > 0 {
				return nil, cobra.ShellCompDirectiveNoFileComp
			}
			return a.recordCompletions(path, catalog.Offering, catalog.UseCase, catalog.Vendor, catalog.Model), cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(c *cobra.Command, args []string) error {
			s, err := a.openCatalogue(path)
			if err != nil {
				return err
			}
			ref, err := findRecord(s.Catalogue, args[0])
			if err != nil {
				return err
			}
			sheet, err := s.Sheet(c.Context(), ref, d.on, d.known())
			if err != nil {
				return err
			}
			if asJSON {
				return a.writeJSON(sheet)
			}
			return a.printSheet(c.Context(), s, sheet)
		},
	}
	a.catalogueFlag(c, &path)
	a.dayFlags(c, &d)
	a.jsonFlag(c, &asJSON)
	return c
}

// findRecord reads KIND/ID, or an ID that only one kind has.
func findRecord(c *catalog.Catalogue, word string) (catalog.Ref, error) {
	if kind, id, ok := strings.Cut(word, "/"); ok {
		var k catalog.Kind
		if err := (kindFlag{&k}).Set(kind); err != nil {
			return catalog.Ref{}, err
		}
		return c.Find(k, id)
	}
	var found []catalog.Ref
	var ids []string
	for _, r := range c.Records {
		if r.ID == word {
			found = append(found, r)
		}
		ids = append(ids, r.ID)
	}
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		return catalog.Ref{}, &catalog.NotFoundError{What: wording.Textf("record", "fiche"), ID: word, Nearest: wording.NearestFew(word, ids, 3)}
	}
	var names []string
	for _, r := range found {
		names = append(names, r.String())
	}
	slices.Sort(names)
	return catalog.Ref{}, fault("%q names several records: %s", "« %s » désigne plusieurs fiches : %s", word, strings.Join(names, ", "))
}

func (a *app) printSheet(ctx context.Context, s *service.Service, sheet *service.Sheet) error {
	sc := a.screen()
	sp, err := a.speaker(ctx, s, sheet.On, sheet.KnownOn)
	if err != nil {
		return err
	}
	sc.line(sc.in(bold, a.in(sheet.Name)))
	sc.line(sc.in(dim, fmt.Sprintf("%s · %s · %s", a.in(sheet.Record.Kind.Label()), sheet.Record, sheet.On.In(a.lang))))
	if len(sheet.Sections) == 0 {
		sc.gap()
		sc.line(a.say("Nothing is known on this day.", "Rien n'est connu à cette date."))
	}
	for _, sec := range sheet.Sections {
		sc.heading(a.in(sec.Title))
		for _, f := range sec.Facts {
			value := sp.State(f.Path, f.State, f.Value, f.Disputed)
			sc.para(2, sp.Label(f.Path)+wording.Colon(a.lang)+" ", bold, value)
			if !f.Disputed {
				sc.para(4, "", dim, a.evidence(sheet, f.Kind, f.Source, f.Locator, f.AsOf))
			}
			if f.Note != "" {
				sc.para(4, "", dim, wording.Typeset(a.lang, phrasebook.Say(a.lang, f.Note)))
			}
			if f.Stale {
				sc.para(4, "! ", yellow, a.say("too old to be relied on: to be checked again", "trop ancien pour faire foi : à revérifier"))
			}
			for _, c := range f.Contradicts {
				said := sp.State(f.Path, c.State, c.Value, false)
				sc.para(4, "≠ ", yellow, a.say("contradicted: %s", "contredit : %s", said))
				sc.para(6, "", dim, a.evidence(sheet, c.Kind, c.Source, c.Locator, c.AsOf))
			}
		}
	}
	if len(sheet.Links) > 0 {
		sc.heading(a.say("Records that name it", "Fiches qui la citent"))
		for _, l := range sheet.Links {
			sc.para(2, l.Record.String()+" ", dim, a.in(l.Name)+" · "+sp.Label(l.Path))
		}
	}
	return sc.flush(a.stdout)
}

// evidence tells where a claim was read, in one line.
func (a *app) evidence(sheet *service.Sheet, kind catalog.SourceKind, source, locator string, asOf catalog.Date) string {
	parts := []string{a.in(kind.Label())}
	if src, ok := sheet.Source(source); ok {
		parts = append(parts, wording.Quote(a.lang, phrasebook.Say(a.lang, src.Title)))
	}
	if locator != "" {
		parts = append(parts, wording.Typeset(a.lang, phrasebook.Place(a.lang, locator)))
	}
	if asOf != "" {
		parts = append(parts, a.say("as of %s", "au %s", asOf.In(a.lang)))
	}
	return strings.Join(parts, " · ")
}

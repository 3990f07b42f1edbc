package main

import (
	"context"
	"errors"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"vigie/api/service"
	"vigie/catalog"
	"vigie/catalog/dictionary"
	"vigie/catalog/reference"
	"vigie/catalog/strict"
	"vigie/catalog/wording"
)

// dayFlag is a day of the calendar.
type dayFlag struct{ day *catalog.Date }

func (f dayFlag) String() string { return "" }
func (f dayFlag) Type() string   { return "YYYY-MM-DD" }
func (f dayFlag) Set(s string) error {
	d, ok := catalog.ParseDate(s)
	if !ok {
		return fault("expected a day written YYYY-MM-DD that exists, found %q", "il faut un jour existant, écrit AAAA-MM-JJ ; trouvé « %s »", s)
	}
	*f.day = d
	return nil
}

// days are the two days of a question: facts and law of one, what had been recorded by the other.
type days struct{ on, knownOn catalog.Date }

func (a *app) dayFlags(c *cobra.Command, d *days) {
	d.on = a.today
	c.Flags().Var(dayFlag{&d.on}, "on", a.say("facts and law of this day (default: today)", "faits et droit de ce jour (défaut : aujourd'hui)"))
	c.Flags().Var(dayFlag{&d.knownOn}, "known-on", a.say("only what had been recorded by this day (default: the day of --on)", "seulement ce qui était recueilli à ce jour (défaut : le jour de --on)"))
}

func (d days) known() catalog.Date {
	if d.knownOn == "" {
		return d.on
	}
	return d.knownOn
}

func (a *app) catalogueFlag(c *cobra.Command, path *string) {
	c.Flags().StringVar(path, "catalogue", "", a.say("catalogue `PATH`, a file or a folder (default: the shipped one; +PATH: the shipped one and what PATH adds)", "catalogue `CHEMIN`, un fichier ou un dossier (défaut : celui fourni ; +CHEMIN : celui fourni et ce que CHEMIN y ajoute)"))
	_ = c.MarkFlagFilename("catalogue", "yaml", "yml")
}

func (a *app) jsonFlag(c *cobra.Command, on *bool) {
	c.Flags().BoolVar(on, "json", false, a.say("answer in JSON", "répondre en JSON"))
}

// question is what assess and report ask.
type question struct {
	days
	service.Options
	offering, useCase, organisation, weights string
}

func (a *app) questionFlags(c *cobra.Command, q *question) {
	f := c.Flags()
	f.SortFlags = false
	f.StringVar(&q.offering, "offering", "", a.say("`ID` of the offering to assess", "`ID` de l'offre à évaluer"))
	f.StringVar(&q.useCase, "use-case", "", a.say("`ID` of the use case", "`ID` du cas d'usage"))
	f.StringVar(&q.organisation, "organisation", "", a.say("`ID` of the organisation (default: that of the use case)", "`ID` de l'organisation (défaut : celle du cas d'usage)"))
	f.StringVar(&q.weights, "weights", "", a.say("`ID` of the weight set, or a .yaml file (default: that of the use case)", "`ID` du jeu de pondérations, ou fichier .yaml (défaut : celui du cas d'usage)"))
	a.dayFlags(c, &q.days)
	a.catalogueFlag(c, &q.Catalogue)
	f.StringVar(&q.Framework, "framework", "", a.say("`FOLDER` of a framework (default: vigie-baseline)", "`DOSSIER` d'un référentiel (défaut : vigie-baseline)"))
	_ = c.MarkFlagDirname("framework")
	a.completeRecords(c, "offering", catalog.Offering, &q.Catalogue)
	a.completeRecords(c, "use-case", catalog.UseCase, &q.Catalogue)
	a.completeRecords(c, "organisation", catalog.Organisation, &q.Catalogue)
	_ = c.RegisterFlagCompletionFunc("weights", func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		s, err := a.open(q.Options)
		if err != nil {
			return nil, cobra.ShellCompDirectiveError
		}
		return s.WeightSetIDs(), cobra.ShellCompDirectiveNoFileComp
	})
}

// completeRecords offers the ids of a kind, with their names, from the catalogue that the line names so far.
func (a *app) completeRecords(c *cobra.Command, flag string, kind catalog.Kind, path *string) {
	_ = c.RegisterFlagCompletionFunc(flag, func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return a.recordCompletions(*path, kind), cobra.ShellCompDirectiveNoFileComp
	})
}

func (a *app) recordCompletions(path string, kinds ...catalog.Kind) []string {
	dict, err := dictionary.Builtin()
	if err != nil {
		return nil
	}
	load := reference.Builtin
	if path != "" {
		load = func() (*catalog.Catalogue, error) { return service.LoadCatalogue(path, dict) }
	}
	cat, err := load()
	if err != nil {
		return nil
	}
	view := cat.At(dict, a.today, a.today)
	var out []string
	for _, k := range kinds {
		for _, id := range view.IDs(k) {
			out = append(out, id+"\t"+view.Name(catalog.Ref{Kind: k, ID: id}).In(a.lang))
		}
	}
	return out
}

// request checks that what cannot be guessed was given.
func (q *question) request() (service.Request, error) {
	if q.offering == "" {
		return service.Request{}, fault("--offering is needed: which offering? vigie catalogue list names them", "il faut --offering : quelle offre ? vigie catalogue list les énumère")
	}
	if q.useCase == "" {
		return service.Request{}, fault("--use-case is needed: for which use? vigie catalogue list --kind use_case names them", "il faut --use-case : pour quel usage ? vigie catalogue list --kind use_case les énumère")
	}
	r := service.Request{Offering: q.offering, UseCase: q.useCase, Organisation: q.organisation, Weights: q.weights, On: q.on, KnownOn: q.known()}
	if ext := strings.ToLower(filepath.Ext(q.weights)); ext == ".yaml" || ext == ".yml" {
		r.Weights, r.WeightsFile = "", q.weights
	}
	return r, nil
}

// open opens the service; faults of files name them as the user did.
func (a *app) open(o service.Options) (*service.Service, error) {
	o.Version = programVersion()
	s, err := service.Open(o)
	if err != nil {
		return nil, placed(placed(err, o.Catalogue), o.Framework)
	}
	a.noteExtended(o.Catalogue, s.Catalogue)
	return s, nil
}

// placed gives the files of faults, which are named inside the folder or beside the file that was read, the path
// under which the user knows them.
func placed(err error, path string) error {
	var faults strict.Faults
	path = strings.TrimPrefix(path, "+")
	if path == "" || !errors.As(err, &faults) {
		return err
	}
	base := path
	if ext := strings.ToLower(filepath.Ext(path)); ext == ".yaml" || ext == ".yml" {
		base = filepath.Dir(path)
	}
	out := make(strict.Faults, len(faults))
	for i, f := range faults {
		if f.File != path && !strings.HasPrefix(f.File, base+string(filepath.Separator)) && !filepath.IsAbs(f.File) {
			f.File = filepath.Join(base, f.File)
		}
		out[i] = f
	}
	return out
}

// kindFlag is a kind of record.
type kindFlag struct{ kind *catalog.Kind }

func (f kindFlag) String() string { return "" }
func (f kindFlag) Type() string   { return "KIND" }
func (f kindFlag) Set(s string) error {
	k := catalog.Kind(strings.ReplaceAll(strings.ToLower(s), "-", "_"))
	if !k.IsRecord() {
		return &problem{text: strict.NotIn(s, kindNames())}
	}
	*f.kind = k
	return nil
}

func kindNames() []string {
	var out []string
	for _, k := range catalog.Kinds() {
		out = append(out, string(k))
	}
	return out
}

// in gives a text of the data in the language of the user.
func (a *app) in(t wording.Text) string { return wording.Typeset(a.lang, t.In(a.lang)) }

// speaker speaks the language of the user over the records of a day.
func (a *app) speaker(ctx context.Context, s *service.Service, on, knownOn catalog.Date) (service.Speaker, error) {
	names, err := s.Names(ctx, on, knownOn)
	if err != nil {
		return service.Speaker{}, err
	}
	return s.Speaker(a.lang, names), nil
}

package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"vigie/api/service"
	"vigie/catalog"
	"vigie/catalog/wording"
	"vigie/evaluator/licence"
)

// whose is for whom rights are judged.
type whose struct {
	days
	path, useCase, organisation string
}

func (a *app) whoseFlags(c *cobra.Command, w *whose) {
	c.Flags().StringVar(&w.useCase, "use-case", "", a.say("`ID` of the use case; without it, conditions on the use are not known", "`ID` du cas d'usage ; sans lui, les conditions sur l'usage sont inconnues"))
	c.Flags().StringVar(&w.organisation, "organisation", "", a.say("`ID` of the organisation (default: that of the use case)", "`ID` de l'organisation (défaut : celle du cas d'usage)"))
	a.dayFlags(c, &w.days)
	a.catalogueFlag(c, &w.path)
	a.completeRecords(c, "use-case", catalog.UseCase, &w.path)
	a.completeRecords(c, "organisation", catalog.Organisation, &w.path)
}

func (a *app) licence() *cobra.Command {
	var (
		w      whose
		asJSON bool
	)
	c := &cobra.Command{
		Use:   "licence FILE|-",
		Short: a.say("What a licence text is, and what it allows; also list, show, diff, learn", "Ce qu'est un texte de licence et ce qu'il permet ; aussi list, show, diff, learn"),
		Long: a.say(`Reads a licence text and says what it is, where it differs from what it looks like, and what it allows this
organisation in this use, clause by clause. A text that is altered keeps none of the rights its altered clauses gave.
Without organisation or use case, what depends on them is not known. - reads standard input.`,
			`Lit un texte de licence et dit ce qu'il est, en quoi il diffère de ce qu'il paraît être, et ce qu'il permet à cette
organisation pour cet usage, clause par clause. Un texte altéré perd les droits que donnaient ses clauses altérées.
Sans organisation ni cas d'usage, ce qui en dépend est inconnu. - lit l'entrée standard.`),
		Example: `  vigie licence LICENSE --use-case office-assistant
  vigie licence show llama-3.3 --use-case office-assistant --lang fr
  vigie licence diff llama-3.2 llama-3.3`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return fault("which text? vigie licence FILE, or - for standard input", "quel texte ? vigie licence FICHIER, ou - pour l'entrée standard")
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error {
			text, err := a.readText(args[0])
			if err != nil {
				return err
			}
			go func() { _ = licence.Warm() }() // the scanner of classics takes a second to build: beside the rest
			s, err := a.open(service.Options{Catalogue: w.path})
			if err != nil {
				return err
			}
			ans, err := s.Licence(c.Context(), service.LicenceRequest{Text: text, Name: filepath.Base(args[0]), UseCase: w.useCase, Organisation: w.organisation, On: w.on, KnownOn: w.known()})
			if err != nil {
				return err
			}
			if asJSON {
				return a.writeCanonical(ans)
			}
			return a.printLicence(s, ans)
		},
	}
	a.whoseFlags(c, &w)
	a.jsonFlag(c, &asJSON)
	c.AddCommand(a.licenceList(), a.licenceShow(), a.licenceDiff(), a.licenceLearn())
	return c
}

// maxLicenceFile bounds what is read at all; what identification looks at is bounded again, and says so.
const maxLicenceFile = 32 << 20

func (a *app) readText(path string) ([]byte, error) {
	src := a.stdin
	if path != "-" {
		f, err := os.Open(path)
		if err != nil {
			return nil, unreadable(path, err)
		}
		defer f.Close()
		src = f
	}
	data, err := io.ReadAll(io.LimitReader(src, maxLicenceFile+1))
	switch {
	case err != nil:
		return nil, unreadable(path, err)
	case len(data) > maxLicenceFile:
		return nil, fault("%s is larger than %d MiB; a licence is a text of a few pages", "%s dépasse %d Mio ; une licence est un texte de quelques pages", path, maxLicenceFile>>20)
	}
	return data, nil
}

func unreadable(path string, err error) error {
	if os.IsNotExist(err) {
		return fault("%s: no such file", "%s : fichier introuvable", path)
	}
	return fault("%s cannot be read: %v", "%s est illisible : %v", path, err)
}

// factLabels gives the labels of facts, each once, in the order in which they are named.
func (a *app) factLabels(s *service.Service) func([]catalog.FactRef) string {
	return func(refs []catalog.FactRef) string {
		var out []string
		for _, r := range refs {
			label := r.Path
			if def, ok := s.Dictionary.Fact(r.Path); ok {
				label = a.in(def.Label)
			}
			if !slices.Contains(out, label) {
				out = append(out, label)
			}
		}
		return strings.Join(out, a.say("; ", " ; "))
	}
}

func (a *app) printLicence(s *service.Service, ans *service.LicenceAnswer) error {
	sc := a.screen()
	title := a.in(ans.Verdict.Text())
	if ans.Licence != "" {
		title += wording.Colon(a.lang) + " " + ans.Licence
	}
	sc.line(sc.in(bold, title))
	sc.para(0, "", "", wording.Typeset(a.lang, a.in(ans.Message)))
	for _, w := range ans.Warnings {
		sc.para(2, "! ", yellow, wording.Typeset(a.lang, a.in(w)))
	}
	if len(ans.Licences) > 0 {
		sc.heading(a.say("Recognised", "Reconnu"))
		for _, f := range ans.Licences {
			sc.para(2, "· ", "", a.say("%s, %s of its words, characters %d to %d", "%s, %s de ses mots, caractères %d à %d", f.ID, wording.Percent(a.lang, fmt.Sprintf("%.0f", 100*f.Coverage)), f.Start, f.End))
		}
	}
	if len(ans.Differences) > 0 {
		sc.heading(a.say("Where it differs", "En quoi il diffère"))
		for _, d := range ans.Differences {
			clause := ""
			if d.Clause != "" {
				clause = a.say(" (clause %s)", " (clause %s)", d.Clause)
			}
			sc.para(2, "· ", "", a.say("%s, characters %d to %d%s", "%s, caractères %d à %d%s", differenceWord[d.Kind].In(a.lang), d.Start, d.End, clause))
		}
	}
	a.printRights(sc, ans.Rights, ans.Duties, a.factLabels(s))
	a.printTerms(sc, ans.Terms, ans.NotRead)
	return sc.flush(a.stdout)
}

var differenceWord = map[string]wording.Text{
	"added": {EN: "added", FR: "ajouté"}, "removed": {EN: "removed", FR: "retiré"}, "changed": {EN: "changed", FR: "modifié"}, "moved": {EN: "moved", FR: "déplacé"},
}

// printRights writes rights and duties; labels names facts that are not known.
func (a *app) printRights(sc *screen, rights map[string]licence.Right, duties []licence.Duty, labels func([]catalog.FactRef) string) {
	if len(rights) == 0 {
		return
	}
	sc.heading(a.say("Rights", "Droits"))
	for _, name := range licence.RightNames() {
		r, ok := rights[name]
		if !ok {
			continue
		}
		mark, style := "?", yellow
		switch r.Answer {
		case licence.Allowed, licence.ConditionsMet:
			mark, style = "✓", green
		case licence.Forbidden, licence.ConditionsNotMet:
			mark, style = "✗", red
		case licence.Silent:
			mark, style = "–", dim
		}
		clause := ""
		switch {
		case !r.ClauseText.IsZero():
			clause = " [" + a.in(r.ClauseText) + "]"
		case r.Clause != "":
			clause = " [" + r.Clause + "]"
		}
		sc.para(2, sc.in(style, mark)+" ", "", sc.in(bold, a.in(licence.RightText(name)))+wording.Colon(a.lang)+" "+a.in(r.Answer.Text())+sc.in(dim, clause))
		if !r.Reason.IsZero() {
			sc.para(4, "", dim, wording.Typeset(a.lang, a.in(r.Reason)))
		}
		if missing := labels(r.Missing); missing != "" {
			sc.para(4, "? ", "", a.say("not known: %s", "non connu : %s", missing))
		}
		for _, t := range r.ToDo {
			sc.para(4, "→ ", "", wording.Typeset(a.lang, a.in(t)))
		}
	}
	if len(duties) > 0 {
		sc.heading(a.say("Duties", "Obligations"))
		for _, d := range duties {
			sc.para(2, "· ", "", wording.Typeset(a.lang, a.in(d.Text)))
		}
	}
}

func (a *app) printTerms(sc *screen, terms []licence.Term, notRead []string) {
	if len(terms) > 0 {
		sc.heading(a.say("Terms", "Clauses"))
		for _, t := range terms {
			sc.para(2, "· ", "", a.in(licence.TermText(t.Name))+wording.Colon(a.lang)+" "+wording.Typeset(a.lang, a.in(t.Text)))
		}
	}
	if len(notRead) > 0 {
		sc.heading(a.say("Documents it refers to that were not read", "Documents auxquels il renvoie, non lus"))
		for _, n := range notRead {
			sc.para(2, "· ", "", n)
		}
	}
}

func (a *app) licenceList() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "list",
		Short: a.say("List the licences whose rights are on file", "Énumérer les licences dont les droits sont connus"),
		Args:  a.noArgs,
		RunE: func(*cobra.Command, []string) error {
			set, err := licence.Builtin()
			if err != nil {
				return err
			}
			var list []*licence.Licence
			for _, id := range set.IDs() {
				if l, ok := set.Rights(id); ok {
					list = append(list, l)
				}
			}
			if asJSON {
				return a.writeJSON(list)
			}
			sc := a.screen()
			for _, l := range list {
				sc.line(pad(l.ID, 30) + "  " + l.Names[0])
			}
			return sc.flush(a.stdout)
		},
	}
	a.jsonFlag(c, &asJSON)
	return c
}

func (a *app) licenceShow() *cobra.Command {
	var (
		w      whose
		asJSON bool
	)
	c := &cobra.Command{
		Use:   "show LICENCE",
		Short: a.say("Show what a licence says, and what it allows this organisation in this use", "Montrer ce que dit une licence et ce qu'elle permet à cette organisation pour cet usage"),
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return fault("which licence? vigie licence list names them", "quelle licence ? vigie licence list les énumère")
			}
			return nil
		},
		ValidArgsFunction: a.completeLicences,
		RunE: func(c *cobra.Command, args []string) error {
			s, err := a.open(service.Options{Catalogue: w.path})
			if err != nil {
				return err
			}
			j, err := s.LicenceRights(c.Context(), args[0], w.useCase, w.organisation, w.on, w.known())
			if err != nil {
				return err
			}
			if asJSON {
				return a.writeCanonical(j)
			}
			sc := a.screen()
			l, _ := s.Knowledge.Licences.Rights(j.Licence)
			sc.line(sc.in(bold, l.Names[0]) + sc.in(dim, " · "+l.ID))
			rows, _ := s.Knowledge.Licences.Sheet(j.Licence)
			sc.heading(a.say("What it says", "Ce qu'elle dit"))
			for _, r := range rows {
				clause := ""
				if !r.Clause.IsZero() {
					clause = sc.in(dim, " ["+a.in(r.Clause)+"]")
				}
				sc.para(2, "· ", "", a.in(r.Label)+wording.Colon(a.lang)+" "+wording.Typeset(a.lang, a.in(r.Says))+clause)
			}
			a.printRights(sc, j.Rights, j.Duties, a.factLabels(s))
			a.printTerms(sc, nil, j.NotRead)
			return sc.flush(a.stdout)
		},
	}
	a.whoseFlags(c, &w)
	a.jsonFlag(c, &asJSON)
	return c
}

func (a *app) completeLicences(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	set, err := licence.Builtin()
	if err != nil {
		return nil, cobra.ShellCompDirectiveError
	}
	return set.IDs(), cobra.ShellCompDirectiveNoFileComp
}

func (a *app) licenceDiff() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "diff LICENCE LICENCE",
		Short: a.say("Two licences side by side", "Deux licences côte à côte"),
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 2 {
				return fault("which two licences? vigie licence list names them", "quelles deux licences ? vigie licence list les énumère")
			}
			return nil
		},
		ValidArgsFunction: a.completeLicences,
		RunE: func(_ *cobra.Command, args []string) error {
			s, err := a.open(service.Options{})
			if err != nil {
				return err
			}
			var ids [2]string
			for i, name := range args {
				if ids[i], err = s.LicenceID(name); err != nil {
					return err
				}
			}
			pairs, _ := s.Knowledge.Licences.Diff(ids[0], ids[1])
			if asJSON {
				return a.writeJSON(map[string]any{"a": ids[0], "b": ids[1], "rows": pairs})
			}
			sc := a.screen()
			sc.line(sc.in(bold, ids[0]+" | "+ids[1]))
			same := 0
			for _, p := range pairs {
				if p.Same {
					same++
					continue
				}
				sc.heading(a.in(p.Label))
				for i, r := range []*licence.Row{p.A, p.B} {
					says := a.say("says nothing", "n'en dit rien")
					if r != nil {
						says = wording.Typeset(a.lang, a.in(r.Says))
					}
					sc.para(2, ids[i]+wording.Colon(a.lang)+" ", "", says)
				}
			}
			sc.gap()
			sc.para(0, "", dim, a.say("%d lines are the same", "%d lignes sont identiques", same))
			return sc.flush(a.stdout)
		},
	}
	a.jsonFlag(c, &asJSON)
	return c
}

func (a *app) licenceLearn() *cobra.Command {
	var id, folder string
	c := &cobra.Command{
		Use:   "learn FILE --id ID",
		Short: a.say("Make the fingerprint and the rights file to complete of one's own licence", "Établir l'empreinte et la fiche de droits à compléter d'une licence à soi"),
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 || id == "" || !catalog.ValidID(id) {
				return fault("vigie licence learn FILE --id ID, the id in lower-case letters, digits, dots and dashes", "vigie licence learn FICHIER --id ID, l'identifiant en minuscules, chiffres, points et tirets")
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error {
			text, err := a.readText(args[0])
			if err != nil {
				return err
			}
			set, err := licence.Builtin()
			if err != nil {
				return err
			}
			lesson, err := set.Learn(id, text)
			if err != nil {
				return err
			}
			for name, data := range map[string][]byte{id + ".yaml": lesson.Rights, id + ".fingerprint": lesson.Fingerprint} {
				if err := writeNew(filepath.Join(folder, name), data); err != nil {
					return err
				}
			}
			a.note("%s written: %d clauses; complete the rights in %s", "%s écrits : %d clauses ; compléter les droits dans %s", id+".yaml, "+id+".fingerprint", len(lesson.Clauses), filepath.Join(folder, id+".yaml"))
			for _, n := range lesson.Nearest {
				a.note("near to %s (%s)", "proche de %s (%s)", n.ID, wording.Percent(a.lang, fmt.Sprintf("%.0f", 100*n.Share)))
			}
			return nil
		},
	}
	c.Flags().StringVar(&id, "id", "", a.say("`ID` of the licence", "`ID` de la licence"))
	c.Flags().StringVar(&folder, "into", ".", a.say("`FOLDER` to write to", "`DOSSIER` où écrire"))
	return c
}

// writeNew writes a file that is not there yet: a rights file that somebody completed is never overwritten.
func writeNew(path string, data []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	switch {
	case os.IsExist(err):
		return fault("%s is already there; move it away first", "%s existe déjà ; le déplacer d'abord", path)
	case err != nil:
		return fault("%s cannot be written: %v", "%s ne peut être écrit : %v", path, err)
	}
	if _, err := f.Write(data); err != nil {
		f.Close()
		return err
	}
	return f.Close()
}

package main

import (
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"vigie/catalog/wording"
)

func itoa(n int64) string { return strconv.FormatInt(n, 10) }

func (a *app) report() *cobra.Command {
	var (
		q   question
		out string
	)
	c := &cobra.Command{
		Use:   "report",
		Short: a.say("Write the due-diligence report of an offering as a PDF", "Écrire le rapport de due diligence d'une offre en PDF"),
		Long: a.say("Writes the report in the language of --lang. The file appears whole or not at all.",
			"Écrit le rapport dans la langue de --lang. Le fichier apparaît en entier ou pas du tout."),
		Example: `  vigie report --offering mistral-api-medium-3.5 --use-case office-assistant --lang fr -o rapport.pdf`,
		Args:    a.noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			req, err := q.request()
			if err != nil {
				return err
			}
			if out == "" {
				return fault("-o is needed: the PDF file to write (- for standard output)", "il faut -o : le fichier PDF à écrire (- pour la sortie standard)")
			}
			file, err := a.create(out)
			if err != nil {
				return err
			}
			defer file.abandon()
			s, err := a.open(q.Options)
			if err != nil {
				return err
			}
			res, err := s.Assess(c.Context(), req)
			if err != nil {
				return err
			}
			if err := s.Report(file, res, a.lang); err != nil {
				return err
			}
			return file.commit()
		},
	}
	a.questionFlags(c, &q)
	c.Flags().StringVarP(&out, "output", "o", "", a.say("`FILE` to write, - for standard output", "`FICHIER` à écrire, - pour la sortie standard"))
	_ = c.MarkFlagFilename("output", "pdf")
	return c
}

// outFile is a file that appears whole or not at all: it is written beside its place and renamed. Standard output, a device
// or a pipe is written to as it is: renaming over a device would replace it.
type outFile struct {
	io.Writer
	path   string
	temp   *os.File // nil: nothing to rename
	direct *os.File // a device or a pipe; nil: none
}

// create makes sure that the file can be written before any work is done.
func (a *app) create(path string) (*outFile, error) {
	if path == "-" {
		return &outFile{Writer: a.stdout}, nil
	}
	target := path
	if info, err := os.Stat(path); err == nil {
		if info.IsDir() {
			return nil, fault("-o %s: this is a folder; name the file", "-o %s : c'est un dossier ; nommer le fichier", path)
		}
		if !info.Mode().IsRegular() {
			direct, err := os.OpenFile(path, os.O_WRONLY, 0)
			if err != nil {
				return nil, unwritable(path, err)
			}
			return &outFile{Writer: direct, path: path, direct: direct}, nil
		}
		// A link stays a link: what it points to is replaced.
		if target, err = filepath.EvalSymlinks(path); err != nil {
			return nil, unwritable(path, err)
		}
	}
	temp, err := os.CreateTemp(filepath.Dir(target), "."+filepath.Base(target)+".*")
	if err != nil {
		return nil, unwritable(path, err)
	}
	return &outFile{Writer: temp, path: target, temp: temp}, nil
}

// extension is the end of a file's name, in small letters.
func extension(path string) string { return strings.ToLower(filepath.Ext(path)) }

// createAs is create for commands that write what the file's name ends in; they do not write JSON at the same time.
func (a *app) createAs(path string, asJSON bool, ends ...string) (*outFile, error) {
	if asJSON {
		return nil, fault("--json and -o are given; one of them", "--json et -o sont donnés ; un seul des deux")
	}
	if !slices.Contains(ends, extension(path)) {
		list := wording.Text{EN: strings.Join(ends, " or "), FR: strings.Join(ends, " ou ")}
		return nil, fault("-o %s: expected a file whose name ends in %s", "-o %s : attendu un fichier dont le nom finit par %s", path, list)
	}
	return a.create(path)
}

func unwritable(path string, err error) error {
	return fault("-o %s: cannot be written: %s", "-o %s : écriture impossible : %s", path, reason(err))
}

// commit puts the file in its place.
func (f *outFile) commit() error {
	if f.direct != nil {
		err := f.direct.Close()
		f.direct = nil
		if err != nil {
			return unwritable(f.path, err)
		}
		return nil
	}
	if f.temp == nil {
		return nil
	}
	err := f.temp.Chmod(0o644)
	if err == nil {
		err = f.temp.Close()
	}
	if err == nil {
		err = os.Rename(f.temp.Name(), f.path)
	}
	if err != nil {
		return unwritable(f.path, err)
	}
	f.temp = nil
	return nil
}

// abandon leaves nothing behind when commit was not reached.
func (f *outFile) abandon() {
	if f.direct != nil {
		f.direct.Close()
	}
	if f.temp != nil {
		f.temp.Close()
		os.Remove(f.temp.Name())
	}
}

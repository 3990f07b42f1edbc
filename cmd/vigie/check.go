package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"vigie/api/service"
	"vigie/catalog"
	"vigie/catalog/dictionary"
	"vigie/catalog/exchange"
	"vigie/catalog/strict"
	"vigie/catalog/wording"
	"vigie/evaluator/framework"
)

// checked is what was found in one path.
type checked struct {
	Path   string         `json:"path"`
	Is     string         `json:"is"` // catalogue, framework, dictionary
	Counts map[string]int `json:"counts,omitempty"`
	Faults strict.Faults  `json:"faults"`
}

func (a *app) check() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use: "check PATH…",
		Short: a.say("Check files: a catalogue, a framework or a dictionary",
			"Contrôler des fichiers : catalogue, référentiel ou dictionnaire"),
		Long: a.say(`Checks each PATH and reports every fault with file, line and column.

A folder that holds framework.yaml is read as a framework, one whose files are sections as a dictionary,
anything else (file or folder) as a catalogue. Exits 2 when a fault was found.`,
			`Contrôle chaque CHEMIN et signale chaque défaut avec fichier, ligne et colonne.

Un dossier qui contient framework.yaml est lu comme un référentiel, un dossier dont les fichiers sont des sections
comme un dictionnaire, le reste (fichier ou dossier) comme un catalogue. Code de sortie 2 si un défaut est trouvé.`),
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return fault("which file or folder? vigie check PATH…", "quel fichier ou dossier ? vigie check CHEMIN…")
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error { return a.runCheck(args, asJSON) },
	}
	a.jsonFlag(c, &asJSON)
	return c
}

func (a *app) runCheck(paths []string, asJSON bool) error {
	var results []checked
	var all strict.Faults
	for _, p := range paths {
		r, err := checkPath(p)
		var faults strict.Faults
		if err = placed(err, p); err != nil && !errors.As(err, &faults) {
			return err
		}
		r.Faults = append(strict.Faults{}, faults...)
		all = append(all, faults...)
		results = append(results, r)
	}
	if asJSON {
		if err := a.writeJSON(results); err != nil {
			return err
		}
		if len(all) > 0 {
			return &problem{text: counted(len(all), "fault found", "faults found", "défaut trouvé", "défauts trouvés")}
		}
		return nil
	}
	for _, r := range results {
		if len(r.Faults) == 0 {
			fmt.Fprintln(a.stdout, a.in(r.summary()))
		}
	}
	return all.Err()
}

// checkPath reads a path as what it is. Counts are filled in when nothing is wrong.
func checkPath(path string) (checked, error) {
	if err := readable(path); err != nil {
		return checked{Path: path}, err
	}
	r := checked{Path: path, Is: kindOfPath(path)}
	dict, err := dictionary.Builtin()
	if err != nil {
		return r, err
	}
	switch r.Is {
	case "framework":
		env, err := service.Environment(dict, true)
		if err != nil {
			return r, err
		}
		f, err := framework.Load(os.DirFS(path), env)
		if err != nil {
			return r, err
		}
		r.Counts = map[string]int{"families": len(f.Families), "criteria": len(f.Criteria), "knock_outs": len(f.KnockOuts), "weight_sets": len(f.WeightSets)}
	case "dictionary":
		d, err := catalog.LoadDictionary(os.DirFS(path))
		if err != nil {
			return r, err
		}
		r.Counts = map[string]int{"sections": len(d.Sections), "facts": len(d.Facts())}
	default:
		c, err := exchange.Load(path, dict)
		if err != nil {
			return r, err
		}
		r.Counts = map[string]int{"records": len(c.Records), "claims": len(c.Claims), "sources": len(c.Sources)}
	}
	return r, nil
}

// readable refuses what would be waited for instead of read (a pipe, a device), and one file of a framework, which means
// nothing without the others. What is not there is told by who reads it.
func readable(path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return nil
	}
	if !info.IsDir() {
		if !info.Mode().IsRegular() {
			return fault("%s is neither a file nor a folder", "%s n'est ni un fichier ni un dossier", path)
		}
		if filepath.Base(path) == framework.MetaFile {
			return fault("%s is one file of a framework; give its folder: vigie check %s", "%s est un fichier d'un référentiel ; donner son dossier : vigie check %s", path, filepath.Dir(path))
		}
		return nil
	}
	return filepath.WalkDir(path, func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return nil
		}
		ext := strings.ToLower(filepath.Ext(p))
		if info, err := os.Stat(p); err == nil && !info.Mode().IsRegular() && !info.IsDir() && (ext == ".yaml" || ext == ".yml") {
			return fault("%s is neither a file nor a folder", "%s n'est ni un fichier ni un dossier", p)
		}
		return nil
	})
}

// kindOfPath looks at names, and at the first lines of one file, never further.
func kindOfPath(path string) string {
	if _, err := os.Stat(filepath.Join(path, framework.MetaFile)); err == nil {
		return "framework"
	}
	names, err := filepath.Glob(filepath.Join(path, "*.yaml"))
	if err != nil {
		return "catalogue"
	}
	for _, n := range names {
		if b := filepath.Base(n); b == "units.yaml" || b == "places.yaml" {
			continue
		}
		f, err := os.Open(n)
		if err != nil {
			continue
		}
		head := make([]byte, 4096)
		k, _ := f.Read(head)
		f.Close()
		for line := range strings.Lines(string(head[:k])) {
			if strings.HasPrefix(line, "section:") {
				return "dictionary"
			}
		}
		break
	}
	return "catalogue"
}

func (r checked) summary() wording.Text {
	n := func(key, oneEN, manyEN, oneFR, manyFR string) wording.Text {
		return counted(r.Counts[key], oneEN, manyEN, oneFR, manyFR)
	}
	switch r.Is {
	case "framework":
		return wording.Textf("%s: a framework, no fault: %s, %s, %s, %s", "%s : un référentiel, sans défaut : %s, %s, %s, %s", r.Path,
			n("families", "family", "families", "famille", "familles"), n("criteria", "criterion", "criteria", "critère", "critères"),
			n("knock_outs", "knock-out", "knock-outs", "critère éliminatoire", "critères éliminatoires"),
			n("weight_sets", "weight set", "weight sets", "jeu de pondérations", "jeux de pondérations"))
	case "dictionary":
		return wording.Textf("%s: a dictionary, no fault: %s, %s", "%s : un dictionnaire, sans défaut : %s, %s", r.Path,
			n("sections", "section", "sections", "section", "sections"), n("facts", "fact", "facts", "fait", "faits"))
	}
	return wording.Textf("%s: a catalogue, no fault: %s, %s, %s", "%s : un catalogue, sans défaut : %s, %s, %s", r.Path,
		n("records", "record", "records", "fiche", "fiches"), n("claims", "claim", "claims", "allégation", "allégations"),
		n("sources", "source", "sources", "source", "sources"))
}

// counted is a number and its noun in the form that agrees with it. French counts 0 and 1 as singular.
func counted(n int, oneEN, manyEN, oneFR, manyFR string) wording.Text {
	en, fr := manyEN, manyFR
	if n == 1 {
		en = oneEN
	}
	if n < 2 {
		fr = oneFR
	}
	return wording.Textf("%d "+en, "%d "+fr, n)
}

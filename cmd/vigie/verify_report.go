package main

import (
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"vigie/api/service"
	"vigie/catalog/store"
	"vigie/reports/proof"
)

// reportVerdicts is the answer of verify about files, for programs.
type reportVerdicts struct {
	OK      bool            `json:"ok"`
	Reports []reportVerdict `json:"reports"`
}

type reportVerdict struct {
	Name string `json:"name"`
	*proof.Verdict
}

// verifyReports checks sealed reports from their bytes alone. Keys are public keys of logs, or files that hold one;
// when --data names a store, its log is asked too.
func (a *app) verifyReports(c *cobra.Command, p place, files, keys []string, asJSON bool) error {
	known, err := readKeys(keys)
	if err != nil {
		return err
	}
	var st *store.Store
	if p.dir != "" {
		if st, err = a.findStore(c.Context(), p); err != nil {
			return err
		}
		defer st.Close()
		known = append(known, st.PublicKey())
	}
	out := reportVerdicts{OK: true, Reports: []reportVerdict{}}
	for _, name := range files {
		data, err := a.readReport(name)
		if err != nil {
			return err
		}
		v := proof.Verify(data, known)
		if st != nil && v.Holds && v.Registered && v.Key == st.PublicKey() {
			if err := service.HeldByLog(c.Context(), st, v); err != nil {
				return err
			}
		}
		out.OK = out.OK && v.Holds
		out.Reports = append(out.Reports, reportVerdict{name, v})
	}
	if asJSON {
		err = a.writeJSON(out)
	} else {
		err = a.printVerdicts(out)
	}
	if err == nil && !out.OK {
		return errNegative
	}
	return err
}

// readKeys takes each key as it is, or from the file of that name.
func readKeys(keys []string) ([]string, error) {
	var out []string
	for _, k := range keys {
		if proof.CheckKey(k) == nil {
			out = append(out, k)
			continue
		}
		data, err := os.ReadFile(k)
		if err != nil {
			return nil, fault("--key %s: neither a public key (NAME+HASH+KEY) nor a file: %s", "--key %s : ni une clé publique (NOM+EMPREINTE+CLÉ) ni un fichier : %s", k, reason(err))
		}
		found := strings.TrimSpace(string(data[:min(len(data), 4096)]))
		if proof.CheckKey(found) != nil {
			return nil, fault("--key %s: the file does not hold a public key of a log, one line NAME+HASH+KEY", "--key %s : le fichier ne contient pas de clé publique de journal, une ligne NOM+EMPREINTE+CLÉ", k)
		}
		out = append(out, found)
	}
	return out, nil
}

// readReport reads a file, or standard input for -, no further than a report can reach.
func (a *app) readReport(name string) ([]byte, error) {
	src := a.stdin
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return nil, unreadable(name, err)
		}
		defer f.Close()
		src = f
	}
	data, err := io.ReadAll(io.LimitReader(src, proof.MaxFile+1))
	if err != nil {
		return nil, fault("%s cannot be read: %s", "%s est illisible : %s", name, reason(err))
	}
	return data, nil
}

var (
	lineMarks  = map[proof.State]string{proof.Holds: "✓", proof.Fails: "✗", proof.Open: "?"}
	lineStyles = map[proof.State]string{proof.Holds: green, proof.Fails: red, proof.Open: yellow}
)

func (a *app) printVerdicts(all reportVerdicts) error {
	sc := a.screen()
	for i, r := range all.Reports {
		if i > 0 {
			sc.gap()
		}
		sc.line(sc.in(bold, r.Name))
		for _, l := range r.Lines {
			sc.para(0, sc.in(lineStyles[l.State], lineMarks[l.State])+" ", "", a.in(l.Text))
		}
		style := green
		switch {
		case !r.Holds:
			style = red
		case !r.Registered || !r.KeyGiven:
			style = yellow
		}
		sc.para(0, "→ ", style, a.in(r.Conclusion()))
	}
	return sc.flush(a.stdout)
}

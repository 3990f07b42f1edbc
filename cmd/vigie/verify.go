package main

import (
	"errors"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"vigie/catalog/store"
	"vigie/catalog/wording"
)

func (a *app) verify() *cobra.Command {
	var (
		p           place
		checkpoints []string
		keys        []string
		skipFiles   bool
		asJSON      bool
	)
	c := &cobra.Command{
		Use:   "verify [REPORT…]",
		Short: a.say("Check a report, or that a store holds what was recorded, unchanged", "Contrôler un rapport, ou qu'une base contient ce qui y fut enregistré, inchangé"),
		Long: a.say(`With files: checks that each is a report as it was issued, from its bytes alone: the printed report, what it prints, and
the proof that both were registered. --key gives the public key that the organisation publishes: then a report that is not
registered under it does not hold. Without --key the signature is checked with the key in the file, which you must compare.
--data asks the log of that store as well. - reads standard input.

Without files: checks the database, every entry of the log, every row against its entry, the signed checkpoints and the stored files,
while others go on writing. --checkpoint gives checkpoints that were kept elsewhere, such as the one printed in a report:
the log must go through each of them.

Names each thing that does not fit by table and record, and exits 1 when there is one.`,
			`Avec des fichiers : contrôle que chacun est un rapport tel qu'il fut émis, à partir de ses seuls octets : le rapport
imprimé, ce qu'il imprime, et la preuve que l'un et l'autre furent enregistrés. --key donne la clé publique que publie
l'organisation : un rapport qui n'est pas enregistré sous elle est alors refusé. Sans --key, la signature est contrôlée par
la clé que porte le fichier, à comparer par vos soins. --data interroge en outre le journal de cette base. - lit l'entrée
standard.

Sans fichier : contrôle la base de données, chaque entrée du journal, chaque ligne face à son entrée, les points de contrôle signés et
les fichiers conservés, pendant que d'autres écrivent. --checkpoint donne des points de contrôle gardés ailleurs, comme
celui qu'imprime un rapport : le journal doit passer par chacun d'eux.

Nomme par table et par fiche tout ce qui ne concorde pas ; code de sortie 1 s'il y en a.`),
		Example: `  vigie verify report.pdf --key organisation.pub
  vigie verify --data ./data
  vigie verify --data ./data --checkpoint 2026-01.checkpoint --checkpoint 2026-02.checkpoint --json`,
		Args: cobra.ArbitraryArgs,
		RunE: func(c *cobra.Command, reports []string) error {
			switch {
			case len(reports) > 0 && (len(checkpoints) > 0 || skipFiles):
				return fault("--checkpoint and --skip-files are about a store, not about reports", "--checkpoint et --skip-files concernent une base, non des rapports")
			case len(reports) > 0:
				return a.verifyReports(c, p, reports, keys, asJSON)
			case len(keys) > 0:
				return fault("--key is for reports: which one? vigie verify REPORT --key KEY", "--key est pour les rapports : lequel ? vigie verify RAPPORT --key CLÉ")
			}
			o := store.VerifyOptions{SkipFiles: skipFiles}
			for _, name := range checkpoints {
				note, err := os.ReadFile(name)
				if err != nil {
					return fault("--checkpoint %s: %s", "--checkpoint %s : %s", name, reason(err))
				}
				o.Checkpoints = append(o.Checkpoints, note)
			}
			return a.verifyStore(c, p, o, checkpoints, asJSON)
		},
	}
	a.dataFlags(c, &p)
	c.Flags().StringArrayVar(&keys, "key", nil, a.say("public `KEY` of the log that the organisation publishes, or a file that holds it; may be repeated", "`CLÉ` publique du journal que publie l'organisation, ou fichier qui la contient ; peut être répétée"))
	c.Flags().StringArrayVar(&checkpoints, "checkpoint", nil, a.say("`FILE` with a signed checkpoint kept elsewhere; may be repeated", "`FICHIER` d'un point de contrôle signé gardé ailleurs ; peut être répété"))
	c.Flags().BoolVar(&skipFiles, "skip-files", false, a.say("do not read the stored files", "ne pas lire les fichiers conservés"))
	_ = c.MarkFlagFilename("checkpoint")
	a.jsonFlag(c, &asJSON)
	return c
}

// verified is a verification with what checks the store's proofs elsewhere.
type verified struct {
	*store.Verification
	OK        bool   `json:"ok"`
	PublicKey string `json:"public_key,omitempty"`
}

func (a *app) verifyStore(c *cobra.Command, p place, o store.VerifyOptions, checkpoints []string, asJSON bool) error {
	s, err := a.findStore(c.Context(), p)
	var found *store.DamagedError
	if errors.As(err, &found) { // damage that does not let the store open is an answer too
		return a.printVerified(verified{Verification: &store.Verification{Damage: []store.Damage{whole(found)}}}, checkpoints, asJSON)
	}
	if err != nil {
		return err
	}
	defer s.Close()
	bar := a.progress("verifying", "vérification")
	o.Progress = bar.at
	v, err := s.Verify(c.Context(), o)
	bar.end()
	if err != nil {
		return err
	}
	return a.printVerified(verified{Verification: v, OK: v.OK(), PublicKey: s.PublicKey()}, checkpoints, asJSON)
}

// whole is the damage that an error speaks of; one that names no words of its own has the error's.
func whole(e *store.DamagedError) store.Damage {
	d := e.Damage
	if d.What.EN == "" {
		d.What = wording.Text{EN: e.In(wording.EN), FR: e.In(wording.FR)}
	}
	if d.Record == "" {
		d.Record = "-"
	}
	return d
}

func (a *app) printVerified(v verified, checkpoints []string, asJSON bool) error {
	if asJSON {
		if err := a.writeJSON(v); err != nil {
			return err
		}
	} else {
		sc := a.screen()
		if v.Engine != "" {
			sc.line(sc.in(bold, v.Engine) + " · " + v.Origin)
			sc.line(a.say("log: %s, root %s", "journal : %s, racine %s", tally(v.Leaves, "entry", "entries", "entrée", "entrées"), v.Root))
			parts := []wording.Text{tally(v.Records, "record", "records", "fiche", "fiches"), tally(v.Claims, "claim", "claims", "allégation", "allégations"),
				tally(v.Documents, "document", "documents", "document", "documents"), tally(v.Files, "file", "files", "fichier", "fichiers"),
				tally(v.Checkpoints, "checkpoint kept", "checkpoints kept", "point de contrôle gardé", "points de contrôle gardés")}
			if len(checkpoints) > 0 {
				parts = append(parts, tally(int64(len(checkpoints)), "checkpoint given", "checkpoints given", "point de contrôle fourni", "points de contrôle fournis"))
			}
			words := make([]string, len(parts))
			for i, t := range parts {
				words[i] = a.in(t)
			}
			sc.line(strings.Join(words, " · "))
			sc.line(a.say("key: %s", "clé : %s", v.PublicKey))
		}
		for _, sum := range v.Orphans {
			sc.para(0, "- ", dim, a.say("file %s: nothing speaks of it (an upload that was cut short); it does no harm", "fichier %s : rien n'en parle (un envoi interrompu) ; il ne nuit pas", sum))
		}
		for _, d := range v.Damage {
			sc.para(0, "! ", red, d.In(a.lang))
		}
		if v.OK {
			sc.line(sc.in(green, a.say("Everything fits.", "Tout concorde.")))
		}
		if err := sc.flush(a.stdout); err != nil {
			return err
		}
	}
	if v.OK {
		return nil
	}
	found := counted(len(v.Damage), "thing does not fit", "things do not fit", "élément ne concorde pas", "éléments ne concordent pas")
	if v.Engine == "" { // it could not even be opened, and what was found says what to do
		a.note("%s", "%s", found)
	} else {
		a.note("%s: restore a backup (vigie restore)", "%s : restaurer une sauvegarde (vigie restore)", found)
	}
	return errNegative
}

// tally is counted for numbers that may be large: grouped as each language groups them.
func tally(n int64, oneEN, manyEN, oneFR, manyFR string) wording.Text {
	t := counted(int(n), oneEN, manyEN, oneFR, manyFR)
	digits := itoa(n)
	return wording.Text{EN: wording.Number(wording.EN, digits) + strings.TrimPrefix(t.EN, digits), FR: wording.Number(wording.FR, digits) + strings.TrimPrefix(t.FR, digits)}
}

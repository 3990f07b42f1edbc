package main

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"os"

	"github.com/spf13/cobra"

	"vigie/catalog/store"
	"vigie/catalog/store/log"
	"vigie/catalog/wording"
)

func (a *app) log() *cobra.Command {
	c := &cobra.Command{
		Use: "log",
		Short: a.say("The log of a store: checkpoint, prove, consistency",
			"Le journal d'une base : checkpoint, prove, consistency"),
		Args: a.noSuchCommand,
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(a.logCheckpoint(), a.logProve(), a.logConsistency())
	return c
}

// checkpointed is a signed checkpoint, for programs.
type checkpointed struct {
	Origin    string `json:"origin"`
	Size      int64  `json:"size"`
	Root      string `json:"root"`
	Note      string `json:"note"`
	PublicKey string `json:"public_key"`
}

func checkpointOf(s *store.Store, note []byte) (checkpointed, error) {
	point, err := log.OpenCheckpoint(note, s.PublicKey())
	return checkpointed{Origin: point.Origin, Size: point.Tree.N, Root: point.Tree.Hash.String(), Note: string(note), PublicKey: s.PublicKey()}, err
}

func (a *app) outputFlag(c *cobra.Command, out *string) {
	c.Flags().StringVarP(out, "output", "o", "", a.say("`FILE` to write (default: standard output)", "`FICHIER` à écrire (défaut : la sortie standard)"))
}

// deliver writes a text to a file that appears whole, or to standard output.
func (a *app) deliver(out string, text []byte) error {
	if out == "" {
		out = "-"
	}
	f, err := a.create(out)
	if err != nil {
		return err
	}
	defer f.abandon()
	if _, err := f.Write(text); err != nil {
		return err
	}
	return f.commit()
}

// jsonBytes is a result for programs, as writeJSON writes it.
func jsonBytes(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	err := e.Encode(v)
	return b.Bytes(), err
}

func (a *app) logCheckpoint() *cobra.Command {
	var (
		p      place
		out    string
		asJSON bool
	)
	c := &cobra.Command{
		Use:   "checkpoint",
		Short: a.say("Sign the state of the log, to be kept elsewhere", "Signer l'état du journal, à garder ailleurs"),
		Long: a.say(`Writes a signed note: the name of the log, its size, its root. Kept where whoever runs the database cannot change it, it
shows later that nothing recorded until now was changed: vigie verify --checkpoint FILE, vigie log consistency FILE.`,
			`Écrit une note signée : le nom du journal, sa taille, sa racine. Gardée là où l'exploitant de la base ne peut la modifier,
elle montre plus tard que rien de ce qui est enregistré à ce jour n'a changé : vigie verify --checkpoint FICHIER,
vigie log consistency FICHIER.`),
		Example: `  vigie log checkpoint --data ./data -o /mnt/elsewhere/2026-11-24.checkpoint`,
		Args:    a.noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			s, err := a.findStore(c.Context(), p)
			if err != nil {
				return err
			}
			defer s.Close()
			note, err := s.Checkpoint(c.Context())
			if err != nil {
				return err
			}
			if !asJSON {
				return a.deliver(out, note)
			}
			x, err := checkpointOf(s, note)
			if err != nil {
				return err
			}
			text, err := jsonBytes(x)
			if err != nil {
				return err
			}
			return a.deliver(out, text)
		},
	}
	a.dataFlags(c, &p)
	a.outputFlag(c, &out)
	a.jsonFlag(c, &asJSON)
	return c
}

// proved is a proof with all that checks it, for programs.
type proved struct {
	Leaf      json.RawMessage `json:"leaf"`  // canonical JSON; its bytes are what the log holds
	Bytes     string          `json:"bytes"` // the same in base64
	Index     int64           `json:"index"`
	Proof     string          `json:"proof"` // c2sp.org/tlog-proof@v1
	PublicKey string          `json:"public_key"`
}

func (a *app) logProve() *cobra.Command {
	var (
		p      place
		out    string
		asJSON bool
	)
	c := &cobra.Command{
		Use:   "prove ID",
		Short: a.say("Prove that something was recorded, to whoever has only the public key", "Prouver qu'un élément fut enregistré, à qui n'a que la clé publique"),
		Long: a.say(`ID is the SHA-256 of a claim, a withdrawal, a settlement, a source, a file, or a document such as an assessment, a
decision or an issued report. The proof (c2sp.org/tlog-proof@v1) goes from the entry of the log to a signed checkpoint and is
checked without the store. --json adds the entry and the public key.`,
			`ID est le SHA-256 d'une allégation, d'un retrait, d'un arbitrage, d'une source, d'un fichier, ou d'un document tel qu'une
évaluation, une décision ou un rapport émis. La preuve (c2sp.org/tlog-proof@v1) va de l'entrée du journal à un point de
contrôle signé et se vérifie sans la base. --json ajoute l'entrée et la clé publique.`),
		Example: `  vigie log prove 6d8a…f1 --data ./data -o assessment.tlog-proof`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return fault("what is to be proved? vigie log prove SHA-256", "que prouver ? vigie log prove SHA-256")
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error {
			s, err := a.findStore(c.Context(), p)
			if err != nil {
				return err
			}
			defer s.Close()
			proof, err := s.Prove(c.Context(), args[0])
			if err != nil {
				return err
			}
			text := []byte(proof.Inclusion.Text())
			if asJSON {
				if text, err = jsonBytes(proved{Leaf: proof.Leaf, Bytes: base64.StdEncoding.EncodeToString(proof.Leaf), Index: proof.Inclusion.Index, Proof: string(text), PublicKey: s.PublicKey()}); err != nil {
					return err
				}
			}
			return a.deliver(out, text)
		},
	}
	a.dataFlags(c, &p)
	a.outputFlag(c, &out)
	a.jsonFlag(c, &asJSON)
	return c
}

// consistent is the answer of consistency, for programs.
type consistent struct {
	OK    bool          `json:"ok"`
	Older state         `json:"older"`
	Newer state         `json:"newer"`
	Proof []string      `json:"proof"` // hashes in base64, golang.org/x/mod/sumdb/tlog
	Note  string        `json:"note,omitempty"`
	Why   *wording.Text `json:"why,omitempty"`
}

type state struct {
	Size int64  `json:"size"`
	Root string `json:"root"`
}

func (a *app) logConsistency() *cobra.Command {
	var (
		p      place
		asJSON bool
	)
	c := &cobra.Command{
		Use:   "consistency FILE",
		Short: a.say("Show that the log begins with a checkpoint kept elsewhere", "Montrer que le journal commence par un point de contrôle gardé ailleurs"),
		Long: a.say(`FILE holds a signed checkpoint, such as the one printed in a report of last year. Exits 1 when the log no longer begins with it.`,
			`FICHIER contient un point de contrôle signé, comme celui qu'imprime un rapport de l'an dernier. Code de sortie 1 si le journal
ne commence plus par lui.`),
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return fault("which checkpoint? vigie log consistency FILE", "quel point de contrôle ? vigie log consistency FICHIER")
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error {
			older, err := os.ReadFile(args[0])
			if err != nil {
				return fault("%s: %s", "%s : %s", args[0], reason(err))
			}
			s, err := a.findStore(c.Context(), p)
			if err != nil {
				return err
			}
			defer s.Close()
			x, err := s.Consistent(c.Context(), older)
			var broken *store.DamagedError
			if err != nil && !errors.As(err, &broken) {
				return err
			}
			answer := consistent{OK: broken == nil, Older: state{x.Older.N, x.Older.Hash.String()}, Newer: state{x.Newer.N, x.Newer.Hash.String()}, Proof: []string{}, Note: string(x.Checkpoint)}
			for _, h := range x.Proof {
				answer.Proof = append(answer.Proof, h.String())
			}
			if broken != nil {
				answer.Why = &wording.Text{EN: broken.In(wording.EN), FR: broken.In(wording.FR)}
			}
			return a.printConsistent(answer, asJSON)
		},
	}
	a.dataFlags(c, &p)
	a.jsonFlag(c, &asJSON)
	return c
}

func (a *app) printConsistent(x consistent, asJSON bool) error {
	if asJSON {
		if err := a.writeJSON(x); err != nil {
			return err
		}
	} else if x.OK {
		sc := a.screen()
		sc.line(a.say("then: %s, root %s", "alors : %s, racine %s", tally(x.Older.Size, "entry", "entries", "entrée", "entrées"), x.Older.Root))
		sc.line(a.say("now: %s, root %s", "maintenant : %s, racine %s", tally(x.Newer.Size, "entry", "entries", "entrée", "entrées"), x.Newer.Root))
		sc.line(sc.in(green, a.say("The log begins with what was signed then.", "Le journal commence par ce qui fut signé alors.")))
		if err := sc.flush(a.stdout); err != nil {
			return err
		}
	}
	if x.OK {
		return nil
	}
	if !asJSON {
		a.note("%s", "%s", *x.Why)
	}
	return errNegative
}

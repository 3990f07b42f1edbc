package main

import (
	"github.com/spf13/cobra"

	"vigie/catalog/store"
)

func (a *app) restore() *cobra.Command {
	var (
		p      place
		asJSON bool
	)
	c := &cobra.Command{
		Use:   "restore FOLDER",
		Short: a.say("Check a backup and bring it back into an empty place", "Contrôler une sauvegarde et la remettre dans un endroit vide"),
		Long: a.say(`FOLDER is what vigie backup wrote. It is checked whole before anything is put in place, and refused when its log does not
verify. --data names a new or empty folder; with --dsn or --dsn-file the database goes into an empty PostgreSQL one.`,
			`DOSSIER est ce qu'a écrit vigie backup. Tout est contrôlé avant que rien ne soit mis en place, et refusé si le journal ne se
vérifie pas. --data désigne un dossier nouveau ou vide ; avec --dsn ou --dsn-file, la base va dans une base PostgreSQL vide.`),
		Example: `  vigie restore /mnt/backups/2026-11-24 --data ./new
  vigie restore /mnt/backups/2026-11-24 --data ./new --dsn-file /etc/vigie/dsn`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return fault("which backup? vigie restore FOLDER", "quelle sauvegarde ? vigie restore DOSSIER")
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error {
			o, err := a.storeOptions(c.Context(), p)
			if err != nil {
				return err
			}
			bar := a.progress("checking and restoring", "contrôle et restauration")
			v, err := store.Restore(c.Context(), args[0], o)
			bar.end()
			if err != nil {
				return err
			}
			if asJSON {
				return a.writeJSON(verified{Verification: v, OK: v.OK()})
			}
			sc := a.screen()
			sc.line(a.say("%s: restored and verified: %s of the log, %s, %s", "%s : restauré et vérifié : %s du journal, %s, %s", o.Dir,
				tally(v.Leaves, "entry", "entries", "entrée", "entrées"), tally(v.Claims, "claim", "claims", "allégation", "allégations"), tally(v.Files, "file", "files", "fichier", "fichiers")))
			return sc.flush(a.stdout)
		},
	}
	a.dataFlags(c, &p)
	a.jsonFlag(c, &asJSON)
	return c
}

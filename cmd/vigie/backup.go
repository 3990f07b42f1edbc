package main

import (
	"github.com/spf13/cobra"
)

func (a *app) backup() *cobra.Command {
	var (
		p      place
		asJSON bool
	)
	c := &cobra.Command{
		Use:   "backup FOLDER",
		Short: a.say("Copy a store into a folder while it is in use", "Copier une base dans un dossier pendant qu'elle sert"),
		Long: a.say(`Copies database, stored files and the key of the log into FOLDER, which is new or empty. All that had been acknowledged
when the command began is in it. The copy is complete once backup.json is there, and is as confidential as the store.

vigie restore checks it and brings it back, also into the other engine.`,
			`Copie base de données, fichiers conservés et clé du journal dans DOSSIER, nouveau ou vide. Tout ce qui était confirmé quand
la commande a commencé s'y trouve. La copie est complète une fois backup.json présent ; elle est aussi confidentielle que la base.

vigie restore la contrôle et la remet en place, y compris dans l'autre moteur.`),
		Example: `  vigie backup /mnt/backups/2026-11-24 --data ./data`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return fault("into which folder? vigie backup FOLDER", "dans quel dossier ? vigie backup DOSSIER")
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error {
			s, err := a.findStore(c.Context(), p)
			if err != nil {
				return err
			}
			defer s.Close()
			bar := a.progress("backing up", "sauvegarde")
			m, err := s.Backup(c.Context(), args[0])
			bar.end()
			if err != nil {
				return err
			}
			if asJSON {
				return a.writeJSON(m)
			}
			sc := a.screen()
			sc.line(a.say("%s: %s of the log, %s, from %s", "%s : %s du journal, %s, depuis %s", args[0],
				tally(m.Leaves, "entry", "entries", "entrée", "entrées"), tally(m.Files, "file", "files", "fichier", "fichiers"), m.Engine))
			return sc.flush(a.stdout)
		},
	}
	a.dataFlags(c, &p)
	a.jsonFlag(c, &asJSON)
	return c
}

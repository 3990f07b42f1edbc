package main

import (
	"github.com/spf13/cobra"

	"vigie/catalog/exchange"
)

// exported says what an export holds, for programs.
type exported struct {
	Folder      string `json:"folder"`
	Records     int    `json:"records"`
	Claims      int    `json:"claims"`
	Sources     int    `json:"sources"`
	Withdrawals int    `json:"withdrawals"`
	Settlements int    `json:"settlements"`
}

func (a *app) export() *cobra.Command {
	var (
		p      place
		asJSON bool
	)
	c := &cobra.Command{
		Use:   "export FOLDER",
		Short: a.say("Write what a store knows as catalogue files", "Écrire ce que sait une base en fichiers de catalogue"),
		Long: a.say(`Writes every record, claim, source, withdrawal and settlement as catalogue files (docs/catalogue-files.md) into FOLDER, which
is new or empty. vigie import of these files gives the same claims, hash by hash. Stored files, documents (assessments,
decisions…), people and the log go by vigie backup.`,
			`Écrit toutes les fiches, allégations, sources, retraits et arbitrages en fichiers de catalogue (docs/catalogue-files.md) dans
DOSSIER, nouveau ou vide. vigie import de ces fichiers redonne les mêmes allégations, empreinte par empreinte. Les fichiers
conservés, les documents (évaluations, décisions…), les personnes et le journal passent par vigie backup.`),
		Example: `  vigie export ./catalogue --data ./data`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return fault("into which folder? vigie export FOLDER", "dans quel dossier ? vigie export DOSSIER")
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error {
			s, err := a.findStore(c.Context(), p)
			if err != nil {
				return err
			}
			defer s.Close()
			bar := a.progress("exporting", "export")
			defer bar.end()
			cat, err := s.Catalogue(c.Context())
			if err != nil {
				return err
			}
			if err := exchange.Write(args[0], cat, s.Dictionary); err != nil {
				return err
			}
			bar.end()
			x := exported{args[0], len(cat.Records), len(cat.Claims), len(cat.Sources), len(cat.Withdrawals), len(cat.Settlements)}
			if asJSON {
				return a.writeJSON(x)
			}
			sc := a.screen()
			sc.line(a.say("%s: %s, %s, %s, %s, %s", "%s : %s, %s, %s, %s, %s", x.Folder,
				tally(int64(x.Records), "record", "records", "fiche", "fiches"), tally(int64(x.Claims), "claim", "claims", "allégation", "allégations"),
				tally(int64(x.Sources), "source", "sources", "source", "sources"), tally(int64(x.Withdrawals), "withdrawal", "withdrawals", "retrait", "retraits"),
				tally(int64(x.Settlements), "settlement", "settlements", "arbitrage", "arbitrages")))
			return sc.flush(a.stdout)
		},
	}
	a.dataFlags(c, &p)
	a.jsonFlag(c, &asJSON)
	return c
}

package main

import (
	"errors"
	"log/slog"
	"net"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"vigie/api"
	"vigie/api/service"
	"vigie/catalog"
)

func (a *app) serve() *cobra.Command {
	var (
		o      service.Options
		listen string
		demo   bool
	)
	c := &cobra.Command{
		Use:   "serve",
		Short: a.say("Serve pages and API; --demo needs nothing else", "Servir les pages et l'API ; --demo suffit"),
		Long: a.say(`With --demo, serves the shipped catalogue (or --catalogue PATH) on loopback, read only, with nothing configured.
Requests are logged on standard error. SIGTERM or Ctrl-C stops it once the requests under way are answered.`,
			`Avec --demo, sert le catalogue fourni (ou --catalogue CHEMIN) en local, en lecture seule, sans rien configurer.
Les requêtes sont journalisées sur la sortie d'erreur. SIGTERM ou Ctrl-C l'arrête une fois les requêtes en cours servies.`),
		Example: `  vigie serve --demo
  vigie serve --demo --listen 127.0.0.1:9000`,
		Args: a.noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if !demo {
				return fault("a store is not part of this version yet: serve the reference catalogue, read only, with vigie serve --demo",
					"cette version ne comporte pas encore de base : servir le catalogue de référence, en lecture seule, avec vigie serve --demo")
			}
			if _, _, err := net.SplitHostPort(listen); err != nil {
				return fault("--listen: expected host:port, found %q", "--listen : il faut hôte:port ; trouvé « %s »", listen)
			}
			ln, err := net.Listen("tcp", listen)
			if err != nil {
				return listenFault(listen, err)
			}
			defer ln.Close()
			s, err := a.open(o)
			if err != nil {
				return err
			}
			server, err := api.New(api.Config{Service: s, Log: slog.New(slog.NewTextHandler(a.stderr, nil)),
				Today: func() catalog.Date { return catalog.DateOf(time.Now()) }})
			if err != nil {
				return err
			}
			a.note("ready: open http://%s/ (Ctrl-C stops it)", "prêt : ouvrir http://%s/ (Ctrl-C pour arrêter)", ln.Addr())
			return server.Serve(c.Context(), ln)
		},
	}
	c.Flags().BoolVar(&demo, "demo", false, a.say("the shipped catalogue, read only, nothing to configure", "le catalogue fourni, en lecture seule, rien à configurer"))
	c.Flags().StringVar(&listen, "listen", "127.0.0.1:8080", a.say("`HOST:PORT` to listen on", "`HÔTE:PORT` d'écoute"))
	a.catalogueFlag(c, &o.Catalogue)
	c.Flags().StringVar(&o.Framework, "framework", "", a.say("`FOLDER` of a framework (default: vigie-baseline)", "`DOSSIER` d'un référentiel (défaut : vigie-baseline)"))
	return c
}

// listenFault says why the address cannot be listened on.
func listenFault(listen string, err error) error {
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return fault("--listen %s: another program listens there already; choose another port, for example 127.0.0.1:0 for any free one",
			"--listen %s : un autre programme y écoute déjà ; choisir un autre port, par exemple 127.0.0.1:0 pour un port libre", listen)
	case errors.Is(err, syscall.EACCES):
		return fault("--listen %s: permission denied; ports under 1024 need rights, choose another", "--listen %s : accès refusé ; les ports sous 1024 demandent des droits, en choisir un autre", listen)
	}
	return fault("--listen %s: %s", "--listen %s : %s", listen, err.Error())
}

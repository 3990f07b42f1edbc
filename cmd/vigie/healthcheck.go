package main

import (
	"context"
	"net"
	"net/http"
	"time"

	"github.com/spf13/cobra"
)

// healthTimeout bounds the question: an orchestrator asks again soon.
const healthTimeout = 3 * time.Second

func (a *app) healthcheck() *cobra.Command {
	var addr string
	c := &cobra.Command{
		Use:   "healthcheck",
		Short: a.say("Ask a running server whether it is well (for containers)", "Demander à un serveur en marche s'il va bien (pour les conteneurs)"),
		Long: a.say("Asks http://ADDR/healthz. Exits 0 when the server answers that it is well, 1 when it does not.",
			"Interroge http://ADRESSE/healthz. Code de sortie 0 si le serveur répond qu'il va bien, 1 sinon."),
		Args: a.noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if _, _, err := net.SplitHostPort(addr); err != nil {
				return fault("--addr: expected host:port, found %q", "--addr : il faut hôte:port ; trouvé « %s »", addr)
			}
			return a.runHealthcheck(c.Context(), addr)
		},
	}
	c.Flags().StringVar(&addr, "addr", "127.0.0.1:8080", a.say("`HOST:PORT` of the server", "`HÔTE:PORT` du serveur"))
	return c
}

func (a *app) runHealthcheck(ctx context.Context, addr string) error {
	ctx, cancel := context.WithTimeout(ctx, healthTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+addr+"/healthz", nil)
	if err != nil {
		return err
	}
	res, err := (&http.Client{Transport: &http.Transport{}}).Do(req) // straight to the address, never through a proxy
	if err != nil {
		a.note("no answer from %s", "pas de réponse de %s", addr)
		return errNegative
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		a.note("%s answers %s", "%s répond %s", addr, res.Status)
		return errNegative
	}
	return nil
}

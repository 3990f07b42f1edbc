package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"vigie/api"
	"vigie/api/access"
	"vigie/api/fetch"
	"vigie/api/notify"
	"vigie/api/service"
	"vigie/catalog"
	"vigie/catalog/wording"
)

func (a *app) serve() *cobra.Command {
	var (
		o      service.Options
		flags  settings
		p      place
		config string
		demo   bool
	)
	c := &cobra.Command{
		Use:   "serve",
		Short: a.say("Serve pages and API: --data FOLDER, or --demo", "Servir les pages et l'API : --data DOSSIER, ou --demo"),
		Long: a.say(`With --data, serves what the folder holds: it is made at the first start, with the shipped catalogue in it, and a link
is printed that makes the first administrator. With --demo, serves the shipped catalogue (or --catalogue PATH) on loopback, read only,
with nothing configured. Requests are logged on standard error. SIGTERM or Ctrl-C stops it once the requests under way are answered.`,
			`Avec --data, sert ce que contient le dossier : il est créé au premier démarrage, avec le catalogue fourni, et un lien
s'affiche, qui fait le premier administrateur. Avec --demo, sert le catalogue fourni (ou --catalogue CHEMIN) en local, en lecture seule,
sans rien configurer. Les requêtes sont journalisées sur la sortie d'erreur. SIGTERM ou Ctrl-C l'arrête une fois les requêtes en cours servies.`),
		Example: `  vigie serve --demo
  vigie serve --data ./data
  vigie serve --config vigie.yaml`,
		Args: a.noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if demo {
				for _, name := range []string{"data", "dsn", "dsn-file", "files", "config", "public-url"} {
					if c.Flags().Changed(name) {
						return fault("--demo keeps nothing: --%s does not go with it", "--demo ne conserve rien : --%s ne va pas avec", name)
					}
				}
				return a.serveDemo(c.Context(), o, flags.Listen)
			}
			if o.Catalogue != "" {
				return fault("--catalogue goes with --demo; to bring a catalogue into a store: vigie import", "--catalogue va avec --demo ; pour faire entrer un catalogue dans une base : vigie import")
			}
			s, err := a.readSettings(c, flags, p, config)
			if err != nil {
				return err
			}
			if s.Data == "" {
				return fault("say what to serve: --data FOLDER for a store, made at the first start, or --demo for the shipped catalogue, read only",
					"dire quoi servir : --data DOSSIER pour une base, créée au premier démarrage, ou --demo pour le catalogue fourni, en lecture seule")
			}
			return a.serveStore(c.Context(), o, s)
		},
	}
	c.Flags().BoolVar(&demo, "demo", false, a.say("the shipped catalogue, read only, nothing to configure", "le catalogue fourni, en lecture seule, rien à configurer"))
	a.configFlags(c, &flags, &config)
	a.dataFlags(c, &p)
	a.catalogueFlag(c, &o.Catalogue)
	c.Flags().StringVar(&o.Framework, "framework", "", a.say("`FOLDER` of a framework (default: vigie-baseline)", "`DOSSIER` d'un référentiel (défaut : vigie-baseline)"))
	return c
}

func (a *app) serveDemo(ctx context.Context, o service.Options, listen string) error {
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
	server, err := api.New(api.Config{Service: s, Log: a.logger(), Today: today})
	if err != nil {
		return err
	}
	a.note("ready: open http://%s/ (Ctrl-C stops it)", "prêt : ouvrir http://%s/ (Ctrl-C pour arrêter)", ln.Addr())
	return server.Serve(ctx, ln)
}

func (a *app) logger() *slog.Logger { return slog.New(slog.NewTextHandler(a.stderr, nil)) }

func today() catalog.Date { return catalog.DateOf(time.Now()) }

// serveStore serves what a store holds, to who signs in.
func (a *app) serveStore(ctx context.Context, o service.Options, s *settings) error {
	for _, w := range a.strangers(os.Environ()) {
		fmt.Fprintln(a.stderr, "vigie: "+w)
	}
	ln, err := net.Listen("tcp", s.Listen)
	if err != nil {
		return listenFault(s.Listen, err)
	}
	defer ln.Close()
	if s.TLS.Certificate != "" {
		pair, err := tls.LoadX509KeyPair(s.TLS.Certificate, s.TLS.Key)
		if err != nil {
			return fault("tls: the certificate or its key cannot be read: %s", "tls : le certificat ou sa clé est illisible : %s", reason(err))
		}
		ln = tls.NewListener(ln, encrypted(pair))
	}
	st, err := a.openStore(ctx, s.place())
	if err != nil {
		return err
	}
	defer st.Close()
	seeded, err := service.Seed(ctx, st)
	if err != nil {
		return err
	}
	if seeded {
		a.note("a new store: the shipped catalogue is in it", "une base neuve : le catalogue fourni y est")
	}
	o.Version = programVersion()
	svc, err := service.OpenStore(o, st)
	if err != nil {
		return err
	}
	public, err := s.public()
	if err != nil {
		return err
	}
	desk, err := access.New(st, access.Options{Public: public, Provider: s.provider(), Crowd: access.CollectLess})
	if err != nil {
		return err
	}
	h := &house{log: a.logger(), store: st, service: svc, checkpoints: s.Checkpoints.Folder}
	h.notify = &notify.Desk{Store: st, Fetch: fetch.New(fetch.Options{On: s.Fetch, Agent: "Vigie"}), Log: h.log, Now: time.Now,
		Mail: notify.Mail{Address: s.Mail.Server, From: s.Mail.From, User: s.Mail.User, Password: string(s.Mail.Password),
			Plain: s.Mail.Encryption == noTLS, Direct: s.Mail.Encryption == fullTLS},
		Link: func(l wording.Lang, e notify.Event) string {
			if public == nil {
				return ""
			}
			return public.String() + "/" + string(l) + "/"
		}}
	server, err := api.New(api.Config{Service: svc, Log: h.log, Today: today, Access: desk, Notify: h.notify, Public: public, Proxies: s.Proxies})
	if err != nil {
		return err
	}
	need, err := desk.NeedsSetup(ctx)
	if err != nil {
		return err
	}
	address := "http://" + ln.Addr().String()
	switch {
	case public != nil:
		address = public.String()
	case s.TLS.Certificate != "":
		address = "https://" + ln.Addr().String()
	}
	if need {
		made, err := a.setupLink(ctx, st, s, ln.Addr().String())
		if err != nil {
			return err
		}
		a.note("no administrator yet; this link makes one, once, within a day:\n  %s", "pas encore d'administrateur ; ce lien en fait un, une fois, sous un jour :\n  %s", made.URL)
	}
	if public == nil && s.TLS.Certificate == "" && !local(s.Listen) {
		a.note("warning: others on the network can reach this address, unencrypted, and nobody can sign in that way; give a certificate, or public_url: https://… of the proxy in front (vigie doctor says more)",
			"attention : cette adresse est joignable depuis le réseau, sans chiffrement, et personne ne peut s'y connecter ainsi ; donner un certificat, ou public_url: https://… du mandataire placé devant (vigie doctor en dit plus)")
	}
	a.note("ready: open %s/ (Ctrl-C stops it)", "prêt : ouvrir %s/ (Ctrl-C pour arrêter)", address)
	background, stop := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() { defer close(done); h.run(background) }()
	err = server.Serve(ctx, ln)
	stop()
	<-done
	return errors.Join(err, h.leave())
}

// encrypted is how the service itself speaks TLS: 1.3, or 1.2 with forward secrecy and authenticated encryption alone.
func encrypted(pair tls.Certificate) *tls.Config {
	return &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12, NextProtos: []string{"h2", "http/1.1"},
		CipherSuites: []uint16{tls.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, tls.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384, tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
			tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, tls.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256, tls.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256}}
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

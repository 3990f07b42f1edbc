package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"vigie/api"
	"vigie/api/access"
	"vigie/catalog/account"
	"vigie/catalog/store"
)

func (a *app) account() *cobra.Command {
	c := &cobra.Command{
		Use:   "account",
		Short: a.say("Accounts of a store: link, list", "Comptes d'une base : link, list"),
		Args:  a.noSuchCommand,
		RunE:  func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(a.accountLink(), a.accountList())
	return c
}

// linkMade is a link for programs.
type linkMade struct {
	Path string `json:"path"` // on the service
	URL  string `json:"url,omitempty"`
}

func (a *app) accountLink() *cobra.Command {
	var (
		flags  settings
		p      place
		config string
		asJSON bool
	)
	c := &cobra.Command{
		Use:   "link",
		Short: a.say("A one-time link that makes an administrator", "Un lien à usage unique qui fait un administrateur"),
		Long: a.say(`Prints a link that makes a new administrator: at the first start, or when nobody who could sign in is left. It is good
once, for a day, and takes the place of the one before. Whoever may read and write the data folder may do this.`,
			`Affiche un lien qui fait un nouvel administrateur : au premier démarrage, ou quand plus personne ne peut se connecter. Il
vaut une fois, un jour, et remplace le précédent. Qui peut lire et écrire le dossier de données peut le faire.`),
		Example: `  vigie account link --data ./data --public-url https://vigie.example.org`,
		Args:    a.noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			s, err := a.readSettings(c, flags, p, config)
			if err != nil {
				return err
			}
			st, err := a.findStore(c.Context(), s.place())
			if err != nil {
				return err
			}
			defer st.Close()
			made, err := a.setupLink(c.Context(), st, s, s.Listen)
			if err != nil {
				return err
			}
			if asJSON {
				return a.writeJSON(made)
			}
			fmt.Fprintln(a.stdout, made.URL)
			return nil
		},
	}
	a.configFlags(c, &flags, &config)
	a.dataFlags(c, &p)
	a.jsonFlag(c, &asJSON)
	return c
}

// setupLink makes a link for the service at its public address, else at the one it listens on.
func (a *app) setupLink(ctx context.Context, st *store.Store, s *settings, listen string) (linkMade, error) {
	token, err := access.SetupLink(ctx, st)
	if err != nil {
		return linkMade{}, err
	}
	out := linkMade{Path: api.LinkPath(a.lang, token)}
	public, err := s.public()
	switch {
	case err != nil:
		return out, err
	case public != nil:
		out.URL = public.String() + out.Path
	case s.TLS.Certificate != "":
		out.URL = "https://" + listen + out.Path
	default:
		out.URL = "http://" + listen + out.Path
	}
	return out, nil
}

// listedAccount is a line for programs. It holds what a person is known by: whoever reads the data folder can.
type listedAccount struct {
	Person string         `json:"person"`
	Name   string         `json:"name"`
	Email  string         `json:"email"`
	Entity string         `json:"entity,omitempty"`
	Roles  []account.Role `json:"roles"`
	State  account.State  `json:"state"`
	Second bool           `json:"second_factor"`
	Seen   string         `json:"last_signed_in,omitempty"`
}

func (a *app) accountList() *cobra.Command {
	var (
		p      place
		asJSON bool
	)
	c := &cobra.Command{
		Use:     "list",
		Short:   a.say("Who has an account, and what each may do", "Qui a un compte, et ce que chacun peut faire"),
		Example: `  vigie account list --data ./data`,
		Args:    a.noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			st, err := a.findStore(c.Context(), p)
			if err != nil {
				return err
			}
			defer st.Close()
			all, err := access.Everybody(c.Context(), st)
			if err != nil {
				return err
			}
			list := []listedAccount{}
			for i := range all {
				m := &all[i]
				x := listedAccount{Person: m.Person, Name: m.Name, Email: m.Email, Entity: m.Entity, Roles: m.Roles, State: m.State, Second: m.Second()}
				if !m.Seen.IsZero() {
					x.Seen = m.Seen.Format("2006-01-02")
				}
				list = append(list, x)
			}
			if asJSON {
				return a.writeJSON(list)
			}
			return a.printAccounts(list)
		},
	}
	a.dataFlags(c, &p)
	a.jsonFlag(c, &asJSON)
	return c
}

func (a *app) printAccounts(list []listedAccount) error {
	if len(list) == 0 {
		a.note("nobody has an account yet: vigie account link makes the first", "personne n'a encore de compte : vigie account link fait le premier")
		return nil
	}
	var b strings.Builder
	for _, x := range list {
		var roles []string
		for _, r := range x.Roles {
			roles = append(roles, a.in(r.Label()))
		}
		second := a.say("password alone", "mot de passe seul")
		if x.Second {
			second = a.say("second factor", "second facteur")
		}
		who := x.Name + " <" + x.Email + ">"
		if x.State == account.Closed {
			who, second = x.Person, "-"
		}
		entity := x.Entity
		if entity == "" {
			entity = a.say("the group", "le groupe")
		}
		b.WriteString(strings.Join([]string{who, a.in(x.State.Label()), strings.Join(roles, ", "), entity, second}, "  ") + "\n")
	}
	return a.deliver("", []byte(b.String()))
}

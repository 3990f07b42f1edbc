package main

import (
	"errors"
	"net"
	"net/netip"
	"net/url"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"vigie/api/access"
	"vigie/catalog"
	"vigie/catalog/account"
	"vigie/catalog/strict"
	"vigie/catalog/wording"
)

// secret is a setting that is never written out.
type secret string

// String masks it.
func (s secret) String() string {
	if s == "" {
		return ""
	}
	return "••••••"
}

// GoString masks it.
func (s secret) GoString() string { return s.String() }

// MarshalText masks it.
func (s secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// settings are what the service is told: by flags, else the environment, else the file of --config, else what is usual.
// Secrets come from files of their own, or from the environment; never from the settings file.
type settings struct {
	Listen      string         `yaml:"listen" json:"listen"`
	Public      string         `yaml:"public_url" json:"public_url,omitempty"`
	Data        string         `yaml:"data" json:"data,omitempty"`
	DSNFile     string         `yaml:"dsn_file" json:"dsn_file,omitempty"`
	DSN         secret         `yaml:"-" json:"dsn,omitempty"`
	Files       string         `yaml:"files" json:"files,omitempty"`
	Proxies     []string       `yaml:"trusted_proxies" json:"trusted_proxies,omitempty"`
	TLS         tlsSettings    `yaml:"tls" json:"tls"`
	SignOn      signOnSettings `yaml:"single_sign_on" json:"single_sign_on"`
	Mail        mailSettings   `yaml:"mail" json:"mail"`
	Backups     placeSettings  `yaml:"backups" json:"backups"`
	Checkpoints placeSettings  `yaml:"checkpoints" json:"checkpoints"`
	Fetch       bool           `yaml:"fetch_sources" json:"fetch_sources"`
	from        string         // the file of --config, for messages
}

// tlsSettings are the certificate that the service itself shows; empty: a proxy in front does, or nobody.
type tlsSettings struct {
	Certificate string `yaml:"certificate" json:"certificate,omitempty"`
	Key         string `yaml:"key" json:"key,omitempty"`
}

// signOnSettings name an identity provider (OpenID Connect).
type signOnSettings struct {
	Issuer      string                    `yaml:"issuer" json:"issuer,omitempty"`
	ClientID    string                    `yaml:"client_id" json:"client_id,omitempty"`
	SecretFile  string                    `yaml:"client_secret_file" json:"client_secret_file,omitempty"`
	Secret      secret                    `yaml:"-" json:"client_secret,omitempty"`
	Name        string                    `yaml:"name" json:"name,omitempty"`
	Scopes      []string                  `yaml:"scopes" json:"scopes,omitempty"`
	RolesClaim  string                    `yaml:"roles_claim" json:"roles_claim,omitempty"`
	Roles       map[string][]account.Role `yaml:"roles" json:"roles,omitempty"`
	Default     []account.Role            `yaml:"default_roles" json:"default_roles,omitempty"`
	EntityClaim string                    `yaml:"entity_claim" json:"entity_claim,omitempty"`
	Entities    map[string]string         `yaml:"entities" json:"entities,omitempty"`
	Entity      string                    `yaml:"entity" json:"entity,omitempty"`
	Adopt       bool                      `yaml:"adopt_by_verified_address" json:"adopt_by_verified_address,omitempty"`
}

// mailSettings name a server that takes messages (SMTP).
type mailSettings struct {
	Server       string     `yaml:"server" json:"server,omitempty"` // host:port
	From         string     `yaml:"from" json:"from,omitempty"`
	User         string     `yaml:"user" json:"user,omitempty"`
	PasswordFile string     `yaml:"password_file" json:"password_file,omitempty"`
	Password     secret     `yaml:"-" json:"password,omitempty"`
	Encryption   encryption `yaml:"encryption" json:"encryption,omitempty"` // empty: starttls
}

// encryption is how a connection to a mail server is protected.
type encryption string

// The ways of protecting a connection to a mail server.
const (
	startTLS encryption = "starttls" // asked for, and refused without
	fullTLS  encryption = "tls"      // from the first byte
	noTLS    encryption = "none"
)

// Allowed implements strict.Enum.
func (encryption) Allowed() []string {
	return []string{string(startTLS), string(fullTLS), string(noTLS)}
}

// placeSettings say where something is kept, and how old the newest may be.
type placeSettings struct {
	Folder string `yaml:"folder" json:"folder,omitempty"`
	Days   int    `yaml:"max_age_days" json:"max_age_days,omitempty"` // 0: 2
}

// age is how old the newest may be, in days.
func (p placeSettings) age() int {
	if p.Days == 0 {
		return 2
	}
	return p.Days
}

// setting is one that flags and the environment know.
type setting struct {
	env  string
	text func(*settings) *string
	key  func(*settings) *secret
}

func theSettings() []setting {
	return []setting{
		{env: "VIGIE_LISTEN", text: func(s *settings) *string { return &s.Listen }},
		{env: "VIGIE_PUBLIC_URL", text: func(s *settings) *string { return &s.Public }},
		{env: "VIGIE_DATA", text: func(s *settings) *string { return &s.Data }},
		{env: "VIGIE_DSN", key: func(s *settings) *secret { return &s.DSN }},
		{env: "VIGIE_DSN_FILE", text: func(s *settings) *string { return &s.DSNFile }},
		{env: "VIGIE_FILES", text: func(s *settings) *string { return &s.Files }},
		{env: "VIGIE_TLS_CERTIFICATE", text: func(s *settings) *string { return &s.TLS.Certificate }},
		{env: "VIGIE_TLS_KEY", text: func(s *settings) *string { return &s.TLS.Key }},
		{env: "VIGIE_CLIENT_SECRET", key: func(s *settings) *secret { return &s.SignOn.Secret }},
		{env: "VIGIE_CLIENT_SECRET_FILE", text: func(s *settings) *string { return &s.SignOn.SecretFile }},
		{env: "VIGIE_MAIL_PASSWORD", key: func(s *settings) *secret { return &s.Mail.Password }},
		{env: "VIGIE_MAIL_PASSWORD_FILE", text: func(s *settings) *string { return &s.Mail.PasswordFile }},
	}
}

// moreEnvironment are the names that are read elsewhere.
var moreEnvironment = []string{"VIGIE_CONFIG", "VIGIE_TRUSTED_PROXIES"}

// configFlags adds the flags of the service's settings; what a flag says goes before everything else.
func (a *app) configFlags(c *cobra.Command, s *settings, config *string) {
	f := c.Flags()
	f.StringVar(config, "config", "", a.say("`FILE` of settings (default: VIGIE_CONFIG)", "`FICHIER` de réglages (défaut : VIGIE_CONFIG)"))
	f.StringVar(&s.Listen, "listen", "127.0.0.1:8080", a.say("`HOST:PORT` to listen on", "`HÔTE:PORT` d'écoute"))
	f.StringVar(&s.Public, "public-url", "", a.say("`URL` that people type, such as https://vigie.example.org", "`URL` que l'on saisit, par exemple https://vigie.example.org"))
	_ = c.MarkFlagFilename("config", "yaml", "yml")
}

// readSettings gives the settings of a command: what its flags said in s, then the environment, then the file. Everything
// wrong is said at once, and no message holds a secret.
func (a *app) readSettings(c *cobra.Command, flags settings, p place, config string) (*settings, error) {
	s := &settings{Listen: "127.0.0.1:8080"}
	if config == "" {
		config = a.env("VIGIE_CONFIG")
	}
	if config != "" {
		b, err := os.ReadFile(config)
		if err != nil {
			return nil, fault("--config %s: %s", "--config %s : %s", config, reason(err))
		}
		if err := strict.Decode(config, b, s); err != nil {
			return nil, err
		}
		s.from = config
	}
	for _, x := range theSettings() {
		v := a.env(x.env)
		if v == "" {
			continue
		}
		if x.key != nil {
			*x.key(s) = secret(v)
		} else {
			*x.text(s) = v
		}
	}
	if v := a.env("VIGIE_TRUSTED_PROXIES"); v != "" {
		s.Proxies = strings.FieldsFunc(v, func(r rune) bool { return r == ',' || r == ' ' })
	}
	if c.Flags().Changed("listen") {
		s.Listen = flags.Listen
	}
	if c.Flags().Changed("public-url") {
		s.Public = flags.Public
	}
	for _, x := range []struct{ given, into *string }{{&p.dir, &s.Data}, {&p.files, &s.Files}, {&p.dsnFile, &s.DSNFile}} {
		if *x.given != "" {
			*x.into = *x.given
		}
	}
	if p.dsn != "" {
		s.DSN, s.DSNFile = secret(p.dsn), ""
	}
	for _, x := range []struct {
		name, file string
		into       *secret
	}{{"dsn_file", s.DSNFile, &s.DSN}, {"client_secret_file", s.SignOn.SecretFile, &s.SignOn.Secret}, {"password_file", s.Mail.PasswordFile, &s.Mail.Password}} {
		if x.file == "" {
			continue
		}
		b, err := os.ReadFile(x.file)
		if err != nil {
			return nil, fault("%s %s: %s", "%s %s : %s", x.name, x.file, reason(err))
		}
		if *x.into = secret(strings.TrimSpace(string(b))); *x.into == "" {
			return nil, fault("%s %s: the file is empty", "%s %s : le fichier est vide", x.name, x.file)
		}
	}
	return s, s.check()
}

// check says what cannot be, all at once.
func (s *settings) check() error {
	var out []catalog.FieldError
	bad := func(name, en, fr string, args ...any) {
		out = append(out, catalog.FieldError{Path: name, Text: wording.Textf(en, fr, args...)})
	}
	if _, _, err := net.SplitHostPort(s.Listen); err != nil {
		bad("listen", "expected host:port, found %q", "il faut hôte:port ; trouvé « %s »", s.Listen)
	}
	if _, err := s.public(); err != nil {
		bad("public_url", "expected https://HOST or https://HOST:PORT without a path, found %q", "il faut https://HÔTE ou https://HÔTE:PORT, sans chemin ; trouvé « %s »", s.Public)
	}
	for _, p := range s.Proxies {
		if _, err := netip.ParsePrefix(p); err != nil {
			if _, err := netip.ParseAddr(p); err != nil {
				bad("trusted_proxies", "expected an address or a network such as 10.0.0.0/8, found %q", "il faut une adresse ou un réseau, par exemple 10.0.0.0/8 ; trouvé « %s »", p)
			}
		}
	}
	if (s.TLS.Certificate == "") != (s.TLS.Key == "") {
		bad("tls", "certificate and key go together", "certificate et key vont ensemble")
	}
	if o := s.SignOn; o.Issuer != "" || o.ClientID != "" {
		if u, err := url.Parse(o.Issuer); err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
			bad("single_sign_on.issuer", "expected the https:// address of the identity provider, found %q", "il faut l'adresse https:// du fournisseur d'identité ; trouvé « %s »", o.Issuer)
		}
		if o.ClientID == "" {
			bad("single_sign_on.client_id", "is needed: what the provider calls this service", "est nécessaire : le nom de ce service chez le fournisseur")
		}
		if s.Public == "" {
			bad("public_url", "is needed for single sign-on: people are sent back to it", "est nécessaire à la connexion unique : on y revient")
		}
		if len(o.Roles) > 0 && o.RolesClaim == "" {
			bad("single_sign_on.roles_claim", "is needed with roles: the claim that holds the groups, such as groups", "est nécessaire avec roles : l'attribut qui contient les groupes, par exemple groups")
		}
		if len(o.Roles) == 0 && len(o.Default) == 0 {
			bad("single_sign_on.roles", "nobody would get a role: give roles, or default_roles", "personne n'aurait de rôle : donner roles, ou default_roles")
		}
		for _, e := range append(slices.Collect(valuesOf(o.Entities)), o.Entity) {
			if e != "" && !catalog.ValidID(e) {
				bad("single_sign_on.entities", "an entity is named by lower-case letters, digits, dots, dashes and underscores, found %q", "une entité est nommée par des minuscules, chiffres, points, tirets et soulignés ; trouvé « %s »", e)
			}
		}
	}
	if m := s.Mail; m.Server != "" {
		if _, _, err := net.SplitHostPort(m.Server); err != nil {
			bad("mail.server", "expected host:port, found %q", "il faut hôte:port ; trouvé « %s »", m.Server)
		}
		if !account.ValidAddress(m.From) {
			bad("mail.from", "an e-mail address is needed", "il faut une adresse électronique")
		}
	}
	if s.Backups.Days < 0 || s.Checkpoints.Days < 0 {
		bad("max_age_days", "expected a number of days", "il faut un nombre de jours")
	}
	if len(out) == 0 {
		return nil
	}
	return &settingsError{from: s.from, fields: out}
}

// settingsError is what is wrong with settings, one a line.
type settingsError struct {
	from   string
	fields []catalog.FieldError
}

func (e *settingsError) Error() string { return e.In(wording.EN) }

// In writes one fault a line.
func (e *settingsError) In(l wording.Lang) string {
	var lines []string
	for _, f := range e.fields {
		line := f.Path + wording.Colon(l) + " " + f.Text.In(l)
		if e.from != "" {
			line = e.from + wording.Colon(l) + " " + line
		}
		lines = append(lines, wording.Typeset(l, line))
	}
	return strings.Join(lines, "\n")
}

func valuesOf(m map[string]string) func(func(string) bool) {
	return func(yield func(string) bool) {
		for _, v := range m {
			if !yield(v) {
				return
			}
		}
	}
}

// public is the address that people type; nil: none was given.
func (s *settings) public() (*url.URL, error) {
	if s.Public == "" {
		return nil, nil
	}
	u, err := url.Parse(s.Public)
	if err != nil {
		return nil, err
	}
	if u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || u.Path != "" && u.Path != "/" || u.RawQuery != "" || u.User != nil || u.Fragment != "" {
		return nil, errors.New("no bare address")
	}
	return &url.URL{Scheme: u.Scheme, Host: u.Host}, nil
}

// provider is the identity provider of the settings; nil: there is none.
func (s *settings) provider() *access.Provider {
	o := s.SignOn
	if o.Issuer == "" {
		return nil
	}
	p := &access.Provider{Issuer: o.Issuer, ClientID: o.ClientID, Secret: string(o.Secret), Name: o.Name, Scopes: o.Scopes, RolesClaim: o.RolesClaim, Roles: o.Roles, Default: o.Default,
		EntityClaim: o.EntityClaim, Entities: o.Entities, Entity: o.Entity, Adopt: o.Adopt}
	if p.Name == "" {
		if u, err := url.Parse(o.Issuer); err == nil {
			p.Name = u.Hostname()
		}
	}
	return p
}

// place is where the store of the settings is.
func (s *settings) place() place {
	return place{dir: s.Data, dsn: string(s.DSN), files: s.Files}
}

// strangers are names of the environment that look like settings and are none, each with the nearest that is one.
func (a *app) strangers(environ []string) []string {
	known := slices.Clone(moreEnvironment)
	for _, x := range theSettings() {
		known = append(known, x.env)
	}
	var out []string
	for _, e := range environ {
		name, _, _ := strings.Cut(e, "=")
		if strings.HasPrefix(name, "VIGIE_") && !slices.Contains(known, name) {
			if near := wording.Nearest(name, known); near != "" {
				out = append(out, a.say("%s in the environment is no setting; did you mean %s?", "%s dans l'environnement n'est pas un réglage ; vouliez-vous dire %s ?", name, near))
			}
		}
	}
	slices.Sort(out)
	return out
}

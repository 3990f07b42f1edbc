package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"io/fs"
	"net"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"vigie/api/access"
	"vigie/catalog/account"
	"vigie/catalog/store"
	"vigie/catalog/store/log"
	"vigie/catalog/wording"
)

// finding is one thing that doctor looked at.
type finding struct {
	Level level        `json:"level"`
	About string       `json:"about"`
	Text  wording.Text `json:"text"`
}

// level says how much a finding matters.
type level string

// The levels. An unsafe one makes the command exit 1.
const (
	good     level = "good"
	advice   level = "advice"
	isUnsafe level = "unsafe"
)

func (l level) label() wording.Text {
	return map[level]wording.Text{good: wording.Textf("good", "bien"), advice: wording.Textf("advice", "conseil"), isUnsafe: wording.Textf("UNSAFE", "DANGER")}[l]
}

func (a *app) doctor() *cobra.Command {
	var (
		flags  settings
		p      place
		config string
		asJSON bool
	)
	c := &cobra.Command{
		Use:   "doctor",
		Short: a.say("Say what of the configuration is unsafe", "Dire ce qui, dans la configuration, est dangereux"),
		Long: a.say(`Looks at the settings as serve would read them, at the data folder and at the accounts, and says what is unsafe and how
to mend it. It changes nothing. It exits 1 when something is unsafe.`,
			`Examine les réglages tels que serve les lirait, le dossier de données et les comptes, et dit ce qui est dangereux et
comment y remédier. Ne change rien. Le code de sortie est 1 si quelque chose est dangereux.`),
		Example: `  vigie doctor --config /etc/vigie.yaml
  vigie doctor --data ./data`,
		Args: a.noArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			s, err := a.readSettings(c, flags, p, config)
			if err != nil {
				return err
			}
			d := &doctor{settings: s, now: time.Now()}
			d.settingsFile()
			d.connections()
			d.certificate()
			d.signOn()
			d.mail()
			d.database()
			d.folder()
			d.backups()
			for _, text := range a.strangers(os.Environ()) {
				d.say(advice, "environment", "%s", "%s", text)
			}
			if s.Data == "" {
				d.say(advice, "data", "no data folder is named: accounts and files were not looked at (--data, or data in the settings)", "aucun dossier de données n'est nommé : ni comptes ni fichiers n'ont été examinés (--data, ou data dans les réglages)")
			} else if err := a.doctorStore(c.Context(), d); err != nil {
				return err
			}
			return a.prescribe(d, asJSON)
		},
	}
	a.configFlags(c, &flags, &config)
	a.dataFlags(c, &p)
	a.jsonFlag(c, &asJSON)
	return c
}

// prescribe writes what was found, the worst first.
func (a *app) prescribe(d *doctor, asJSON bool) error {
	order := []level{isUnsafe, advice, good}
	slices.SortStableFunc(d.found, func(x, y finding) int { return slices.Index(order, x.Level) - slices.Index(order, y.Level) })
	bad := slices.ContainsFunc(d.found, func(f finding) bool { return f.Level == isUnsafe })
	if asJSON {
		if err := a.writeJSON(struct {
			Safe     bool      `json:"safe"`
			Settings *settings `json:"settings"`
			Findings []finding `json:"findings"`
		}{!bad, d.settings, d.found}); err != nil {
			return err
		}
	} else {
		var b strings.Builder
		for _, f := range d.found {
			b.WriteString(a.in(f.Level.label()) + "  " + f.About + wording.Colon(a.lang) + " " + a.in(f.Text) + "\n")
		}
		if err := a.deliver("", []byte(b.String())); err != nil {
			return err
		}
	}
	if bad {
		return errNegative
	}
	return nil
}

// doctor looks at one thing after the other.
type doctor struct {
	*settings
	now   time.Time
	found []finding
}

func (d *doctor) say(l level, about, en, fr string, args ...any) {
	d.found = append(d.found, finding{Level: l, About: about, Text: wording.Textf(en, fr, args...)})
}

// onlyOwner says whether a file that holds a secret can be read by others.
func (d *doctor) onlyOwner(about, path string) bool {
	info, err := os.Stat(path)
	if err != nil {
		if !os.IsNotExist(err) {
			d.say(isUnsafe, about, "%s cannot be looked at: %s", "%s ne peut être examiné : %s", path, reason(err))
		}
		return true
	}
	if info.Mode().Perm()&0o077 != 0 {
		mode := "600"
		if info.IsDir() {
			mode = "700"
		}
		d.say(isUnsafe, about, "%s can be read by other users of this machine (mode %03o): chmod %s %s", "%s est lisible par d'autres utilisateurs de cette machine (mode %03o) : chmod %s %s", path, info.Mode().Perm(), mode, path)
		return false
	}
	return true
}

func (d *doctor) settingsFile() {
	for _, x := range []struct{ about, path string }{{"dsn_file", d.DSNFile}, {"single_sign_on.client_secret_file", d.SignOn.SecretFile}, {"mail.password_file", d.Mail.PasswordFile}, {"tls.key", d.TLS.Key}} {
		if x.path != "" {
			d.onlyOwner(x.about, x.path)
		}
	}
	if d.from == "" {
		return
	}
	if info, err := os.Stat(d.from); err == nil && info.Mode().Perm()&0o022 != 0 {
		d.say(isUnsafe, "config", "%s can be changed by other users of this machine (mode %03o): chmod go-w %s", "%s est modifiable par d'autres utilisateurs de cette machine (mode %03o) : chmod go-w %s", d.from, info.Mode().Perm(), d.from)
	}
}

// local reports whether an address reaches this machine alone.
func local(hostport string) bool {
	host := hostport
	if h, _, err := net.SplitHostPort(hostport); err == nil {
		host = h
	}
	if strings.EqualFold(host, "localhost") {
		return true
	}
	a, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return err == nil && a.Unmap().IsLoopback()
}

func (d *doctor) connections() {
	public, _ := d.public()
	encrypted := d.TLS.Certificate != ""
	byProxy := public != nil && public.Scheme == "https"
	switch {
	case encrypted:
		d.say(good, "listen", "%s, encrypted by the service itself", "%s, chiffré par le service lui-même", d.Listen)
	case local(d.Listen) && byProxy:
		d.say(good, "listen", "%s only, behind a proxy that encrypts %s", "%s seulement, derrière un mandataire qui chiffre %s", d.Listen, public.String())
	case local(d.Listen):
		d.say(good, "listen", "%s only: nobody elsewhere reaches it", "%s seulement : personne d'ailleurs n'y accède", d.Listen)
	case byProxy:
		d.say(isUnsafe, "listen", "%s takes unencrypted connections from elsewhere, though people use %s: listen on the proxy's side alone (127.0.0.1, or a network that only the proxy is in), or give tls.certificate and tls.key",
			"%s accepte d'ailleurs des connexions non chiffrées, alors que l'on utilise %s : écouter du seul côté du mandataire (127.0.0.1, ou un réseau où il est seul), ou donner tls.certificate et tls.key", d.Listen, public.String())
	default:
		d.say(isUnsafe, "listen", "%s takes connections from elsewhere without encryption: passwords and sessions could be read on the way, so that nobody can sign in; give tls.certificate and tls.key, or public_url and a proxy that encrypts",
			"%s accepte des connexions d'ailleurs sans chiffrement : mots de passe et sessions seraient lisibles en chemin, si bien que nul ne peut se connecter ; donner tls.certificate et tls.key, ou public_url et un mandataire qui chiffre", d.Listen)
	}
	if public != nil && public.Scheme == "http" && !local(public.Host) {
		d.say(isUnsafe, "public_url", "%s is not encrypted: use https://", "%s n'est pas chiffré : employer https://", public.String())
	}
	if encrypted && public == nil {
		d.say(advice, "public_url", "is not given: passkeys work on localhost only, and links that are handed out bear the address that the administrator used", "n'est pas donné : les clés d'accès ne valent que sur localhost, et les liens transmis portent l'adresse qu'emploie l'administrateur")
	}
	if byProxy && !encrypted && len(d.Proxies) == 0 {
		d.say(advice, "trusted_proxies", "none: to the limits on guessing, everybody comes from the proxy's address; name the proxy's own address", "aucun : pour les limites sur les essais, chacun vient de l'adresse du mandataire ; nommer l'adresse du mandataire")
	}
	for _, p := range d.Proxies {
		if n, err := netip.ParsePrefix(p); err == nil && (n.Addr().Is4() && n.Bits() < 8 || n.Addr().Is6() && n.Bits() < 16) {
			d.say(isUnsafe, "trusted_proxies", "%s is nearly everybody: whoever connects could claim any address and guess passwords without limit", "%s, c'est à peu près tout le monde : qui se connecte pourrait prétendre à n'importe quelle adresse et essayer des mots de passe sans limite", p)
		}
	}
}

func (d *doctor) certificate() {
	if d.TLS.Certificate == "" {
		return
	}
	pair, err := tls.LoadX509KeyPair(d.TLS.Certificate, d.TLS.Key)
	if err != nil {
		d.say(isUnsafe, "tls", "certificate and key cannot be used: %s", "certificat et clé sont inutilisables : %s", err.Error())
		return
	}
	leaf, err := x509.ParseCertificate(pair.Certificate[0])
	if err != nil {
		return
	}
	left := int(leaf.NotAfter.Sub(d.now).Hours() / 24)
	switch {
	case d.now.After(leaf.NotAfter):
		d.say(isUnsafe, "tls", "the certificate expired on %s", "le certificat a expiré le %s", leaf.NotAfter.Format(time.DateOnly))
	case left < 14:
		d.say(isUnsafe, "tls", "the certificate expires in %d days: renew it", "le certificat expire dans %d jours : le renouveler", left)
	default:
		d.say(good, "tls", "the certificate is good for %d more days", "le certificat vaut encore %d jours", left)
	}
	if public, _ := d.public(); public != nil && leaf.VerifyHostname(public.Hostname()) != nil {
		d.say(isUnsafe, "tls", "the certificate is not for %s", "le certificat n'est pas pour %s", public.Hostname())
	}
}

func (d *doctor) signOn() {
	o := d.SignOn
	if o.Issuer == "" {
		return
	}
	if u, err := url.Parse(o.Issuer); err == nil && u.Scheme == "http" && !local(u.Host) {
		d.say(isUnsafe, "single_sign_on.issuer", "%s is not encrypted: whoever is on the way could sign in as anybody", "%s n'est pas chiffré : qui est sur le chemin pourrait se connecter au nom de n'importe qui", o.Issuer)
	}
	if o.Adopt {
		d.say(advice, "single_sign_on.adopt_by_verified_address", "whoever runs %s can enter every account, also that of an administrator: right only for a provider of the organisation's own", "qui gère %s peut entrer dans tous les comptes, même d'administrateur : à réserver à un fournisseur propre à l'organisation", o.Issuer)
	}
	if slices.Contains(o.Default, account.Administrator) {
		d.say(isUnsafe, "single_sign_on.default_roles", "everybody whom the provider knows becomes an administrator", "chacun de ceux que le fournisseur connaît devient administrateur")
	}
}

func (d *doctor) mail() {
	m := d.Mail
	if m.Server != "" && m.Encryption == noTLS && !local(m.Server) {
		d.say(isUnsafe, "mail.encryption", "messages to %s, and the password if there is one, travel unencrypted: use starttls or tls", "les messages vers %s, et le mot de passe s'il y en a un, voyagent en clair : employer starttls ou tls", m.Server)
	}
}

func (d *doctor) database() {
	if u, err := url.Parse(string(d.DSN)); err == nil && u.Host != "" && !local(u.Host) {
		if mode := u.Query().Get("sslmode"); mode == "disable" || mode == "allow" || mode == "prefer" {
			d.say(isUnsafe, "dsn", "the connection to the database may be unencrypted (sslmode=%s): use sslmode=verify-full", "la connexion à la base peut être en clair (sslmode=%s) : employer sslmode=verify-full", mode)
		} else if mode != "verify-full" {
			d.say(advice, "dsn", "the connection to the database does not check who answers: use sslmode=verify-full", "la connexion à la base ne vérifie pas qui répond : employer sslmode=verify-full")
		}
	}
	if u, err := url.Parse(d.Files); err == nil && u.Scheme == "http" && !local(u.Host) {
		d.say(isUnsafe, "files", "source files travel unencrypted to %s: use https://", "les fichiers des sources voyagent en clair vers %s : employer https://", u.Host)
	}
}

// folder looks at who can read the data folder.
func (d *doctor) folder() {
	if d.Data == "" {
		return
	}
	fine := d.onlyOwner("data", d.Data)
	for _, name := range []string{"log.key", "vigie.db", "vigie.db-wal", "files"} {
		// Inside a folder that others cannot enter, the mode of a file matters little; the key is looked at all the same.
		if !fine || name == "log.key" {
			fine = d.onlyOwner("data", filepath.Join(d.Data, name)) && fine
		}
	}
	if fine {
		if _, err := os.Stat(d.Data); err == nil {
			d.say(good, "data", "only its owner reads %s", "seul son propriétaire lit %s", d.Data)
		}
	}
}

// newest is the newest file of a name below a folder, at most two levels deep.
func newest(dir string, match func(name string) bool) (path string, at time.Time) {
	_ = filepath.WalkDir(dir, func(p string, e fs.DirEntry, err error) error {
		if err != nil {
			return nil // what cannot be read is not the newest
		}
		rel, err := filepath.Rel(dir, p)
		if e.IsDir() && err == nil && strings.Count(rel, string(filepath.Separator)) >= 2 {
			return fs.SkipDir
		}
		if info, err := e.Info(); err == nil && !e.IsDir() && match(e.Name()) && info.ModTime().After(at) {
			path, at = p, info.ModTime()
		}
		return nil
	})
	return path, at
}

func (d *doctor) backups() {
	if d.Data == "" {
		return
	}
	p := d.Backups
	if p.Folder == "" {
		d.say(isUnsafe, "backups", "no folder is named in which backups would be: vigie backup --data %s FOLDER, every day, and name it in backups.folder", "aucun dossier de sauvegarde n'est nommé : vigie backup --data %s DOSSIER, chaque jour, et le nommer dans backups.folder", d.Data)
		return
	}
	if inside(d.Data, p.Folder) {
		d.say(isUnsafe, "backups", "%s is inside the data folder: what loses one loses both", "%s est dans le dossier de données : ce qui perd l'un perd l'autre", p.Folder)
	}
	path, at := newest(p.Folder, func(name string) bool { return name == "backup.json" })
	days := int(d.now.Sub(at).Hours() / 24)
	switch {
	case path == "":
		d.say(isUnsafe, "backups", "there is no finished backup in %s", "il n'y a aucune sauvegarde achevée dans %s", p.Folder)
	case days > p.age():
		d.say(isUnsafe, "backups", "the newest backup is %d days old, at most %d are wanted: %s", "la dernière sauvegarde date de %d jours, %d au plus sont voulus : %s", days, p.age(), path)
	default:
		d.say(good, "backups", "the newest is of %s", "la dernière est du %s", at.Format(time.DateOnly))
		d.onlyOwner("backups", filepath.Dir(path))
	}
}

// inside reports whether a folder is in another.
func inside(outer, inner string) bool {
	o, err1 := filepath.Abs(outer)
	i, err2 := filepath.Abs(inner)
	rel, err3 := filepath.Rel(o, i)
	return err1 == nil && err2 == nil && err3 == nil && rel != ".." && !strings.HasPrefix(rel, ".."+string(filepath.Separator))
}

// doctorStore looks at accounts and checkpoints of a store that exists.
func (a *app) doctorStore(ctx context.Context, d *doctor) error {
	s, err := a.findStore(ctx, d.place())
	if err != nil {
		return err
	}
	defer s.Close()
	list, err := access.Everybody(ctx, s)
	if err != nil {
		return err
	}
	d.people(list)
	return d.checkpoints(s)
}

func (d *doctor) people(list []access.Member) {
	admins, weak, idle := 0, 0, 0
	for i := range list {
		m := &list[i]
		if m.State != account.Active {
			continue
		}
		if slices.Contains(m.Roles, account.Administrator) {
			admins++
			if !m.Second() && m.Password != "" {
				weak++
			}
		}
		if !m.Seen.IsZero() && d.now.Sub(m.Seen) > 180*24*time.Hour {
			idle++
		}
	}
	switch {
	case admins == 0:
		d.say(isUnsafe, "people", "there is no administrator: vigie account link --data %s prints a link that makes one", "il n'y a pas d'administrateur : vigie account link --data %s affiche un lien qui en fait un", d.Data)
	case weak > 0:
		d.say(isUnsafe, "people", "administrators who sign in with a password alone: %d of %d; each adds a passkey or an app on the page of their account", "administrateurs qui se connectent avec un mot de passe seul : %d sur %d ; chacun ajoute une clé d'accès ou une application sur la page de son compte", weak, admins)
	default:
		d.say(good, "people", "administrators: %d, none with a password alone", "administrateurs : %d, aucun avec un mot de passe seul", admins)
	}
	if admins == 1 {
		d.say(advice, "people", "there is one administrator only: a second one spares a visit to the server when the first is away", "il n'y a qu'un administrateur : un second évite un passage au serveur quand le premier est absent")
	}
	if idle > 0 {
		d.say(advice, "people", "accounts that nobody used for half a year: %d; keep them out if they are not needed", "comptes inutilisés depuis six mois : %d ; suspendre ceux qui ne servent plus", idle)
	}
}

// checkpoints looks for signed states of the log outside the house: without any, whoever runs the database could write
// another history.
func (d *doctor) checkpoints(s *store.Store) error {
	p := d.Checkpoints
	if p.Folder == "" {
		d.say(isUnsafe, "checkpoints", "none leaves the house: whoever runs the database could write another history unseen; keep one a day elsewhere (vigie log checkpoint -o FILE) and name the folder in checkpoints.folder",
			"aucun ne quitte la maison : qui gère la base pourrait réécrire l'histoire sans que cela se voie ; en garder un par jour ailleurs (vigie log checkpoint -o FICHIER) et nommer le dossier dans checkpoints.folder")
		return nil
	}
	if inside(d.Data, p.Folder) {
		d.say(isUnsafe, "checkpoints", "%s is inside the data folder: it has not left the house", "%s est dans le dossier de données : rien n'a quitté la maison", p.Folder)
	}
	path, at := newest(p.Folder, func(string) bool { return true })
	if path == "" {
		d.say(isUnsafe, "checkpoints", "there is none in %s", "il n'y en a aucun dans %s", p.Folder)
		return nil
	}
	note, err := os.ReadFile(path)
	if err != nil {
		return fault("%s: %s", "%s : %s", path, reason(err))
	}
	days := int(d.now.Sub(at).Hours() / 24)
	if _, err := log.OpenCheckpoint(note, s.PublicKey()); err != nil {
		d.say(isUnsafe, "checkpoints", "the newest file, %s, is not a checkpoint of this log", "le fichier le plus récent, %s, n'est pas un point de contrôle de ce journal", path)
	} else if days > p.age() {
		d.say(isUnsafe, "checkpoints", "the newest is %d days old, at most %d are wanted: %s", "le dernier date de %d jours, %d au plus sont voulus : %s", days, p.age(), path)
	} else {
		d.say(good, "checkpoints", "the newest is of %s", "le dernier est du %s", at.Format(time.DateOnly))
	}
	return nil
}

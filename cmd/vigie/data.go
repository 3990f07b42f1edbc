package main

import (
	"context"
	"net/url"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"vigie/catalog/dictionary"
	"vigie/catalog/store"
	"vigie/catalog/store/files"
)

// place says where a store is: flags, else the environment (VIGIE_DATA, VIGIE_DSN, VIGIE_FILES).
type place struct {
	dir     string
	dsn     string
	dsnFile string
	files   string
}

// dataFlags adds the flags that say where a store is.
func (a *app) dataFlags(c *cobra.Command, p *place) {
	f := c.Flags()
	f.StringVar(&p.dir, "data", "", a.say("data `FOLDER`: database, source files, key of the log (default: VIGIE_DATA)", "`DOSSIER` de données : base, fichiers des sources, clé du journal (défaut : VIGIE_DATA)"))
	f.StringVar(&p.dsn, "dsn", "", a.say("`ADDRESS` of a PostgreSQL database instead of SQLite (default: VIGIE_DSN); other users of the machine can read it here, --dsn-file hides it", "`ADRESSE` d'une base PostgreSQL au lieu de SQLite (défaut : VIGIE_DSN) ; les autres utilisateurs de la machine peuvent la lire ici, --dsn-file la cache"))
	f.StringVar(&p.dsnFile, "dsn-file", "", a.say("`FILE` that holds the address of the PostgreSQL database", "`FICHIER` qui contient l'adresse de la base PostgreSQL"))
	f.StringVar(&p.files, "files", "", a.say("`URL` of an S3-compatible store for source files, https://HOST/BUCKET/PREFIX, with keys in AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (default: VIGIE_FILES, else the data folder)", "`URL` d'un stockage compatible S3 pour les fichiers des sources, https://HÔTE/SEAU/PRÉFIXE, clés dans AWS_ACCESS_KEY_ID et AWS_SECRET_ACCESS_KEY (défaut : VIGIE_FILES, sinon le dossier de données)"))
	_ = c.MarkFlagDirname("data")
	_ = c.MarkFlagFilename("dsn-file")
}

// storeOptions are what the flags and the environment say of a store. Messages never hold the address: it may hold a
// password.
func (a *app) storeOptions(ctx context.Context, p place) (store.Options, error) {
	o := store.Options{Dir: p.dir, DSN: p.dsn}
	if o.Dir == "" {
		o.Dir = a.env("VIGIE_DATA")
	}
	if o.Dir == "" {
		return o, fault("--data is needed: the folder that holds the store (or VIGIE_DATA in the environment)", "il faut --data : le dossier qui contient la base (ou VIGIE_DATA dans l'environnement)")
	}
	var err error
	if o.Dictionary, err = dictionary.In(o.Dir); err != nil {
		return o, err
	}
	switch {
	case p.dsn != "" && p.dsnFile != "":
		return o, fault("--dsn and --dsn-file both name the database: give one", "--dsn et --dsn-file désignent tous deux la base : n'en donner qu'un")
	case p.dsnFile != "":
		b, err := os.ReadFile(p.dsnFile)
		if err != nil {
			return o, fault("--dsn-file %s: %s", "--dsn-file %s : %s", p.dsnFile, reason(err))
		}
		if o.DSN = strings.TrimSpace(string(b)); o.DSN == "" {
			return o, fault("--dsn-file %s: the file is empty, expected postgres://user:password@host/database", "--dsn-file %s : le fichier est vide, attendu : postgres://utilisateur:motdepasse@hôte/base", p.dsnFile)
		}
	case p.dsn == "":
		o.DSN = a.env("VIGIE_DSN")
	}
	if p.files == "" {
		p.files = a.env("VIGIE_FILES")
	}
	if p.files != "" {
		if o.Files, err = a.objectStore(ctx, p.files); err != nil {
			return o, err
		}
	}
	return o, nil
}

// objectStore reaches the object store of an address https://HOST/BUCKET/PREFIX; its keys come from the environment.
func (a *app) objectStore(ctx context.Context, address string) (files.Store, error) {
	u, err := url.Parse(address)
	var bucket, prefix string
	if err == nil {
		bucket, prefix, _ = strings.Cut(strings.TrimPrefix(u.Path, "/"), "/")
	}
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || bucket == "" || u.User != nil {
		return nil, fault("--files: expected https://HOST/BUCKET or https://HOST/BUCKET/PREFIX, without user or password", "--files : il faut https://HÔTE/SEAU ou https://HÔTE/SEAU/PRÉFIXE, sans utilisateur ni mot de passe")
	}
	if prefix != "" && !strings.HasSuffix(prefix, "/") {
		prefix += "/"
	}
	s, err := files.OpenS3(ctx, files.S3Options{Endpoint: u.Host, Bucket: bucket, Prefix: prefix, Plain: u.Scheme == "http", Region: a.env("AWS_REGION"),
		AccessKey: a.env("AWS_ACCESS_KEY_ID"), SecretKey: a.env("AWS_SECRET_ACCESS_KEY")})
	if err != nil {
		return nil, fault("--files: the object store cannot be used: %s", "--files : le stockage d'objets est inutilisable : %s", err.Error())
	}
	return s, nil
}

// openStore opens the store of a command and makes it when nothing is there. Close it.
func (a *app) openStore(ctx context.Context, p place) (*store.Store, error) {
	o, err := a.storeOptions(ctx, p)
	if err != nil {
		return nil, err
	}
	return store.Open(ctx, o)
}

// findStore opens a store that must exist: a command that looks makes nothing. Close it.
func (a *app) findStore(ctx context.Context, p place) (*store.Store, error) {
	o, err := a.storeOptions(ctx, p)
	if err != nil {
		return nil, err
	}
	o.MustExist = true
	return store.Open(ctx, o)
}

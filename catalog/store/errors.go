package store

import (
	"context"
	"database/sql"
	"errors"
	"io"
	"io/fs"
	"net"
	"strings"
	"syscall"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"vigie/catalog"
	"vigie/catalog/wording"
)

// Every error that a person may meet is one of the kinds below, or a *catalog.NotFoundError or *catalog.InvalidError.
// All can be read in both languages (catalog.Localised) and say what to do next; Unwrap gives the engine's own words,
// which belong in the log and not on a page.

// fault is what the kinds share.
type fault struct {
	text  wording.Text
	cause error
}

// Error is the English text and the cause.
func (f fault) Error() string {
	if f.cause != nil {
		return f.text.EN + ": " + f.cause.Error()
	}
	return f.text.EN
}

// In writes the error in one language, without the cause.
func (f fault) In(l wording.Lang) string { return wording.Typeset(l, f.text.In(l)) }

// Unwrap is the engine's own error, if any.
func (f fault) Unwrap() error { return f.cause }

// ConflictError says that what a change was based on is no longer so: nothing was recorded. Have and Want are
// revisions when a revision was expected.
type ConflictError struct {
	fault
	Have, Want int64
	KeyUsed    bool // the key of the batch was used for another one, which is recorded
}

// UnknownOutcomeError says that the engine failed while a change was being acknowledged: it may or may not be
// recorded. Sending it again with the same key is safe.
type UnknownOutcomeError struct{ fault }

// FullError says that there is no room left; nothing was recorded. Writing goes on once there is.
type FullError struct{ fault }

// BusyError says that another program holds the database; nothing was recorded.
type BusyError struct{ fault }

// ReadOnlyError says that the place cannot be written.
type ReadOnlyError struct{ fault }

// StoppedError says that writing was stopped after a failure of the disk; reading goes on.
type StoppedError struct{ fault }

// UnavailableError says that the database cannot be reached, or was lost; nothing was recorded.
type UnavailableError struct{ fault }

// SchemaError says that the database is not one that this program can use: newer, altered, or by an engine too old.
type SchemaError struct{ fault }

// NoStoreError says that there is no store where one had to be (Options.MustExist).
type NoStoreError struct{ fault }

func noStore(dir string) error {
	return &NoStoreError{fault{text: wording.Textf("%s: no store here; vigie serve --data or vigie import makes one", "%s : aucune base ici ; vigie serve --data ou vigie import en crée une", dir)}}
}

// DamagedError says that what is stored does not fit together, and names the table and the record.
type DamagedError struct {
	fault
	Damage Damage
}

// NewConflict is a ConflictError of a caller that keeps rules of its own over what is stored.
func NewConflict(en, fr string, args ...any) *ConflictError { return conflict(en, fr, args...) }

func conflict(en, fr string, args ...any) *ConflictError {
	return &ConflictError{fault: fault{text: wording.Textf(en, fr, args...)}}
}

func invalid(path, en, fr string, args ...any) error {
	return &catalog.InvalidError{Fields: []catalog.FieldError{{Path: path, Text: wording.Textf(en, fr, args...)}}}
}

func schemaError(cause error, en, fr string, args ...any) *SchemaError {
	return &SchemaError{fault{text: wording.Textf(en, fr, args...), cause: cause}}
}

// kind of an engine's failure.
type failure int

const (
	failureNone failure = iota
	failureOther
	failureFull
	failureBusy
	failureReadOnly
	failureIO      // the disk failed: what is on it is not certain
	failureCorrupt // the engine itself sees damage
	failureLost    // the server went away
	failureDuplicate
)

func failureOf(err error) failure {
	if err == nil {
		return failureNone
	}
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		switch code := e.Code(); code & 0xff {
		case sqlite3.SQLITE_FULL:
			return failureFull
		case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
			return failureBusy
		case sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM:
			return failureReadOnly
		case sqlite3.SQLITE_IOERR:
			return failureIO
		case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB:
			return failureCorrupt
		case sqlite3.SQLITE_CANTOPEN:
			return failureReadOnly
		case sqlite3.SQLITE_CONSTRAINT:
			if code == sqlite3.SQLITE_CONSTRAINT_UNIQUE || code == sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY {
				return failureDuplicate
			}
		}
		return failureOther
	}
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		switch {
		case e.Code == "53100": // disk_full
			return failureFull
		case e.Code == "23505":
			return failureDuplicate
		case e.Code == "25006":
			return failureReadOnly
		case strings.HasPrefix(e.Code, "XX"): // data or index corrupted
			return failureCorrupt
		case e.Code == "58030":
			return failureIO
		case e.Code == "55P03", e.Code == "57014":
			return failureBusy
		case strings.HasPrefix(e.Code, "57P"), strings.HasPrefix(e.Code, "08"), e.Code == "53300":
			return failureLost
		}
		return failureOther
	}
	var netErr net.Error
	switch {
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return failureFull
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS):
		return failureReadOnly
	case errors.Is(err, syscall.EIO):
		return failureIO
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.As(err, &netErr), errors.Is(err, net.ErrClosed),
		errors.Is(err, syscall.ECONNREFUSED), errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE), isConnect(err),
		strings.Contains(err.Error(), "conn closed"), strings.Contains(err.Error(), "database is closed"), errors.Is(err, sql.ErrConnDone), strings.Contains(err.Error(), "bad connection"):
		return failureLost
	}
	return failureOther
}

func isConnect(err error) bool {
	_, ok := errors.AsType[*pgconn.ConnectError](err)
	return ok
}

// explain turns an engine's error into one of the kinds; errors that are one already, and those of a request that was
// given up, pass.
func explain(err error) error {
	if err == nil {
		return nil
	}
	if _, ok := errors.AsType[catalog.Localised](err); ok || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	of := func(en, fr string) fault { return fault{text: wording.Textf(en, fr), cause: err} }
	switch failureOf(err) {
	case failureFull:
		return &FullError{of("the disk is full: nothing was recorded; make room and try again", "le disque est plein : rien n'a été enregistré ; libérer de la place puis réessayer")}
	case failureBusy:
		return &BusyError{of("another program holds the database: nothing was recorded; try again", "un autre programme occupe la base de données : rien n'a été enregistré ; réessayer")}
	case failureReadOnly:
		return &ReadOnlyError{of("the folder or the database cannot be opened for writing; check its path and permissions", "le dossier ou la base de données ne peut être ouvert en écriture ; vérifier le chemin et les droits")}
	case failureIO:
		return &StoppedError{of("the disk failed: writing is stopped until the program starts again; reading goes on", "le disque a failli : l'écriture est arrêtée jusqu'au redémarrage du programme ; la lecture continue")}
	case failureCorrupt:
		return &DamagedError{fault: of("the database is damaged; run vigie verify, then restore a backup", "la base de données est endommagée ; lancer vigie verify puis restaurer une sauvegarde"), Damage: Damage{Table: "database"}}
	case failureLost:
		return &UnavailableError{of("the database cannot be reached: nothing was recorded; try again", "la base de données est injoignable : rien n'a été enregistré ; réessayer")}
	}
	return err
}

// afterCommit tells what a failed commit means. Only a full disk is certain to have left nothing: SQLite takes the
// transaction back before it says so.
func afterCommit(err error) error {
	switch failureOf(err) {
	case failureNone:
		return nil
	case failureFull, failureBusy:
		return explain(err)
	}
	return &UnknownOutcomeError{fault{cause: err, text: wording.Textf(
		"the database failed while it was acknowledging: the change may be recorded or not; send it again with the same key, or look first",
		"la base de données a failli au moment de confirmer : la modification est peut-être enregistrée ; la renvoyer avec la même clé, ou vérifier d'abord")}}
}

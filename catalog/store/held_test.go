package store

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"vigie/catalog/wording"
)

// Another program holds the database: who writes is told so within the time that SQLite is told to wait, and not much
// later; who reads goes on; once the other lets go, writing goes on.
func TestHeldDatabaseIsSaidInBoundedTime(t *testing.T) {
	o := sqliteOptions(t)
	s := open(t, o)
	record(t, s, nameBatch("before", "Before"))
	other := open(t, o)
	if err := other.engine.writer.Exec("BEGIN IMMEDIATE").Error; err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	_, err := s.Record(t.Context(), nameBatch("held", "Held"))
	took := time.Since(start)
	busy, ok := errors.AsType[*BusyError](err)
	if !ok || busy.In(wording.FR) == busy.In(wording.EN) {
		t.Errorf("%T %v", err, err)
	}
	if took < busyWait || took > 3*busyWait {
		t.Errorf("told after %v, SQLite is told to wait %v", took, busyWait)
	}
	if named := present(t, s); !named["before"] || named["held"] {
		t.Errorf("read while it was held: %v", named)
	}
	if s.Stopped() != nil {
		t.Errorf("writing is stopped: %v", s.Stopped())
	}
	if err := other.engine.writer.Exec("ROLLBACK").Error; err != nil {
		t.Fatal(err)
	}
	record(t, s, nameBatch("held", "Held"))
	if v := verify(t, s); !v.OK() {
		t.Error(v.Damage)
	}
	t.Logf("held by another: told after %v", took)
}

// PostgreSQL, locked by another session: who writes is told within the time that it is told to wait.
func TestHeldHeadOnPostgresIsSaid(t *testing.T) {
	o := postgresOptions(t)
	s := open(t, o)
	record(t, s, nameBatch("before", "Before"))
	tx, err := open(t, o).engine.pool.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback()
	if _, err := tx.Exec("SELECT size FROM log_head WHERE id = 1 FOR UPDATE"); err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	_, err = s.Record(t.Context(), nameBatch("held", "Held"))
	if _, ok := errors.AsType[*BusyError](err); !ok {
		t.Errorf("%T %v", err, err)
	}
	if took := time.Since(start); took > 3*busyWait {
		t.Errorf("told after %v", took)
	}
	if named := present(t, s); !named["before"] || named["held"] {
		t.Errorf("read while it was held: %v", named)
	}
	tx.Rollback()
	record(t, s, nameBatch("held", "Held"))
}

// readOnly mounts a folder onto itself so that nobody, root included, writes there.
func readOnly(t *testing.T, dir string) {
	t.Helper()
	for _, how := range [][]string{{"--bind", dir, dir}, {"-o", "remount,ro,bind", dir}} {
		if out, err := exec.Command("mount", how...).CombinedOutput(); err != nil {
			if os.Getenv("CI") != "" && os.Getuid() == 0 {
				t.Fatalf("mount %v: %s", how, out)
			}
			t.Skipf("nothing can be mounted here: %s", out)
		}
		if how[0] == "--bind" {
			t.Cleanup(func() { exec.Command("umount", "-l", dir).Run() })
		}
	}
}

// A folder that cannot be written is refused by name and in both languages, whether it is empty, holds a store that was
// closed well, or one that was not; what is there does not change.
func TestReadOnlyFolderIsRefused(t *testing.T) {
	for name, fill := range map[string]func(t *testing.T, o Options){
		"empty":     func(*testing.T, Options) {},
		"closed":    func(t *testing.T, o Options) { filled(t, o).Close() },
		"not there": func(*testing.T, Options) {},
	} {
		t.Run(name, func(t *testing.T) {
			o := sqliteOptions(t)
			fill(t, o)
			top := o.Dir
			readOnly(t, top)
			if name == "not there" {
				o.Dir = filepath.Join(top, "data")
			}
			s, err := Open(t.Context(), o)
			if err == nil {
				s.Close()
				t.Fatal("opened")
			}
			e, ok := errors.AsType[*ReadOnlyError](err)
			if !ok || e.In(wording.FR) == e.In(wording.EN) || !strings.HasPrefix(e.In(wording.EN), o.Dir+": ") {
				t.Errorf("%T %v", err, err)
			}
			exec.Command("umount", "-l", top).Run()
			if name != "closed" {
				if left, _ := os.ReadDir(top); len(left) != 0 {
					t.Errorf("left behind: %v", left)
				}
				return
			}
			if v := verify(t, open(t, o)); !v.OK() {
				t.Error(v.Damage)
			}
		})
	}
}

package store

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"gorm.io/driver/postgres"
	"gorm.io/gorm"

	"vigie/catalog"
	"vigie/catalog/dictionary"
	"vigie/catalog/reference"
)

var update = flag.Bool("update", false, "write what the engines tell of the schema into schema/")

func TestMain(m *testing.M) {
	if os.Getenv("VIGIE_STORE_CHILD") != "" {
		os.Exit(child())
	}
	flag.Parse()
	code := m.Run()
	server.stop()
	os.Exit(code)
}

// today is the clock of the tests.
var today = time.Date(2026, 11, 24, 9, 30, 0, 0, time.UTC)

func dict(t testing.TB) *catalog.Dictionary {
	t.Helper()
	d, err := dictionary.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func shipped(t testing.TB) *catalog.Catalogue {
	t.Helper()
	c, err := reference.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// onBoth runs a test on SQLite and on PostgreSQL.
func onBoth(t *testing.T, do func(t *testing.T, o Options)) {
	t.Run("sqlite", func(t *testing.T) { do(t, sqliteOptions(t)) })
	t.Run("postgres", func(t *testing.T) { do(t, postgresOptions(t)) })
}

func sqliteOptions(t testing.TB) Options {
	return Options{Dir: t.TempDir(), Dictionary: dict(t), Now: func() time.Time { return today }}
}

func postgresOptions(t testing.TB) Options {
	o := sqliteOptions(t)
	o.DSN = server.database(t)
	return o
}

func open(t testing.TB, o Options) *Store {
	t.Helper()
	s, err := Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// whole is a catalogue as one batch.
func whole(c *catalog.Catalogue) Batch {
	return Batch{By: "tests", Records: c.Records, Sources: c.Sources, Claims: c.Claims, Withdrawals: c.Withdrawals, Settlements: c.Settlements}
}

func record(t testing.TB, s *Store, b Batch) Receipt {
	t.Helper()
	r, err := s.Record(context.Background(), b)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// postgresServer is a real server, started once for all tests of the package and stopped at their end.
type postgresServer struct {
	dir  string
	bin  string
	port string
	err  string
	n    atomic.Int64
	done bool
}

var server postgresServer

// database makes a fresh database and gives its address. Without PostgreSQL the test is skipped, except where CI is set.
func (p *postgresServer) database(t testing.TB) string {
	t.Helper()
	if !p.done {
		p.done = true
		p.start()
	}
	if p.err != "" {
		if os.Getenv("CI") != "" {
			t.Fatal(p.err)
		}
		t.Skip(p.err)
	}
	return p.create(t, "TEMPLATE template0 ENCODING 'UTF8'")
}

// clone makes a copy of a database that nobody has open.
func (p *postgresServer) clone(t testing.TB, dsn string) string {
	t.Helper()
	return p.create(t, "TEMPLATE "+dsn[strings.LastIndex(dsn, "=")+1:])
}

func (p *postgresServer) create(t testing.TB, how string) string {
	t.Helper()
	name := fmt.Sprintf("vigie%d", p.n.Add(1))
	admin, err := gorm.Open(postgres.Open(p.dsn("postgres")), gormConfig())
	if err != nil {
		t.Fatal(err)
	}
	pool, err := admin.DB()
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	if _, err := pool.Exec("CREATE DATABASE " + name + " " + how); err != nil {
		t.Fatal(err)
	}
	return p.dsn(name)
}

func (p *postgresServer) dsn(name string) string {
	return "host=" + p.dir + " port=" + p.port + " user=postgres dbname=" + name
}

func (p *postgresServer) start() {
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/pg_ctl")
	if len(found) == 0 {
		p.err = "PostgreSQL is not installed (Debian: apt-get install postgresql)"
		return
	}
	slices.Sort(found)
	p.bin = filepath.Dir(found[len(found)-1])
	dir, err := os.MkdirTemp("", "vigie-pg-")
	if err != nil {
		p.err = err.Error()
		return
	}
	p.dir, p.port = dir, "5499"
	if os.Getuid() == 0 { // the server refuses to run as root
		u, err := user.Lookup("postgres")
		if err != nil {
			p.err = err.Error()
			return
		}
		uid, _ := strconv.Atoi(u.Uid)
		gid, _ := strconv.Atoi(u.Gid)
		if err := os.Chown(dir, uid, gid); err != nil {
			p.err = err.Error()
			return
		}
	}
	if err := p.run("initdb", "-D", dir+"/data", "-A", "trust", "-U", "postgres", "--no-sync", "-E", "UTF8", "--locale=C.UTF-8"); err != nil {
		p.err = err.Error()
		return
	}
	p.up()
}

func (p *postgresServer) up() {
	if err := p.run("pg_ctl", "-D", p.dir+"/data", "-w", "-l", p.dir+"/log", "-o", "-c listen_addresses='' -c unix_socket_directories="+p.dir+" -c port="+p.port+" -c max_connections=100", "start"); err != nil {
		p.err = err.Error()
	}
}

func (p *postgresServer) run(tool string, args ...string) error {
	cmd := exec.Command(filepath.Join(p.bin, tool), args...)
	cmd.Dir = p.dir
	cmd.Env = []string{"PATH=" + p.bin + ":/usr/bin:/bin", "LC_ALL=C.UTF-8"}
	if os.Getuid() == 0 {
		u, err := user.Lookup("postgres")
		if err != nil {
			return err
		}
		uid, _ := strconv.Atoi(u.Uid)
		gid, _ := strconv.Atoi(u.Gid)
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}
	}
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%s: %w: %s", tool, err, strings.TrimSpace(out.String()))
	}
	return nil
}

func (p *postgresServer) stop() {
	if p.dir == "" {
		return
	}
	p.run("pg_ctl", "-D", p.dir+"/data", "-m", "immediate", "stop")
	os.RemoveAll(p.dir)
}

package store

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// kills is how often R1 kills the writer: 200 in CI, VIGIE_KILLS=1000 before a release, a few in -short.
func kills(t testing.TB) int {
	if testing.Short() {
		return 10
	}
	n := 200
	fmt.Sscan(os.Getenv("VIGIE_KILLS"), &n)
	return n
}

// R1: the writer is killed at random moments, with four clients at work. What it said was recorded is there, whole; the
// store opens again at once and verifies.
func TestKilledWriterLosesNothing(t *testing.T) {
	n := kills(t)
	t.Logf("PostgreSQL is killed in TestPostgresKilledUnderWriters")
	o := sqliteOptions(t)
	var acks []string
	var slowest time.Duration
	var unsaid, total int
	for i := range n {
		run := startChild(t, nil, "VIGIE_STORE_CHILD="+o.Dir, fmt.Sprintf("VIGIE_STORE_RUN=r%d", i), "VIGIE_STORE_CLIENTS=4")
		// Counted from the first acknowledgement on, so that most kills fall into writing; some into opening.
		if i%10 != 0 {
			for {
				run.said.Lock()
				begun := len(run.said.acks) > 0 || len(run.said.other) > 0
				run.said.Unlock()
				if begun {
					break
				}
				time.Sleep(time.Millisecond)
			}
		}
		time.Sleep(time.Duration(rand.IntN(40_000)) * time.Microsecond)
		run.kill()
		if len(run.said.other) > 0 || len(run.said.errors) > 0 {
			t.Fatalf("kill %d: %v %v", i, run.said.other, run.said.errors)
		}
		acks = append(acks, run.said.acks...)
		slowest = max(slowest, run.said.open)
		if i%20 != 19 && i != n-1 {
			continue
		}
		start := time.Now()
		s := open(t, o)
		named := present(t, s)
		slowest = max(slowest, time.Since(start))
		if err := lost(named, acks); err != nil {
			t.Fatalf("kill %d: %v", i, err)
		}
		if v := verify(t, s); !v.OK() {
			t.Fatalf("kill %d: %v", i, v.Damage)
		}
		unsaid += len(named) - len(acks)
		total += len(acks)
		s.Close()
		acks, o = nil, sqliteOptions(t) // a small store again: reading it back stays quick
	}
	t.Logf("R1: %d kills, %d writes acknowledged, 0 lost, 0 torn, %d recorded but not yet said; slowest opening %v", n, total, unsaid, slowest)
	if slowest > 5*time.Second {
		t.Errorf("an opening took %v", slowest)
	}
}

// strace finds the tool that makes system calls fail; without it the test is skipped, except where CI is set.
func strace(t testing.TB) string {
	t.Helper()
	path, err := exec.LookPath("strace")
	if err == nil {
		err = exec.Command(path, "-f", "-o", "/dev/null", "true").Run()
	}
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatalf("strace is needed: %v", err)
		}
		t.Skipf("strace cannot run here: %v", err)
	}
	return path
}

// R2: from some moment on, every fsync fails. Nothing is acknowledged after that; what was acknowledged before is there;
// what is there beyond it is at most what got an unknown outcome. Reading goes on.
func TestFailingSyncIsNeverAcknowledged(t *testing.T) {
	path := strace(t)
	step := 6
	if testing.Short() {
		step = 20
	}
	acked, unknown, extra := 0, 0, 0
	for n := 1; n <= 60; n += step {
		o := sqliteOptions(t)
		open(t, o).Close() // made before the disk fails
		run := startChild(t, []string{path, "-f", "-o", "/dev/null", "-e", fmt.Sprintf("inject=fsync,fdatasync:error=EIO:when=%d+", n)},
			"VIGIE_STORE_CHILD="+o.Dir, "VIGIE_STORE_RUN=r", "VIGIE_STORE_WRITES=40", "VIGIE_STORE_CLIENTS=1")
		run.wait()
		if slices.ContainsFunc(run.said.other, func(l string) bool { return strings.HasPrefix(l, "UNREADABLE") }) {
			t.Errorf("fsync %d: reading failed too: %v", n, run.said.other)
		}
		if len(run.said.errors) == 0 && len(run.said.other) == 0 && len(run.said.acks) < 40 {
			t.Errorf("fsync %d: %d acknowledged, no error", n, len(run.said.acks))
		}
		s := open(t, o)
		named := present(t, s)
		if err := lost(named, run.said.acks); err != nil {
			t.Fatalf("fsync %d: %v", n, err)
		}
		uncertain := 0
		for _, e := range run.said.errors {
			if isUnknown(e) {
				uncertain++
			}
		}
		if more := len(named) - len(run.said.acks); more > uncertain+1 {
			t.Errorf("fsync %d: %d more are there than acknowledged, %d outcomes were unknown", n, more, uncertain)
		} else {
			extra += more
		}
		if v := verify(t, s); !v.OK() {
			t.Errorf("fsync %d: %v", n, v.Damage)
		}
		s.Close()
		acked, unknown = acked+len(run.said.acks), unknown+uncertain
		for _, line := range run.said.after { // the last write of all may be the one: then nothing follows
			if !strings.Contains(line, "StoppedError") {
				t.Errorf("fsync %d: writing went on after an unknown outcome: %s", n, line)
			}
		}
	}
	t.Logf("R2: %d acknowledged, all there; %d unknown outcomes, of which %d were recorded", acked, unknown, extra)
}

// R3: the disk is full from some moment on: the answer says so, nothing acknowledged is lost, reading goes on.
func TestFullDiskIsSaidAndLosesNothing(t *testing.T) {
	path := strace(t)
	acked, refused := 0, 0
	for _, n := range []int{5, 30, 80, 200} {
		o := sqliteOptions(t)
		open(t, o).Close()
		run := startChild(t, []string{path, "-f", "-o", "/dev/null", "-e", fmt.Sprintf("inject=pwrite64:error=ENOSPC:when=%d+", n)},
			"VIGIE_STORE_CHILD="+o.Dir, "VIGIE_STORE_RUN=r", "VIGIE_STORE_WRITES=60", "VIGIE_STORE_CLIENTS=1")
		run.wait()
		for _, e := range run.said.errors {
			if !strings.Contains(e, "FullError") {
				t.Errorf("write %d: %s", n, e)
			}
		}
		for _, l := range run.said.other {
			if !strings.HasPrefix(l, "FAILED the disk") && !strings.HasPrefix(l, "CLOSE") {
				t.Errorf("write %d: %s", n, l)
			}
		}
		s := open(t, o)
		if err := lost(present(t, s), run.said.acks); err != nil {
			t.Fatal(err)
		}
		if v := verify(t, s); !v.OK() {
			t.Errorf("write %d: %v", n, v.Damage)
		}
		s.Close()
		acked, refused = acked+len(run.said.acks), refused+len(run.said.errors)
	}
	t.Logf("R3: %d acknowledged, all there; %d refused because the disk was full", acked, refused)
}

// R3 on a real full file system: once there is room again, writing goes on without opening the store anew.
func TestRoomMadeResumesWriting(t *testing.T) {
	dir := t.TempDir()
	if out, err := exec.Command("mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", dir).CombinedOutput(); err != nil {
		if os.Getenv("CI") != "" && os.Getuid() == 0 {
			t.Logf("no tmpfs can be mounted here: %s", out)
		}
		t.Skipf("no tmpfs can be mounted here: %s", out)
	}
	defer exec.Command("umount", "-l", dir).Run()
	o := sqliteOptions(t)
	o.Dir = dir
	s := open(t, o)
	ballast := filepath.Join(dir, "ballast")
	if err := os.WriteFile(ballast, make([]byte, 3<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	var acks []string
	full := 0
	for i := 0; i < 5000 && full < 3; i++ {
		id := fmt.Sprintf("v%d", i)
		if _, err := s.Record(t.Context(), nameBatch(id, strings.Repeat("n", 2000))); err != nil {
			if failureOf(err) != failureFull {
				if _, ok := err.(*FullError); !ok {
					t.Fatalf("write %d: %T %v", i, err, err)
				}
			}
			full++
			continue
		}
		acks = append(acks, id)
	}
	if full == 0 {
		t.Fatal("the disk never filled")
	}
	if err := lost(present(t, s), acks); err != nil {
		t.Fatal("read while full: ", err)
	}
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Record(t.Context(), nameBatch("after", "After")); err != nil {
		t.Fatalf("there is room again: %v", err)
	}
	if v := verify(t, s); !v.OK() {
		t.Error(v.Damage)
	}
	t.Logf("R3: %d acknowledged on 6 MB, then full; after room was made writing went on", len(acks))
	s.Close()
}

// R5, the lost -wal: SQLite would open the database as it was at its last checkpoint; the witness does not let it.
func TestRemovedWriteAheadLogIsSeen(t *testing.T) {
	o := sqliteOptions(t)
	run := startChild(t, nil, "VIGIE_STORE_CHILD="+o.Dir, "VIGIE_STORE_RUN=r", "VIGIE_STORE_CLIENTS=1")
	for {
		run.said.Lock()
		enough := len(run.said.acks) >= 20
		run.said.Unlock()
		if enough {
			break
		}
		time.Sleep(time.Millisecond)
	}
	run.kill()
	for _, name := range []string{"-wal", "-shm"} {
		if err := os.Remove(filepath.Join(o.Dir, databaseName+name)); err != nil {
			t.Fatal(err)
		}
	}
	s, err := Open(t.Context(), o)
	if err == nil {
		s.Close()
		t.Fatal("opened, though acknowledged writes are gone")
	}
	t.Logf("refused: %v", err)
}

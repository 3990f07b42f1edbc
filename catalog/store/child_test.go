package store

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"vigie/catalog"
	"vigie/catalog/dictionary"
)

// child is a program of its own that writes to a store until it is told how much, or killed. It says each thing that it
// was told is recorded, after it was told.
//
//	VIGIE_STORE_CHILD  folder, VIGIE_STORE_DSN address, VIGIE_STORE_RUN name of the run, VIGIE_STORE_WRITES how many (0: no end),
//	VIGIE_STORE_CLIENTS how many at once
func child() int {
	number := func(name string) int { n, _ := strconv.Atoi(os.Getenv(name)); return n }
	d, err := dictionary.Builtin()
	if err != nil {
		fmt.Println("FAILED", err)
		return 1
	}
	start := time.Now()
	s, err := Open(context.Background(), Options{Dir: os.Getenv("VIGIE_STORE_CHILD"), DSN: os.Getenv("VIGIE_STORE_DSN"), Dictionary: d})
	if err != nil {
		fmt.Println("FAILED", err)
		return 1
	}
	fmt.Println("OPEN", time.Since(start).Microseconds())
	var out sync.Mutex
	say := func(words ...any) {
		out.Lock()
		defer out.Unlock()
		fmt.Println(words...)
	}
	var wait sync.WaitGroup
	for client := range max(1, number("VIGIE_STORE_CLIENTS")) {
		wait.Go(func() {
			for i := 0; number("VIGIE_STORE_WRITES") == 0 || i < number("VIGIE_STORE_WRITES"); i++ {
				id := fmt.Sprintf("%s-%d-%d", os.Getenv("VIGIE_STORE_RUN"), client, i)
				_, err := s.Record(context.Background(), nameBatch(id, "Name "+id))
				if err != nil {
					say("ERROR", id, strings.ReplaceAll(fmt.Sprintf("%T", err), "*store.", ""), err)
					if _, err := s.Head(context.Background()); err != nil {
						say("UNREADABLE", err)
					}
					continue
				}
				say("ACK", id)
			}
		})
	}
	wait.Wait()
	if err := s.Close(); err != nil {
		fmt.Println("CLOSE", err)
	}
	fmt.Println("DONE")
	return 0
}

// nameBatch is one write: a record, the claim of its name, its period, two leaves.
func nameBatch(id, name string) Batch {
	v := catalog.TextValue(name)
	ref := catalog.Ref{Kind: catalog.Vendor, ID: id}
	return Batch{Key: id, By: "child", Records: []catalog.Ref{ref},
		Claims: []catalog.Claim{{Record: ref, Path: "vendor.name", State: catalog.Known, Value: &v, AsOf: "2026-01-01"}}}
}

func isUnknown(said string) bool { return strings.Contains(said, "UnknownOutcomeError") }

type childRun struct {
	cmd  *exec.Cmd
	said struct {
		sync.Mutex
		acks   []string
		errors []string
		after  []string // outcomes said once one was unknown
		other  []string
		open   time.Duration
	}
	done chan struct{}
}

// startChild runs this test binary as the child, under another program when wrap is given.
func startChild(t testing.TB, wrap []string, env ...string) *childRun {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	args := append(append([]string{}, wrap...), self)
	r := &childRun{cmd: exec.Command(args[0], args[1:]...), done: make(chan struct{})}
	r.cmd.Env = append(os.Environ(), env...)
	var problems bytes.Buffer
	r.cmd.Stderr = &problems
	pipe, err := r.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := r.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(r.done)
		lines := bufio.NewReader(pipe)
		for {
			line, err := lines.ReadString('\n')
			if err != nil { // a line cut by the kill was not said whole
				if err != io.EOF {
					return
				}
				return
			}
			word, rest, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
			r.said.Lock()
			outcome := word == "ACK" || word == "ERROR"
			if outcome && slices.ContainsFunc(r.said.errors, isUnknown) {
				r.said.after = append(r.said.after, line)
			}
			switch word {
			case "ACK":
				r.said.acks = append(r.said.acks, rest)
			case "ERROR":
				r.said.errors = append(r.said.errors, rest)
			case "OPEN":
				us, _ := strconv.Atoi(rest)
				r.said.open = time.Duration(us) * time.Microsecond
			case "DONE":
			default:
				r.said.other = append(r.said.other, line)
			}
			r.said.Unlock()
		}
	}()
	return r
}

// kill ends the child without warning, its whole process group's strace too.
func (r *childRun) kill() {
	r.cmd.Process.Kill()
	<-r.done
	r.cmd.Wait()
}

// wait lets it end.
func (r *childRun) wait() error {
	<-r.done
	return r.cmd.Wait()
}

// present tells which ids the store holds, each with its name and its entries of the log.
func present(t testing.TB, s *Store) map[string]bool {
	t.Helper()
	c, err := s.Catalogue(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	named := map[string]bool{}
	for _, cl := range c.Claims {
		if cl.Path == "vendor.name" {
			named[cl.Record.ID] = true
		}
	}
	for _, r := range c.Records {
		if !named[r.ID] {
			t.Errorf("torn: record %s without the claim that came with it", r.ID)
		}
	}
	tree, err := s.Head(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if want := int64(len(c.Records) + len(c.Claims)); tree.N != want {
		t.Errorf("torn: %d records and claims, %d entries of the log", want, tree.N)
	}
	return named
}

var errLost = errors.New("acknowledged and lost")

func lost(named map[string]bool, acks []string) error {
	for _, id := range acks {
		if !named[id] {
			return fmt.Errorf("%s: %w", id, errLost)
		}
	}
	return nil
}

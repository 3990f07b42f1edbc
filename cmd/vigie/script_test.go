package main

import (
	"context"
	"flag"
	"io"
	"maps"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

var update = flag.Bool("update", false, "renew the expected texts of the scripts")

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"vigie": main})
}

// TestScripts runs every command as a person would: happy path, each refusal with its exact text, nothing written on
// failure. Each script says what it shows.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		UpdateScripts:       *update,
		Setup: func(e *testscript.Env) error {
			e.Setenv("LANG", "en_GB.UTF-8")
			e.Setenv("NO_COLOR", "1")
			repo, err := filepath.Abs("../..")
			e.Setenv("REPO", repo)
			return err
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"pdf": isPDF, "only": only, "same": same, "issued": issuedReport, "flipped": flipped},
	})
}

// isPDF: pdf FILE… checks that each file is a whole PDF.
func isPDF(ts *testscript.TestScript, _ bool, args []string) {
	for _, name := range args {
		data := ts.ReadFile(name)
		if !strings.HasPrefix(data, "%PDF-1.") || !strings.HasSuffix(strings.TrimSpace(data), "%%EOF") {
			ts.Fatalf("%s is not a whole PDF", name)
		}
	}
}

// only: only FOLDER NAME… checks that the folder holds these files and no other, hidden ones included.
func only(ts *testscript.TestScript, _ bool, args []string) {
	entries, err := os.ReadDir(ts.MkAbs(args[0]))
	ts.Check(err)
	var got []string
	for _, e := range entries {
		got = append(got, e.Name())
	}
	if g, w := strings.Join(got, " "), strings.Join(args[1:], " "); g != w {
		ts.Fatalf("%s holds %q, want %q", args[0], g, w)
	}
}

// same: same FOLDER FOLDER checks that two folders hold the same files with the same bytes.
func same(ts *testscript.TestScript, _ bool, args []string) {
	read := func(dir string) map[string]string {
		entries, err := os.ReadDir(ts.MkAbs(dir))
		ts.Check(err)
		out := map[string]string{}
		for _, e := range entries {
			out[e.Name()] = ts.ReadFile(filepath.Join(dir, e.Name()))
		}
		return out
	}
	if a, b := read(args[0]), read(args[1]); len(a) == 0 || !maps.Equal(a, b) {
		ts.Fatalf("%s and %s differ", args[0], args[1])
	}
}

// TestServeStartsAndStops starts the real command on a free port, reads a page, asks for its health, and stops it.
func TestServeStartsAndStops(t *testing.T) {
	t.Setenv("LANG", "fr_FR.UTF-8")
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	out, in := io.Pipe()
	code := make(chan int, 1)
	go func() {
		code <- run(ctx, []string{"serve", "--demo", "--listen", "127.0.0.1:0"}, strings.NewReader(""), io.Discard, in)
		in.Close()
	}()
	line := make([]byte, 512)
	n, err := out.Read(line)
	if err != nil {
		t.Fatal(err)
	}
	go io.Copy(io.Discard, out)
	said := string(line[:n])
	_, rest, ok := strings.Cut(said, "http://")
	addr, _, ok2 := strings.Cut(rest, "/")
	if !ok || !ok2 || !strings.HasPrefix(said, "vigie: prêt") {
		t.Fatalf("the first message is %q", said)
	}
	res, err := http.Get("http://" + addr + "/fr/")
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(res.Body)
	res.Body.Close()
	if err != nil || res.StatusCode != http.StatusOK || !strings.Contains(string(body), "Mistral") {
		t.Errorf("first page: status %d, error %v, Mistral in it: %v", res.StatusCode, err, strings.Contains(string(body), "Mistral"))
	}
	if got := run(t.Context(), []string{"healthcheck", "--addr", addr}, nil, io.Discard, io.Discard); got != exitOK {
		t.Errorf("healthcheck of a running server exits %d", got)
	}
	stop()
	if got := <-code; got != exitOK {
		t.Errorf("serve exits %d when it is stopped", got)
	}
	if got := run(t.Context(), []string{"healthcheck", "--addr", addr}, nil, io.Discard, io.Discard); got != exitNegative {
		t.Errorf("healthcheck of a stopped server exits %d", got)
	}
}

// TestPortInUse refuses an address that another program listens on, with a way out.
func TestPortInUse(t *testing.T) {
	t.Setenv("LANG", "C")
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	var stderr strings.Builder
	got := run(t.Context(), []string{"serve", "--demo", "--listen", ln.Addr().String()}, nil, io.Discard, &stderr)
	want := "vigie: --listen " + ln.Addr().String() + ": another program listens there already; choose another port, for example 127.0.0.1:0 for any free one\n"
	if got != exitUsage || stderr.String() != want {
		t.Errorf("exits %d with %q, want %d with %q", got, stderr.String(), exitUsage, want)
	}
}

// TestLanguage chooses the language of messages before anything else is read.
func TestLanguage(t *testing.T) {
	tests := []struct {
		name string
		args []string
		env  map[string]string
		want string
	}{
		{"nothing said: English", nil, nil, "en"},
		{"the locale counts", nil, map[string]string{"LANG": "fr_CA.UTF-8"}, "fr"},
		{"LC_ALL goes before LANG", nil, map[string]string{"LANG": "fr_FR", "LC_ALL": "C.UTF-8"}, "en"},
		{"the flag goes before the locale", []string{"assess", "--lang", "en"}, map[string]string{"LANG": "fr_FR"}, "en"},
		{"the flag with an equals sign", []string{"--lang=FR"}, nil, "fr"},
		{"after -- nothing is a flag", []string{"check", "--", "--lang=fr"}, nil, "en"},
		{"a wrong flag leaves the locale", []string{"--lang", "de"}, map[string]string{"LANG": "fr_FR"}, "fr"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := language(tt.args, func(k string) string { return tt.env[k] }); string(got) != tt.want {
				t.Errorf("language = %s, want %s", got, tt.want)
			}
		})
	}
}

// BenchmarkStartToFirstPage is the time from the command to the first page in a browser's hands.
func BenchmarkStartToFirstPage(b *testing.B) {
	exe := filepath.Join(b.TempDir(), "vigie")
	build(b, exe)
	for b.Loop() {
		firstPage(b, exe)
	}
	b.ReportMetric(float64(b.Elapsed().Milliseconds())/float64(b.N), "ms/start")
}

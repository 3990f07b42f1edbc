package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// instruction is one line of a Dockerfile, continuation lines joined.
type instruction struct{ word, rest string }

func readDockerfile(t *testing.T) []instruction {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, "Dockerfile"))
	if err != nil {
		t.Fatal(err)
	}
	var out []instruction
	for _, l := range strings.Split(strings.ReplaceAll(string(text), "\\\n", " "), "\n") {
		if l = strings.TrimSpace(l); l == "" || strings.HasPrefix(l, "#") {
			continue
		}
		word, rest, _ := strings.Cut(l, " ")
		out = append(out, instruction{word, strings.Join(strings.Fields(rest), " ")})
	}
	return out
}

// finalStage is what follows the last FROM: the image that is shipped.
func finalStage(all []instruction) []instruction {
	last := 0
	for i, in := range all {
		if in.word == "FROM" {
			last = i
		}
	}
	return all[last:]
}

func theOnly(t *testing.T, stage []instruction, word string) string {
	t.Helper()
	var found []string
	for _, in := range stage {
		if in.word == word {
			found = append(found, in.rest)
		}
	}
	if len(found) != 1 {
		t.Fatalf("the image has %d %s lines: %q", len(found), word, found)
	}
	return found[0]
}

func execForm(t *testing.T, s string) []string {
	t.Helper()
	var args []string
	if err := json.Unmarshal([]byte(s), &args); err != nil || len(args) == 0 {
		t.Fatalf("%s: only the form [\"program\", …] works in an image without a shell (%v)", s, err)
	}
	return args
}

// buildContext copies what docker build would send: the tree less what .dockerignore names, by its two forms, the name of an
// entry at the top and **/pattern.
func buildContext(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, ".dockerignore"))
	if err != nil {
		t.Fatal(err)
	}
	ignored := strings.Fields(string(text))
	dir := t.TempDir()
	src, err := os.OpenRoot(root)
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	err = fs.WalkDir(src.FS(), ".", func(p string, e fs.DirEntry, err error) error {
		if err != nil || p == "." {
			return err
		}
		for _, pattern := range ignored {
			hit := p == pattern
			if anywhere, ok := strings.CutPrefix(pattern, "**/"); ok {
				hit, err = path.Match(anywhere, e.Name())
			} else if strings.ContainsAny(pattern, "*/!") {
				err = fmt.Errorf(".dockerignore: this test does not know the form of %q", pattern)
			}
			switch {
			case err != nil:
				return err
			case hit && e.IsDir():
				return fs.SkipDir
			case hit:
				return nil
			}
		}
		if e.IsDir() {
			return os.Mkdir(filepath.Join(dir, p), 0o755)
		}
		data, err := src.ReadFile(p)
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(dir, p), data, 0o644)
	})
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestImageIsSmallAndUnprivileged(t *testing.T) {
	all := readDockerfile(t)
	image := finalStage(all)
	if from := image[0].rest; from != "scratch" {
		t.Errorf("the image starts from %s, which brings more than the binary", from)
	}
	if user := theOnly(t, image, "USER"); !regexp.MustCompile(`^[1-9][0-9]*:[1-9][0-9]*$`).MatchString(user) {
		t.Errorf("USER %s: a number other than 0 is needed, there is no table of names in the image", user)
	}
	_, port, _ := strings.Cut(execForm(t, theOnly(t, image, "CMD"))[3], ":")
	if exposed := theOnly(t, image, "EXPOSE"); exposed != port {
		t.Errorf("the image exposes %s and listens on %s", exposed, port)
	}
	_, health, ok := strings.Cut(theOnly(t, image, "HEALTHCHECK"), "CMD ")
	if !ok || !strings.HasSuffix(execForm(t, health)[3], ":"+port) {
		t.Errorf("the health check asks elsewhere than port %s: %s", port, health)
	}
	for _, in := range image {
		if in.word == "RUN" || in.word == "ADD" {
			t.Errorf("%s %s: nothing runs in an image without a shell", in.word, in.rest)
		}
	}
}

// No container engine is needed to know that the image builds and starts: its steps are run here as they stand, in a
// copy of what the engine would be sent, and the program as the image starts it, as nobody, in an empty folder.
func TestImageBuildsAndStarts(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the whole program")
	}
	all := readDockerfile(t)
	src, out := buildContext(t), t.TempDir()
	for _, dir := range []string{out, filepath.Dir(out)} {
		if err := os.Chmod(dir, 0o755); err != nil { // the program will run as somebody else
			t.Fatal(err)
		}
	}
	args := []string{"VERSION=1.2.3-image", "TARGETOS=" + runtime.GOOS, "TARGETARCH=" + runtime.GOARCH}
	for _, in := range all[:len(all)-len(finalStage(all))] {
		switch in.word {
		case "RUN":
			cmd := exec.Command("sh", "-ec", strings.ReplaceAll(in.rest, "/out/", out+"/"))
			cmd.Dir, cmd.Env = src, append(os.Environ(), args...)
			if text, err := cmd.CombinedOutput(); err != nil {
				t.Fatalf("RUN %s: %v\n%s", in.rest, err, text)
			}
		case "ARG":
			name, _, _ := strings.Cut(in.rest, "=")
			if !slices.ContainsFunc(args, func(a string) bool { return strings.HasPrefix(a, name+"=") }) {
				t.Errorf("ARG %s: this test gives it no value", in.rest)
			}
		case "FROM", "WORKDIR", "COPY":
		default:
			t.Errorf("%s %s: this test does not know how to do that", in.word, in.rest)
		}
	}
	image := finalStage(all)
	var binary string
	for _, in := range image {
		if from, to, ok := strings.Cut(strings.TrimPrefix(in.rest, "--from=build "), " "); in.word == "COPY" && ok && strings.HasPrefix(from, "/out/") {
			binary = filepath.Join(out, strings.TrimPrefix(from, "/out/"))
			if entry := execForm(t, theOnly(t, image, "ENTRYPOINT")); entry[0] != to {
				t.Errorf("the image starts %s, the binary is %s", entry[0], to)
			}
		}
	}
	info, err := os.Stat(binary)
	if err != nil {
		t.Fatalf("the build steps leave no binary: %v", err)
	}
	if info.Size() >= 66<<20 {
		t.Errorf("the binary has %d MiB", info.Size()>>20)
	}
	if text, err := exec.Command(binary, "version").CombinedOutput(); err != nil || !strings.Contains(string(text), "1.2.3-image") {
		t.Errorf("the version is not stamped: %s (%v)", text, err)
	}
	startsAsNobody(t, binary, image)
}

// startsAsNobody runs the image's command on a free port, and its health check against it, before and after the end.
func startsAsNobody(t *testing.T, binary string, image []instruction) {
	command := execForm(t, theOnly(t, image, "CMD"))
	i := slices.Index(command, "--listen")
	if i < 0 {
		t.Fatalf("CMD %v does not say where to listen", command)
	}
	command[i+1] = "127.0.0.1:0"
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	server := exec.CommandContext(ctx, binary, command...)
	server.Dir, server.Env = readOnlyFolder(t), []string{}
	if os.Getuid() == 0 {
		server.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65532, Gid: 65532}}
	}
	stderr, err := server.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	var said bytes.Buffer
	addr := ""
	for lines := bufio.NewScanner(stderr); addr == "" && lines.Scan(); {
		said.WriteString(lines.Text() + "\n")
		if m := regexp.MustCompile(`http://(127\.0\.0\.1:\d+)/`).FindStringSubmatch(lines.Text()); m != nil {
			addr = m[1]
		}
	}
	if addr == "" {
		t.Fatalf("the server does not say where it listens:\n%s", said.String())
	}
	go func() { _, _ = io.Copy(io.Discard, stderr) }() // its requests, so that it never waits to be read

	_, check, _ := strings.Cut(theOnly(t, image, "HEALTHCHECK"), "CMD ")
	ask := execForm(t, check)
	ask[len(ask)-1] = addr
	if text, err := exec.Command(binary, ask[1:]...).CombinedOutput(); err != nil {
		t.Errorf("a running server is taken for sick: %v\n%s", err, text)
	}
	if err := server.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := server.Wait(); err != nil {
		t.Errorf("stopping it: %v", err)
	}
	if err := exec.Command(binary, ask[1:]...).Run(); err == nil {
		t.Error("a stopped server is taken for well")
	}
}

func readOnlyFolder(t *testing.T) string {
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o555); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.Chmod(dir, 0o755) })
	return dir
}

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"time"

	"golang.org/x/term"

	"vigie/catalog"
	"vigie/catalog/wording"
)

// The exit codes. exitNegative is an answer, not a failure: healthcheck found no healthy server. assess exits 0
// whenever it could assess, whatever the verdict: the verdict is its result, not its success.
const (
	exitOK       = 0
	exitNegative = 1
	exitUsage    = 2
)

// errNegative ends a command whose answer is no.
var errNegative = errors.New("negative result")

// app is what every command needs from the outside.
type app struct {
	lang   wording.Lang
	stdin  io.Reader
	stdout io.Writer
	stderr io.Writer
	env    func(string) string
	today  catalog.Date
}

// run is the whole program: it returns the exit code and writes messages, one a line, after "vigie: ".
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	a := &app{lang: language(args, os.Getenv), stdin: stdin, stdout: stdout, stderr: stderr, env: os.Getenv, today: catalog.DateOf(time.Now())}
	root := a.root()
	root.SetArgs(args)
	root.SetOut(stdout)
	root.SetErr(stderr)
	return a.exit(root.ExecuteContext(ctx))
}

// exit turns the end of a command into its code and its message: the only place that decides.
func (a *app) exit(err error) int {
	switch {
	case err == nil:
		return exitOK
	case errors.Is(err, errNegative):
		return exitNegative
	}
	for line := range strings.SplitSeq(strings.TrimRight(a.message(err), "\n"), "\n") {
		fmt.Fprintf(a.stderr, "vigie: %s\n", line)
	}
	return exitUsage
}

// message is an error in the language of the user.
func (a *app) message(err error) string {
	var l catalog.Localised
	if errors.As(err, &l) {
		return l.In(a.lang)
	}
	return err.Error()
}

// problem is an error of a command, in both languages.
type problem struct {
	text wording.Text
	err  error
}

func (p *problem) Error() string             { return p.In(wording.EN) }
func (p *problem) In(l wording.Lang) string  { return wording.Typeset(l, p.text.In(l)) }
func (p *problem) Unwrap() error             { return p.err }
func fault(en, fr string, args ...any) error { return &problem{text: wording.Textf(en, fr, args...)} }

// say gives one of two sentences.
func (a *app) say(en, fr string, args ...any) string {
	return wording.Typeset(a.lang, wording.Textf(en, fr, args...).In(a.lang))
}

// note writes a message that is no result.
func (a *app) note(en, fr string, args ...any) {
	fmt.Fprintf(a.stderr, "vigie: %s\n", a.say(en, fr, args...))
}

// language is known before the command tree is built, so that help speaks it too: --lang, else the locale of the
// environment, else English. A wrong --lang is reported when flags are read.
func language(args []string, env func(string) string) wording.Lang {
	for i, arg := range args {
		if arg == "--" {
			break
		}
		word, ok := strings.CutPrefix(arg, "--lang=")
		if !ok && arg == "--lang" && i+1 < len(args) {
			word, ok = args[i+1], true
		}
		if l, known := wording.ParseLang(word); ok && known {
			return l
		}
	}
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		if v := env(name); v != "" {
			if strings.HasPrefix(strings.ToLower(v), "fr") {
				return wording.FR
			}
			return wording.EN
		}
	}
	return wording.EN
}

// terminal reports whether results go to a screen that may show colours, and how wide it is.
func (a *app) terminal() (colour bool, width int) {
	f, ok := a.stdout.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return false, 100
	}
	w, _, err := term.GetSize(int(f.Fd()))
	if err != nil || w < 40 {
		w = 80
	}
	return a.env("NO_COLOR") == "" && a.env("TERM") != "dumb", min(w, 120)
}

// reason is what went wrong with a file, without its name.
func reason(err error) wording.Text {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return wording.Textf("no such file or folder", "fichier ou dossier introuvable")
	case errors.Is(err, fs.ErrPermission):
		return wording.Textf("permission denied", "accès refusé")
	}
	var p *fs.PathError
	if errors.As(err, &p) {
		err = p.Err
	}
	return wording.Same(err.Error())
}

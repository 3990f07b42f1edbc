package main

import (
	"os"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// progress shows on standard error how far a long command is, and only where a terminal shows it.
type progress struct {
	bar *progressbar.ProgressBar
}

// progress begins with a word that says what is being done; the total is not known yet.
func (a *app) progress(en, fr string) *progress {
	f, ok := a.stderr.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return &progress{}
	}
	return &progress{bar: progressbar.NewOptions64(-1, progressbar.OptionSetWriter(f), progressbar.OptionSetDescription(a.say(en, fr)),
		progressbar.OptionClearOnFinish(), progressbar.OptionSetWidth(30), progressbar.OptionEnableColorCodes(false), progressbar.OptionSpinnerType(14))}
}

// at says how much of the total is done.
func (p *progress) at(done, total int64) {
	if p.bar != nil {
		p.bar.ChangeMax64(max(total, 1))
		_ = p.bar.Set64(done) // a terminal that cannot be written to stops nothing
	}
}

// end clears the line.
func (p *progress) end() {
	if p.bar != nil {
		_ = p.bar.Finish()
	}
}

package api

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	cdpbrowser "github.com/chromedp/cdproto/browser"
	cdpinput "github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// stop is where the focus of the keyboard is.
type stop struct {
	ID      string `json:"id"`
	Name    string `json:"name"` // what a screen reader calls it
	Kind    string `json:"kind"`
	Classes string `json:"classes"`
	Value   string `json:"value"`
	Checked bool   `json:"checked"`
	Seen    bool   `json:"seen"` // it is on the screen and marked
	Why     string `json:"why"`  // what keeps it from being seen
}

// focused tells where the focus is, whether it can be seen, and what the stop is called.
const focused = `(() => {
  const x = document.activeElement, none = {id: "", why: "", name: "", classes: "", kind: "", value: "", checked: false, seen: false};
  if (!x || x === document.body || x === document.documentElement) return none;
  const labels = x.labels ? [...x.labels].map(l => l.innerText) : [];
  const by = (x.getAttribute("aria-labelledby") || "").split(" ").map(i => document.getElementById(i)).filter(Boolean).map(y => y.innerText);
  const legend = x.type === "radio" || x.type === "checkbox" ? [...(x.closest("fieldset")?.querySelectorAll("legend") || [])].slice(0, 1).map(l => l.innerText) : [];
  const shown = x.tagName === "SELECT" || x.tagName === "INPUT" || x.tagName === "TEXTAREA" ? "" : x.innerText;
  const name = [x.getAttribute("aria-label"), ...by, ...labels, ...legend, shown].filter(Boolean).join(" ").replace(/\s+/g, " ").trim();
  const marked = y => { const s = getComputedStyle(y); return s.outlineStyle !== "none" && parseFloat(s.outlineWidth) >= 2 || s.boxShadow !== "none"; };
  const r = x.getClientRects()[0] || x.getBoundingClientRect(); // the first line of a link that takes several
  const at = document.elementFromPoint(Math.min(Math.max(r.left + Math.min(r.width / 2, 40), 0), innerWidth - 1), Math.min(Math.max(r.top + Math.min(r.height / 2, 12), 0), innerHeight - 1));
  const open = !at || x.contains(at) || at.contains(x) || [...(x.labels || [])].some(l => l.contains(at));
  const seen = x.matches(":focus-visible") && r.width > 0 && r.height > 0 && r.bottom > 0 && r.top < innerHeight && open && (marked(x) || [...(x.labels || [])].some(marked));
  const why = [x.matches(":focus-visible") ? "" : "not drawn as focused", document.hasFocus() ? "" : "the page has no focus", r.bottom > 0 && r.top < innerHeight ? "" : "off the screen", open ? "" : "under " + at.outerHTML.slice(0, 80), marked(x) ? "" : "unmarked"].filter(Boolean).join(", ");
  return {id: x.id, why, name, classes: x.className + "", kind: x.tagName.toLowerCase() + (x.type ? " " + x.type : ""), value: x.tagName === "SELECT" ? (x.selectedOptions[0]?.text || "") : (x.value || ""), checked: !!x.checked, seen};
})()`

func (p *person) stop() stop {
	p.t.Helper()
	s, err := chromedp.Run(p.ctx, chromedp.Evaluate[stop](focused))
	if err != nil {
		p.t.Fatalf("at %s: %v", p.at(), err)
	}
	return s
}

// keys presses keys, one after the other, wherever the focus is.
func (p *person) keys(keys string, with ...chromedp.KeyOption) {
	p.t.Helper()
	p.do(chromedp.KeyEvent(keys, with...))
}

// fits reports whether a stop is the one that is meant: "#id", ".class", a name that begins so, or "…" and a name that
// holds it.
func (s stop) fits(want string) bool {
	if id, ok := strings.CutPrefix(want, "#"); ok {
		return s.ID == id
	}
	if class, ok := strings.CutPrefix(want, "."); ok {
		return slices.Contains(strings.Fields(s.Classes), class)
	}
	name := strings.NewReplacer("\u00a0", " ", "\u202f", " ", "’", "'").Replace(s.Name)
	if part, ok := strings.CutPrefix(want, "…"); ok {
		return strings.Contains(name, part)
	}
	return strings.HasPrefix(name, want)
}

// farthest is how many stops somebody may have to pass to reach what they want.
const farthest = 120

// tab presses Tab until the focus is on what is wanted, which must be seen to have it; back goes the other way.
func (p *person) tab(want string) stop { p.t.Helper(); return p.walk(want, farthest) }

// back is tab the other way.
func (p *person) back(want string) stop {
	p.t.Helper()
	return p.walk(want, farthest, chromedp.KeyModifiers(chromedp.ModifierShift))
}

func (p *person) walk(want string, most int, with ...chromedp.KeyOption) stop {
	p.t.Helper()
	var passed []string
	for i := range most {
		if i > 0 || !p.stop().fits(want) { // it may be there already: a field that a page puts the focus on
			p.keys(kb.Tab, with...)
		}
		s := p.stop()
		if s.fits(want) {
			for range 20 { // the page may still be scrolling there
				if s.Seen {
					break
				}
				time.Sleep(50 * time.Millisecond)
				s = p.stop()
			}
			if !s.Seen {
				p.t.Errorf("at %s: nobody sees that %q has the focus: %+v", p.at(), want, s)
			}
			if os.Getenv("VIGIE_STOPS") != "" {
				p.t.Logf("%3d stops to %q at %s", len(passed)+1, want, p.at())
			}
			return s
		}
		passed = append(passed, strings.TrimSpace(s.ID+" “"+s.Name[:min(len(s.Name), 60)]+"”"))
	}
	p.t.Fatalf("at %s the keyboard does not reach %q in %d stops: %s", p.at(), want, most, strings.Join(passed, " · "))
	return stop{}
}

// main goes past the head of the page, as its first stop offers.
func (p *person) main() {
	p.t.Helper()
	p.keys(kb.Tab)
	if s := p.stop(); s.Kind != "a" || !s.Seen {
		p.t.Errorf("at %s the first stop is %+v", p.at(), s)
	}
	p.keys(kb.Enter)
}

// follow reaches a link or button and uses it, until a page comes that holds something.
func (p *person) follow(want, until string) {
	p.t.Helper()
	p.tab(want)
	p.keys(kb.Enter)
	p.until(until)
}

// write replaces what stands in a field.
func (p *person) write(want, text string) {
	p.t.Helper()
	p.tab(want)
	p.rewrite(text)
}

// rewrite replaces what stands in the field that has the focus.
func (p *person) rewrite(text string) {
	p.t.Helper()
	p.keys("a", chromedp.KeyModifiers(chromedp.ModifierCtrl))
	p.keys(text)
	if s := p.stop(); s.Value != text {
		p.t.Errorf("at %s: %q was typed into %q, which holds %q", p.at(), text, s.Name, s.Value)
	}
}

// choose moves through the choices of a list with the arrows until one is called so.
func (p *person) choose(want, choice string) {
	p.t.Helper()
	s := p.tab(want)
	at := p.at()
	for range 60 {
		if strings.Contains(s.Value, choice) {
			return
		}
		p.keys(kb.ArrowDown)
		if s = p.stop(); p.at() != at {
			p.t.Fatalf("an arrow in %q leaves %s for %s", want, at, p.at())
		}
	}
	p.t.Fatalf("at %s the arrows do not reach %q in %q", at, choice, want)
}

// radio reaches a group of radio buttons and moves to one of them.
func (p *person) radio(group, id string) {
	p.t.Helper()
	s := p.tab(group)
	for range 20 {
		if s.ID == id {
			if !s.Checked {
				p.keys(" ")
				s = p.stop()
			}
			if !s.Checked || !s.Seen {
				p.t.Errorf("at %s: %s is not chosen, or not seen: %+v", p.at(), id, s)
			}
			return
		}
		p.keys(kb.ArrowDown)
		s = p.stop()
	}
	p.t.Fatalf("at %s the arrows do not reach %s", p.at(), id)
}

// check ticks a box.
func (p *person) check(want string) {
	p.t.Helper()
	p.tab(want)
	p.keys(" ")
	if s := p.stop(); !s.Checked {
		p.t.Errorf("at %s: %q is not ticked: %+v", p.at(), want, s)
	}
}

// brings reaches a field for a file by keyboard; the window of the system in which the file is then chosen is not the page's.
func (p *person) brings(id, file string) {
	p.t.Helper()
	p.tab("#" + id)
	p.do(chromedp.SetUploadFiles("#"+id, []string{file}))
}

// onError asserts that a refused form has put the focus on what is wrong first.
func (p *person) onError() stop {
	p.t.Helper()
	s := p.stop()
	wrong, err := chromedp.Run(p.ctx, chromedp.Evaluate[bool](`document.activeElement.getAttribute("aria-invalid") === "true" || !!document.activeElement.closest(".errors")`))
	if err != nil || !wrong || !s.Seen {
		p.t.Errorf("at %s: after a refusal the focus is on %+v (%v)", p.at(), s, err)
	}
	return s
}

// downloads prepares a folder of its own for what the browser saves, and gives what waits for the next file in it.
func (p *person) downloads() func() string {
	p.t.Helper()
	dir := p.t.TempDir()
	if _, err := chromedp.CallBrowser(p.ctx, cdpbrowser.SetDownloadBehavior, cdpbrowser.SetDownloadBehaviorParams{Behavior: cdpbrowser.SetDownloadBehaviorBehaviorAllow, DownloadPath: dir}); err != nil {
		p.t.Fatal(err)
	}
	return func() string {
		p.t.Helper()
		for range 200 {
			names, err := filepath.Glob(filepath.Join(dir, "*.pdf"))
			if err != nil {
				p.t.Fatal(err)
			}
			if len(names) == 1 { // the browser gives a file its name when it has all of it
				return names[0]
			}
			time.Sleep(50 * time.Millisecond)
		}
		list, _ := os.ReadDir(dir)
		p.t.Fatal(fmt.Sprint("nothing was downloaded: ", list))
		return ""
	}
}

// strikes presses a key that the page may take for itself: one event with its character, as a keyboard sends it, so that
// the page can keep the character from being typed.
func (p *person) strikes(key, code, text string, number int64) {
	p.t.Helper()
	for _, e := range []cdpinput.DispatchKeyEventParams{{Type: cdpinput.DispatchKeyEventTypeKeyDown, Text: text}, {Type: cdpinput.DispatchKeyEventTypeKeyUp}} {
		e.Key, e.Code, e.WindowsVirtualKeyCode = key, code, number
		if _, err := chromedp.Call(p.ctx, cdpinput.DispatchKeyEvent, e); err != nil {
			p.t.Fatal(err)
		}
	}
}

// search goes to the field of the head by its own key, and looks for something.
func (p *person) search(what, until string) {
	p.t.Helper()
	p.strikes("/", "Slash", "/", 191)
	if s := p.stop(); s.ID != "q" || !s.Seen {
		p.t.Errorf("at %s the key / leads to %+v", p.at(), s)
	}
	p.keys(what + "\r")
	p.until(until)
}

// changed waits until what an element shows is something else than before, on the same page: the page that is being left
// or loaded again would not know the mark.
func (p *person) changed(selector, before string) string {
	p.t.Helper()
	for range 100 {
		now, err := chromedp.Run(p.ctx, chromedp.Evaluate[string](`window.stays ? document.querySelector(`+quoted(selector)+`).innerText : ""`))
		if err == nil && now == "" {
			p.t.Fatalf("%s was loaded again", p.at())
		}
		if err == nil && now != before {
			return now
		}
		time.Sleep(50 * time.Millisecond)
	}
	p.t.Fatalf("at %s: %s stays as it is: %s", p.at(), selector, before)
	return ""
}

// stays marks the page, for changed.
func (p *person) stays() {
	p.t.Helper()
	if _, err := chromedp.Run(p.ctx, chromedp.Evaluate[bool](`window.stays = true`)); err != nil {
		p.t.Fatal(err)
	}
}

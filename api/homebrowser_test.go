package api

import (
	"context"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	keys "github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// selected is the value that a field has in the browser.
func selected(p *person, selector string) (string, error) {
	return chromedp.Run(p.ctx, chromedp.Evaluate[string](`document.querySelector(`+quoted(selector)+`).value`))
}

// slash presses the key "/".
func (p *person) slash() { p.t.Helper(); p.stroke("/", "Slash", 191) }

// stroke presses a key that the page takes for itself. The protocol would type it besides, as no keyboard does.
func (p *person) stroke(key, code string, number int64) {
	p.t.Helper()
	p.do(chromedp.Func(func(ctx context.Context, tab *chromedp.Target) error {
		_, err := cdp.Call(ctx, tab, keys.DispatchKeyEvent, keys.DispatchKeyEventParams{Type: keys.DispatchKeyEventTypeRawKeyDown, Key: key, Code: code, WindowsVirtualKeyCode: number})
		return err
	}))
}

// Somebody finds a vendor without lifting their hands: the list opens as they type, arrows walk it, Enter opens, Escape
// closes.
func TestSuggestionsByKeyboard(t *testing.T) {
	if testing.Short() {
		t.Skip("a browser is slow")
	}
	ctx := browser(t)
	srv := httptest.NewServer(testHandler(t))
	t.Cleanup(srv.Close)
	p := &person{t: t, ctx: ctx, base: srv.URL}
	if err := chromedp.Do(ctx, chromedp.Func(func(ctx context.Context, tab *chromedp.Target) error {
		_, err := cdp.Call(ctx, tab, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: broken})
		return err
	}), chromedp.EmulateViewport(1440, 900)); err != nil {
		t.Fatal(err)
	}
	for _, lang := range []string{"fr", "en"} {
		p.open("/" + lang + "/laws")
		p.slash()
		if got, err := selected(p, "#q:focus"); err != nil || got != "" {
			t.Fatalf("%s: the key / gives %q in the field: %v", lang, got, err)
		}
		p.do(chromedp.KeyEvent("mistral"), chromedp.WaitVisible(".find [role=option]"))
		p.look("suggest-" + lang)
		p.do(chromedp.KeyEvent(kb.Escape))
		if n := p.count(".find .combo-list[hidden]"); n != 1 {
			t.Errorf("%s: Escape leaves the list open", lang)
		}
		p.do(chromedp.KeyEvent(kb.ArrowDown), chromedp.WaitVisible(".find [role=option]"), chromedp.KeyEvent(kb.ArrowDown), chromedp.KeyEvent(kb.ArrowDown), chromedp.KeyEvent(kb.ArrowUp))
		if got := p.count(`#q[aria-expanded=true][aria-activedescendant=combo-1-0]`) + p.count(`#combo-1-0[aria-selected=true]`) + p.count(`[aria-selected=true]`); got != 3 {
			t.Errorf("%s: the first option is not the one that counts", lang)
		}
		p.stroke("Enter", "Enter", 13)
		p.until("/" + lang + "/records/vendor/mistral")
		// Nothing chosen: the field searches as it does without a script.
		p.open("/" + lang + "/laws")
		p.slash()
		p.do(chromedp.KeyEvent("cloud act"), chromedp.WaitVisible(".find [role=option]"), chromedp.KeyEvent(kb.Enter))
		p.until("/" + lang + "/search?q=cloud+act")
	}
}

// Suggestions never lead elsewhere than their own site, and are made of words.
func TestSuggestions(t *testing.T) {
	h := testHandler(t)
	for _, c := range []struct{ path, holds string }{
		{"/fr/search/suggestions?q=mistral", `"href":"/fr/records/vendor/mistral"`},
		{"/fr/search/suggestions?q=cloud+act", `"href":"/fr/laws/us-sca-cloud-act"`},
		{"/en/search/suggestions?q=apache", `"group":"Licence texts"`},
		{"/en/search/suggestions?q=zzzz", `Nothing found`},
		{"/en/search/suggestions?q=%3Cscript%3E", `"href":"/en/search?q=%3Cscript%3E"`},
		{"/en/search/suggestions", `"href":"/en/search"`},
	} {
		w := get(h, c.path)
		if w.Code != 200 || !strings.Contains(w.Body.String(), c.holds) || strings.Contains(w.Body.String(), `"href":"http`) {
			t.Errorf("%s: status %d without %s: %s", c.path, w.Code, c.holds, w.Body)
		}
	}
}

// BenchmarkSuggestions is what one letter typed costs the server.
func BenchmarkSuggestions(b *testing.B) {
	h := testHandler(b)
	for b.Loop() {
		if w := get(h, "/fr/search/suggestions?q=mistral"); w.Code != 200 {
			b.Fatal(w.Code)
		}
	}
}

package api

import (
	"bytes"
	"context"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// form makes a multipart body.
func form(t *testing.T, text, file string) (body, kind string) {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	if err := w.WriteField("text", text); err != nil {
		t.Fatal(err)
	}
	part, err := w.CreateFormFile("file", "LICENSE")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := part.Write([]byte(file)); err != nil {
		t.Fatal(err)
	}
	if err := w.WriteField("use_case", "office-assistant"); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String(), w.FormDataContentType()
}

// TestTextForm posts a text, a file, and what cannot be answered.
func TestTextForm(t *testing.T) {
	h := testHandler(t)
	pasted, pastedKind := form(t, mit, "")
	filed, filedKind := form(t, "nothing of it", altered)
	huge, hugeKind := form(t, strings.Repeat("word ", 110_000), "")
	beyond, beyondKind := form(t, strings.Repeat("word ", 200_000), "")
	for name, c := range map[string]struct {
		body, kind, site string
		status           int
		want             string
	}{
		"a text":                  {pasted, pastedKind, "same-origin", 200, "MIT License"},
		"a file before the text":  {filed, filedKind, "same-origin", 200, `class="lt-diff"`},
		"a text too large":        {huge, hugeKind, "same-origin", 413, "larger than 512 KiB"},
		"a form far too large":    {beyond, beyondKind, "same-origin", 413, "larger than 512 KiB"},
		"a form cut short":        {pasted[:len(pasted)-60], pastedKind, "same-origin", 400, "did not arrive whole"},
		"a form of another site":  {pasted, pastedKind, "cross-site", 403, "another site"},
		"what is no form at all":  {mit, "text/plain", "same-origin", 415, "<h1>"},
		"a use case that is none": {strings.Replace(pasted, "office-assistant", "ofice-assistant", 1), pastedKind, "same-origin", 404, "office-assistant"},
	} {
		t.Run(name, func(t *testing.T) {
			w := post(h, "/en/licences/text", c.body, "Content-Type", c.kind, "Sec-Fetch-Site", c.site)
			if w.Code != c.status || !strings.Contains(w.Body.String(), c.want) || w.Header().Get("Cache-Control") != "no-store" {
				t.Errorf("status %d, want %d; %q in:\n%.1500s", w.Code, c.status, c.want, w.Body)
			}
		})
	}
}

// TestReadingATextInABrowser pastes an altered licence and sends it, as a lawyer would: the answer is there, the place
// where it differs is marked, and nothing is wrong with the page. With VIGIE_SHOTS=folder it keeps pictures.
func TestReadingATextInABrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("a browser is slow")
	}
	ctx := browser(t)
	srv := httptest.NewServer(testHandler(t))
	t.Cleanup(srv.Close)
	if err := chromedp.Do(ctx, chromedp.Func(func(ctx context.Context, tab *chromedp.Target) error {
		_, err := cdp.Call(ctx, tab, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: broken})
		return err
	})); err != nil {
		t.Fatal(err)
	}
	for _, l := range looks["en"] {
		if err := chromedp.Do(ctx, media(l), chromedp.EmulateViewport(l.width, 900), chromedp.Navigate(srv.URL+"/fr/licences/text"),
			chromedp.SetValue("#text", altered), chromedp.SetValue("#use_case", "office-assistant"), chromedp.Click(".textform button"), chromedp.WaitVisible("#h-answer")); err != nil {
			t.Fatal(err)
		}
		wrong, err := chromedp.Run(ctx, chromedp.Evaluate[[]string](structure))
		if err != nil {
			t.Fatal(err)
		}
		for _, w := range wrong {
			t.Errorf("the answer at %s: %s", l.name, w)
		}
		marked, err := chromedp.Run(ctx, chromedp.Evaluate[string](`[...document.querySelectorAll("mark")].map(m => m.textContent).join("|")`))
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(marked, "never") {
			t.Errorf("the difference is not marked: %q", marked)
		}
		if shots := os.Getenv("VIGIE_SHOTS"); shots != "" {
			picture(t, ctx, filepath.Join(shots, "answer-fr-"+l.name+".png"))
		}
	}
}

// TestLawPagesRefuse shows that misspelt addresses say what is there instead.
func TestLawPagesRefuse(t *testing.T) {
	h := testHandler(t)
	for path, want := range map[string]string{"/en/laws/us-fisa": "us-fisa-702", "/en/licences/mitt": "mit", "/fr/offerings/azure-openai-eu-gpt-5.5/exposure?law=us-fisa-70": "us-fisa-702"} {
		w := get(h, path)
		if w.Code != http.StatusNotFound && w.Code != http.StatusBadRequest || !strings.Contains(w.Body.String(), want) {
			t.Errorf("%s: %d, no %q", path, w.Code, want)
		}
	}
}

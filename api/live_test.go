package api

import (
	"encoding/csv"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

const committee = "/fr/compare?use_case=office-assistant&offering=mistral-api-eu-medium-3.5&offering=azure-openai-eu-gpt-5.5&offering=ovh-gpt-oss-120b&offering=self-hosted-gpt-oss-120b"

// TestWeightMoved moves a weight in a real browser: the ranking answers without a reload, the address can be shared, and
// a cell opens its reasons beside the matrix.
func TestWeightMoved(t *testing.T) {
	if testing.Short() {
		t.Skip("a browser is slow")
	}
	ctx := browser(t)
	srv := httptest.NewServer(testHandler(t))
	t.Cleanup(srv.Close)
	read := func(js string) string {
		t.Helper()
		got, err := chromedp.Run(ctx, chromedp.Evaluate[string](js))
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	until := func(what, js string) {
		t.Helper()
		for end := time.Now().Add(time.Minute); time.Now().Before(end); {
			if read(js) == "yes" {
				return
			}
		}
		t.Fatalf("%s: it never happened; the address is %s", what, read("location.href"))
	}
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(1440, 900), chromedp.Navigate(srv.URL+committee)); err != nil {
		t.Fatal(err)
	}
	before := read(`window.same = "page"; document.querySelector("#answer").innerText`)
	read(`(() => { const x = document.getElementById("s-environment"); x.value = 50; x.dispatchEvent(new Event("input", {bubbles: true})); return ""; })()`)
	until("the address takes the weight", `location.search.includes("w.environment=50") ? "yes" : ""`)
	until("the ranking answers", `document.querySelector("#answer").innerText !== `+jsText(before)+` ? "yes" : ""`)
	if got := read(`window.same + " " + document.getElementById("w-environment").value`); got != "page 50" {
		t.Errorf("the page was loaded again, or slider and number differ: %s", got)
	}
	read(`document.querySelector("a.cell").click(), ""`)
	until("a cell opens its reasons", `document.activeElement.id === "reason-title" ? "yes" : ""`)
	if got := read(`location.pathname`); got != "/fr/compare" {
		t.Errorf("opening a cell leaves the page: %s", got)
	}
	if err := chromedp.Do(ctx, chromedp.KeyEvent("\x1b")); err != nil {
		t.Fatal(err)
	}
	until("Escape closes the reasons and gives the focus back", `document.activeElement.className.startsWith("cell") && !document.getElementById("drawer").firstElementChild ? "yes" : ""`)
	if err := chromedp.Do(ctx, chromedp.KeyEvent("/")); err != nil {
		t.Fatal(err)
	}
	until("the key / goes to the search", `document.activeElement.id === "q" ? "yes" : ""`)
}

func jsText(s string) string {
	return "`" + strings.NewReplacer("\\", "\\\\", "`", "\\`", "$", "\\$").Replace(s) + "`"
}

// TestLivePart answers a part to a script and sends who has none to the whole page.
func TestLivePart(t *testing.T) {
	h := testHandler(t)
	part := strings.Replace(committee, "/compare?", "/compare/answer?", 1) + "&w.data=60"
	w := get(h, part, "HX-Request", "true")
	if w.Code != 200 || strings.Contains(w.Body.String(), "<html") || !strings.Contains(w.Header().Get("HX-Replace-Url"), "w.data=60") {
		t.Errorf("status %d, address %q, %.200s", w.Code, w.Header().Get("HX-Replace-Url"), w.Body)
	}
	if w := get(h, part); w.Code != 303 || !strings.HasPrefix(w.Header().Get("Location"), "/fr/compare?") {
		t.Errorf("without a script: status %d to %q", w.Code, w.Header().Get("Location"))
	}
}

// TestCompareFiles are written under the weights of the address, also under those that were moved.
func TestCompareFiles(t *testing.T) {
	h := testHandler(t)
	for _, tt := range []struct{ path, begins, media string }{
		{"/compare/report.pdf", "%PDF-1.", "application/pdf"}, {"/compare/workbook.xlsx", "PK", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
	} {
		at := strings.Replace(committee, "/compare?", tt.path+"?", 1)
		plain, moved := get(h, at), get(h, at+"&w.data=60")
		for _, w := range []*httptest.ResponseRecorder{plain, moved} {
			if w.Code != 200 || !strings.HasPrefix(w.Body.String(), tt.begins) || w.Header().Get("Content-Type") != tt.media {
				t.Fatalf("%s: status %d, %s, begins with %.20q", tt.path, w.Code, w.Header().Get("Content-Type"), w.Body)
			}
		}
		if plain.Body.String() == moved.Body.String() {
			t.Errorf("%s: moved weights make no difference", tt.path)
		}
		if w := get(h, at+"&w.data=much"); w.Code != 400 {
			t.Errorf("%s: a weight that is none: status %d", tt.path, w.Code)
		}
	}
}

// TestOfferingsCSV is read back as a spreadsheet does: every line has every column.
func TestOfferingsCSV(t *testing.T) {
	h := testHandler(t)
	w := get(h, "/fr/offerings.csv?use_case=office-assistant&vendor=ovhcloud")
	if w.Code != 200 || !strings.HasPrefix(w.Header().Get("Content-Type"), "text/csv") {
		t.Fatalf("status %d, %s", w.Code, w.Header().Get("Content-Type"))
	}
	lines, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(w.Body.String(), "\ufeff"))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if len(lines) != 5 || lines[0][0] != "Identifiant" || len(lines[0]) != 15 {
		t.Errorf("%d lines, the first is %q", len(lines), lines[0])
	}
}

// TestStartIsDismissed remembers with one cookie that somebody does not want the guided start.
func TestStartIsDismissed(t *testing.T) {
	h := testHandler(t)
	start := `id="h-start"`
	if w := get(h, "/fr/"); !strings.Contains(w.Body.String(), start) || w.Header().Get("Set-Cookie") != "" {
		t.Error("a first visit has no start, or gets a cookie")
	}
	w := get(h, "/fr/?start=hide")
	if strings.Contains(w.Body.String(), start) || !strings.HasPrefix(w.Header().Get("Set-Cookie"), "vigie_start=hide; Path=/; Max-Age=") {
		t.Errorf("the start is still there, or forgotten: %q", w.Header().Get("Set-Cookie"))
	}
	if w := get(h, "/en/", "Cookie", "vigie_start=hide"); strings.Contains(w.Body.String(), start) {
		t.Error("the start comes back")
	}
}

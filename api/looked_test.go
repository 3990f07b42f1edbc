package api

import (
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// lookedAtElsewhere are the pages that a story looks at with axe, in both languages, in the light and in the dark, by
// their route without the language.
var lookedAtElsewhere = map[string]string{
	"/account":                        "TestCalendarFeedInABrowser",
	"/admin":                          "TestAdministrationStory",
	"/admin/dictionary":               "TestAdministrationStory",
	"/admin/jobs":                     "TestAdministrationStory",
	"/admin/jobs/:id":                 "TestAdministrationStory",
	"/admin/log":                      "TestAdministrationStory",
	"/admin/log/:leaf":                "TestAdministrationStory",
	"/admin/roles":                    "TestAdministrationStory",
	"/admin/storage":                  "TestAdministrationStory",
	"/admin/tokens":                   "TestAdministrationStory",
	"/decide":                         "TestCommitteeStory",
	"/decisions/:id":                  "TestCommitteeStory",
	"/frameworks/:ref/duplicate":      "TestFrameworkStory",
	"/frameworks/drafts/:draft":       "TestFrameworkStory",
	"/frameworks/drafts/:draft/about": "TestFrameworkStory",
	"/frameworks/drafts/:draft/criteria/:criterion": "TestFrameworkStory",
	"/frameworks/drafts/:draft/publish":             "TestFrameworkStory",
	"/import":                                       "TestSheetStory",
	"/proposals/:id":                                "TestSheetStory",
	"/new/:kind":                                    "TestProcurementStory",
	"/offerings/:id/kept":                           "TestLegalStory",
	"/records/:kind/:id/facts/:path":                "TestProcurementStory",
	"/records/:kind/:id/sections/:section":          "TestProcurementStory",
	"/records/:kind/:id/sheet":                      "TestSheetStory",
	"/sources/:id":                                  "TestProcurementStory",
	"/verify":                                       "TestLegalStory",
}

// notPages are addresses of files and of parts of pages.
var notPages = []string{"/admin/log/:leaf/entry", "/admin/log/:leaf/proof", "/admin/log/checkpoints/:size", "/compare/answer", "/compare/report.pdf", "/compare/workbook.xlsx", "/decisions.csv",
	"/offerings.csv", "/records/:kind/:id/sheet.xlsx", "/search/suggestions", "/suggest/:kind", "/signin/provider"}

// pagesOfAHouse are those that no story looks at.
var pagesOfAHouse = map[string]string{"account": "/account", "people": "/people", "person": "/people/:id", "sources": "/sources"}

// pagesBeforeSigningIn are looked at by TestPagesOfAHouse, and the welcome by TestPasskeysInABrowser.
var pagesBeforeSigningIn = map[string]string{"signin": "/signin", "code": "/signin/code", "welcome": "/welcome"}

// TestNoPageIsForgotten: every page of the router is looked at in a browser somewhere, so that a new one must be.
func TestNoPageIsForgotten(t *testing.T) {
	h, _ := keepingHouse(t)
	known := map[string]bool{}
	for _, r := range h.engine.Routes() {
		path, page := strings.CutPrefix(r.Path, "/fr")
		if r.Method != "GET" || !page || path == "" || slices.Contains(notPages, path) {
			continue
		}
		known[path] = true
		looked := lookedAtElsewhere[path] != ""
		for _, at := range pagesToSee {
			looked = looked || fitsRoute(path, at)
		}
		for _, pages := range []map[string]string{pagesOfAHouse, pagesBeforeSigningIn} {
			for _, at := range pages {
				looked = looked || at == path
			}
		}
		if !looked {
			t.Errorf("%s: no test looks at this page", path)
		}
	}
	for path := range lookedAtElsewhere {
		if !known[path] {
			t.Errorf("%s: there is no such page", path)
		}
	}
}

// fitsRoute reports whether an address is one of a route.
func fitsRoute(route, address string) bool {
	address, _, _ = strings.Cut(address, "?")
	r, a := strings.Split(route, "/"), strings.Split(address, "/")
	return slices.EqualFunc(r, a, func(r, a string) bool { return r == a || strings.HasPrefix(r, ":") })
}

// TestPagesOfAHouse looks at the pages of people and sources, and at those before signing in.
func TestPagesOfAHouse(t *testing.T) {
	if testing.Short() {
		t.Skip("a browser is slow")
	}
	for _, lang := range []string{"fr", "en"} {
		t.Run(lang, func(t *testing.T) {
			t.Parallel()
			h, _ := keepingHouse(t)
			p := signsIn(t, h, lang, "procurement", "administrator")
			for _, name := range []string{"account", "people", "sources"} {
				p.open("/" + lang + pagesOfAHouse[name])
				p.look(name + "-" + lang)
			}
			p.open("/" + lang + "/people")
			p.tick("main table a")
			p.until("/" + lang + "/people/")
			p.look("person-" + lang)

			// A second factor, then the way in again.
			p.open("/" + lang + "/account")
			p.do(press(`form[action$="/account/totp"] button`), chromedp.WaitVisible("#code"))
			p.look("totp-" + lang)
			p.fill("code", codeOf(t, strings.Join(strings.Fields(p.text("main code")), ""), h.clock))
			p.do(chromedp.WaitVisible("main li code"))
			p.look("codes-" + lang)
			p.do(press("details.menu summary"), press(".menu-body form button"), chromedp.WaitVisible("#password"))
			p.look("signin-" + lang)
			p.fill("email", "jean@example.org", "password", phrase)
			p.do(chromedp.WaitVisible("#code"))
			p.look("code-" + lang)
		})
	}
}

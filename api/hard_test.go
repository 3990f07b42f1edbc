package api

import (
	"context"
	"fmt"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"vigie/api/service"
	"vigie/catalog"
	"vigie/catalog/store"
)

const (
	longWord     = "Rechtsschutzversicherungsgesellschaften-Datenverarbeitungsgemeinschaft"
	longName     = longWord + " mbH & Co. KGaA"
	longAddress  = "https://example.org/Datenschutzgrundverordnungskonformitaetsbescheinigung/Auftragsverarbeitungsvertragsmuster/2026/11/24/document-final-version-17.pdf?from=newsletter&session=0123456789abcdef0123456789abcdef"
	longSentence = "The provider and each of its affiliates, subsidiaries, successors and assigns, wherever established, undertake towards the customer that no content is used for training, save where the customer has asked for it in writing, and that every sub-processor is bound by the same undertaking for as long as content or anything derived from it is kept. "
)

// hardHouse is a house of one vendor whose names, addresses and chains are as long as they come: forty sub-processors and
// twelve offerings to be compared.
func hardHouse(t *testing.T) *house {
	t.Helper()
	h := houseOn(t)
	text := func(s string) catalog.Value { return catalog.TextValue(s) }
	ref := func(_ catalog.Kind, id string) catalog.Value {
		return catalog.Value{Type: catalog.TypeReference, Text: id}
	}
	b := store.Batch{By: "p1", Sources: []catalog.Source{{ID: "long-source", Title: strings.Repeat(longWord+" ", 2), Publisher: longName, Kind: "contract", URL: longAddress, Read: today, Undated: true}}}
	claim := func(k catalog.Kind, id, path string, v catalog.Value) {
		b.Claims = append(b.Claims, catalog.Claim{Record: catalog.Ref{Kind: k, ID: id}, Path: path, State: catalog.Known, Value: &v, Source: "long-source", Locator: longWord + " 4.2", Note: longSentence, AsOf: today})
	}
	make := func(k catalog.Kind, id, name string) {
		b.Records = append(b.Records, catalog.Ref{Kind: k, ID: id})
		if p := k.NamePath(); p != "" && name != "" {
			claim(k, id, p, text(name))
		}
	}
	make(catalog.Vendor, "long-vendor", longName)
	claim(catalog.Vendor, "long-vendor", "vendor.remark", text(longSentence+longSentence))
	claim(catalog.Vendor, "long-vendor", "vendor.website", catalog.Value{Type: catalog.TypeURL, Text: longAddress})
	make(catalog.Model, "long-model", longWord+" 17.5")
	claim(catalog.Model, "long-model", "model.provider", ref(catalog.Vendor, "long-vendor"))
	make(catalog.UseCase, "long-use", "Kundenbeschwerdebearbeitungsunterstuetzung fuer "+longName)
	for i := range 12 {
		id := fmt.Sprintf("long-offering-%d", i)
		make(catalog.Offering, id, fmt.Sprintf("%s Unternehmensanwendungsprogrammierschnittstelle %d", longWord, i))
		claim(catalog.Offering, id, "offering.vendor", ref(catalog.Vendor, "long-vendor"))
		claim(catalog.Offering, id, "offering.models", catalog.ListValue(catalog.TypeReference, true, ref(catalog.Model, "long-model")))
	}
	for i := range 40 {
		v, s := fmt.Sprintf("sub-%d", i), fmt.Sprintf("chain-%d", i)
		make(catalog.Vendor, v, fmt.Sprintf("%s %d", longName, i))
		make(catalog.Subprocessing, s, "")
		claim(catalog.Subprocessing, s, "subprocessing.user", ref(catalog.Vendor, "long-vendor"))
		claim(catalog.Subprocessing, s, "subprocessing.vendor", ref(catalog.Vendor, v))
	}
	if _, err := h.store.Record(t.Context(), b); err != nil {
		t.Fatal(err)
	}
	return h
}

// houseOn is a house whose store holds nothing.
func houseOn(t *testing.T) *house {
	t.Helper()
	h := openHouse(t, nil)
	svc, err := service.OpenStore(service.Options{Version: "test"}, h.store)
	if err != nil {
		t.Fatal(err)
	}
	if h.server, err = build(Config{Service: svc, Log: h.Log, Today: h.Today, Access: h.Access}); err != nil {
		t.Fatal(err)
	}
	return h
}

// everybody signs somebody with every role in.
func everybody(t *testing.T, h *house) *person {
	t.Helper()
	ctx := browser(t)
	srv := httptest.NewServer(h.engine)
	t.Cleanup(srv.Close)
	p := &person{t: t, ctx: ctx, base: strings.Replace(srv.URL, "127.0.0.1", "localhost", 1)}
	h.joins(h.administrator(), "jean@example.org", "", "procurement", "committee", "legal", "administrator")
	if err := chromedp.Do(ctx, chromedp.Func(func(ctx context.Context, tab *chromedp.Target) error { // with the context that lasts: the tab ends with it
		_, err := cdp.Call(ctx, tab, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: broken})
		return err
	}), chromedp.EmulateViewport(1440, 900)); err != nil {
		t.Fatal(err)
	}
	p.open("/fr/signin")
	p.fill("email", "jean@example.org", "password", phrase)
	p.do(chromedp.WaitVisible("details.menu"))
	return p
}

// holdsTogether opens pages at every width and says what does not hold.
func (p *person) holdsTogether(paths ...string) {
	p.t.Helper()
	for _, lang := range []string{"fr", "en"} {
		for _, path := range paths {
			p.open("/" + lang + path)
			for _, width := range []int64{360, 768, 1440, 2560} {
				p.do(chromedp.EmulateViewport(width, 900))
				wrong, err := chromedp.Run(p.ctx, chromedp.Evaluate[[]string](structure))
				if err != nil {
					p.t.Fatal(err)
				}
				for _, w := range wrong {
					p.t.Errorf("/%s%s at %d: %s", lang, path, width, w)
				}
			}
		}
	}
}

var listPages = []string{"/", "/offerings", "/use-cases", "/compare", "/decisions", "/records/vendor", "/records/model", "/records/offering", "/records/subprocessing", "/sources", "/import", "/search?q=Rechtsschutz", "/new/vendor", "/new/use_case", "/account", "/people", "/laws", "/licences", "/framework"}

// Pages of a house that holds nothing yet say what would be there.
func TestEmptyHouseHoldsTogether(t *testing.T) {
	if testing.Short() {
		t.Skip("a browser is slow")
	}
	everybody(t, houseOn(t)).holdsTogether(listPages...)
}

// Pages of records with names, addresses and chains as long as they come are neither cut nor wider than the screen.
func TestHardDataHoldsTogether(t *testing.T) {
	if testing.Short() {
		t.Skip("a browser is slow")
	}
	q := url.Values{"use_case": {"long-use"}}
	for i := range 12 {
		q.Add("offering", fmt.Sprintf("long-offering-%d", i))
	}
	about := "?use_case=long-use"
	everybody(t, hardHouse(t)).holdsTogether(append([]string{"/offerings" + about, "/compare?" + q.Encode(), "/offerings/long-offering-0", "/offerings/long-offering-0/assessment" + about, "/offerings/long-offering-0/exposure" + about,
		"/records/vendor/long-vendor", "/records/vendor/long-vendor/sheet", "/records/vendor/long-vendor/facts/vendor.remark", "/records/vendor/long-vendor/sections/viability", "/records/vendor/long-vendor/chain",
		"/records/use_case/long-use", "/sources/long-source", "/decide?offering=long-offering-0&use_case=long-use", "/offerings/long-offering-0/kept" + about}, listPages...)...)
}

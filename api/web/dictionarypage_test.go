package web

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"vigie/api/service"
	"vigie/catalog"
	"vigie/catalog/account"
	"vigie/catalog/dictionary"
	"vigie/catalog/exchange"
	"vigie/catalog/store"
	"vigie/catalog/wording"
)

// ownSection is the example that the page of the dictionary shows.
func ownSection(t *testing.T) string {
	t.Helper()
	words, err := loadWords()
	if err != nil {
		t.Fatal(err)
	}
	return words["dictionary.own_file"].EN
}

// A fact that an organisation adds by a file is asked for on forms, stands in the Excel sheet and in the dictionary, takes
// claims, and is read by criteria: after the service has started again.
func TestOwnFactsAreKnownEverywhere(t *testing.T) {
	dir := t.TempDir()
	open := func() *service.Service {
		t.Helper()
		dict, err := dictionary.In(dir)
		if err != nil {
			t.Fatal(err)
		}
		st, err := store.Open(t.Context(), store.Options{Dir: dir, Dictionary: dict})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { st.Close() })
		svc, err := service.OpenStore(service.Options{Version: "test"}, st)
		if err != nil {
			t.Fatal(err)
		}
		return svc
	}
	ctx := account.With(context.Background(), account.Local())
	terms := catalog.Ref{Kind: catalog.Terms, ID: "acme-terms"}
	before := open()
	name := catalog.Value{Type: catalog.TypeText, Text: "Acme terms", FR: "Conditions d'Acme"}
	online := catalog.Value{Type: catalog.TypeChoice, Text: "online"}
	claim := func(path string, v *catalog.Value) store.Batch {
		return store.Batch{By: "p1", Records: []catalog.Ref{terms}, Claims: []catalog.Claim{{Record: terms, Path: path, State: catalog.Known, Value: v, AsOf: today}}}
	}
	if _, err := before.Store.Record(ctx, claim("terms.name", &name)); err != nil {
		t.Fatal(err)
	}
	if _, err := before.Store.Record(ctx, claim("terms.staff_training", &online)); err == nil {
		t.Fatal("a fact that does not exist is recorded")
	}
	if err := before.Store.Close(); err != nil {
		t.Fatal(err)
	}

	if err := os.Mkdir(filepath.Join(dir, "dictionary"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "dictionary", "ours.yaml"), []byte(ownSection(t)), 0o644); err != nil {
		t.Fatal(err)
	}
	svc := open()
	if before.Dictionary.Hash() == svc.Dictionary.Hash() {
		t.Error("the dictionary has grown and its hash stays")
	}
	site, err := New(service.Keep(svc), func() catalog.Date { return today })
	if err != nil {
		t.Fatal(err)
	}
	holds := func(what string, page []byte, err error, words ...string) {
		t.Helper()
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		for _, w := range words {
			if !bytes.Contains(page, []byte(w)) {
				t.Errorf("%s has no %q", what, w)
			}
		}
	}
	r := Request{Lang: wording.FR, Path: "/"}
	page, err := site.FillSection(ctx, r, SectionQuery{Ref: terms, Section: "our_questions", On: today})
	holds("the form", page, err, "Nos propres questions", "Formation de nos équipes", `value="online"`)
	page, err = site.Dictionary(ctx, r, "our_questions", Sent{})
	holds("the dictionary", page, err, "Nos propres questions", "terms.staff_training", "à vous", "1 fait")
	if _, err := svc.Store.Record(ctx, claim("terms.staff_training", &online)); err != nil {
		t.Fatal(err)
	}
	page, err = site.WorkSheet(ctx, r, SheetQuery{Ref: terms, On: today})
	holds("the sheet", page, err, "Formation de nos équipes", "En ligne")
	var excel strings.Builder
	if err := svc.FillSheet(ctx, &excel, exchange.SheetRequest{About: terms, On: today, Lang: wording.FR}); err != nil {
		t.Error(err)
	}
	env, err := service.Environment(svc.Dictionary, true)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := env.Compile(`terms.staff_training == "online"`); err != nil {
		t.Errorf("criteria do not know it: %v", err)
	}
	v, err := svc.Store.Verify(ctx, store.VerifyOptions{})
	if err != nil || !v.OK() {
		t.Errorf("%+v, %v", v, err)
	}
}

// Whoever has a say in the dictionary tries a file: what is wrong is told with its line, and nothing is kept.
func TestFilesOfFactsAreTried(t *testing.T) {
	s := testSite(t)
	ctx := account.With(context.Background(), account.Local())
	good := ownSection(t)
	if err := s.TryFacts(ctx, strings.ReplaceAll(good, "\n", "\r\n")); err != nil {
		t.Error("the example of the page:", err)
	}
	for _, x := range []struct{ text, want string }{
		{" ", "write or paste"},
		{strings.Repeat("x", maxTried+1), "at most 20000 characters"},
		{strings.Replace(good, "type: choice", "type: chioce", 1), "line 7"},
		{strings.Replace(good, "terms.staff_training", "vendor.staff_training", 1), "line 6, vendor.staff_training: the path must be terms.word"},
		{strings.Replace(good, "our_questions", "terms_data", 1), "a section of this id is there already"},
		{"- nothing", "line 1"},
	} {
		err := s.TryFacts(ctx, x.text)
		var invalid *catalog.InvalidError
		if !errors.As(err, &invalid) || invalid.Fields[0].Path != "text" || !strings.Contains(invalid.Fields[0].Text.EN, x.want) {
			t.Errorf("%.40q: %v, want %s", x.text, err, x.want)
		}
	}
	if err := s.TryFacts(account.With(context.Background(), account.Demonstration()), good); !errors.As(err, new(*account.ForbiddenError)) {
		t.Error(err)
	}
}

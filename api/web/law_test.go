package web

import (
	"context"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"vigie/api/service"
	"vigie/catalog"
	"vigie/catalog/wording"
)

// lawPages are the pages about law and licences: one for each offering, law and licence.
func lawPages(s *Site) []page {
	pages := []page{
		{"/laws", func(r Request) ([]byte, error) { return s.Laws(context.Background(), r) }},
		{"/licences", func(r Request) ([]byte, error) { return s.Licences(context.Background(), r) }},
		{"/licences/text", func(r Request) ([]byte, error) { return s.LicenceText(context.Background(), r, TextQuery{On: today}) }},
		{"/verify", func(r Request) ([]byte, error) { return s.Verify(context.Background(), r, VerifyQuery{}) }},
	}
	for _, id := range s.svc.Knowledge.Laws.IDs() {
		pages = append(pages, page{"/laws/" + id, func(r Request) ([]byte, error) { return s.Law(context.Background(), r, id) }})
	}
	for _, id := range s.svc.Knowledge.Licences.IDs() {
		pages = append(pages, page{"/licences/" + url.PathEscape(id), func(r Request) ([]byte, error) {
			return s.Licence(context.Background(), r, LicenceQuery{ID: id, UseCase: "office-assistant", On: today, KnownOn: today})
		}})
	}
	for _, id := range s.svc.Catalogue.IDs(catalog.Offering) {
		pages = append(pages, page{"/offerings/" + id + "/exposure", func(r Request) ([]byte, error) {
			return s.Exposure(context.Background(), r, service.ExposureRequest{Request: service.Request{Offering: id, UseCase: "office-assistant", On: today, KnownOn: today}})
		}})
	}
	return pages
}

// TestWhatIfPage says what an assumption changes, and that nothing of it is recorded.
func TestWhatIfPage(t *testing.T) {
	s := testSite(t)
	q := service.ExposureRequest{Request: service.Request{Offering: "azure-openai-eu-gpt-5.5", On: today, KnownOn: today}, Assume: []string{"law:us-fisa-702=repealed"}}
	body, err := s.Exposure(t.Context(), Request{Lang: wording.EN, Path: "/offerings/azure-openai-eu-gpt-5.5/exposure"}, q)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"Hypothetical", "FISA 702: Exposed →", "no use case"} {
		if !strings.Contains(string(body), want) {
			t.Errorf("the page lacks %q", want)
		}
	}
}

const permissive = "Permission is hereby granted, free of charge, to any person obtaining a copy of this software"

// TestTextPage shows each answer to a form: nothing sent, nothing in it, too much, a text that is no licence.
func TestTextPage(t *testing.T) {
	s := testSite(t)
	for name, c := range map[string]struct {
		q         TextQuery
		want, not string
	}{
		"the form alone":     {TextQuery{}, "<form", "alert"},
		"an empty form":      {TextQuery{Sent: true, Text: []byte(" \n")}, "There is no text", "h-answer"},
		"too much":           {TextQuery{Sent: true, Fault: "too_large"}, "larger than 512 KiB", "h-answer"},
		"a form cut short":   {TextQuery{Sent: true, Fault: "broken"}, "did not arrive whole", "h-answer"},
		"a text of its own":  {TextQuery{Sent: true, Text: []byte("You may do as you like.")}, "h-answer", "alert"},
		"markup in the text": {TextQuery{Sent: true, Text: []byte(permissive + " <script>alert(1)</script>")}, "&lt;script&gt;", "<script>"},
	} {
		t.Run(name, func(t *testing.T) {
			c.q.On = today
			body, err := s.LicenceText(t.Context(), Request{Lang: wording.EN, Path: "/licences/text"}, c.q)
			if err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(string(body), c.want) || strings.Contains(string(body), c.not) {
				t.Errorf("want %q and no %q in %.2000s", c.want, c.not, body)
			}
		})
	}
}

func TestCutUp(t *testing.T) {
	text := []byte("0123456789")
	for name, c := range map[string]struct {
		differ, same []stretch
		want         []Segment
	}{
		"nothing known": {nil, nil, []Segment{{Class: "plain", Text: "0123456789"}}},
		"a difference inside a clause": {[]stretch{{4, 6, "diff", "changed", "d-1"}}, []stretch{{1, 9, "same", "MIT", ""}}, []Segment{
			{Class: "plain", Text: "0"}, {Class: "same", Label: "MIT", Text: "123"}, {Class: "diff", Label: "changed", Text: "45", Anchor: "d-1"}, {Class: "same", Label: "MIT", Text: "678"}, {Class: "plain", Text: "9"}}},
		"words that are missing": {[]stretch{{5, 5, "gap", "missing", "d-1"}}, []stretch{{0, 10, "same", "MIT", ""}}, []Segment{
			{Class: "same", Label: "MIT", Text: "01234"}, {Class: "gap", Label: "missing", Anchor: "d-1"}, {Class: "same", Label: "MIT", Text: "56789"}}},
		"offsets outside": {[]stretch{{8, 40, "diff", "added", "d-1"}}, []stretch{{-3, 2, "same", "MIT", ""}}, []Segment{
			{Class: "same", Label: "MIT", Text: "01"}, {Class: "plain", Text: "234567"}, {Class: "diff", Label: "added", Text: "89", Anchor: "d-1"}}},
	} {
		t.Run(name, func(t *testing.T) {
			if d := cmp.Diff(c.want, cutUp(text, c.differ, c.same)); d != "" {
				t.Error(d)
			}
		})
	}
}

// TestCutUpLosesNothing: the segments are the text, whatever the offsets.
func TestCutUpLosesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.SliceOfN(rapid.ByteRange('a', 'e'), 0, 30).Draw(t, "text")
		some := func(class, name string) []stretch {
			return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) stretch {
				from := rapid.IntRange(-2, 32).Draw(t, "from")
				return stretch{start: from, end: from + rapid.IntRange(0, 9).Draw(t, "length"), class: class}
			}), 0, 6).Draw(t, name)
		}
		var b strings.Builder
		for _, s := range cutUp(text, some("diff", "differences"), some("same", "clauses")) {
			b.WriteString(s.Text)
		}
		if b.String() != string(text) {
			t.Fatalf("%q became %q", text, b.String())
		}
	})
}

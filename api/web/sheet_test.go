package web

import (
	"context"

	"vigie/catalog"
	"vigie/catalog/account"
)

// reading is the context of somebody who reads a demonstration.
func reading() context.Context { return account.With(context.Background(), account.Demonstration()) }

// sheetPages are the sheets of the reference catalogue, with one page for each fact and source that they lead to. As there
// are very many facts, the page of each is made for one record of its kind only; the others lead there too.
func sheetPages(s *Site) []page {
	pages := []page{{"/sources", func(r Request) ([]byte, error) { return s.Sources(reading(), r, "", today) }}}
	for _, k := range catalog.Kinds() {
		for i, id := range s.svc.Catalogue.IDs(k) {
			ref := catalog.Ref{Kind: k, ID: id}
			pages = append(pages, page{sheetPath(ref), func(r Request) ([]byte, error) { return s.WorkSheet(reading(), r, SheetQuery{Ref: ref, On: today}) }})
			pages = append(pages, page{sheetPath(ref) + ".xlsx", func(Request) ([]byte, error) { return nil, errSkip }})
			for _, def := range s.svc.Dictionary.Facts() {
				if def.Record != k {
					continue
				}
				make := func(Request) ([]byte, error) { return nil, errSkip }
				if i == 0 {
					make = func(r Request) ([]byte, error) {
						return s.Fact(reading(), r, FactQuery{Ref: ref, Path: def.Path, On: today})
					}
				}
				pages = append(pages, page{factPath(ref, def.Path), make})
			}
		}
	}
	for _, k := range []catalog.Kind{catalog.Vendor, catalog.Offering} {
		for i, id := range s.svc.Catalogue.IDs(k) {
			ref := catalog.Ref{Kind: k, ID: id}
			q := ChainQuery{Subject: ref, On: today}
			if i == 0 {
				q.Party = ref
			}
			pages = append(pages, page{chainPath(ref), func(r Request) ([]byte, error) { return s.Chain(reading(), r, q) }})
		}
	}
	for _, id := range s.svc.Catalogue.IDs(catalog.Stake)[:3] {
		ref := catalog.Ref{Kind: catalog.Stake, ID: id}
		pages = append(pages, page{chainPath(catalog.Ref{Kind: catalog.Vendor, ID: "mistral"}) + "?link=" + ref.String(), func(r Request) ([]byte, error) {
			return s.Chain(reading(), r, ChainQuery{Subject: catalog.Ref{Kind: catalog.Vendor, ID: "mistral"}, On: today, Link: ref})
		}})
	}
	for i, x := range s.svc.Catalogue.Sources {
		make := func(Request) ([]byte, error) { return nil, errSkip }
		if i%20 == 0 {
			make = func(r Request) ([]byte, error) { return s.Source(reading(), r, SourceQuery{ID: x.ID, On: today}) }
		}
		pages = append(pages, page{"/sources/" + x.ID, make})
	}
	return pages
}

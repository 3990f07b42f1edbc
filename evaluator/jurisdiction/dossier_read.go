package jurisdiction

import (
	"vigie/catalog"
)

// fact reads one fact and its place.
func (b *builder) fact(r catalog.Ref, path string) (catalog.Fact, catalog.FactRef) {
	return b.d.Record(r).Fact(path), catalog.FactRef{Record: r, Path: path}
}

// text reads a code, a country or a reference; empty when not known.
func (b *builder) text(r catalog.Ref, path string) string {
	if f, _ := b.fact(r, path); f.State == catalog.Known && f.Value != nil && !f.Value.Many {
		return f.Value.Text
	}
	return ""
}

// truth reads a boolean; a fact known to be absent is No.
func (b *builder) truth(r catalog.Ref, path string) Truth {
	switch f, _ := b.fact(r, path); {
	case f.State == catalog.Absent:
		return No
	case f.State == catalog.Known && f.Value != nil:
		return Of(f.Value.Bool)
	}
	return Maybe
}

// countries reads a list of countries; one known to be absent is empty, one not recorded is open.
func (b *builder) countries(r catalog.Ref, path string) Places {
	f, _ := b.fact(r, path)
	switch {
	case f.State == catalog.Absent:
		return Places{}
	case f.State != catalog.Known || f.Value == nil:
		return Anywhere
	}
	p := Places{Open: f.Value.Many && !f.Value.Complete}
	for _, c := range f.Value.Texts() {
		if c == catalog.World {
			p.World = true
			continue
		}
		p.Codes = append(p.Codes, c)
	}
	return p
}

func known(p Places) bool { return len(p.Codes) > 0 || p.World || !p.Open }

func (b *builder) refs(r catalog.Ref, paths ...string) []catalog.FactRef {
	if r.IsZero() || r.ID == "" {
		return nil
	}
	out := make([]catalog.FactRef, len(paths))
	for i, p := range paths {
		out[i] = catalog.FactRef{Record: r, Path: p}
		switch f := b.d.Record(r).Fact(p); {
		case f.State == catalog.Known && f.Value.Many && !f.Value.Complete:
			b.g.Known[out[i]], b.g.Partial[out[i]] = true, true
		case f.State != catalog.Unknown:
			b.g.Known[out[i]] = true
		}
	}
	return out
}

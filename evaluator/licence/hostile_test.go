package licence

import (
	"bytes"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// hostile is input made to cost time or to break the reader; each is at most 512 KiB.
func hostile(texts map[string][]byte) map[string][]byte {
	r := rand.New(rand.NewPCG(1, 2))
	junk := make([]byte, MaxText)
	for i := range junk {
		junk[i] = byte(r.UintN(256))
	}
	fill := func(s string) []byte { return bytes.Repeat([]byte(s), MaxText/len(s)) }
	var words bytes.Buffer
	for words.Len() < MaxText-20 {
		for range 2 + r.IntN(8) {
			words.WriteByte('a' + byte(r.IntN(26)))
		}
		words.WriteByte(' ')
	}
	out := map[string][]byte{
		"heading ids": fill("{#aa"), "link targets": fill("](http://"), "spaces": fill(" "), "one word": fill("a "), "no break": fill("a"), "random bytes": junk, "random words": words.Bytes(),
		"open tags": fill("<a "), "entities": fill("&amp;"), "broken json": fill(`\u00`), "escaped lines": fill(`\n`), "hyphens": fill("a-\n"), "comments": fill("<!-"), "nested quotes": fill("[x]("),
		"invalid utf-8": fill("\xff\xfe\xfd "), "zero width": fill("a\u200b"), "combining": fill("e\u0301"), "han": fill("许可证"), "brackets": fill("<"), "ampersands": fill("&"), "percent": fill("%PDF"),
	}
	if texts != nil {
		var all bytes.Buffer
		ids := slices.Sorted(maps.Keys(texts))
		for i := 0; i < 200 && all.Len() < MaxText; i++ {
			all.Write(texts[ids[i%len(ids)]])
			all.WriteString("\n\n")
		}
		out["200 licences"] = all.Bytes()[:min(all.Len(), MaxText)]
		var first bytes.Buffer
		for first.Len() < MaxText {
			first.Write(texts["mit"][:600])
		}
		out["one clause repeated"] = first.Bytes()[:MaxText]
		var apache bytes.Buffer
		for apache.Len() < MaxText {
			apache.Write(texts["apache-2.0"])
		}
		out["one licence repeated"] = apache.Bytes()[:MaxText]
	}
	return out
}

// TestHostile: every answer is one of the verdicts, its places lie in the text, and none is a clean identity but where
// one licence is repeated whole.
func TestHostile(t *testing.T) {
	set := mustBuiltin(t)
	for name, in := range hostile(corpusTexts(t)) {
		id := set.Identify(in, "")
		if !slices.Contains(Verdicts(), id.Verdict) || id.Verdict == Identified {
			t.Errorf("%s: %s %s", name, id.Verdict, id.Licence)
		}
		sane(t, in, id)
	}
}

func sane(t testing.TB, in []byte, id Identification) {
	t.Helper()
	n := len(Readable(in))
	check := func(what string, a, b int) {
		if a < 0 || b < a || b > n {
			t.Errorf("%s at [%d,%d) of %d bytes", what, a, b, n)
		}
	}
	for _, d := range id.Differences {
		check("difference", d.Start, d.End)
	}
	for _, l := range id.Licences {
		check("licence", l.Start, l.End)
		for _, s := range l.Stretches {
			check("stretch", s.Start, s.End)
		}
	}
	for _, m := range id.Means {
		check("evidence", m.Start, m.End)
	}
	if id.Coverage < 0 || id.Coverage > 1 {
		t.Errorf("coverage %v", id.Coverage)
	}
	if id.Message.EN == "" || id.Message.FR == "" {
		t.Errorf("%s without a message", id.Verdict)
	}
}

func TestBadInput(t *testing.T) {
	set := mustBuiltin(t)
	big := bytes.Repeat([]byte("lorem ipsum "), 900_000)
	for _, c := range []struct {
		name string
		in   []byte
		want Verdict
		cut  bool
	}{
		{"nothing", nil, Empty, false}, {"blank", []byte(" \n\t"), Empty, false}, {"mark only", []byte("\xff\xfe"), Empty, false},
		{"pdf", []byte("%PDF-1.7\n%\xe2\xe3"), Unknown, false}, {"office document", []byte("PK\x03\x04\x14\x00"), Unknown, false},
		{"executable", append([]byte("\x7fELF\x02\x01"), make([]byte, 300)...), Unknown, false},
		{"10 MB", big, Unknown, true}, {"10 MB, UTF-16", []byte(toUTF16(string(big[:5<<20]), true)), Unknown, true},
	} {
		id := set.Identify(c.in, "")
		if id.Verdict != c.want || id.Cut != c.cut {
			t.Errorf("%s: %s, cut %v; want %s, cut %v", c.name, id.Verdict, id.Cut, c.want, c.cut)
		}
		sane(t, c.in, id)
	}
}

// TestNoise misreads letters as a scanner does: the licence is still named, misread letters are told from changed
// words, and no right is taken away by the former.
func TestNoise(t *testing.T) {
	set := mustBuiltin(t)
	texts := corpusTexts(t)
	for _, id := range []string{"apache-2.0", "llama-3.1", "gemma-tou-2025-03-24", "mit"} {
		for _, share := range []int{300, 60} { // one letter in so many
			r := seeded(id, share)
			noisy := []byte(string(texts[id]))
			for i, c := range noisy {
				if c >= 'a' && c <= 'z' && r.IntN(share) == 0 {
					noisy[i] = "qxzjvkwbgp"[r.IntN(10)]
				}
			}
			got := set.Identify(noisy, "")
			misread := 0
			for _, d := range got.Differences {
				if d.Kind == Misread {
					misread++
				}
			}
			t.Logf("%s, one letter in %d: %s %s, coverage %.2f, %d of %d differences are misread letters", id, share, got.Verdict, got.Licence, got.Coverage, misread, len(got.Differences))
			if got.Verdict != WithDifferences || got.Licence != id {
				t.Errorf("%s, one letter in %d: %s %s", id, share, got.Verdict, got.Licence)
			}
			if share == 300 && misread*10 < len(got.Differences)*6 {
				t.Errorf("%s: only %d of %d differences told as misread letters", id, misread, len(got.Differences))
			}
		}
	}
}

// FuzzIdentify: any bytes get an answer with sane places.
func FuzzIdentify(f *testing.F) {
	set := mustBuiltin(f)
	if err := Warm(); err != nil { // not within the time of one input
		f.Fatal(err)
	}
	seeds := hostile(nil)
	for _, name := range slices.Sorted(maps.Keys(seeds)) {
		f.Add(seeds[name][:min(len(seeds[name]), 2000)])
	}
	f.Add([]byte("Permission is hereby granted, free of charge, to any person obtaining a copy"))
	f.Add([]byte("SPDX-License-Identifier: Apache-2.0"))
	f.Add([]byte("<p>LLAMA 3.1 COMMUNITY LICENSE AGREEMENT</p>"))
	f.Add([]byte("{\"license\": \"a\\n\\n\\nb\"}"))
	if texts, ok := optionalTexts(); ok {
		for _, id := range []string{"mit", "isc", "kimi-k2", "commons-clause", "gemma-pup-2024-02-21", "glm-130b"} {
			f.Add(texts[id])
		}
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		id := set.Identify(in, "")
		if !slices.Contains(Verdicts(), id.Verdict) {
			t.Fatalf("verdict %q", id.Verdict)
		}
		sane(t, in, id)
	})
}

func BenchmarkIdentify(b *testing.B) {
	set := mustBuiltin(b)
	if err := Warm(); err != nil {
		b.Fatal(err)
	}
	texts := corpusTexts(b)
	for _, id := range []string{"mit", "llama-3.1", "apache-2.0", "gpl-3.0"} {
		b.Run(id, func(b *testing.B) {
			b.SetBytes(int64(len(texts[id])))
			b.ReportAllocs()
			for b.Loop() {
				if set.Identify(texts[id], "").Licence != id {
					b.Fatal("not identified")
				}
			}
		})
	}
	all := hostile(texts)
	for _, name := range slices.Sorted(maps.Keys(all)) {
		b.Run("hostile/"+strings.ReplaceAll(name, " ", "_"), func(b *testing.B) {
			b.SetBytes(int64(len(all[name])))
			for b.Loop() {
				set.Identify(all[name], "")
			}
		})
	}
}

package proof

import (
	"bytes"
	"testing"
)

// FuzzVerify holds that every file has a verdict in both languages, whatever its bytes, and that what holds is a file
// made again from its parts.
func FuzzVerify(f *testing.F) {
	j := newJournal(f, "vigie.example.org")
	r, free := issue(f, j, "exemplia-paris"), issue(f, nil, "rien")
	f.Add(r.sealed)
	f.Add(free.sealed)
	f.Add(r.base)
	f.Add(r.sealed[len(r.base):])
	f.Add([]byte("%PDF-1.7\n\nxref\n%vigie-seal/1 9\nstartxref\n24\n%%EOF\n"))
	f.Fuzz(func(t *testing.T, file []byte) {
		v := Verify(file, []string{j.public})
		if len(v.Lines) == 0 || v.Conclusion().FR == "" {
			t.Fatal("no verdict")
		}
		if v.Holds && !bytes.Equal(file, r.sealed) {
			t.Fatal("a forgery holds")
		}
		if w := Verify(file, nil); w.Holds && w.Document == nil {
			t.Fatal("it holds without a document")
		}
	})
}

// FuzzParseLog holds that what is read is written back byte for byte.
func FuzzParseLog(f *testing.F) {
	j := newJournal(f, "vigie.example.org")
	f.Add(issue(f, j, "exemplia-paris").log.Text())
	f.Add([]byte(textHead + "\n== key\n\n== report leaf\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		if l, err := ParseLog(text); err == nil && !bytes.Equal(l.Text(), text) {
			t.Fatal("read and written otherwise")
		}
	})
}

// FuzzParseDocument holds that what is read is written back byte for byte.
func FuzzParseDocument(f *testing.F) {
	f.Add(issue(f, newJournal(f, "vigie.example.org"), "exemplia-paris").document.Bytes())
	f.Add([]byte(`{"format":"vigie-report/1"}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		if d, err := ParseDocument(b); err == nil && !bytes.Equal(d.Bytes(), b) {
			t.Fatal("read and written otherwise")
		}
	})
}

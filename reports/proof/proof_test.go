package proof

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// states lists how each check ended.
func states(v *Verdict) []State {
	var out []State
	for _, l := range v.Lines {
		out = append(out, l.State)
	}
	return out
}

func fails(t *testing.T, v *Verdict, want string) {
	t.Helper()
	if v.Holds || !strings.Contains(v.failure(), want) {
		t.Errorf("holds %v, first failure %q; want %q", v.Holds, v.failure(), want)
	}
	for _, l := range v.Lines {
		if l.Text.EN == "" || l.Text.FR == "" {
			t.Errorf("a line lacks words: %+v", l)
		}
	}
}

func TestWhatAReportProves(t *testing.T) {
	j, other := newJournal(t, "vigie.example.org"), newJournal(t, "other.example.org")
	for i := range 300 {
		j.record("claim", hashOf([]byte{byte(i), byte(i >> 8)}))
	}
	r := issue(t, j, "exemplia-paris")
	free := issue(t, nil, "exemplia-paris")
	for name, c := range map[string]struct {
		file       []byte
		keys       []string
		states     []State
		holds      bool
		registered bool
		conclusion string
	}{
		"registered, no key given": {r.sealed, nil, []State{Holds, Holds, Holds, Holds, Holds, Holds, Open}, true, true, "Intact and registered, if the key above is the organisation's."},
		"registered, the key":      {r.sealed, []string{j.public}, []State{Holds, Holds, Holds, Holds, Holds, Holds, Holds}, true, true, "Intact, and registered in the log of the expected key."},
		"one key of several":       {r.sealed, []string{other.public, j.public}, []State{Holds, Holds, Holds, Holds, Holds, Holds, Holds}, true, true, "Intact, and registered in the log of the expected key."},
		"another key":              {r.sealed, []string{other.public}, []State{Holds, Holds, Holds, Holds, Fails}, false, false, "This file is not a report that can be relied on."},
		"no key at all":            {r.sealed, []string{"x"}, []State{Holds, Holds, Holds, Holds, Fails}, false, false, "This file is not a report that can be relied on."},
		"not registered":           {free.sealed, nil, []State{Holds, Holds, Holds, Holds, Open}, true, false, "Intact as far as can be seen from the file alone; it is not registered."},
		"not registered, a key":    {free.sealed, []string{j.public}, []State{Holds, Holds, Holds, Holds, Fails}, false, false, "This file is not a report that can be relied on."},
		"not sealed":               {r.base, nil, []State{Fails}, false, false, "This file is not a report that can be relied on."},
		"empty":                    {nil, nil, []State{Fails}, false, false, "This file is not a report that can be relied on."},
	} {
		t.Run(name, func(t *testing.T) {
			v := Verify(c.file, c.keys)
			if diff := cmp.Diff(c.states, states(v)); diff != "" || v.Holds != c.holds || v.Registered != c.registered || v.Conclusion().EN != c.conclusion {
				t.Errorf("holds %v, registered %v, %q %s\n%+v", v.Holds, v.Registered, v.Conclusion().EN, diff, v.Lines)
			}
		})
	}
	v := Verify(r.sealed, []string{j.public})
	want := &Verdict{Holds: true, Registered: true, KeyGiven: true, Key: j.public, File: hashOf(r.sealed), Document: &r.document,
		About: &About{Offering: "exemplia-paris", UseCase: "notes", On: "2026-11-24", Engine: "1.0.0"}, Lines: v.Lines,
		Checkpoint: string(r.log.Report.Inclusion.Checkpoint)}
	want.Entry, _ = Register(r.log.Report, j.public)
	if diff := cmp.Diff(want, v); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if want.Entry == nil || want.Entry.Leaf != 301 || r.document.Registration.Leaf != 300 {
		t.Errorf("entries %+v and %+v", want.Entry, r.document.Registration)
	}
}

// TestAnyByteChangedIsSeen is the bar of RELIABILITY section 5: 200 of 200, and every byte of what was appended.
func TestAnyByteChangedIsSeen(t *testing.T) {
	j := newJournal(t, "vigie.example.org")
	for name, r := range map[string]issued{"registered": issue(t, j, "exemplia-paris"), "not registered": issue(t, nil, "exemplia-paris")} {
		t.Run(name, func(t *testing.T) {
			rnd := rand.New(rand.NewPCG(7, 9))
			var places []int
			for i := range 200 {
				places = append(places, i*len(r.sealed)/200)
			}
			for i := len(r.base); i < len(r.sealed); i++ {
				places = append(places, i)
			}
			seen := 0
			for _, at := range places {
				file := bytes.Clone(r.sealed)
				file[at] ^= byte(1 + rnd.IntN(255))
				if Verify(file, nil).Holds {
					t.Errorf("byte %d of %d changed from %#x to %#x: not seen", at, len(file), r.sealed[at], file[at])
					continue
				}
				seen++
			}
			t.Logf("%d changes of one byte, %d seen", len(places), seen)
		})
	}
}

func TestATruncatedOrLengthenedFileIsRefused(t *testing.T) {
	r := issue(t, newJournal(t, "vigie.example.org"), "exemplia-paris")
	for n := range len(r.sealed) {
		if n%97 != 0 && n < len(r.sealed)-500 && n != len(r.base) {
			continue
		}
		if Verify(r.sealed[:n], nil).Holds {
			t.Errorf("cut to %d of %d bytes: not seen", n, len(r.sealed))
		}
	}
	for _, more := range []string{"\n", " ", "%%EOF\n", "\x00", string(r.sealed[len(r.base):]), string(r.sealed)} {
		if Verify(append(bytes.Clone(r.sealed), more...), nil).Holds {
			t.Errorf("%d bytes added: not seen", len(more))
		}
		if Verify(append([]byte(more), r.sealed...), nil).Holds {
			t.Errorf("%d bytes put before: not seen", len(more))
		}
	}
}

// forge seals what Seal would refuse, so that what is checked after the layout is reached.
func forge(t *testing.T, base []byte, contents map[string][]byte) []byte {
	t.Helper()
	f, err := readBase(base)
	if err != nil {
		t.Fatal(err)
	}
	var parts []part
	for _, name := range slices.Sorted(keysOf(contents)) {
		packed, err := pack(contents[name])
		if err != nil {
			t.Fatal(err)
		}
		parts = append(parts, part{name: name, size: len(contents[name]), packed: len(packed), raw: packed})
	}
	return f.seal(parts, nil)
}

func keysOf(m map[string][]byte) func(func(string) bool) {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

func TestForgedReportsDoNotHold(t *testing.T) {
	j, own := newJournal(t, "vigie.example.org"), newJournal(t, "vigie.example.org")
	a, b := issue(t, j, "exemplia-paris"), issue(t, j, "rien")
	mine := issue(t, own, "exemplia-paris") // a log of the same name, kept by somebody else
	with := func(body, doc []byte, l *Log) map[string][]byte {
		m := map[string][]byte{nameReport: doc, Assessment.file(): body}
		if l != nil {
			m[nameProof] = l.Text()
		}
		return m
	}
	doc := a.document
	doc.Registration = nil
	later := a.document
	later.On = "2026-11-25"
	moved := *a.document.Registration
	moved.Leaf++
	printed := a.document
	printed.Registration = &moved
	record := func(d Document) *Log {
		return &Log{Key: j.public, Report: j.prove(t, j.record("report", d.Hash())), Subject: a.log.Subject}
	}
	asClaim := j.prove(t, j.record("claim", a.document.Hash()))
	unsigned := *a.log
	unsigned.Report.Inclusion.Checkpoint = bytes.Replace(unsigned.Report.Inclusion.Checkpoint, []byte("\n2\n"), []byte("\n3\n"), 1)
	shifted := *a.log
	shifted.Report.Inclusion.Index--
	for name, c := range map[string]struct {
		base     []byte
		contents map[string][]byte
		want     string
	}{
		"another's printed report":      {b.base, with(a.subject.Body, a.document.Bytes(), a.log), "The printed report was altered or exchanged"},
		"another's assessment":          {a.base, with(b.subject.Body, a.document.Bytes(), a.log), "assessment.json is not what the report prints"},
		"another's document":            {a.base, with(a.subject.Body, b.document.Bytes(), b.log), "The printed report was altered or exchanged"},
		"another's proof":               {a.base, with(a.subject.Body, a.document.Bytes(), b.log), "The proof of the report is that of something else."},
		"the proof of the report twice": {a.base, with(a.subject.Body, a.document.Bytes(), &Log{j.public, a.log.Report, a.log.Report}), "The proof of the assessment is that of something else."},
		"the hash logged as a claim":    {a.base, with(a.subject.Body, a.document.Bytes(), &Log{j.public, asClaim, a.log.Subject}), "The proof of the report is that of something else."},
		"no proof":                      {a.base, with(a.subject.Body, a.document.Bytes(), nil), "says that it is registered, but no proof is attached"},
		"a log of one's own":            {mine.base, with(mine.subject.Body, mine.document.Bytes(), mine.log), "not signed with the expected key"},
		"its key renamed":               {mine.base, with(mine.subject.Body, mine.document.Bytes(), &Log{j.public, mine.log.Report, mine.log.Subject}), "not signed with the expected key"},
		"another day":                   {a.base, with(a.subject.Body, later.Bytes(), record(later)), "of another day"},
		"another entry printed":         {a.base, with(a.subject.Body, printed.Bytes(), record(printed)), "The entry printed in the report is another one."},
		"the checkpoint altered":        {a.base, with(a.subject.Body, a.document.Bytes(), &unsigned), "not signed with the expected key"},
		"the place altered":             {a.base, with(a.subject.Body, a.document.Bytes(), &shifted), "The proof that the report stands in the log does not hold."},
		"no document":                   {a.base, map[string][]byte{Assessment.file(): a.subject.Body, nameProof: a.log.Text()}, "report.json is not what registers a report"},
		"no assessment":                 {a.base, map[string][]byte{nameReport: a.document.Bytes(), nameProof: a.log.Text()}, "assessment.json is not what the report prints"},
		"a document with spaces":        {a.base, with(a.subject.Body, append(a.document.Bytes(), ' '), a.log), "report.json is not what registers a report"},
		"a proof with spaces":           {a.base, map[string][]byte{nameReport: a.document.Bytes(), Assessment.file(): a.subject.Body, nameProof: append(a.log.Text(), '\n')}, "The proof that the assessment stands in the log does not hold."},
		"a proof that is none":          {a.base, map[string][]byte{nameReport: a.document.Bytes(), Assessment.file(): a.subject.Body, nameProof: []byte("vigie-proof/1\n")}, "proof.txt is not a proof of registration"},
		"both an assessment and a comparison": {a.base, map[string][]byte{nameReport: doc.Bytes(), Assessment.file(): a.subject.Body, Comparison.file(): b.subject.Body},
			"attached that does not belong"},
	} {
		t.Run(name, func(t *testing.T) { fails(t, Verify(forge(t, c.base, c.contents), []string{j.public}), c.want) })
	}
	// The same forger without a key to be held to is taken at their word, and the verdict says which word that is.
	if v := Verify(mine.sealed, nil); !v.Holds || v.KeyGiven || !strings.Contains(v.Lines[len(v.Lines)-1].Text.EN, own.public) {
		t.Errorf("%+v", v.Lines)
	}
}

// TestAttachmentsThatLieAboutTheirLength reaches the unpacking: too long, too short, a bomb, and packed bytes after the end.
func TestAttachmentsThatLieAboutTheirLength(t *testing.T) {
	r := issue(t, nil, "exemplia-paris")
	f, err := readBase(r.base)
	if err != nil {
		t.Fatal(err)
	}
	body, doc := r.subject.Body, r.document.Bytes()
	packed, _ := pack(body)
	packedDoc, _ := pack(doc)
	bomb, _ := pack(make([]byte, 30<<20))
	last := part{name: nameReport, size: len(doc), packed: len(packedDoc), raw: packedDoc}
	for name, p := range map[string]part{
		"longer":            {name: "assessment.json", size: len(body) + 1, raw: packed},
		"shorter":           {name: "assessment.json", size: len(body) - 1, raw: packed},
		"a bomb":            {name: "assessment.json", size: 1000, raw: bomb},
		"bytes after it":    {name: "assessment.json", size: len(body), raw: append(bytes.Clone(packed), 0)},
		"cut":               {name: "assessment.json", size: len(body), raw: packed[:len(packed)-5]},
		"not packed at all": {name: "assessment.json", size: len(body), raw: body},
	} {
		t.Run(name, func(t *testing.T) {
			p.packed = len(p.raw)
			fails(t, Verify(f.seal([]part{p, last}, nil), nil), "assessment.json cannot be unpacked")
		})
	}
}

func TestSealRefusesWhatDoesNotBelongTogether(t *testing.T) {
	j := newJournal(t, "vigie.example.org")
	a, b := issue(t, j, "exemplia-paris"), issue(t, j, "rien")
	for name, c := range map[string]struct {
		base []byte
		s    Subject
		d    Document
		l    *Log
		want string
	}{
		"another subject": {a.base, b.subject, a.document, a.log, "the report of something else"},
		"another base":    {b.base, a.subject, a.document, a.log, "registers another file"},
		"another proof":   {a.base, a.subject, a.document, b.log, "The proof of the report is that of something else."},
		"no proof":        {a.base, a.subject, a.document, nil, "no proof is attached"},
		"no kind":         {a.base, Subject{Body: a.subject.Body}, a.document, a.log, "an assessment or a comparison"},
		"sealed twice":    {a.sealed, a.subject, NewDocument(a.sealed, a.subject, "fr", "2026-11-24", "", nil), nil, "not one that Vigie's reports are made of"},
		"not a PDF":       {[]byte("x"), a.subject, NewDocument([]byte("x"), a.subject, "fr", "2026-11-24", "", nil), nil, "not one that Vigie's reports are made of"},
	} {
		t.Run(name, func(t *testing.T) {
			if out, err := Seal(c.base, c.s, c.d, c.l); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%d bytes, %v; want %q", len(out), err, c.want)
			}
		})
	}
}

func TestSameInputsGiveTheSameBytes(t *testing.T) {
	r := issue(t, newJournal(t, "vigie.example.org"), "exemplia-paris")
	for range 3 {
		base := drawn(t, "exemplia-paris", r.document.Registration)
		again, err := Seal(base, r.subject, r.document, r.log)
		if err != nil || !bytes.Equal(again, r.sealed) {
			t.Fatalf("another file (%v)", err)
		}
	}
}

func TestProofIsReadBack(t *testing.T) {
	j := newJournal(t, "vigie.example.org")
	for i := range 70 {
		j.record("claim", hashOf([]byte{byte(i)}))
	}
	r := issue(t, j, "exemplia-paris")
	got, err := ParseLog(r.log.Text())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(r.log, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	d, err := ParseDocument(r.document.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(r.document, d); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestComparisonsAreSealedToo(t *testing.T) {
	k := comparison()
	s := OfComparison(k)
	if s.Hash() != k.Hash {
		t.Fatalf("the body has the hash %s, the comparison %s", s.Hash(), k.Hash)
	}
	base := drawn(t, "Comparaison", nil)
	sealed, err := Seal(base, s, NewDocument(base, s, "fr", k.On, "", nil), nil)
	if err != nil {
		t.Fatal(err)
	}
	v := Verify(sealed, nil)
	if !v.Holds || v.About.Offering != "" || v.About.UseCase != "notes" {
		t.Errorf("%+v %+v", v.About, v.Lines)
	}
}

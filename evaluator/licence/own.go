package licence

import (
	"bytes"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"vigie/catalog/strict"
	"vigie/catalog/wording"
)

// With adds an organisation's own licences to a set: negotiated contracts, terms of vendors, texts that Vigie does not
// ship. The folder holds, for each, "<id>.yaml" (its rights) and, where its text is to be recognised, "<id>.txt" (the
// text) or "<id>.fingerprint" (what Learn made of it). Rights alone are enough to judge. The error is a strict.Faults
// that lists every fault of every file.
func (set *Set) With(own fs.FS) (*Set, error) {
	prints := Fingerprints{List: slices.Clone(set.prints.List), Vocabulary: slices.Clone(set.prints.Vocabulary)}
	var faults strict.Faults
	bad := func(name, en, fr string, args ...any) {
		faults.Add(strict.Pos{File: name}, "", wording.Textf(en, fr, args...))
	}
	template := Templates(own)
	for _, pattern := range []string{"*.txt", "*.fingerprint"} {
		names, err := fs.Glob(own, pattern)
		if err != nil {
			return nil, err
		}
		slices.Sort(names)
		for _, name := range names {
			data, err := fs.ReadFile(own, name)
			if err != nil {
				bad(name, "the file cannot be read: %s", "le fichier est illisible : %s", err.Error())
				continue
			}
			id := name[:strings.LastIndexByte(name, '.')]
			if strings.HasSuffix(name, ".txt") {
				f, err := Take(Reference{ID: id, Text: data, Template: template(id)})
				if err != nil {
					bad(name, "%s", "%s", err.Error())
					continue
				}
				prints.add(f)
				continue
			}
			more, err := DecodeFingerprints(data)
			if err != nil {
				bad(name, "not a fingerprint file of this version of Vigie, or damaged: make it again with vigie licence learn",
					"fichier d'empreinte d'une autre version de Vigie, ou abîmé : le refaire avec vigie licence learn")
				continue
			}
			for _, f := range more.List {
				f.vocabulary = more.Vocabulary
				prints.add(f)
			}
		}
	}
	if err := faults.Err(); err != nil {
		return nil, err
	}
	return newSet(prints, shippedFolder(), own)
}

// add puts a fingerprint in place of one with the same id, or after the others.
func (set *Fingerprints) add(f Fingerprint) {
	set.Vocabulary = append(set.Vocabulary, f.vocabulary...)
	slices.Sort(set.Vocabulary)
	set.Vocabulary = slices.Compact(set.Vocabulary)
	for i := range set.List {
		if set.List[i].ID == f.ID {
			set.List[i] = f
			return
		}
	}
	set.List = append(set.List, f)
}

// Lesson is what Learn makes of a text.
type Lesson struct {
	// Rights is a rights file to complete: every right is marked as not read yet, so that nothing is asserted by it.
	Rights []byte
	// Fingerprint is the content of "<id>.fingerprint".
	Fingerprint []byte
	// Clauses are the labels that the text's clauses got, in order: clause references in the rights file match them.
	Clauses []string
	// Nearest are the licences the text is near to: a variant of one of them may start from its rights.
	Nearest []Near
}

// Learn takes the fingerprint of a text and makes the skeleton of its rights file.
func (set *Set) Learn(id string, text []byte) (Lesson, error) {
	if !idOK(id) {
		return Lesson{}, strict.Faults{{Text: wording.Textf("%q is not an id: lower-case letters, digits, dots and hyphens", "« %s » n'est pas un identifiant : minuscules, chiffres, points et tirets", id)}}
	}
	if set.licences[id] != nil {
		return Lesson{}, strict.Faults{{Text: wording.Textf("a licence %q is there already", "une licence « %s » existe déjà", id)}}
	}
	f, err := Take(Reference{ID: id, Text: text})
	if err != nil {
		return Lesson{}, err
	}
	out := Lesson{Fingerprint: gather([]Fingerprint{f}).Encode(), Nearest: set.Identify(text, "").Nearest}
	for _, c := range f.Clauses {
		if n := len(out.Clauses); n == 0 || out.Clauses[n-1] != c.Label {
			out.Clauses = append(out.Clauses, c.Label)
		}
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "# Read the text clause by clause; take each right out of `unread` once its answer is written. Format: docs/licences.md\n")
	fmt.Fprintf(&b, "# Clauses found: %s\n", strings.Join(out.Clauses, " | "))
	fmt.Fprintf(&b, "id: %s\nkind: licence\nnames: [%q]\nfamily: %s\n", id, id, id)
	b.WriteString(`holder: {name: {en: "to be completed", fr: "à compléter"}}
covers: [model]
osi_approved: false
osaid: {answer: unclear}
commercial_use: {answer: silent}
field_of_use: {restricted: false}
outputs: {owner: silent, train_other_models: silent}
derivatives: {allowed: silent}
redistribution: {answer: silent, hosted_service_counts: silent}
share_alike: {answer: none}
patent: {grant: silent, ends: none}
change: {revocable: silent, may_change: "no"}
liability: {warranty: none, licensee_indemnifies: "no"}
note: {en: "to be completed", fr: "à compléter"}
`)
	fmt.Fprintf(&b, "unread: [%s]\nsource: \"to be completed\"\nverified: false\n", strings.Join(rightNames, ", "))
	out.Rights = b.Bytes()
	return out, nil
}

func idOK(id string) bool {
	if id == "" || len(id) > 64 {
		return false
	}
	for _, c := range id {
		if !(c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '-' || c == '.') {
			return false
		}
	}
	return true
}

package proof

import (
	"bytes"
	"fmt"
	"strings"
	"unicode"

	"vigie/catalog/store/log"
)

// textHead opens a proof.txt.
const textHead = "vigie-proof/1"

// The sections of a proof.txt, in their order. Each begins with a line "== name"; what follows up to the next such line
// is the thing itself: a key, a leaf, or a proof in the format of c2sp.org/tlog-proof.
var textSections = [...]string{"key", "report leaf", "report proof", "subject leaf", "subject proof"}

// Text writes the proof as proof.txt: a leaf is one line and hashed without its end, a proof is a whole file of its
// format.
func (l Log) Text() []byte {
	var b bytes.Buffer
	b.WriteString(textHead + "\n")
	for i, part := range [...]string{l.Key + "\n", string(l.Report.Leaf) + "\n", l.Report.Inclusion.Text(), string(l.Subject.Leaf) + "\n", l.Subject.Inclusion.Text()} {
		fmt.Fprintf(&b, "== %s\n%s", textSections[i], part)
	}
	return b.Bytes()
}

// ParseLog reads what Text wrote and refuses everything else, down to the last byte.
func ParseLog(text []byte) (*Log, error) {
	rest, ok := strings.CutPrefix(string(text), textHead+"\n")
	if !ok {
		return nil, fmt.Errorf("not a proof of registration: it begins with %s", textHead)
	}
	var parts [len(textSections)]string
	for i, name := range textSections {
		if rest, ok = strings.CutPrefix(rest, "== "+name+"\n"); !ok {
			return nil, fmt.Errorf("the part %q of the proof is missing", name)
		}
		parts[i] = rest
		if i+1 < len(textSections) {
			at := strings.Index(rest, "\n== "+textSections[i+1]+"\n")
			if at < 0 {
				return nil, fmt.Errorf("the part %q of the proof is missing", textSections[i+1])
			}
			parts[i], rest = rest[:at+1], rest[at+1:]
		}
	}
	l := &Log{Key: strings.TrimSuffix(parts[0], "\n")}
	if len(l.Key) > 300 || strings.ContainsFunc(l.Key, func(r rune) bool { return !unicode.IsPrint(r) }) { // a key is shown to people
		return nil, fmt.Errorf("the key of the log is none")
	}
	for i, e := range []*Entry{&l.Report, &l.Subject} {
		e.Leaf = []byte(strings.TrimSuffix(parts[1+2*i], "\n"))
		var err error
		if e.Inclusion, err = log.ParseInclusion([]byte(parts[2+2*i])); err != nil {
			return nil, err
		}
	}
	if !bytes.Equal(l.Text(), text) {
		return nil, fmt.Errorf("the proof of registration is not in its own form")
	}
	return l, nil
}

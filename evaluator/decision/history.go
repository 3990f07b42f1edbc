package decision

import (
	"encoding/json"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"

	"vigie/catalog"
	"vigie/catalog/strict"
	"vigie/catalog/wording"
)

func itoa(n int) string { return strconv.Itoa(n) }

// Status is where a decision stands on a day.
type Status string

// The statuses.
const (
	InForce    Status = "in_force"
	Superseded Status = "superseded"
	Expired    Status = "expired"
	NotYet     Status = "not_yet" // taken later than the day asked about
)

var statusWords = map[Status]wording.Text{
	InForce:    {EN: "in force", FR: "en vigueur"},
	Superseded: {EN: "superseded", FR: "remplacée"},
	Expired:    {EN: "expired", FR: "échue"},
	NotYet:     {EN: "not taken yet", FR: "pas encore prise"},
}

// Label names the status.
func (s Status) Label() wording.Text { return statusWords[s] }

// History is every decision ever taken, in order of day and hash.
type History struct {
	List []*Decision
	by   map[string]*Decision
	next map[string]*Decision // by the hash of the one superseded
}

// NewHistory checks that the decisions make chains: each hash is that of its content, and what one supersedes is
// there, is about the same offering, use and organisation, was taken no later, and is superseded once. The error is
// a *catalog.InvalidError.
func NewHistory(list []*Decision) (*History, error) {
	h := &History{List: slices.Clone(list), by: map[string]*Decision{}, next: map[string]*Decision{}}
	slices.SortFunc(h.List, func(a, b *Decision) int {
		return strings.Compare(string(a.DecidedOn)+a.Hash, string(b.DecidedOn)+b.Hash)
	})
	f := &faults{}
	for _, d := range h.List {
		again := *d
		again.Seal()
		switch {
		case d.Format != Format:
			f.bad(d.Hash, "expected the format %s, found %q", "attendu : le format %s ; trouvé : « %s »", Format, d.Format)
		case again.Hash != d.Hash:
			f.bad(d.Hash, "its content has the hash %s: it was changed", "son contenu a l'empreinte %s : il a été modifié", again.Hash)
		case h.by[d.Hash] != nil:
			f.bad(d.Hash, "is there twice", "figure deux fois")
		}
		h.by[d.Hash] = d
	}
	for _, d := range h.List {
		if d.Supersedes == "" {
			continue
		}
		switch old := h.by[d.Supersedes]; {
		case old == nil:
			f.bad(d.Hash, "supersedes %s, which is not there", "remplace %s, qui est absente", d.Supersedes)
		case old.Offering != d.Offering || old.UseCase != d.UseCase || old.Organisation != d.Organisation:
			f.bad(d.Hash, "supersedes a decision about another offering, use or organisation", "remplace une décision portant sur une autre offre, un autre usage ou une autre organisation")
		case d.DecidedOn.Before(old.DecidedOn):
			f.bad(d.Hash, "was taken before the one it supersedes", "a été prise avant celle qu'elle remplace")
		case h.next[old.Hash] != nil:
			f.bad(d.Hash, "supersedes a decision that %s already supersedes", "remplace une décision que %s remplace déjà", h.next[old.Hash].Hash)
		default:
			h.next[old.Hash] = d
		}
	}
	if err := f.err(); err != nil {
		return nil, err
	}
	return h, nil
}

// Find gives a decision by its hash or the beginning of one, of eight characters or more; nil when none or several fit.
func (h *History) Find(hash string) *Decision {
	if d := h.by[hash]; d != nil {
		return d
	}
	var found *Decision
	for _, d := range h.List {
		if len(hash) >= 8 && strings.HasPrefix(d.Hash, hash) {
			if found != nil {
				return nil
			}
			found = d
		}
	}
	return found
}

// Status says where a decision stands on a day.
func (h *History) Status(d *Decision, on catalog.Date) Status {
	next := h.next[d.Hash]
	switch {
	case on.Before(d.DecidedOn):
		return NotYet
	case next != nil && !on.Before(next.DecidedOn):
		return Superseded
	case d.Until.Before(on):
		return Expired
	}
	return InForce
}

// InForce lists the decisions that hold on a day.
func (h *History) InForce(on catalog.Date) []*Decision {
	var out []*Decision
	for _, d := range h.List {
		if h.Status(d, on) == InForce {
			out = append(out, d)
		}
	}
	return out
}

// Chain lists a decision with those it superseded and those that superseded it, the oldest first.
func (h *History) Chain(d *Decision) []*Decision {
	first := d
	for first.Supersedes != "" && h.by[first.Supersedes] != nil {
		first = h.by[first.Supersedes]
	}
	var out []*Decision
	for x := first; x != nil; x = h.next[x.Hash] {
		out = append(out, x)
	}
	return out
}

// Overdue lists the conditions of a decision that were due before a day.
func (d *Decision) Overdue(on catalog.Date) []Condition {
	var out []Condition
	for _, c := range d.Conditions {
		if c.Due.Before(on) {
			out = append(out, c)
		}
	}
	return out
}

// FileName is the name under which a folder keeps a decision.
func (d *Decision) FileName() string {
	return string(d.DecidedOn) + "--" + d.Offering + "--" + d.UseCase + "--" + d.Hash[:12] + ".json"
}

// File is the decision as a file: its canonical form.
func (d *Decision) File() ([]byte, error) {
	data, err := catalog.Canonical(d)
	return append(data, '\n'), err
}

// MaxFile bounds one file of a decision, in bytes.
const MaxFile = 1 << 20

// LoadFolder reads every .json file of a folder as a decision. The error is a strict.Faults for files that cannot be
// read, else that of NewHistory.
func LoadFolder(fsys fs.FS) (*History, error) {
	names, err := fs.Glob(fsys, "*.json")
	if err != nil {
		return nil, err
	}
	var list []*Decision
	var bad strict.Faults
	for _, name := range names {
		d, t := readFile(fsys, name)
		if !t.IsZero() {
			bad = append(bad, strict.Fault{File: path.Clean(name), Text: t})
			continue
		}
		list = append(list, d)
	}
	if err := bad.Err(); err != nil {
		return nil, err
	}
	return NewHistory(list)
}

func readFile(fsys fs.FS, name string) (*Decision, wording.Text) {
	info, err := fs.Stat(fsys, name)
	if err != nil {
		return nil, wording.Textf("cannot be read: %v", "illisible : %v", err)
	}
	if info.Size() > MaxFile {
		return nil, wording.Textf("is larger than %d bytes", "dépasse %d octets", MaxFile)
	}
	data, err := fs.ReadFile(fsys, name)
	if err != nil {
		return nil, wording.Textf("cannot be read: %v", "illisible : %v", err)
	}
	dec := json.NewDecoder(strings.NewReader(string(data)))
	dec.DisallowUnknownFields()
	d := &Decision{}
	if err := dec.Decode(d); err != nil {
		return nil, wording.Textf("is not a decision: %v", "n'est pas une décision : %v", err)
	}
	return d, wording.Text{}
}

package licence

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"maps"
	"slices"
	"sync"

	"vigie/catalog"
	"vigie/catalog/strict"
	"vigie/catalog/wording"
	"vigie/evaluator/expr"
)

//go:generate go run ./internal/fingerprints -corpus ../../../shared/corpus/licences

// shipped is all that ships: rights, codes in words, names, fingerprints.
//
//go:embed licences/*.yaml words.yaml named.yaml fingerprints.bin
var shipped embed.FS

// shippedFile reads one of them; they are part of the program.
func shippedFile(name string) []byte {
	data, err := shipped.ReadFile(name)
	if err != nil {
		panic(err)
	}
	return data
}

// Set is what Vigie knows of licences: their fingerprints, names and rights. It never changes and may be used by many
// at once.
type Set struct {
	hash      string
	env       *expr.Env
	index     *index
	prints    Fingerprints
	titles    *titles
	words     vocabulary
	licences  map[string]*entry
	named     map[string]*Named
	nameWords map[string][][]uint64      // id → its names as words
	classic   map[string]string          // licensecheck's name → id
	labels    map[string]map[string]bool // id → labels of its fingerprint
}

var builtin = sync.OnceValues(func() (*Set, error) {
	prints, err := DecodeFingerprints(shippedFile("fingerprints.bin"))
	if err != nil {
		return nil, err
	}
	return newSet(prints, shippedFolder())
})

func shippedFolder() fs.FS {
	f, err := fs.Sub(shipped, "licences")
	if err != nil {
		panic(err) // an embedded folder of this very package
	}
	return f
}

// Builtin gives the set that ships with Vigie. The first call builds it, in some tens of milliseconds; a call meanwhile
// waits.
func Builtin() (*Set, error) { return builtin() }

// Warm builds the shipped set and the scanner of classic licences, which takes about a second: call it in the
// background once a server listens. An identification before that waits for it.
func Warm() error {
	_, err := Builtin()
	warmClassics()
	return err
}

// newSet reads the rights files and puts them together with fingerprints. The error is a strict.Faults that lists every
// fault of every file.
func newSet(prints Fingerprints, folders ...fs.FS) (*Set, error) {
	l := &loader{seen: map[string]string{}}
	env, err := conditionsEnv()
	if err != nil {
		return nil, err
	}
	l.env = env
	l.decode("words.yaml", shippedFile("words.yaml"), &l.words)
	var named struct {
		Named []*Named `yaml:"named,required"`
	}
	l.decode("named.yaml", shippedFile("named.yaml"), &named)
	all := map[string]*entry{}
	for _, f := range folders {
		l.folder(f, all)
	}
	l.links(all)
	set := &Set{env: env, index: newIndex(prints), prints: prints, words: l.words, licences: all, named: map[string]*Named{},
		nameWords: map[string][][]uint64{}, classic: map[string]string{}, labels: map[string]map[string]bool{}}
	if err := l.faults.Err(); err != nil {
		return nil, err
	}
	names, codes := map[string][]string{}, map[string][]string{}
	for _, id := range slices.Sorted(maps.Keys(all)) {
		x := all[id]
		set.fix(x)
		names[id], codes[id] = x.Names, []string{id}
		for _, other := range append([]string{x.Identifiers.SPDX, x.Identifiers.ScanCode}, x.Identifiers.HuggingFace...) {
			if other != "" {
				codes[id] = append(codes[id], other)
			}
		}
		if lc := x.Identifiers.LicenseCheck; lc != "" && set.classic[lc] == "" {
			set.classic[lc] = id
		}
		var own [][]uint64
		also := []string{id, x.Identifiers.SPDX}
		if spdx := x.Identifiers.SPDX; spdx != "" {
			also = append(also, "opensource.org/licenses/"+spdx, "opensource.org/licenses/"+spdx+"-license.php")
		}
		for _, name := range append(also, x.Names...) {
			var hashes []uint64
			for _, w := range split([]byte(name)).list {
				hashes = append(hashes, w.hash)
			}
			own = append(own, hashes)
		}
		set.nameWords[id] = own
	}
	for _, n := range named.Named {
		if all[n.ID] != nil {
			continue
		}
		set.named[n.ID] = n
		names[n.ID], codes[n.ID] = n.Names, append([]string{n.ID}, n.HuggingFace...)
	}
	for _, f := range prints.List {
		labels := map[string]bool{}
		for _, c := range f.Clauses {
			labels[c.Label] = true
		}
		set.labels[f.ID] = labels
	}
	if set.titles, err = newTitles(names, codes); err != nil {
		l.fail(strict.Pos{File: "names"}, "", "a name cannot be searched for: %s", "un nom ne peut être recherché : %s", err.Error())
	}
	if err := l.faults.Err(); err != nil {
		return nil, err
	}
	sum := sha256.Sum256(prints.Encode())
	l.seen["fingerprints"] = hex.EncodeToString(sum[:])
	set.hash = catalog.MustHash(l.seen)
	return set, nil
}

// Hash names the set by the content of its files, an organisation's own included.
func (set *Set) Hash() string { return set.hash }

// Rights gives what a licence's file says.
func (set *Set) Rights(id string) (*Licence, bool) {
	e, ok := set.licences[id]
	if !ok {
		return nil, false
	}
	return e.Licence, true
}

// Find gives the id of a licence by its id, one of its names, or an identifier of SPDX, ScanCode or Hugging Face.
func (set *Set) Find(name string) (string, bool) {
	if set.licences[name] != nil {
		return name, true
	}
	return set.byName(name)
}

// NamedOnly gives what is reported of a licence that Vigie has no text of.
func (set *Set) NamedOnly(id string) (*Named, bool) {
	n, ok := set.named[id]
	return n, ok
}

// DocumentName names a licence, a policy it incorporates, or a document that Vigie has no text of: as its title reads,
// else its identifier, as for one that an organisation's own file names.
func (set *Set) DocumentName(id string) wording.Text {
	if l, ok := set.licences[id]; ok && len(l.Names) > 0 {
		return wording.Same(l.Names[0])
	}
	if n, ok := set.named[id]; ok && len(n.Names) > 0 {
		return wording.Same(n.Names[0])
	}
	if t, ok := set.words.Document[id]; ok {
		return t
	}
	return wording.Same(id)
}

// IDs lists the licences whose rights are known, sorted.
func (set *Set) IDs() []string { return slices.Sorted(maps.Keys(set.licences)) }

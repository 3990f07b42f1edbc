package framework

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"

	"vigie/catalog"
	"vigie/catalog/strict"
	"vigie/catalog/wording"
)

// WeightSet is named weights, with who set them and why. A use case cites one. It is immutable once read.
type WeightSet struct {
	ID     string       `yaml:"id,required" json:"id"`
	Title  wording.Text `yaml:"title,required" json:"title"`
	Author string       `yaml:"author,required" json:"author"`
	Reason wording.Text `yaml:"reason,required" json:"reason"`
	// Families is the weight of every family, in percent. A file that leaves it out takes the framework's own.
	Families map[string]int64 `yaml:"families" json:"families"`
	// Criteria replaces the weight of some criteria inside their family.
	Criteria map[string]int64 `yaml:"criteria" json:"criteria,omitempty"`
	// EvidenceFloor is the strength, from 0 to 1, below which no fact lets a knock-out pass, whatever the knock-out asks.
	EvidenceFloor float64 `yaml:"evidence_floor" json:"evidence_floor"`
	// ExpectsKnockOuts lists the knock-outs that the use cases citing this set switch on for an offering that
	// somebody else serves, for a person to read; a test holds it to what the framework says.
	ExpectsKnockOuts []string     `yaml:"expects_knock_outs" json:"expects_knock_outs,omitempty"`
	Advice           wording.Text `yaml:"advice" json:"advice,omitzero"`

	hash func() string
}

// Family is the weight of a family in percent.
func (w *WeightSet) Family(id string) int64 { return w.Families[id] }

// Criterion is the weight of a criterion inside its family: this set's, or else the framework's.
func (w *WeightSet) Criterion(c *Criterion) int64 {
	if own, ok := w.Criteria[c.ID]; ok {
		return own
	}
	return c.Weight
}

// Hash names the weight set by its content.
func (w *WeightSet) Hash() string {
	if w.hash == nil {
		return catalog.MustHash(w)
	}
	return w.hash()
}

// DefaultWeights is the id of the weight set that every framework has: its families' own weights, unless a file of
// that name says otherwise.
const DefaultWeights = "baseline"

// WeightsFolder is the folder of a framework that holds its weight sets, one YAML file each.
const WeightsFolder = "weights"

// LoadWeights reads every YAML file of fsys as a weight set for the framework, sorted by id. The error, if any, is a
// strict.Faults with every fault of every file.
func LoadWeights(fsys fs.FS, f *Framework) ([]*WeightSet, error) {
	sets, bad := loadWeights(fsys, ".", f)
	if err := sorted(bad).Err(); err != nil {
		return nil, err
	}
	return sets, nil
}

func loadWeights(fsys fs.FS, folder string, f *Framework) ([]*WeightSet, strict.Faults) {
	names, err := fs.Glob(fsys, path.Join(folder, "*.yaml"))
	if err != nil {
		return nil, cannotRead(folder, err)
	}
	if len(names) > MaxFiles {
		return nil, strict.Faults{{File: folder, Text: wording.Textf("more than %d files stand here", "plus de %d fichiers se trouvent ici", MaxFiles)}}
	}
	var out []*WeightSet
	c := checker{faults: faults{sources: sources{}}, seen: map[string]string{}}
	for _, name := range names {
		data, err := readFile(fsys, name)
		if err != nil {
			c.list = append(c.list, cannotRead(name, err)...)
			continue
		}
		out = append(out, c.weightSet(name, data, f))
	}
	slices.SortStableFunc(out, func(a, b *WeightSet) int { return strings.Compare(a.ID, b.ID) })
	return out, c.list
}

// ownWeights is the weight set of a framework that ships none called DefaultWeights.
func (f *Framework) ownWeights() *WeightSet {
	w := &WeightSet{ID: DefaultWeights, Author: f.ID,
		Title:  wording.Text{EN: "The framework's own weights", FR: "Les pondérations du référentiel"},
		Reason: wording.Text{EN: "No weight set was written: each family and each criterion keeps the weight that the framework gives it.", FR: "Aucun jeu de pondérations n'a été écrit : chaque famille et chaque critère garde le poids que le référentiel lui donne."}}
	w.complete(f)
	w.seal()
	return w
}

// complete gives the set the framework's weights of families when it has none of its own.
func (w *WeightSet) complete(f *Framework) {
	w.Families = map[string]int64{}
	for _, x := range f.Families {
		w.Families[x.ID] = x.Weight
	}
}

func (w *WeightSet) seal() { w.hash = sync.OnceValue(func() string { return catalog.MustHash(w) }) }

// ReadWeights reads one weight set for the framework. The error, if any, is a strict.Faults.
func ReadWeights(file string, data []byte, f *Framework) (*WeightSet, error) {
	c := checker{faults: faults{sources: sources{}}, seen: map[string]string{}}
	w := c.weightSet(file, data, f)
	if err := sorted(c.list).Err(); err != nil {
		return nil, err
	}
	return w, nil
}

func (c *checker) weightSet(file string, data []byte, f *Framework) *WeightSet {
	w := &WeightSet{}
	c.sources[file] = data
	c.list = append(c.list, decode(file, data, w)...)
	if w.ID != "" {
		c.id(weightSetWord, file, "id", w.ID)
	}
	c.share(file, "evidence_floor", w.EvidenceFloor)
	defer w.seal()
	if f.broken {
		return w // its names cannot be judged
	}
	if w.Families == nil {
		w.complete(f)
	} else {
		c.familyWeights(file, f, w)
	}
	c.criterionWeights(file, f, w)
	for i, id := range w.ExpectsKnockOuts {
		if _, _, ok := f.KnockOut(id); !ok {
			c.text(file, fmt.Sprintf("expects_knock_outs[%d]", i), strict.NotIn(id, f.knockOutIDs()))
		}
	}
	return w
}

func (c *checker) familyWeights(file string, f *Framework, w *WeightSet) {
	var total int64
	wrong := false
	for _, id := range sortedKeys(w.Families) {
		if _, ok := f.Family(id); !ok {
			c.key(file, "families."+id, strict.NotIn(id, f.familyIDs()))
		}
		wrong = c.wrongFamilyWeight(file, "families."+id, w.Families[id]) || wrong
		total += w.Families[id]
	}
	for _, id := range f.familyIDs() {
		if _, ok := w.Families[id]; !ok {
			c.add(file, "families", "family %q has no weight; write 0 to leave it out", "la famille « %s » n'a pas de poids ; écrire 0 pour l'écarter", id)
		}
	}
	switch {
	case wrong:
	case total == 0:
		c.add(file, "families", "every weight is 0; at least one family must count", "tous les poids sont nuls ; une famille au moins doit compter")
	case total != 100:
		c.sum(file, "families", total)
	}
}

func (c *checker) criterionWeights(file string, f *Framework, w *WeightSet) {
	touched := map[string]bool{}
	for _, id := range sortedKeys(w.Criteria) {
		x := f.Criterion(id)
		if x == nil {
			c.key(file, "criteria."+id, strict.NotIn(id, f.criterionIDs()))
			continue
		}
		if !c.wrongWeight(MaxWeight, file, "criteria."+id, w.Criteria[id]) {
			touched[x.Family] = true
		}
	}
	for _, family := range sortedKeys(touched) {
		if w.Families[family] > 0 && f.weightless(family, w) {
			c.add(file, "criteria", "every criterion of family %q weighs 0 while the family counts; give one a weight",
				"tous les critères de la famille « %s » pèsent 0 alors que la famille compte ; donner un poids à l'un d'eux", family)
		}
	}
}

func (f *Framework) weightless(family string, w *WeightSet) bool {
	return !slices.ContainsFunc(f.Criteria, func(x *Criterion) bool { return x.Family == family && w.Criterion(x) != 0 })
}

func (f *Framework) criterionIDs() []string {
	out := make([]string, len(f.Criteria))
	for i, x := range f.Criteria {
		out[i] = x.ID
	}
	return out
}

func (f *Framework) knockOutIDs() []string {
	var out []string
	for _, x := range f.Criteria {
		for _, k := range x.KnockOuts {
			out = append(out, k.ID)
		}
	}
	return out
}

package framework

import (
	"fmt"
	"slices"
	"strings"

	"vigie/catalog"
	"vigie/catalog/strict"
	"vigie/catalog/wording"
)

// check finds what is wrong with a framework before its expressions are looked at. strays are criteria of families
// that the framework does not have.
func (f *Framework) check(strays map[string][]*Criterion) strict.Faults {
	c := checker{faults: faults{sources: f.files}, seen: map[string]string{}}
	c.meta(f)
	for _, x := range f.Criteria {
		c.criterion(f, x)
	}
	for _, name := range sortedKeys(strays) {
		c.stray(f, strays[name])
	}
	return c.list
}

type checker struct {
	faults
	seen map[string]string // what an id already names, and where
}

// id checks that an id is well formed and new among things of its kind.
func (c *checker) id(kind wording.Text, file, path, id string) {
	if !catalog.ValidID(id) {
		c.add(file, path, "%q is not an id: lower-case letters, digits, dot, dash and underscore",
			"« %s » n'est pas un identifiant : minuscules, chiffres, point, tiret et tiret bas", id)
		return
	}
	key := kind.EN + " " + id
	if where, twice := c.seen[key]; twice {
		c.add(file, path, "%s %q already stands at %s", "%s « %s » figure déjà à %s", kind, id, where)
		return
	}
	p := c.pos(file, path)
	c.seen[key] = fmt.Sprintf("%s:%d", p.File, p.Line)
}

var (
	familyWord    = wording.Text{EN: "family", FR: "la famille"}
	criterionWord = wording.Text{EN: "criterion", FR: "le critère"}
	knockOutWord  = wording.Text{EN: "knock-out", FR: "l'éliminatoire"}
	profileWord   = wording.Text{EN: "profile", FR: "le profil"}
	weightSetWord = wording.Text{EN: "weight set", FR: "le jeu de pondérations"}
)

func (c *checker) meta(f *Framework) {
	if f.ID != "" && !catalog.ValidID(f.ID) {
		c.id(wording.Text{}, MetaFile, "id", f.ID)
	}
	c.strengths("evidence_kinds", f.EvidenceKinds)
	for i, p := range f.Profiles {
		at := fmt.Sprintf("profiles[%d]", i)
		c.id(profileWord, MetaFile, at+".id", p.ID)
		c.strengths(at+".counts", p.Counts)
	}
	var total int64
	for i, family := range f.Families {
		at := fmt.Sprintf("families[%d]", i)
		c.id(familyWord, MetaFile, at+".id", family.ID)
		if c.wrongFamilyWeight(MetaFile, at+".weight", family.Weight) {
			return // their sum would say nothing
		}
		total += family.Weight
		c.familyHasWeight(f, at, family)
	}
	if len(f.Families) > 0 && total != 100 {
		c.sum(MetaFile, "families", total)
	}
}

func (c *checker) familyHasWeight(f *Framework, at string, family Family) {
	own := slices.DeleteFunc(slices.Clone(f.Criteria), func(x *Criterion) bool { return x.Family != family.ID })
	if len(own) == 0 {
		if f.broken {
			return
		}
		c.add(MetaFile, at, "no file holds criteria of family %q", "aucun fichier ne contient de critères de la famille « %s »", family.ID)
		return
	}
	if !slices.ContainsFunc(own, func(x *Criterion) bool { return x.Weight != 0 }) {
		c.add(own[0].File, own[0].at+".weight", "every criterion of family %q weighs 0; give one a weight",
			"tous les critères de la famille « %s » pèsent 0 ; donner un poids à l'un d'eux", family.ID)
	}
}

func (c *checker) strengths(at string, s Strengths) {
	for _, k := range catalog.SourceKinds() {
		c.share(MetaFile, at+"."+string(k), s.Of(k))
	}
}

func (c *checker) share(file, at string, v float64) {
	if v < 0 || v > 1 {
		c.add(file, at, "expected a share from 0 to 1, found %v", "attendu : une part de 0 à 1 ; trouvé : %v", v)
	}
}

// MaxWeight bounds the weight of a criterion inside its family. The ranking keeps a row of probabilities for each sum of
// weights: a weight of a thousand million would ask for all the memory there is.
const MaxWeight = 100

// maxFamilyWeight keeps the sum of the families, which must make 100, from running over.
const maxFamilyWeight = 1000

func (c *checker) wrongFamilyWeight(file, at string, w int64) bool {
	return c.wrongWeight(maxFamilyWeight, file, at, w)
}

func (c *checker) wrongWeight(most int64, file, at string, w int64) bool {
	switch {
	case w < 0:
		c.add(file, at, "a weight cannot be negative: %d", "un poids ne peut être négatif : %d", w)
	case w > most:
		c.text(file, at, wording.Textf("a weight is at most %d, found %d", "un poids est d'au plus %d ; trouvé : %d", most, w))
	default:
		return false
	}
	return true
}

func (c *checker) sum(file, at string, total int64) {
	c.text(file, at, wording.Textf("the weights of the families add up to %d; they must make 100",
		"les poids des familles font %d ; ils doivent faire 100", total))
}

// stray reports criteria of a family that does not exist, once a file, and checks them all the same.
func (c *checker) stray(f *Framework, list []*Criterion) {
	told := map[string]bool{}
	for _, x := range list {
		if !told[x.File] && x.Family != "" && len(f.Families) > 0 {
			c.text(x.File, "family", strict.NotIn(x.Family, f.familyIDs()))
		}
		told[x.File] = true
		c.criterion(f, x)
	}
}

func (f *Framework) familyIDs() []string {
	out := make([]string, len(f.Families))
	for i, x := range f.Families {
		out[i] = x.ID
	}
	return out
}

func (c *checker) criterion(f *Framework, x *Criterion) {
	if x.ID != "" {
		c.id(criterionWord, x.File, x.at+".id", x.ID)
	}
	c.wrongWeight(MaxWeight, x.File, x.at+".weight", x.Weight)
	c.bands(x)
	for i, k := range x.KnockOuts {
		if k.ID != "" {
			c.id(knockOutWord, x.File, fmt.Sprintf("%s.knock_outs[%d].id", x.at, i), k.ID)
		}
	}
	if p := x.Evidence.Profile; p != "" && len(f.Profiles) > 0 {
		if _, ok := f.Profile(p); !ok {
			c.text(x.File, x.at+".evidence.profile", strict.NotIn(p, f.profileIDs()))
		}
	}
	if x.Evidence.StaleAfterMonths < 0 {
		c.add(x.File, x.at+".evidence.stale_after_months", "expected a number of months, 0 for never, found %d",
			"attendu : un nombre de mois, 0 pour jamais ; trouvé : %d", x.Evidence.StaleAfterMonths)
	}
}

func (f *Framework) profileIDs() []string {
	out := make([]string, len(f.Profiles))
	for i, x := range f.Profiles {
		out[i] = x.ID
	}
	return out
}

// always is the condition of the last band, which takes what the others left.
const always = "true"

func (c *checker) bands(x *Criterion) {
	for i, b := range x.Bands {
		at := fmt.Sprintf("%s.bands[%d]", x.at, i)
		if b.Score < 0 || b.Score > 100 {
			c.add(x.File, at+".score", "expected whole points from 0 to 100, found %d", "attendu : des points entiers de 0 à 100 ; trouvé : %d", b.Score)
		}
		if i < len(x.Bands)-1 && strings.TrimSpace(b.When) == always {
			c.add(x.File, at+".when", "no band after this one can be reached", "aucun palier après celui-ci ne peut être atteint")
		}
	}
	if n := len(x.Bands); n == 0 || strings.TrimSpace(x.Bands[n-1].When) != always {
		at := x.at + ".bands"
		if n > 0 {
			at = fmt.Sprintf("%s[%d].when", at, n-1)
		}
		c.add(x.File, at, "the last band must be 'true', so that every offering gets an answer",
			"le dernier palier doit être « true », pour que toute offre reçoive une réponse")
	}
}

func sortedKeys[V any](m map[string]V) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

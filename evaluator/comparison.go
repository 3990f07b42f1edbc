package evaluator

import (
	"vigie/catalog"
	"vigie/catalog/wording"
	"vigie/evaluator/ranking"
)

// Comparison is the immutable result of comparing several offerings under one framework, weight set, use case and
// day. Hash is the SHA-256 of the canonical form of everything else; the same assessments, seed and draws give the
// same bytes.
type Comparison struct {
	Format           string              `json:"format"`
	Hash             string              `json:"hash"`
	Engine           string              `json:"engine"`
	UseCase          string              `json:"use_case"`
	Organisation     string              `json:"organisation"`
	On               catalog.Date        `json:"on"`
	KnownOn          catalog.Date        `json:"known_on"`
	Hypothetical     bool                `json:"hypothetical"`
	Framework        string              `json:"framework"`
	FrameworkVersion string              `json:"framework_version"`
	FrameworkHash    string              `json:"framework_hash"`
	WeightSet        string              `json:"weight_set"`
	WeightSetHash    string              `json:"weight_set_hash"`
	KnowledgeHash    string              `json:"knowledge_hash"`
	Seed             uint64              `json:"seed"`
	Draws            int                 `json:"draws"`
	Conviction       ranking.Conviction  `json:"conviction"`
	Error            float64             `json:"error"`   // half-width of the 95 % interval of any share
	Ranking          []Ranked            `json:"ranking"` // eligible, then undetermined, then not eligible
	Pairs            []ranking.Pair      `json:"pairs"`   // inside each group
	Swaps            []ranking.Swap      `json:"swaps"`   // of each pair inside a group; of neighbours in a large one
	Dominated        []ranking.Dominated `json:"dominated"`
	Geometric        []SecondReading     `json:"geometric"`
	Matrix           []Row               `json:"matrix"`
	Benchmarks       []SideBySide        `json:"benchmarks"`
	Environment      []SideBySide        `json:"environment"`
	Members          *Disagreement       `json:"members,omitempty"`
}

// ComparisonFormat names the canonical form of a comparison.
const ComparisonFormat = "vigie-comparison/1"

// Seal computes the hash and puts it in.
func (c *Comparison) Seal() {
	c.Hash = ""
	c.Hash = catalog.MustHash(c)
}

// Ranked is one line of the ranking. Rank counts inside the group: who is not eligible is never ahead of who is.
type Ranked struct {
	Offering      string             `json:"offering"`
	Name          wording.Text       `json:"name"`
	Group         Verdict            `json:"group"`
	Rank          int                `json:"rank"`
	Word          ranking.Word       `json:"word"`
	Score         Interval           `json:"score"`
	ContractScore Interval           `json:"contract_score"`
	Mean          Hundredths         `json:"mean"` // with each criterion at the mean of its reachable bands: what orders the group
	BeatsNext     float64            `json:"beats_next"`
	SurelyBefore  float64            `json:"surely_before"`
	First         float64            `json:"first"`
	SureFirst     float64            `json:"sure_first"`
	Acceptability []float64          `json:"acceptability"`
	Central       map[string]float64 `json:"central_weights"` // what one must believe for it to be first in its group
	Families      []FamilyResult     `json:"families"`
	KnockOuts     []Obstacle         `json:"knock_outs"` // failed or open: what would bring it back
	Assessment    string             `json:"assessment"` // hash
	Dossier       string             `json:"dossier"`    // hash
}

// Obstacle is a knock-out that keeps an offering out of the group above.
type Obstacle struct {
	ID              string       `json:"id"`
	Criterion       string       `json:"criterion"`
	Status          Status       `json:"status"`
	EvidenceTooWeak bool         `json:"evidence_too_weak"`
	Text            wording.Text `json:"text"` // what is wrong when it fails
	Cure            wording.Text `json:"cure"`
	Missing         []string     `json:"missing"`
}

// SecondReading is the order of a group under a geometric mean of families. Differs: compensation is doing the work.
type SecondReading struct {
	Group   Verdict  `json:"group"`
	Order   []string `json:"order"`
	Differs bool     `json:"differs"`
}

// Row is one criterion across the candidates. Same: every candidate has the same answer, and the row can be folded
// away.
type Row struct {
	Criterion      string          `json:"criterion"`
	Family         string          `json:"family"`
	Weight         int64           `json:"weight"`
	Bands          []RowBand       `json:"bands"`
	Same           bool            `json:"same"`
	AppliesDiffers bool            `json:"applies_differs"` // it bears on some candidates and not on others
	Cells          []MatrixCell    `json:"cells"`           // in the order of the ranking
	Facts          []DifferingFact `json:"facts"`           // those on which the candidates differ, when the answers do
}

// RowBand is a possible answer to a criterion.
type RowBand struct {
	Score int          `json:"score"`
	Label wording.Text `json:"label"`
}

// MatrixCell is the answer for one candidate: the bands of the row that its facts can still reach.
type MatrixCell struct {
	Offering string   `json:"offering"`
	Applies  Applies  `json:"applies"`
	Low      *int     `json:"low"`
	High     *int     `json:"high"`
	Bands    []int    `json:"bands"` // indexes into the bands of the row; the reason is their label
	Missing  []string `json:"missing"`
}

// DifferingFact is a fact that is not the same for every candidate.
type DifferingFact struct {
	Path   string     `json:"path"`
	Values []FactCell `json:"values"`
}

// FactCell is what one candidate's facts say at a path: several when several records hold it.
type FactCell struct {
	Offering string          `json:"offering"`
	State    catalog.State   `json:"state"` // unknown when any holder's is
	Values   []catalog.Value `json:"values"`
}

package evaluator

import (
	"math/big"
	"slices"
	"strings"

	"vigie/catalog"
	"vigie/catalog/wording"
)

// SideBySide is published figures about one quantity: a benchmark, or an environmental quantity in a scope. Figures
// stand in one group only when every condition under which they were obtained is known and the same.
type SideBySide struct {
	Topic   string        `json:"topic"`   // name of the benchmark, or scope and metric
	Groups  []FigureGroup `json:"groups"`  // comparable ones first
	Missing []string      `json:"missing"` // candidates without any such figure
}

// FigureGroup is figures obtained under the same conditions. A group that is not comparable says why.
type FigureGroup struct {
	Conditions []Condition  `json:"conditions"`
	Comparable bool         `json:"comparable"`
	Reason     wording.Text `json:"reason,omitzero"`
	Figures    []Figure     `json:"figures"` // best first where better is known, else by offering
}

// Condition is one circumstance of a figure.
type Condition struct {
	Path  string         `json:"path"`
	State catalog.State  `json:"state"`
	Value *catalog.Value `json:"value,omitempty"`
}

// Figure is one result of one candidate. Margin is the half-width of the 95 % interval; empty when none is given and
// none can be computed. TiesBest: no farther from the best of the group than both margins together.
type Figure struct {
	Offering  string         `json:"offering"`
	Record    catalog.Ref    `json:"record"`
	About     *catalog.Value `json:"about,omitempty"` // the model or company measured
	Score     catalog.Value  `json:"score"`
	Margin    string         `json:"margin,omitempty"`
	Questions string         `json:"questions,omitempty"`
	By        string         `json:"measured_by,omitempty"`
	Date      string         `json:"date,omitempty"`
	Source    string         `json:"source,omitempty"`
	TiesBest  bool           `json:"ties_best"`
}

// comparability says which figures of a kind of record belong to one topic and what must agree.
type comparability struct {
	kind       catalog.Kind
	topic      []string // paths whose values together name the topic
	value      string
	about      []string
	conditions []string
}

var benchmarkRule = comparability{
	kind: catalog.BenchmarkResult, topic: []string{"benchmark_result.benchmark"}, value: "benchmark_result.score",
	about: []string{"benchmark_result.model"},
	conditions: []string{"benchmark_result.harness", "benchmark_result.language", "benchmark_result.unit",
		"benchmark_result.higher_is_better"},
}

var environmentRule = comparability{
	kind:  catalog.EnvironmentalStatement,
	topic: []string{"environmental_statement.scope", "environmental_statement.metric"}, value: "environmental_statement.value",
	about: []string{"environmental_statement.about_model", "environmental_statement.about_vendor", "environmental_statement.about_offering"},
	conditions: []string{"environmental_statement.unit", "environmental_statement.functional_unit", "environmental_statement.answer_tokens",
		"environmental_statement.includes", "environmental_statement.accounting"},
}

// benchmarks lays benchmark results side by side where benchmark and version, harness and settings, language and unit
// agree (METHOD section 1.4).
func (in *CompareInput) benchmarks() []SideBySide {
	return in.sideBySide(benchmarkRule, func(d *catalog.Dossier, r *catalog.DossierRecord) bool {
		m := r.Fact("benchmark_result.model")
		o := r.Fact("benchmark_result.offering")
		return m.State == catalog.Known && slices.Contains(d.Roles.Models, catalog.Ref{Kind: catalog.Model, ID: m.Value.Text}) ||
			o.State == catalog.Known && o.Value.Text == d.Offering.ID
	})
}

// environment lays environmental figures side by side where unit, functional unit, perimeter and accounting agree
// (METHOD section 1.5).
func (in *CompareInput) environment() []SideBySide {
	return in.sideBySide(environmentRule, func(d *catalog.Dossier, r *catalog.DossierRecord) bool {
		about := func(path string, kind catalog.Kind, refs ...catalog.Ref) bool {
			f := r.Fact(path)
			return f.State == catalog.Known && slices.Contains(refs, catalog.Ref{Kind: kind, ID: f.Value.Text})
		}
		return about("environmental_statement.about_model", catalog.Model, d.Roles.Models...) ||
			about("environmental_statement.about_offering", catalog.Offering, d.Offering) ||
			about("environmental_statement.about_vendor", catalog.Vendor, append([]catalog.Ref{d.Roles.Vendor}, d.Roles.Parents...)...)
	})
}

func (in *CompareInput) sideBySide(rule comparability, concerns func(*catalog.Dossier, *catalog.DossierRecord) bool) []SideBySide {
	type entry struct {
		conditions []Condition
		figure     Figure
	}
	topics := map[string][]entry{}
	for _, x := range in.Candidates {
		for _, r := range x.Dossier.OfKind(rule.kind) {
			topic, ok := rule.topicOf(r)
			value := r.Fact(rule.value)
			if !ok || value.State != catalog.Known || !concerns(x.Dossier, r) {
				continue
			}
			e := entry{figure: rule.figure(x.Assessment.Offering, r, value)}
			for _, p := range rule.conditions {
				f := r.Fact(p)
				e.conditions = append(e.conditions, Condition{Path: p, State: f.State, Value: f.Value})
			}
			topics[topic] = append(topics[topic], e)
		}
	}
	out := []SideBySide{}
	for _, topic := range sortedKeys(topics) {
		s := SideBySide{Topic: topic, Missing: []string{}}
		for _, e := range topics[topic] {
			at := slices.IndexFunc(s.Groups, func(g FigureGroup) bool { return sameConditions(g.Conditions, e.conditions) })
			if at < 0 {
				at = len(s.Groups)
				s.Groups = append(s.Groups, FigureGroup{Conditions: e.conditions})
			}
			s.Groups[at].Figures = append(s.Groups[at].Figures, e.figure)
		}
		rule.judge(&s)
		for _, x := range in.Candidates {
			if !slices.ContainsFunc(topics[topic], func(e entry) bool { return e.figure.Offering == x.Assessment.Offering }) {
				s.Missing = append(s.Missing, x.Assessment.Offering)
			}
		}
		slices.Sort(s.Missing)
		out = append(out, s)
	}
	return out
}

func (rule comparability) topicOf(r *catalog.DossierRecord) (string, bool) {
	var parts []string
	for _, p := range rule.topic {
		f := r.Fact(p)
		if f.State != catalog.Known {
			return "", false
		}
		parts = append(parts, f.Value.Text)
	}
	return strings.Join(parts, "/"), true
}

func (rule comparability) figure(offering string, r *catalog.DossierRecord, value catalog.Fact) Figure {
	f := Figure{Offering: offering, Record: r.Ref(), Score: *value.Value, Source: value.Source}
	for _, p := range rule.about {
		if x := r.Fact(p); x.State == catalog.Known && f.About == nil {
			f.About = x.Value
		}
	}
	text := func(p string) string {
		x := r.Fact(p)
		switch {
		case x.State != catalog.Known:
			return ""
		case x.Value.Type.IsNumeric():
			return x.Value.Num
		}
		return x.Value.Text
	}
	if rule.kind == catalog.BenchmarkResult {
		f.Questions, f.By, f.Date = text("benchmark_result.questions"), text("benchmark_result.measured_by"), text("benchmark_result.date")
		f.Margin = text("benchmark_result.ci_half_width")
		if f.Margin == "" {
			f.Margin = marginOf(f.Score.Num, text("benchmark_result.unit"), f.Questions)
		}
	} else {
		f.Date = text("environmental_statement.period")
	}
	return f
}

// marginOf is the half-width of the 95 % interval of a share of n questions, in the unit of the score.
func marginOf(score, unit, n string) string {
	scale := map[string]string{"percent": "100", "ratio": "1"}[unit]
	if scale == "" || n == "" {
		return ""
	}
	whole := catalog.Rat(scale)
	p := new(big.Rat).Quo(catalog.Rat(score), whole)
	q := new(big.Rat).Sub(big.NewRat(1, 1), p)
	count := catalog.Rat(n)
	if p.Sign() < 0 || q.Sign() < 0 || count.Sign() <= 0 {
		return ""
	}
	variance := new(big.Float).SetPrec(128).SetRat(p.Mul(p, q).Quo(p, count))
	margin, _ := variance.Sqrt(variance).Rat(nil)
	if margin == nil {
		return ""
	}
	margin.Mul(margin, big.NewRat(196, 100)).Mul(margin, whole)
	return catalog.Decimal(margin, 3)
}

func sameConditions(a, b []Condition) bool {
	return slices.EqualFunc(a, b, func(x, y Condition) bool {
		return x.State == y.State && (x.Value == nil) == (y.Value == nil) && (x.Value == nil || x.Value.Equal(*y.Value))
	})
}

// required tells the conditions without which two figures cannot be held against each other.
func (rule comparability) required(topic string, c Condition) bool {
	switch c.Path {
	case "environmental_statement.answer_tokens":
		return false // told apart by the functional unit; a stated length must still agree
	case "environmental_statement.accounting":
		return strings.Contains(topic, "ghg")
	case "environmental_statement.functional_unit":
		return !strings.HasSuffix(topic, "/pue") && !strings.HasSuffix(topic, "/wue")
	case "environmental_statement.includes":
		return !strings.HasSuffix(topic, "/pue") && !strings.HasSuffix(topic, "/wue") && !strings.HasSuffix(topic, "/renewable_match") &&
			!strings.HasSuffix(topic, "/carbon_free_energy")
	}
	return true
}

// judge says of each group whether its figures compare, and puts the best first.
func (rule comparability) judge(s *SideBySide) {
	for i := range s.Groups {
		g := &s.Groups[i]
		var open []string
		unstated := false
		for _, c := range g.Conditions {
			if !rule.required(s.Topic, c) {
				continue
			}
			if c.Path == "environmental_statement.functional_unit" && c.Value != nil && c.Value.Text == "per_median_prompt" {
				unstated = true
			}
			if c.State != catalog.Known || c.Value.Many && !c.Value.Complete {
				open = append(open, c.Path)
			}
		}
		offerings := map[string]bool{}
		for _, f := range g.Figures {
			offerings[f.Offering] = true
		}
		switch {
		case len(open) > 0:
			g.Reason = wording.Textf("not comparable; not stated in full: %s", "non comparables ; indication incomplète : %s", conditionList(open))
		case unstated:
			g.Reason = wording.Textf("not comparable: a prompt of unstated length has no fixed meaning", "non comparables : une requête de longueur non dite n'a pas de sens fixe")
		case len(offerings) < 2 && len(s.Groups) > 1:
			g.Reason = wording.Textf("not comparable with the others; what differs: %s", "non comparable aux autres ; ce qui diffère : %s", conditionList(differs(s.Groups, i)))
		case len(offerings) < 2:
			g.Reason = wording.Textf("no other candidate has this figure", "aucun autre candidat n'a ce chiffre")
		default:
			g.Comparable = true
		}
		rule.order(g)
	}
	slices.SortStableFunc(s.Groups, func(a, b FigureGroup) int {
		switch {
		case a.Comparable != b.Comparable && a.Comparable:
			return -1
		case a.Comparable != b.Comparable:
			return 1
		}
		return strings.Compare(a.Figures[0].Offering+a.Figures[0].Record.ID, b.Figures[0].Offering+b.Figures[0].Record.ID)
	})
}

// differs lists the conditions by which group i departs from at least one other.
func differs(groups []FigureGroup, i int) []string {
	var out []string
	for j, g := range groups {
		for k, c := range g.Conditions {
			if j != i && !sameConditions([]Condition{c}, []Condition{groups[i].Conditions[k]}) && !slices.Contains(out, c.Path) {
				out = append(out, c.Path)
			}
		}
	}
	return out
}

var conditionWords = map[string]wording.Text{
	"benchmark_result.harness":                {EN: "harness and settings", FR: "l'outil et les réglages"},
	"benchmark_result.language":               {EN: "language", FR: "la langue"},
	"benchmark_result.unit":                   {EN: "unit", FR: "l'unité"},
	"benchmark_result.higher_is_better":       {EN: "direction", FR: "le sens"},
	"environmental_statement.unit":            {EN: "unit", FR: "l'unité"},
	"environmental_statement.functional_unit": {EN: "functional unit", FR: "l'unité fonctionnelle"},
	"environmental_statement.answer_tokens":   {EN: "length of the answer", FR: "la longueur de la réponse"},
	"environmental_statement.includes":        {EN: "perimeter", FR: "le périmètre"},
	"environmental_statement.accounting":      {EN: "carbon accounting", FR: "la comptabilité carbone"},
}

func conditionList(paths []string) wording.Text {
	var en, fr []string
	for _, p := range paths {
		en, fr = append(en, conditionWords[p].EN), append(fr, conditionWords[p].FR)
	}
	return wording.Text{EN: wording.List(wording.EN, en), FR: wording.List(wording.FR, fr)}
}

// order puts the best figure first and marks those that its margin does not part from it.
func (rule comparability) order(g *FigureGroup) {
	sign := 1 // the lowest first
	if rule.kind == catalog.BenchmarkResult {
		for _, c := range g.Conditions {
			if c.Path == "benchmark_result.higher_is_better" && c.State == catalog.Known && c.Value.Bool {
				sign = -1
			}
		}
	}
	slices.SortStableFunc(g.Figures, func(a, b Figure) int {
		if g.Comparable {
			if c := sign * catalog.CompareDecimals(a.Score.Num, b.Score.Num); c != 0 {
				return c
			}
		}
		if c := strings.Compare(a.Offering, b.Offering); c != 0 {
			return c
		}
		return strings.Compare(a.Record.ID, b.Record.ID)
	})
	if !g.Comparable {
		return
	}
	best := g.Figures[0]
	for i := range g.Figures {
		f := &g.Figures[i]
		gap := new(big.Rat).Sub(catalog.Rat(f.Score.Num), catalog.Rat(best.Score.Num))
		margin := new(big.Rat)
		for _, m := range []string{f.Margin, best.Margin} {
			if m != "" {
				margin.Add(margin, catalog.Rat(m))
			}
		}
		f.TiesBest = gap.Abs(gap).Cmp(margin) <= 0
	}
}

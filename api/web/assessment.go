package web

import (
	"context"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"vigie/api/service"
	"vigie/catalog"
	"vigie/catalog/wording"
	"vigie/evaluator"
)

// AssessmentPage is one assessment with all its reasons.
type AssessmentPage struct {
	Base
	Offering     Link
	UseCase      Link
	Organisation *Link
	When         string
	NothingKnown bool // nothing had been recorded on the day
	Verdict      Verdict
	Score        Bar
	Contract     Bar
	Coverage     string
	Evidence     []Share
	Failed       []KnockOut
	Open         []KnockOut
	Passed       []KnockOut
	NotBearing   []string
	Families     []Family
	First        []Missing // what to find out first
	Rest         []Missing
	Contradicted []Fact
	Computed     []Fact
	Papers       []Link // every fact line by line: the contract, the service, the environment, then everything else
	Sources      []Source
	Technical    []Pair
	Log          string // its place in the log
	ReportFR     string
	ReportEN     string
	JSON         string
	Writing      []Link // where a decision is recorded, and the assessment kept
	Law          string // exposure to foreign law and rights
	UseCases     []Option
	Weights      []Option
	On, KnownOn  catalog.Date
	Form         string // address of the form that changes the question
	Cite         string // what a citation of a line says: {title}, {says} and {address} stand for what differs
	Start        int    // number of the first of Rest
}

// Share is the part of the result that rests on one kind of source.
type Share struct {
	Label   string
	Percent string
	Width   float64
}

// Pair is a name and what it stands for.
type Pair struct{ Key, Value string }

// KnockOut is one knock-out and why it stands where it stands.
type KnockOut struct {
	ID        string
	Status    string
	Class     string // failed, open: of the tag
	Word      string // the status, where it must be read
	Title     string
	Risk      string // what it would mean to fail
	RiskLabel string
	Reason    string
	Facts     []Fact
	Cure      string
	Missing   []string
	Criterion Link
}

// Family is a family of criteria.
type Family struct {
	ID       string
	Title    string
	Weight   string
	Bar      *Bar // nil: nothing in it applies
	Criteria []Criterion
	Open     int
}

// Criterion is one question with its answer.
type Criterion struct {
	ID        string
	Title     string
	Question  string
	Why       string
	Status    string // settled, open, not_applicable
	Word      string
	Bar       *Bar
	Bands     []Band
	Facts     []Fact
	Missing   []Missing
	Proves    string
	KnockOuts []Link
	Maybe     bool // whether it applies is not known
}

// Band is an answer that the criterion can still have.
type Band struct {
	Score int
	Label string
	Hit   bool
}

// Missing is a fact to find out, of one record or of several.
type Missing struct {
	ID       string
	At       string // where the page asks for it
	Question string
	Of       []Link
	Decides  string // knock-outs that hang on it
	Line     string // what it is worth and where it is usually published
}

// firstMissing is how many missing facts are shown at once.
const firstMissing = 10

// Assessment makes the page of an assessment. Errors are *catalog.NotFoundError for ids that name nothing.
func (s *Site) Assessment(ctx context.Context, r Request, q service.Request) ([]byte, error) {
	if q.KnownOn == "" {
		q.KnownOn = q.On
	}
	res, err := s.svc.Assess(ctx, q)
	if err != nil {
		return nil, err
	}
	a, d := res.Assessment, res.Dossier
	names, err := s.svc.Names(ctx, q.On, q.KnownOn)
	if err != nil {
		return nil, err
	}
	sp := s.svc.Speaker(r.Lang, names)
	b := s.base(r, "offerings", "")
	pen := b.newPen(sp, d.Sources)
	pen.dossier = d
	for _, x := range a.Derived {
		pen.derived[x.Path] = x
	}
	p := AssessmentPage{Base: b, Offering: b.recordLink(sp, d.Offering), UseCase: b.recordLink(sp, d.UseCase), When: b.Day(a.On),
		Verdict: b.verdict(a), Score: b.bar(a.Score), Contract: b.bar(a.ContractScore), On: q.On, KnownOn: q.KnownOn, NothingKnown: a.Coverage.Known == 0,
		Coverage: b.w("assessment.coverage", a.Coverage.Known, a.Coverage.Total),
		Form:     b.At("/offerings/" + url.PathEscape(q.Offering) + "/assessment")}
	p.Title = b.w("assessment.page_title", p.Offering.Text, p.UseCase.Text)
	p.Print = true
	if !d.Organisation.IsZero() {
		l := b.recordLink(sp, d.Organisation)
		p.Organisation = &l
	}
	if a.KnownOn != a.On {
		p.When = b.w("assessment.known_on", b.Day(a.On), b.Day(a.KnownOn))
	}
	for _, e := range a.Evidence {
		label := b.w("assessment.rests_on_nothing")
		if e.Kind != "unknown" {
			label = sp.Text(catalog.SourceKind(e.Kind).Label())
		}
		p.Evidence = append(p.Evidence, Share{Label: label, Percent: wording.Percent(b.Lang, service.Points(wording.EN, e.Share)), Width: float64(e.Share) / 100})
	}
	s.knockOuts(&p, pen, a)
	p.Families = s.families(pen, a, s.missing(&p, pen, a))
	p.Contradicted = contradicted(pen, d)
	for _, x := range a.Derived {
		p.Computed = append(p.Computed, pen.computed(evaluator.FactUse{Path: x.Path, State: x.State, Value: x.Value, Derived: true}))
	}
	p.Sources, p.Papers = pen.usedSources(), s.paperLinks(b, q)
	p.Cite = p.w("cite.line", p.Offering.Text, p.UseCase.Text, p.Day(p.On), "{title}", "{says}", a.Hash[:12])
	p.Technical = technical(b, a)
	if p.Log, err = s.place(ctx, b, a.Hash); err != nil {
		return nil, err
	}
	s.addresses(&p, q)
	if p.UseCases, err = s.useCases(ctx, sp, q.UseCase, q.On, q.KnownOn); err != nil {
		return nil, err
	}
	for _, id := range s.svc.WeightSetIDs() {
		p.Weights = append(p.Weights, Option{id, sp.Text(s.svc.Framework.WeightSets[id].Title), id == a.WeightSet})
	}
	return s.render("assessment", p)
}

// addresses are those of the same assessment in other forms.
func (s *Site) addresses(p *AssessmentPage, q service.Request) {
	known := string(q.KnownOn)
	if q.KnownOn == q.On {
		known = ""
	}
	at := func(tail, lang string) string {
		return withQuery("/api/v1/offerings/"+url.PathEscape(q.Offering)+tail, "use_case", q.UseCase, "organisation", q.Organisation,
			"weights", q.Weights, "on", string(q.On), "known_on", known, "lang", lang)
	}
	p.Law = withQuery(p.At("/offerings/"+url.PathEscape(q.Offering)+"/exposure"), "use_case", q.UseCase, "organisation", q.Organisation, "on", string(q.On), "known_on", known)
	p.ReportFR, p.ReportEN, p.JSON = at("/report.pdf", "fr"), at("/report.pdf", "en"), at("/assessment", "")
	p.Writing = s.writingLinks(p.Base, q)
}

func technical(b Base, a *evaluator.Assessment) []Pair {
	return []Pair{
		{b.w("tech.assessment"), a.Hash}, {b.w("tech.dossier"), a.DossierHash},
		{b.w("tech.framework", a.Framework, a.FrameworkVersion), a.FrameworkHash}, {b.w("tech.weights", a.WeightSet), a.WeightSetHash},
		{b.w("tech.knowledge"), a.KnowledgeHash}, {b.w("tech.engine"), a.Engine},
	}
}

func (s *Site) knockOuts(p *AssessmentPage, pen *pen, a *evaluator.Assessment) {
	for _, k := range a.KnockOuts {
		def, c, ok := s.svc.Framework.KnockOut(k.ID)
		if !ok {
			continue
		}
		title := pen.sp.Text(c.Title)
		if k.Status == evaluator.NotApplicable {
			p.NotBearing = appendNew(p.NotBearing, title)
			continue
		}
		out := KnockOut{ID: k.ID, Status: string(k.Status), Title: title, Criterion: Link{title, "#" + k.Criterion}}
		for _, u := range k.Facts {
			if !aboutUs(u.Path) {
				out.Facts = append(out.Facts, pen.use(u))
			}
		}
		for _, m := range k.Missing {
			out.Missing = appendNew(out.Missing, pen.sp.Question(m))
		}
		switch k.Status {
		case evaluator.Failed:
			out.Title, out.Cure, out.Class, out.Word = pen.sp.Text(def.Text), pen.sp.Text(def.Cure), "failed", pen.w("knockout.failed")
			p.Failed = append(p.Failed, out)
		case evaluator.Open:
			out.Class, out.Word, out.Risk, out.RiskLabel = "open", pen.w("knockout.open"), pen.sp.Text(def.Text), pen.w("knockout.risk")
			out.Facts = known(out.Facts)
			out.Reason = pen.w("knockout.unknown")
			if k.EvidenceTooWeak {
				out.Reason = pen.w("knockout.weak", pen.sp.Text(k.MinEvidence.Label().Lower()))
			}
			out.Cure = pen.sp.Text(def.Cure)
			p.Open = append(p.Open, out)
		default:
			p.Passed = append(p.Passed, out)
		}
	}
}

// known leaves out the facts that are listed as to be found out.
func known(facts []Fact) []Fact {
	return slices.DeleteFunc(facts, func(f Fact) bool { return f.State == "unknown" && len(f.Notes) == 0 })
}

// aboutUs tells what the organisation says of itself and its use, which is the question and not its answer.
func aboutUs(path string) bool {
	root, _, _ := strings.Cut(path, ".")
	return root == "organisation" || root == "use_case" || root == "assessment" || root == "eea"
}

func (s *Site) families(pen *pen, a *evaluator.Assessment, asked map[string]string) []Family {
	var out []Family
	for _, f := range a.Families {
		def, _ := s.svc.Framework.Family(f.ID)
		fam := Family{ID: f.ID, Title: pen.sp.Text(def.Title), Weight: pen.sp.Percent(f.Weight)}
		if f.Low != nil {
			bar := pen.bar(evaluator.Interval{Low: *f.Low, High: *f.High})
			fam.Bar = &bar
		}
		for _, c := range a.Criteria {
			if c.Family == f.ID {
				x := s.criterion(pen, c, asked)
				if x.Status == "open" {
					fam.Open++
				}
				fam.Criteria = append(fam.Criteria, x)
			}
		}
		out = append(out, fam)
	}
	return out
}

// criterion shows one criterion. asked is where on the page each fact is asked for, with where it is usually published;
// nil where no such list is.
func (s *Site) criterion(pen *pen, c evaluator.CriterionResult, asked map[string]string) Criterion {
	out := Criterion{ID: c.ID, Title: c.ID, Status: "settled"}
	if def := s.svc.Framework.Framework.Criterion(c.ID); def != nil {
		out.Title, out.Question, out.Why, out.Proves = pen.sp.Text(def.Title), pen.sp.Text(def.Question), pen.sp.Text(def.Why), pen.sp.Text(def.Evidence.Proves)
	}
	switch {
	case c.Low == nil:
		out.Status, out.Word = "not_applicable", pen.w("criterion.not_applicable")
		return out
	case *c.Low != *c.High || len(c.Missing) > 0 && len(c.Bands) > 1:
		out.Status = "open"
	}
	bar := pen.wholeBar(*c.Low, *c.High)
	out.Bar, out.Word, out.Maybe = &bar, bar.Words, c.Applies == evaluator.AppliesUnknown
	for _, x := range c.Bands {
		out.Bands = append(out.Bands, Band{Score: x.Score, Label: pen.sp.Text(x.Label), Hit: x.Hit})
	}
	for _, u := range c.Facts {
		if aboutUs(u.Path) {
			continue
		}
		x := pen.use(u)
		if x.State == "unknown" && len(x.Notes) == 0 && asked[u.Path] != "" && slices.Contains(c.Missing, u.Path) {
			continue // asked for below
		}
		out.Facts = append(out.Facts, x)
	}
	for _, m := range c.Missing {
		x := Missing{Question: pen.sp.Question(m), At: asked[m]}
		if x.At == "" {
			x.Line = pen.where(m)
		}
		out.Missing = append(out.Missing, x)
	}
	return out
}

// missing lists what to find out, the same question about several records once, and gives where each fact is asked for.
func (s *Site) missing(p *AssessmentPage, pen *pen, a *evaluator.Assessment) map[string]string {
	var list []Missing
	asked := map[string]string{}
	for _, m := range a.Missing {
		x := Missing{ID: "u" + strconv.Itoa(len(list)+1), Question: pen.sp.Question(m.Path)}
		if n := len(m.KnockOuts); n > 0 {
			x.Decides = pen.n("missing.knockouts", n)
		}
		var line []string
		if m.Width > 0 {
			line = append(line, pen.w("missing.points", service.Points(pen.Lang, m.Width)))
		}
		switch {
		case m.Disputed:
			line = append(line, pen.w("missing.disputed"))
		case m.Weak:
			line = append(line, pen.w("missing.weak"))
		}
		if w := pen.where(m.Path); w != "" && len(list) < firstMissing { // what comes after is looked for once these are found
			line = append(line, w)
		}
		x.Line = strings.Join(line, " · ")
		if last := len(list) - 1; last >= 0 && len(list[last].Of) > 0 && !m.Record.IsZero() && list[last].Question == x.Question && list[last].Decides == x.Decides && list[last].Line == x.Line {
			x.ID = list[last].ID
		} else {
			list = append(list, x)
		}
		if !m.Record.IsZero() {
			last := &list[len(list)-1]
			last.Of = append(last.Of, pen.recordLink(pen.sp, m.Record))
		}
		if asked[m.Path] == "" {
			asked[m.Path] = "#" + x.ID
		}
	}
	p.First, p.Start = list[:min(firstMissing, len(list))], firstMissing+1
	p.Rest = list[len(p.First):]
	return asked
}

// contradicted lists the facts of the dossier on which sources differ.
func contradicted(pen *pen, d *catalog.Dossier) []Fact {
	var out []Fact
	for _, r := range d.Records {
		for _, f := range r.Facts {
			if len(f.Contradicts) == 0 {
				continue
			}
			x := pen.fact(f)
			l := pen.recordLink(pen.sp, r.Ref())
			x.Of = &l
			out = append(out, x)
		}
	}
	return slices.Clip(out)
}

// where tells where a fact is usually published.
func (p *pen) where(path string) string {
	if w := p.sp.Where(path); w != "" {
		return p.w("missing.where", w)
	}
	return ""
}

package api

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"

	"vigie/api/contract"
	"vigie/api/service"
	"vigie/catalog"
	"vigie/catalog/account"
	"vigie/catalog/wording"
	"vigie/evaluator"
)

// questionInput is what an assessment is asked for.
type questionInput struct {
	ID           string `path:"id"`
	UseCase      string `query:"use_case" required:"true"`
	Organisation string `query:"organisation"`
	Weights      string `query:"weights"`
	Framework    string `query:"framework"`
	days
}

func (in *questionInput) check(s *server, p *params) { s.weightSetIn(p, "weights", in.Weights) }

func (in *questionInput) request() service.Request {
	return service.Request{Offering: in.ID, UseCase: in.UseCase, Organisation: in.Organisation, Weights: in.Weights, Framework: in.Framework, On: in.On, KnownOn: in.KnownOn}
}

type rivalsInput struct {
	questionInput
	Rival []string `query:"rival"`
}

type reportInput struct {
	questionInput
	Lang wording.Lang `query:"lang"`
}

type exposureInput struct {
	ID           string `path:"id"`
	UseCase      string `query:"use_case"`
	Organisation string `query:"organisation"`
	days
	LawOn  catalog.Date `query:"law_on"`
	Law    []string     `query:"law"`
	Assume []string     `query:"assume"`
}

// compareInput asks for a comparison in a query; the body of the same name says more.
type compareInput struct {
	Offering     []string `query:"offering"`
	UseCase      string   `query:"use_case" required:"true"`
	Organisation string   `query:"organisation"`
	Weights      string   `query:"weights"`
	Member       []string `query:"member"`
	Conviction   string   `query:"conviction"`
	Framework    string   `query:"framework"`
	days
	Seed   uint64   `query:"seed" minimum:"1"`
	Draws  int      `query:"draws" minimum:"1" maximum:"100000"`
	Assume []string `query:"assume"`
}

func (in *compareInput) check(s *server, p *params) {
	s.weightSetIn(p, "weights", in.Weights)
	for _, m := range in.Member {
		s.weightSetIn(p, "member", m)
	}
}

type compareFileInput struct {
	compareInput
	Lang wording.Lang `query:"lang"`
}

const (
	mediaPDF  = "application/pdf"
	mediaXLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
)

func (s *server) judgingOperations() {
	add(s, operation{id: "assess", method: http.MethodGet, path: root + "/offerings/{id}/assessment", tag: "judging", needs: account.Read, heavy: true},
		func(c *call, in *questionInput) (canonicalBytes, error) {
			res, err := s.svc.Assess(c.ctx, in.request())
			if err != nil {
				return canonicalBytes{}, err
			}
			return c.canonical(res.Assessment.Hash, res.Assessment)
		})
	add(s, operation{id: "assessment-report", method: http.MethodGet, path: root + "/offerings/{id}/report.pdf", tag: "reports", needs: account.Read, heavy: true, media: []string{mediaPDF}}, s.reportPDF)
	add(s, operation{id: "questions", method: http.MethodGet, path: root + "/offerings/{id}/questions", tag: "judging", needs: account.Read, heavy: true},
		func(c *call, in *rivalsInput) (*service.Agenda, error) {
			return s.svc.Questions(c.ctx, in.request(), in.Rival)
		})
	add(s, operation{id: "recourse", method: http.MethodGet, path: root + "/offerings/{id}/recourse", tag: "judging", needs: account.Read, heavy: true},
		func(c *call, in *questionInput) (listOf[evaluator.Alternative], error) {
			_, list, err := s.svc.Recourse(c.ctx, in.request())
			return listOf[evaluator.Alternative]{list}, err
		})
	add(s, operation{id: "exposure", method: http.MethodGet, path: root + "/offerings/{id}/exposure", tag: "law", needs: account.Read, heavy: true}, s.exposure)
	add(s, operation{id: "compare", method: http.MethodGet, path: root + "/compare", tag: "judging", needs: account.Read, heavy: true},
		func(c *call, in *compareInput) (canonicalBytes, error) {
			res, err := s.compared(c, in)
			if err != nil {
				return canonicalBytes{}, err
			}
			return c.canonical(res.Comparison.Hash, res.Comparison)
		})
	add(s, operation{id: "compare-report", method: http.MethodGet, path: root + "/compare.pdf", tag: "reports", needs: account.Read, heavy: true, media: []string{mediaPDF}},
		func(c *call, in *compareFileInput) (file, error) {
			return s.compareFile(c, in, "pdf", mediaPDF, s.svc.ComparisonReport)
		})
	add(s, operation{id: "compare-workbook", method: http.MethodGet, path: root + "/compare.xlsx", tag: "reports", needs: account.Read, heavy: true, media: []string{mediaXLSX}},
		func(c *call, in *compareFileInput) (file, error) {
			return s.compareFile(c, in, "xlsx", mediaXLSX, s.svc.Workbook)
		})
	add(s, operation{id: "compare-weighing", method: http.MethodPost, path: root + "/compare", tag: "judging", needs: account.Read, heavy: true, limit: maxCompareBody, errors: []int{http.StatusNotFound}},
		func(c *call, in *compareBodyInput) (canonicalBytes, error) {
			r, err := s.compareRequest(c, &in.Body)
			if err != nil {
				return canonicalBytes{}, err
			}
			res, err := s.svc.Compare(c.ctx, r)
			if err != nil {
				return canonicalBytes{}, placed(err, "body.", "offerings")
			}
			return c.canonical(res.Comparison.Hash, res.Comparison)
		})
	add(s, operation{id: "what-if", method: http.MethodPost, path: root + "/whatif", tag: "judging", needs: account.Read, heavy: true, limit: maxCompareBody, errors: []int{http.StatusNotFound}},
		func(c *call, in *compareBodyInput) (*evaluator.WhatIf, error) {
			r, err := s.compareRequest(c, &in.Body)
			if err != nil {
				return nil, err
			}
			res, err := s.svc.WhatIf(c.ctx, r)
			return res, placed(err, "body.", "offerings")
		})
}

// canonical is the canonical form of something that knows its own hash.
func (c *call) canonical(hash string, v any) (canonicalBytes, error) {
	tag := contract.Tag(hash)
	if c.unchanged(tag) {
		return canonicalBytes{}, nil
	}
	data, err := catalog.Canonical(v)
	return canonicalBytes{tag, data}, err
}

func (s *server) reportPDF(c *call, in *reportInput) (file, error) {
	res, err := s.svc.Assess(c.ctx, in.request())
	if err != nil {
		return file{}, err
	}
	f := file{media: mediaPDF, tag: res.Assessment.Hash + "-" + string(in.Lang), lang: in.Lang, name: fmt.Sprintf("vigie-%s-%s-%s.%s.pdf", in.ID, in.UseCase, in.On, in.Lang)}
	if c.unchanged(contract.Tag(f.tag)) {
		return f, nil
	}
	var b bytes.Buffer
	err = s.svc.Report(&b, res, in.Lang)
	f.data = b.Bytes()
	return f, err
}

func (s *server) exposure(c *call, in *exposureInput) (*service.ExposureResult, error) {
	r := service.ExposureRequest{Request: service.Request{Offering: in.ID, UseCase: in.UseCase, Organisation: in.Organisation, On: in.On, KnownOn: in.KnownOn},
		LawOn: in.LawOn, Laws: in.Law, Assume: in.Assume}
	res, err := s.svc.Exposure(c.ctx, r)
	return res, inQuery(err, "assume")
}

// compared answers the query, or the fault of the parameter that holds it.
func (s *server) compared(c *call, in *compareInput) (*service.CompareResult, error) {
	r := service.CompareRequest{Offerings: in.Offering, UseCase: in.UseCase, Organisation: in.Organisation, Weights: in.Weights, Members: in.Member,
		Conviction: in.Conviction, Framework: in.Framework, On: in.On, KnownOn: in.KnownOn, Seed: in.Seed, Draws: in.Draws}
	var err error
	if r.Assume, err = s.svc.Assumptions(in.Assume); err != nil {
		return nil, inQuery(err, "assume")
	}
	res, err := s.svc.Compare(c.ctx, r)
	return res, placed(err, "query.", "offering")
}

func (s *server) compareFile(c *call, in *compareFileInput, ext, media string, write func(io.Writer, *service.CompareResult, wording.Lang) error) (file, error) {
	res, err := s.compared(c, &in.compareInput)
	if err != nil {
		return file{}, err
	}
	f := file{media: media, tag: res.Comparison.Hash + "-" + string(in.Lang) + "-" + ext, lang: in.Lang, name: fmt.Sprintf("vigie-compare-%s-%s.%s.%s", in.UseCase, in.On, in.Lang, ext)}
	if c.unchanged(contract.Tag(f.tag)) {
		return f, nil
	}
	var b bytes.Buffer
	err = write(&b, res, in.Lang)
	f.data = b.Bytes()
	return f, placed(err, "query.", "offering")
}

const maxCompareBody = 256 << 10

// compareBody is the JSON form of a comparison or of a what-if. Weighing is the committee's own weights.
type compareBody struct {
	Offerings    []string       `json:"offerings,omitempty" maxItems:"100"`
	UseCase      string         `json:"use_case" minLength:"1" maxLength:"200"`
	Organisation string         `json:"organisation,omitempty" maxLength:"200"`
	Weights      string         `json:"weights,omitempty" maxLength:"200"`
	Weighing     *weighingBody  `json:"weighing,omitempty"`
	Members      []string       `json:"members,omitempty" maxItems:"100"`
	MemberOwn    []weighingBody `json:"member_weighings,omitempty" maxItems:"100"`
	Conviction   string         `json:"conviction,omitempty" enum:"agreed,debated,no_opinion"`
	Framework    string         `json:"framework,omitempty" maxLength:"200"`
	On           catalog.Date   `json:"on,omitempty"`
	KnownOn      catalog.Date   `json:"known_on,omitempty"`
	Seed         uint64         `json:"seed,omitempty"`
	Draws        int            `json:"draws,omitempty" minimum:"1" maximum:"100000"`
	Assume       []string       `json:"assume,omitempty" maxItems:"100"`
}

// weighingBody is how a person says what weighs how much: by numbers, by swings, or by an order alone.
type weighingBody struct {
	ID            string           `json:"id" minLength:"1" maxLength:"200"`
	Title         *wording.Text    `json:"title,omitempty"`
	Author        string           `json:"author,omitempty" maxLength:"200"`
	Reason        *wording.Text    `json:"reason,omitempty"`
	Numbers       map[string]int64 `json:"numbers,omitempty"`
	Swings        map[string]int64 `json:"swings,omitempty"`
	Order         []string         `json:"order,omitempty" maxItems:"100"`
	Criteria      map[string]int64 `json:"criteria,omitempty"`
	EvidenceFloor float64          `json:"evidence_floor,omitempty" minimum:"0" maximum:"1"`
}

func (w weighingBody) weighing() evaluator.Weighing {
	out := evaluator.Weighing{ID: w.ID, Author: w.Author, Numbers: w.Numbers, Swings: w.Swings, Order: w.Order, Criteria: w.Criteria, EvidenceFloor: w.EvidenceFloor}
	if w.Title != nil {
		out.Title = *w.Title
	}
	if w.Reason != nil {
		out.Reason = *w.Reason
	}
	return out
}

type compareBodyInput struct{ Body compareBody }

// compareRequest reads the body of a comparison; everything wrong with it is told at once.
func (s *server) compareRequest(c *call, q *compareBody) (service.CompareRequest, error) {
	r := service.CompareRequest{Offerings: q.Offerings, UseCase: q.UseCase, Organisation: q.Organisation, Weights: q.Weights, Members: q.Members,
		Conviction: q.Conviction, Framework: q.Framework, On: or(q.On, s.Today()), Seed: q.Seed, Draws: q.Draws}
	r.KnownOn = or(q.KnownOn, r.On)
	if q.Weighing != nil {
		w := q.Weighing.weighing()
		r.Weighing = &w
	}
	for _, w := range q.MemberOwn {
		r.MemberOwn = append(r.MemberOwn, w.weighing())
	}
	bad := &catalog.InvalidError{}
	for i, id := range append([]string{q.Weights}, q.Members...) {
		if id == "" || s.svc.Store != nil || s.svc.Framework.WeightSets[id] != nil {
			continue
		}
		at := "body.weights"
		if i > 0 {
			at = "body.members[" + strconv.Itoa(i-1) + "]"
		}
		bad.Fields = append(bad.Fields, catalog.FieldError{Path: at, Text: notKnown(id, s.svc.WeightSetIDs())})
	}
	for i, text := range q.Assume {
		one, err := s.svc.Assumptions([]string{text})
		r.Assume = append(r.Assume, one...)
		var more *catalog.InvalidError
		if errors.As(err, &more) {
			for _, f := range more.Fields {
				bad.Fields = append(bad.Fields, catalog.FieldError{Path: "body.assume[" + strconv.Itoa(i) + "]", Text: f.Text})
			}
		} else if err != nil {
			return r, err
		}
	}
	if len(bad.Fields) > 0 {
		return r, bad
	}
	return r, nil
}

// notKnown refuses a name of a body without repeating it.
func notKnown(name string, known []string) wording.Text {
	if near := wording.Nearest(name, known); near != "" {
		return wording.Textf("not known here; did you mean %s?", "inconnu ici ; vouliez-vous dire %s ?", wording.Quoted(near))
	}
	return wording.Textf("not known here; one of these is expected: %s", "inconnu ici ; une de ces valeurs est attendue : %s", strings.Join(known, ", "))
}

func or(d, otherwise catalog.Date) catalog.Date {
	if d == "" {
		return otherwise
	}
	return d
}

package api

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"
	"github.com/go-json-experiment/json"

	"vigie/api/service"
	"vigie/catalog"
	"vigie/catalog/strict"
	"vigie/catalog/wording"
	"vigie/evaluator"
)

// Bounds on what one request may cost.
const (
	maxDraws       = 100_000
	maxCompareBody = 256 << 10
)

// compareRoutes are the addresses about several offerings, and about what to find out next.
func (s *server) compareRoutes(e *gin.Engine, data func(string, dataHandler)) {
	data("/compare", s.compare)
	data("/compare.pdf", s.comparePDF)
	data("/compare.xlsx", s.compareXLSX)
	e.POST("/api/v1/compare", s.data(s.compareJSON))
	e.POST("/api/v1/whatif", s.data(s.whatIfJSON))
	data("/offerings/:id/questions", s.questions)
}

// weightsParam reads the name of a weight set. The service also takes the path of a file, which is for who sits at the
// machine, never for who asks over the network.
func (s *server) weightsParam(p *params) string {
	id := p.text("weights")
	if id != "" && s.svc.Framework.WeightSets[id] == nil {
		p.bad("weights", strict.NotIn(id, s.svc.WeightSetIDs()))
	}
	return id
}

func (s *server) compareQuestion(p *params) service.CompareRequest {
	r := service.CompareRequest{Offerings: p.texts("offering"), UseCase: p.needed("use_case"), Organisation: p.text("organisation"), Weights: s.weightsParam(p),
		Members: p.texts("member"), Conviction: p.text("conviction"), On: p.day("on", p.today)}
	r.KnownOn = p.day("known_on", r.On)
	for _, m := range r.Members {
		if s.svc.Framework.WeightSets[m] == nil {
			p.bad("member", strict.NotIn(m, s.svc.WeightSetIDs()))
		}
	}
	if v := p.text("seed"); v != "" {
		n, err := strconv.ParseUint(v, 10, 64)
		if err != nil || n == 0 {
			p.bad("seed", wording.Textf("seed: expected a whole number above 0, found %q", "seed : attendu un nombre entier supérieur à 0 ; trouvé : « %s »", v))
		}
		r.Seed = n
	}
	if v := p.text("draws"); v != "" {
		n, err := strconv.Atoi(v)
		if err != nil || n < 1 || n > maxDraws {
			p.bad("draws", wording.Textf("draws: expected a whole number from 1 to %d, found %q", "draws : attendu un nombre entier de 1 à %d ; trouvé : « %s »", maxDraws, v))
		}
		r.Draws = n
	}
	return r
}

// compared answers the query, or the fault of the parameter that holds it.
func (s *server) compared(ctx context.Context, p *params, r service.CompareRequest) (*service.CompareResult, error) {
	assume := p.texts("assume")
	if err := p.err(); err != nil {
		return nil, err
	}
	var err error
	if r.Assume, err = s.svc.Assumptions(assume); err != nil {
		return nil, inQuery(err, "assume")
	}
	res, err := s.svc.Compare(ctx, r)
	return res, placed(err, "query.", "offering")
}

// placed puts the faults of a comparison at the field that holds them, in the query or in the body.
func placed(err error, where, offerings string) error {
	invalid, ok := err.(*catalog.InvalidError)
	if !ok {
		return err
	}
	out := &catalog.InvalidError{}
	for _, f := range invalid.Fields {
		switch head, _, _ := strings.Cut(f.Path, "."); head {
		case "offerings":
			f.Path = where + offerings
		case "draws", "conviction", "members", "assume", "use_case", "organisation":
			f.Path = where + head
		case "id", "title", "author", "reason", "numbers", "swings", "order", "criteria", "evidence_floor", "weights":
			f.Path = where + "weighing." + f.Path
		default: // an assumption, by its own words
			f.Text = wording.Text{EN: f.Path + ": " + f.Text.EN, FR: f.Path + " : " + f.Text.FR}
			f.Path = where + "assume"
		}
		out.Fields = append(out.Fields, f)
	}
	return out
}

func (s *server) compare(c *gin.Context) error {
	p := s.params(c)
	res, err := s.compared(c.Request.Context(), p, s.compareQuestion(p))
	if err != nil {
		return err
	}
	return s.comparison(c, res)
}

// comparison answers the canonical form, named by its hash.
func (s *server) comparison(c *gin.Context, res *service.CompareResult) error {
	if unchanged(c, res.Comparison.Hash) {
		return nil
	}
	body, err := catalog.Canonical(res.Comparison)
	if err != nil {
		return err
	}
	c.Data(http.StatusOK, "application/json", append(body, '\n'))
	return nil
}

func (s *server) comparePDF(c *gin.Context) error {
	return s.compareFile(c, "pdf", "application/pdf", s.svc.ComparisonReport)
}

func (s *server) compareXLSX(c *gin.Context) error {
	return s.compareFile(c, "xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", s.svc.Workbook)
}

func (s *server) compareFile(c *gin.Context, ext, kind string, write func(io.Writer, *service.CompareResult, wording.Lang) error) error {
	p := s.params(c)
	q := s.compareQuestion(p)
	l := p.lang(preferred(c))
	res, err := s.compared(c.Request.Context(), p, q)
	if err != nil {
		return err
	}
	if unchanged(c, res.Comparison.Hash+"-"+string(l)+"-"+ext) {
		return nil
	}
	var b bytes.Buffer
	if err := write(&b, res, l); err != nil {
		return placed(err, "query.", "offering")
	}
	c.Header("Content-Language", string(l))
	c.Header("Content-Disposition", fmt.Sprintf(`attachment; filename="vigie-compare-%s-%s.%s.%s"`, q.UseCase, q.On, l, ext))
	c.Data(http.StatusOK, kind, b.Bytes())
	return nil
}

func (s *server) questions(c *gin.Context) error {
	p := s.params(c)
	q := s.question(c, p)
	rivals := p.texts("rival")
	if err := p.err(); err != nil {
		return err
	}
	agenda, err := s.svc.Questions(c.Request.Context(), q, rivals)
	if err != nil {
		return err
	}
	return s.canonical(c, agenda)
}

// compareBody is the JSON form of a comparison or of a what-if. Weighing is the committee's own weights.
type compareBody struct {
	Offerings    []string             `json:"offerings"`
	UseCase      string               `json:"use_case"`
	Organisation string               `json:"organisation"`
	Weights      string               `json:"weights"`
	Weighing     *evaluator.Weighing  `json:"weighing"`
	Members      []string             `json:"members"`
	MemberOwn    []evaluator.Weighing `json:"member_weighings"`
	Conviction   string               `json:"conviction"`
	On           string               `json:"on"`
	KnownOn      string               `json:"known_on"`
	Seed         uint64               `json:"seed"`
	Draws        int                  `json:"draws"`
	Assume       []string             `json:"assume"`
}

var compareFields = []string{"offerings", "use_case", "organisation", "weights", "weighing", "members", "member_weighings", "conviction", "on", "known_on", "seed", "draws", "assume"}

// compareRequest reads the body of a comparison; everything wrong with it is told at once.
func (s *server) compareRequest(c *gin.Context) (service.CompareRequest, error) {
	var r service.CompareRequest
	kind, media, err := mime.ParseMediaType(c.GetHeader("Content-Type"))
	if cs := strings.ToLower(media["charset"]); err != nil || kind != "application/json" || cs != "" && cs != "utf-8" {
		return r, errNotJSON
	}
	body, err := readBody(c, maxCompareBody)
	if err != nil {
		return r, err
	}
	p := s.params(c)
	if err := p.err(); err != nil {
		return r, err
	}
	var q compareBody
	if err := json.Unmarshal(body, &q, json.RejectUnknownMembers(true)); err != nil {
		return r, badJSON(err, compareFields)
	}
	bad := func(name string, t wording.Text) {
		p.faults = append(p.faults, catalog.FieldError{Path: "body." + name, Text: t})
	}
	r = service.CompareRequest{Offerings: q.Offerings, UseCase: q.UseCase, Organisation: q.Organisation, Weights: q.Weights, Weighing: q.Weighing, Members: q.Members,
		MemberOwn: q.MemberOwn, Conviction: q.Conviction, On: p.bodyDay("on", q.On, p.today), Seed: q.Seed, Draws: q.Draws}
	r.KnownOn = p.bodyDay("known_on", q.KnownOn, r.On)
	if q.UseCase == "" {
		bad("use_case", wording.Textf("use_case is needed", "il faut use_case"))
	}
	for name, list := range map[string]int{"offerings": len(q.Offerings), "members": len(q.Members) + len(q.MemberOwn), "assume": len(q.Assume)} {
		if list > maxTexts {
			bad(name, wording.Textf("%s has %d entries; at most %d", "%s compte %d éléments ; au plus %d", name, list, maxTexts))
		}
	}
	for _, w := range []struct {
		name string
		ids  []string
	}{{"weights", []string{q.Weights}}, {"members", q.Members}} {
		for _, id := range w.ids {
			if id != "" && s.svc.Framework.WeightSets[id] == nil {
				bad(w.name, strict.NotIn(id, s.svc.WeightSetIDs()))
			}
		}
	}
	if q.Draws < 0 || q.Draws > maxDraws {
		bad("draws", wording.Textf("draws: expected a whole number from 1 to %d, found %q", "draws : attendu un nombre entier de 1 à %d ; trouvé : « %s »", maxDraws, strconv.Itoa(q.Draws)))
	}
	p.sortFaults()
	if len(p.faults) > 0 {
		return r, &catalog.InvalidError{Fields: p.faults}
	}
	r.Assume, err = s.svc.Assumptions(q.Assume)
	return r, placed(err, "body.", "offerings")
}

func (s *server) compareJSON(c *gin.Context) error {
	r, err := s.compareRequest(c)
	if err != nil {
		return err
	}
	res, err := s.svc.Compare(c.Request.Context(), r)
	if err != nil {
		return placed(err, "body.", "offerings")
	}
	return s.comparison(c, res)
}

func (s *server) whatIfJSON(c *gin.Context) error {
	r, err := s.compareRequest(c)
	if err != nil {
		return err
	}
	res, err := s.svc.WhatIf(c.Request.Context(), r)
	if err != nil {
		return placed(err, "body.", "offerings")
	}
	return s.canonical(c, res)
}

package api

import (
	"net/http"
	"slices"
	"strconv"

	"github.com/gin-gonic/gin"

	"vigie/api/web"
	"vigie/catalog/strict"
	"vigie/catalog/wording"
	"vigie/evaluator"
)

// listRoutes are the pages by which things are found.
func (s *server) listRoutes(l wording.Lang, page func(string, pageHandler), raw func(string, gin.HandlerFunc)) {
	page("/offerings", s.offeringsPage)
	page("/search", s.searchPage)
	raw("/offerings.csv", s.offeringsCSV(l))
	s.homeRoutes(l, page, raw)
}

// offeringsQuery reads the form above the list of offerings.
func (s *server) offeringsQuery(p *params) web.OfferingsQuery {
	q := web.OfferingsQuery{Find: p.text("find"), UseCase: p.text("use_case"), Vendor: p.text("vendor"), Country: p.text("country"), Owner: p.text("owner"), Deployment: p.text("deployment"),
		Certificate: p.text("certificate"), Verdict: p.text("verdict"), Rights: p.text("rights"), Exposure: p.text("exposure"), Columns: p.texts("column"), Sort: p.text("sort"),
		Chosen: p.texts("offering"), On: p.day("on", p.today)}
	q.Known, q.Expires = p.whole("known", 100), p.whole("expires", 3650)
	if q.Sort != "" && !slices.Contains(web.OfferingSorts(), q.Sort) {
		p.bad("sort", strict.NotIn(q.Sort, web.OfferingSorts()))
	}
	for _, c := range q.Columns {
		if !slices.Contains(web.OfferingColumns(), c) {
			p.bad("column", strict.NotIn(c, web.OfferingColumns()))
		}
	}
	if v := []string{string(evaluator.Eligible), string(evaluator.Undetermined), string(evaluator.NotEligible)}; q.Verdict != "" && !slices.Contains(v, q.Verdict) {
		p.bad("verdict", strict.NotIn(q.Verdict, v))
	}
	return q
}

// whole reads a whole number from 0 to most; 0 when it is not given.
func (p *params) whole(name string, most int) int {
	v := p.text(name)
	if v == "" {
		return 0
	}
	n, err := strconv.Atoi(v)
	if err != nil || n < 0 || n > most {
		p.bad(name, wording.Textf("%s: expected a whole number from 0 to %d, found %q", "%s : attendu un nombre entier de 0 à %d ; trouvé : « %s »", name, most, v))
	}
	return n
}

func (s *server) offeringsPage(c *gin.Context, r web.Request) ([]byte, error) {
	p := s.params(c)
	q := s.offeringsQuery(p)
	if err := p.err(); err != nil {
		return nil, err
	}
	return s.site.Offerings(c.Request.Context(), r, q)
}

func (s *server) offeringsCSV(l wording.Lang) gin.HandlerFunc {
	return func(c *gin.Context) {
		p := s.params(c)
		q := s.offeringsQuery(p)
		if err := p.err(); err != nil {
			s.fail(c, err)
			return
		}
		body, err := s.site.OfferingsCSV(c.Request.Context(), web.Request{Lang: l, Path: "/offerings"}, q)
		if err != nil {
			s.fail(c, err)
			return
		}
		name := map[wording.Lang]string{wording.FR: "offres", wording.EN: "offerings"}[l]
		c.Header("Content-Disposition", `attachment; filename="vigie-`+name+`-`+string(q.On)+`.csv"`)
		c.Header("Content-Language", string(l))
		c.Header("Cache-Control", s.keeping())
		c.Data(http.StatusOK, "text/csv; charset=utf-8; header=present", body)
	}
}

func (s *server) searchPage(c *gin.Context, r web.Request) ([]byte, error) {
	p := s.params(c)
	query := p.text("q")
	if err := p.err(); err != nil {
		return nil, err
	}
	return s.site.Search(c.Request.Context(), r, query, p.today)
}

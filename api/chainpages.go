package api

import (
	"net/url"
	"strings"

	"github.com/gin-gonic/gin"

	"vigie/api/web"
	"vigie/catalog"
)

// readRef reads "kind/id"; zero: it is none.
func readRef(s string) catalog.Ref {
	kind, id, _ := strings.Cut(s, "/")
	if !catalog.Kind(kind).IsRecord() || !catalog.ValidID(id) {
		return catalog.Ref{}
	}
	return catalog.Ref{Kind: catalog.Kind(kind), ID: id}
}

// chainQuery reads what is chosen in a chain. What nothing can be chosen by is no choice.
func chainQuery(value func(string) string) web.ChainQuery {
	q := web.ChainQuery{Party: readRef(value("party")), Link: readRef(value("link")), Of: readRef(value("of")), Do: value("do"), Complete: value("complete")}
	if k := q.Party.Kind; k != catalog.Vendor && k != catalog.Offering {
		q.Party = catalog.Ref{}
	}
	if k := q.Link.Kind; k != catalog.Stake && k != catalog.Subprocessing {
		q.Link = catalog.Ref{}
	}
	ofVendor, ofOffering := q.Of.Kind == catalog.Vendor, q.Of.Kind == catalog.Offering
	switch k := catalog.Kind(value("add")); {
	case k == catalog.Stake && ofVendor, k == catalog.Subprocessing && (ofVendor || ofOffering):
		q.Add = k
	}
	if !(q.Complete == web.ChainOwners && ofVendor || q.Complete == web.ChainUsed && (ofVendor || ofOffering)) {
		q.Complete = ""
	}
	return q
}

func (s *server) chainPage(c *gin.Context, r web.Request) ([]byte, error) {
	ref, err := s.refOf(c)
	if err != nil {
		return nil, err
	}
	p := s.params(c)
	q := chainQuery(p.text)
	q.Subject, q.On, q.Done = ref, p.day("on", p.today), web.Done(p.text("done"))
	if err := p.err(); err != nil {
		return nil, err
	}
	return s.site.Chain(c, r, q)
}

func (s *server) changeChain(c *gin.Context, r web.Request, f url.Values) (func(web.Sent) ([]byte, error), error) {
	ref, err := s.refOf(c)
	if err != nil {
		return nil, err
	}
	q := chainQuery(f.Get)
	q.Subject, q.On = ref, s.Today()
	again := func(sent web.Sent) ([]byte, error) {
		q.Sent = sent
		return s.site.Chain(c, r, q)
	}
	if err := refusedFile(c); err != nil {
		return again, err
	}
	done, err := s.site.ChangeChain(c, r.Lang, q, web.Sent{Values: f})
	if err != nil {
		return again, err
	}
	goOn(c, c.Request.URL.EscapedPath()+"?done="+string(done))
	return nil, nil
}

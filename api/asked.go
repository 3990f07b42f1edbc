package api

import (
	"errors"
	"strings"

	"github.com/gin-gonic/gin"

	"vigie/api/service"
	"vigie/catalog"
	"vigie/catalog/strict"
	"vigie/catalog/wording"
)

// days are the two days that most questions bear: facts and law of the one, as known on the other.
type days struct {
	On      catalog.Date `query:"on" otherwise:"today"`
	KnownOn catalog.Date `query:"known_on" otherwise:"on"`
}

// question reads what an assessment is asked for.
func (s *server) question(c *gin.Context, p *params) service.Request {
	r := service.Request{Offering: c.Param("id"), UseCase: p.needed("use_case"), Organisation: p.text("organisation"), Weights: s.weightsParam(p), On: p.day("on", p.today)}
	r.KnownOn = p.day("known_on", r.On)
	return r
}

// exposureQuestion reads what an exposure is asked for. The use case may be left out: what depends on users and persons
// stays undetermined then.
func (s *server) exposureQuestion(c *gin.Context, p *params) service.ExposureRequest {
	r := service.ExposureRequest{Request: service.Request{Offering: c.Param("id"), UseCase: p.text("use_case"), Organisation: p.text("organisation"), On: p.day("on", p.today)}}
	r.KnownOn = p.day("known_on", r.On)
	r.LawOn = p.day("law_on", "")
	r.Laws, r.Assume = p.texts("law"), p.texts("assume")
	return r
}

// whose are the parameters that say for whom rights are judged.
type whose struct {
	useCase, organisation string
	on, knownOn           catalog.Date
}

func (p *params) whose() whose {
	w := whose{useCase: p.text("use_case"), organisation: p.text("organisation"), on: p.day("on", p.today)}
	w.knownOn = p.day("known_on", w.on)
	return w
}

// weightsParam reads the name of a weight set. The service also takes the path of a file, which is for who sits at the
// machine, never for who asks over the network.
func (s *server) weightsParam(p *params) string {
	id := p.text("weights")
	s.weightSetIn(p, "weights", id)
	return id
}

func (s *server) weightSetIn(p *params, name, id string) {
	if id != "" && s.svc.Store == nil && s.svc.Framework.WeightSets[id] == nil { // a store has others, which it finds
		p.bad(name, strict.NotIn(id, s.svc.WeightSetIDs()))
	}
}

// kindParam reads the kind of an address; one that is none is an address that does not exist.
func kindParam(c *gin.Context) (catalog.Kind, error) { return kindOf(c.Param("kind")) }

func kindOf(name string) (catalog.Kind, error) {
	k := catalog.Kind(name)
	if k.IsRecord() {
		return k, nil
	}
	var names []string
	for _, x := range catalog.Kinds() {
		names = append(names, string(x))
	}
	return "", &catalog.NotFoundError{What: wording.Textf("kind of record", "type de fiche"), ID: string(k), Nearest: wording.NearestFew(string(k), names, 3)}
}

// inQuery places faults that the service found under the parameters that hold them; those without a parameter of their
// own are about the one named.
func inQuery(err error, otherwise string) error {
	var invalid *catalog.InvalidError
	if !errors.As(err, &invalid) {
		return err
	}
	out := &catalog.InvalidError{}
	for _, f := range invalid.Fields {
		switch f.Path {
		case "law", "organisation", "use_case":
			f.Path = "query." + f.Path
		default:
			if f.Path != "" {
				f.Text = wording.Text{EN: f.Path + ": " + f.Text.EN, FR: f.Path + " : " + f.Text.FR}
			}
			f.Path = "query." + otherwise
		}
		out.Fields = append(out.Fields, f)
	}
	return out
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

package jurisdiction

import (
	"vigie/catalog"
	"vigie/catalog/wording"
)

// Problem is something in the graph that cannot be as recorded. The walk goes on without it, and says so.
type Problem struct {
	Code   string       `json:"code"` // nobody, over_100, entangled
	Record catalog.Ref  `json:"record,omitzero"`
	Text   wording.Text `json:"text"`
}

// problem records what is wrong, once.
func (w *walk) problem(p Problem) {
	for _, have := range w.problems {
		if have.Text == p.Text {
			return
		}
	}
	w.problems = append(w.problems, p)
}

func problemNobody(s *Stake, ownerKnown bool) Problem {
	who := s.Owner
	if ownerKnown {
		who = s.Of
	}
	return Problem{Code: "nobody", Record: s.Record, Text: wording.Textf(
		"The stake of %q in %q points to %q, which is not on file.", "La participation de « %s » dans « %s » désigne « %s », qui n'est pas au fichier.", s.Owner, s.Of, who)}
}

func problemSupply(s *Supply, fromKnown bool) Problem {
	who := s.From
	if fromKnown {
		who = s.To
	}
	return Problem{Code: "nobody", Record: s.Record, Text: wording.Textf(
		"The use of %q by %q points to %q, which is not on file.", "Le recours à « %s » par « %s » désigne « %s », qui n'est pas au fichier.", s.To, s.From, who)}
}

func problemOver(p *Party, total Share) Problem {
	pct := total.Percent(4)
	return Problem{Code: "over_100", Record: p.Record, Text: wording.Text{
		EN: "The recorded stakes in " + p.Called().EN + " add up to " + wording.Percent(wording.EN, pct) + ": at least one of them is wrong.",
		FR: "Les participations consignées dans " + p.Called().FR + " totalisent " + wording.Percent(wording.FR, pct) + " : l'une d'elles au moins est fausse.",
	}}
}

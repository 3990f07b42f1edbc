package service

import (
	"io"

	"vigie/catalog/wording"
	"vigie/reports"
	"vigie/reports/proof"
)

// Report writes the due-diligence report of a result as a PDF that is not registered, sealed with the assessment that it
// prints: the same bytes for the same result and language.
func (s *Service) Report(w io.Writer, r *Result, l wording.Lang) error {
	doc, err := reports.Build(reports.Input{Assessment: r.Assessment, Dossier: r.Dossier, Dictionary: s.Dictionary,
		Framework: s.Framework.Framework, Weights: r.Weights, Program: "vigie " + s.Version, Knowledge: s.Knowledge}, l)
	if err != nil {
		return err
	}
	return proof.Unregistered(w, doc, proof.OfAssessment(r.Assessment))
}

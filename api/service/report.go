package service

import (
	"io"

	"vigie/catalog/wording"
	"vigie/reports"
	"vigie/reports/pdf"
)

// Report writes the due-diligence report of a result as a PDF: the same bytes for the same result and language.
func (s *Service) Report(w io.Writer, r *Result, l wording.Lang) error {
	doc, err := reports.Build(reports.Input{Assessment: r.Assessment, Dossier: r.Dossier, Dictionary: s.Dictionary,
		Framework: s.Framework.Framework, Weights: r.Weights, Program: "vigie " + s.Version, Knowledge: s.Knowledge}, l)
	if err != nil {
		return err
	}
	return pdf.Write(w, doc)
}

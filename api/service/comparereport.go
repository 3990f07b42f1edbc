package service

import (
	"io"

	"vigie/catalog/wording"
	"vigie/evaluator"
	"vigie/reports"
	"vigie/reports/pdf"
	"vigie/reports/proof"
	"vigie/reports/sheet"
)

// ComparisonReport writes the report of a comparison as a PDF that is not registered, sealed with the comparison: the same bytes for the same comparison and language. The
// error is a *catalog.InvalidError for more offerings than a reader could hold against each other.
func (s *Service) ComparisonReport(w io.Writer, r *CompareResult, l wording.Lang) error {
	in := s.comparisonInput(r)
	if len(r.Results) <= reports.MaxCompared {
		var err error
		if in.Next, err = s.nextQuestions(r); err != nil {
			return err
		}
	}
	doc, err := reports.BuildComparison(in, l)
	if err != nil {
		return err
	}
	return proof.Unregistered(w, doc, proof.OfComparison(r.Comparison))
}

func (s *Service) comparisonInput(r *CompareResult) reports.ComparisonInput {
	in := reports.ComparisonInput{Comparison: r.Comparison, Dictionary: s.Dictionary, Framework: s.Framework.Framework, Weights: r.Weights, Members: r.Members, Program: "vigie " + s.Version}
	for _, x := range r.Results {
		in.Candidates = append(in.Candidates, x.judged())
	}
	return in
}

// nextQuestions lists what to find out about each candidate, the others being its rivals.
func (s *Service) nextQuestions(r *CompareResult) ([]reports.NextQuestions, error) {
	in := evaluator.CompareInput{Framework: s.Framework, Weights: r.Weights}
	return parallel(r.Results, func(x *Result) (reports.NextQuestions, error) {
		var rivals []evaluator.Standing
		for _, o := range r.Results {
			if o != x {
				rivals = append(rivals, in.StandingOf(o.Assessment))
			}
		}
		questions, err := s.Index().Questions(s.input(x.Dossier, r.Weights), x.Assessment, rivals)
		return reports.NextQuestions{Offering: x.Assessment.Offering, Questions: questions}, err
	})
}

// Workbook writes a comparison as an Excel workbook with live sums. The error is a *catalog.InvalidError for more
// offerings than a workbook takes.
func (s *Service) Workbook(w io.Writer, r *CompareResult, l wording.Lang) error {
	return sheet.Write(w, s.comparisonInput(r), l)
}

// Letters writes the letters of an agenda as a PDF.
func (s *Service) Letters(w io.Writer, a *Agenda, l wording.Lang) error {
	doc, err := reports.Letters(reports.LettersInput{Letters: a.Letters, Dossier: a.Result.Dossier, Dictionary: s.Dictionary, Assessment: a.Result.Assessment, Program: "vigie " + s.Version}, l)
	if err != nil {
		return err
	}
	return pdf.Write(w, doc)
}

package service

import (
	"bytes"
	"context"

	"vigie/catalog/account"
	"vigie/catalog/store"
	"vigie/catalog/wording"
	"vigie/reports"
	"vigie/reports/pdf"
	"vigie/reports/proof"
)

// Issued is a report that was registered and can be handed out.
type Issued struct {
	PDF     []byte
	Hash    string // of the document that registers it
	Leaf    int64
	Subject *Kept // the assessment or comparison that it prints
}

// IssueReport keeps an assessment, prints it, registers the print in the log and seals the proof of both into the file, so
// that anyone can check it without the store. The same assessment issued again, when nothing was recorded in between, is
// the same report.
func (s *Service) IssueReport(ctx context.Context, r Request, l wording.Lang) (*Issued, error) {
	p, err := s.writer(ctx, account.Issue)
	if err != nil {
		return nil, err
	}
	kept, res, err := s.keepAssessment(ctx, p, r)
	if err != nil {
		return nil, err
	}
	s, err = s.under(ctx, r.Framework)
	if err != nil {
		return nil, err
	}
	subject := proof.OfAssessment(res.Assessment)
	in := reports.Input{Assessment: res.Assessment, Dossier: res.Dossier, Dictionary: s.Dictionary, Framework: s.Framework.Framework, Weights: res.Weights,
		Program: "vigie " + s.Version, Knowledge: s.Knowledge}
	index := map[string]string{"assessment": kept.Hash, "offering": r.Offering, "lang": string(l), "on": string(r.On)}
	if r.UseCase != "" {
		index["use_case"] = r.UseCase
	}
	return s.issue(ctx, p, kept, subject, index, l, func(reg *reports.Registration) ([]byte, proof.Document, error) {
		in.Registration = reg
		doc, err := reports.Build(in, l)
		if err != nil {
			return nil, proof.Document{}, err
		}
		var b bytes.Buffer
		if err := pdf.Write(&b, doc); err != nil {
			return nil, proof.Document{}, err
		}
		return b.Bytes(), proof.NewDocument(b.Bytes(), subject, l, res.Assessment.On, in.Program, reg), nil
	})
}

// IssueComparison is IssueReport for a comparison.
func (s *Service) IssueComparison(ctx context.Context, r CompareRequest, l wording.Lang) (*Issued, error) {
	p, err := s.writer(ctx, account.Issue)
	if err != nil {
		return nil, err
	}
	kept, res, err := s.keepComparison(ctx, p, r)
	if err != nil {
		return nil, err
	}
	s, err = s.under(ctx, r.Framework)
	if err != nil {
		return nil, err
	}
	in := s.comparisonInput(res)
	if len(res.Results) <= reports.MaxCompared {
		if in.Next, err = s.nextQuestions(res); err != nil {
			return nil, err
		}
	}
	subject := proof.OfComparison(res.Comparison)
	index := map[string]string{"comparison": kept.Hash, "use_case": r.UseCase, "lang": string(l), "on": string(r.On)}
	return s.issue(ctx, p, kept, subject, index, l, func(reg *reports.Registration) ([]byte, proof.Document, error) {
		in.Registration = reg
		doc, err := reports.BuildComparison(in, l)
		if err != nil {
			return nil, proof.Document{}, err
		}
		var b bytes.Buffer
		if err := pdf.Write(&b, doc); err != nil {
			return nil, proof.Document{}, err
		}
		return b.Bytes(), proof.NewDocument(b.Bytes(), subject, l, r.On, in.Program, reg), nil
	})
}

// issue registers and seals what print makes.
func (s *Service) issue(ctx context.Context, p *account.Principal, kept *Kept, subject proof.Subject, index map[string]string, l wording.Lang, print func(*reports.Registration) ([]byte, proof.Document, error)) (*Issued, error) {
	stands, err := s.Store.Prove(ctx, kept.Hash)
	if err != nil {
		return nil, err
	}
	reg, err := proof.Register(proof.Entry(stands), s.Store.PublicKey())
	if err != nil {
		return nil, err
	}
	base, doc, err := print(reg)
	if err != nil {
		return nil, err
	}
	b := s.batch(p, "")
	b.Entity, b.Scope = kept.Entity, nil
	b.Documents = []store.Document{{Kind: store.Report, Body: doc.Bytes(), Index: index}}
	if _, err := s.Store.Record(ctx, b); err != nil {
		return nil, err
	}
	issued, err := s.Store.Prove(ctx, doc.Hash())
	if err != nil {
		return nil, err
	}
	if stands, err = s.Store.Prove(ctx, kept.Hash); err != nil { // under the same checkpoint, or a newer one
		return nil, err
	}
	sealed, err := proof.Seal(base, subject, doc, &proof.Log{Key: s.Store.PublicKey(), Report: proof.Entry(issued), Subject: proof.Entry(stands)})
	if err != nil {
		return nil, err
	}
	e, err := s.Store.In(store.Everything()).Entry(ctx, store.Report, doc.Hash())
	return &Issued{PDF: sealed, Hash: doc.Hash(), Leaf: e.Leaf, Subject: kept}, err
}

package service

import (
	"context"
	"slices"

	"vigie/catalog"
	"vigie/catalog/wording"
	"vigie/evaluator/licence"
)

// LicenceRequest asks what a licence text is and what it allows.
type LicenceRequest struct {
	Text         []byte
	Name         string // of the file, a hint only
	UseCase      string
	Organisation string
	On, KnownOn  catalog.Date
}

// LicenceAnswer is the identity of a text and the rights it gives this organisation in this use.
type LicenceAnswer struct {
	licence.Identification
	Rights   map[string]licence.Right `json:"rights"`
	Duties   []licence.Duty           `json:"duties,omitempty"`
	Terms    []licence.Term           `json:"terms,omitempty"`
	NotRead  []string                 `json:"not_read,omitempty"`
	Verified bool                     `json:"verified"`
	Passages []licence.Passage        `json:"-"`
}

// Licence identifies a text and judges the rights it gives. Without organisation or use case, conditions on them are
// not known.
func (s *Service) Licence(ctx context.Context, r LicenceRequest) (*LicenceAnswer, error) {
	situation, err := s.situation(ctx, r.UseCase, r.Organisation, r.On, r.KnownOn)
	if err != nil {
		return nil, err
	}
	id := s.Knowledge.Licences.Identify(r.Text, r.Name)
	j := s.Knowledge.Licences.JudgeText(id, situation)
	return &LicenceAnswer{Identification: id, Rights: j.Rights, Duties: j.Duties, Terms: j.Terms, NotRead: j.NotRead, Verified: j.Verified}, nil
}

// LicenceRights judges a known licence for an organisation and a use.
func (s *Service) LicenceRights(ctx context.Context, name, useCase, organisation string, on, knownOn catalog.Date) (*licence.Judgement, error) {
	id, err := s.LicenceID(name)
	if err != nil {
		return nil, err
	}
	situation, err := s.situation(ctx, useCase, organisation, on, knownOn)
	if err != nil {
		return nil, err
	}
	j, _ := s.Knowledge.Licences.Judge(id, situation, nil)
	return &j, nil
}

// LicenceID finds a licence by its id, a name or an identifier of SPDX, ScanCode or Hugging Face.
func (s *Service) LicenceID(name string) (string, error) {
	if id, ok := s.Knowledge.Licences.Find(name); ok {
		return id, nil
	}
	return "", &catalog.NotFoundError{What: wording.Textf("licence", "licence"), ID: name, Nearest: wording.NearestFew(name, s.Knowledge.Licences.IDs(), 3)}
}

// situation is what is known of an organisation and a use, without any offering.
func (s *Service) situation(ctx context.Context, useCase, organisation string, on, knownOn catalog.Date) (*licence.Situation, error) {
	if knownOn == "" {
		knownOn = on
	}
	facts, err := s.reading(ctx, on, knownOn)
	if err != nil {
		return nil, err
	}
	d := &catalog.Dossier{Format: catalog.DossierFormat, On: on, KnownOn: knownOn}
	add := func(kind catalog.Kind, id string, into *catalog.Ref) error {
		if id == "" {
			return nil
		}
		ref := catalog.Ref{Kind: kind, ID: id}
		rec, _, err := facts.record(ctx, ref)
		if err != nil {
			return err
		}
		*into = ref
		d.Records = append(d.Records, *rec)
		return nil
	}
	if err := add(catalog.UseCase, useCase, &d.UseCase); err != nil {
		return nil, err
	}
	if useCase != "" && organisation == "" {
		if f := d.Records[0].Fact("use_case.organisation"); f.State == catalog.Known {
			organisation = f.Value.Text
		}
	}
	if err := add(catalog.Organisation, organisation, &d.Organisation); err != nil {
		return nil, err
	}
	slices.SortFunc(d.Records, func(a, b catalog.DossierRecord) int { return a.Ref().Compare(b.Ref()) })
	return s.Knowledge.Licences.SituationOf(d, catalog.Ref{}, s.Knowledge.Rates(on)), nil
}

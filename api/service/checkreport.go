package service

import (
	"context"
	"errors"

	"vigie/catalog/account"
	"vigie/catalog/store"
	"vigie/catalog/wording"
	"vigie/reports/proof"
)

// Standing says what a report that was checked can be held to.
type Standing string

// The standings of a report.
const (
	Broken       Standing = "broken"       // something that was checked does not hold
	OwnLog       Standing = "own"          // intact, and registered in the log of this house
	GivenLog     Standing = "given"        // intact, and registered in the log of the key that was given
	OtherLog     Standing = "other"        // intact, and registered in a log that nothing here vouches for
	Unregistered Standing = "unregistered" // intact as far as the file alone can tell; no log bears witness
)

// CheckedReport is what can be said of a file that claims to be a report.
type CheckedReport struct {
	*proof.Verdict
	Standing Standing
}

// CheckReport checks a sealed report from its bytes: against the key that was given, or the one of this house. A report
// of another house, or of none, is no broken report: it is checked as far as it can be, and says where it stands. Whoever
// may read the log is told as well whether it still goes through the checkpoint of the report.
//
// Nobody needs to be signed in, and nothing of the file is kept. Every file has an answer; an error is the store's.
func (s *Service) CheckReport(ctx context.Context, file []byte, key string) (*CheckedReport, error) {
	if key != "" {
		v := proof.Verify(file, []string{key})
		return &CheckedReport{v, standingOf(v, GivenLog)}, nil
	}
	alone := proof.Verify(file, nil)
	if s.Store == nil {
		return &CheckedReport{alone, standingOf(alone, OtherLog)}, nil
	}
	own := s.Store.PublicKey()
	if alone.Holds && alone.Key != own {
		return &CheckedReport{alone, standingOf(alone, OtherLog)}, nil
	}
	v := proof.Verify(file, []string{own})
	if v.Holds && account.Need(ctx, account.Read) == nil {
		if err := HeldByLog(ctx, s.Store, v); err != nil {
			return nil, err
		}
	}
	return &CheckedReport{v, standingOf(v, OwnLog)}, nil
}

func standingOf(v *proof.Verdict, registered Standing) Standing {
	switch {
	case !v.Holds:
		return Broken
	case !v.Registered:
		return Unregistered
	}
	return registered
}

// HeldByLog asks a log as it is now whether it goes through the checkpoint that a report carries, and adds what it says
// to the verdict. The report must be registered under the key of this log.
func HeldByLog(ctx context.Context, st *store.Store, v *proof.Verdict) error {
	held, err := st.Consistent(ctx, []byte(v.Checkpoint))
	var damaged *store.DamagedError
	switch {
	case errors.As(err, &damaged):
		v.Say(proof.Fails, proof.InLog, wording.Textf("The log as it is now does not go through this checkpoint: what it held then was changed.", "Le journal d'aujourd'hui ne passe pas par ce point de contrôle : ce qu'il contenait alors a été modifié."))
	case err != nil:
		return err
	default:
		v.Say(proof.Holds, proof.InLog, wording.Textf("The log as it is now, of %d entries, goes through this checkpoint: nothing under it was changed.", "Le journal d'aujourd'hui, de %d entrées, passe par ce point de contrôle : rien de ce qu'il couvre n'a changé.", held.Newer.N))
	}
	return nil
}

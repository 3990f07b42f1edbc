package web

import (
	"fmt"

	"vigie/api/service"
	"vigie/catalog/wording"
	"vigie/evaluator"
)

// Verdict is the answer in words and shape.
type Verdict struct {
	Class  string // eligible, not_eligible, undetermined: names the icon too
	Word   string
	Reason string
}

// Bar is where a score lies from 0 to 100: certain up to Low, possible up to High.
type Bar struct {
	Low, High float64
	Point     bool
	Words     string
}

// Left is where the marker of a settled score begins, kept inside the bar.
func (b Bar) Left() float64 { return min(max(b.Low-0.75, 0), 98.5) }

// Possible is the width of what is possible beyond Low.
func (b Bar) Possible() float64 { return b.High - b.Low }

func (b Base) bar(i evaluator.Interval) Bar {
	return Bar{Low: float64(i.Low) / 100, High: float64(i.High) / 100, Point: i.IsPoint(), Words: service.Score(b.Lang, i)}
}

func (b Base) wholeBar(low, high int) Bar {
	words := fmt.Sprint(low)
	if low != high {
		words = fmt.Sprintf("%d\u00a0–\u00a0%d", low, high)
	}
	return Bar{Low: float64(low), High: float64(high), Point: low == high, Words: words}
}

func tally(list []evaluator.KnockOutResult, s evaluator.Status) int {
	n := 0
	for _, k := range list {
		if k.Status == s {
			n++
		}
	}
	return n
}

func (b Base) verdict(a *evaluator.Assessment) Verdict {
	v := Verdict{Class: string(a.Verdict), Word: wording.Typeset(b.Lang, service.VerdictText(a.Verdict).In(b.Lang))}
	failed, open, passed := tally(a.KnockOuts, evaluator.Failed), tally(a.KnockOuts, evaluator.Open), tally(a.KnockOuts, evaluator.Passed)
	switch {
	case failed > 0:
		v.Reason = b.n("verdict.failed", failed)
		if open > 0 {
			v.Reason += " " + b.n("verdict.and_open", open)
		}
	case open > 0:
		v.Reason = b.n("verdict.open", open)
	case passed > 0:
		v.Reason = b.n("verdict.passed", passed)
	default:
		v.Reason = b.w("verdict.none")
	}
	return v
}

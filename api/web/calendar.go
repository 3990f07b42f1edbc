package web

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"unicode"

	"vigie/api/service"
	"vigie/catalog"
	"vigie/catalog/wording"
	"vigie/evaluator/decision"
)

// CalendarPage is what ends and what is due, month by month.
type CalendarPage struct {
	Base
	Late   []Due
	Months []CalendarMonth
	Feed   string // where a secret address is made for a calendar program; empty: nowhere
}

// CalendarMonth is a month in which something ends or is due.
type CalendarMonth struct {
	ID    string
	Title string
	Count string
	List  []Due
}

// calendarMonths is how far ahead the calendar looks.
const calendarMonths = 12

// FeedName is what the secret address of a calendar is called in the list of one's own account.
func (s *Site) FeedName(l wording.Lang) string {
	return s.base(Request{Lang: l}, "", "").w("feed.name")
}

// Calendar makes the page of what ends and what is due.
func (s *Site) Calendar(ctx context.Context, r Request, on catalog.Date) ([]byte, error) {
	b := s.base(r, "decisions", "")
	b.Title, b.Print = b.w("calendar.title"), true
	p := CalendarPage{Base: b}
	if b.Who != nil {
		p.Feed = b.At("/account") + "#h-feeds"
	}
	end := on.AddMonths(calendarMonths)
	var list []Due
	var sp service.Speaker
	v, err := s.svc.View(ctx, on, on)
	if large := (*service.TooLargeError)(nil); errors.As(err, &large) {
		names, err := s.svc.Names(ctx, on, on)
		if err != nil {
			return nil, err
		}
		sp = s.svc.Speaker(r.Lang, names)
	} else if err != nil {
		return nil, err
	} else {
		sp = s.svc.Speaker(r.Lang, v)
		list = due(b, sp, v, on, end)
	}
	if s.history != nil {
		h, err := s.history(ctx)
		if err != nil {
			return nil, err
		}
		late, ahead := b.dueDecisions(sp, h, on, end)
		p.Late = late
		list = append(list, ahead...)
	}
	slices.SortStableFunc(list, func(x, y Due) int { return cmp.Compare(x.on, y.on) })
	for _, d := range list {
		id := "m-" + string(d.on)[:7]
		if n := len(p.Months); n == 0 || p.Months[n-1].ID != id {
			p.Months = append(p.Months, CalendarMonth{ID: id, Title: b.month(d.on)})
		}
		m := &p.Months[len(p.Months)-1]
		m.List = append(m.List, d)
		m.Count = b.n("calendar.count", len(m.List))
	}
	return s.render("calendar", p)
}

// dueDecisions lists the last days of decisions in force and of their conditions, those that are over apart.
func (b Base) dueDecisions(sp service.Speaker, h *decision.History, on, end catalog.Date) (late, ahead []Due) {
	for _, d := range h.InForce(on) {
		of := Link{sp.Text(sp.Names(catalog.Ref{Kind: catalog.Offering, ID: d.Offering})), b.At("/decisions/" + d.Hash[:12])}
		if d.Until <= end {
			ahead = append(ahead, Due{Day: b.Day(d.Until), What: b.w("calendar.decision"), Of: of, Class: "soon", on: d.Until})
		}
		for _, c := range d.Conditions {
			x := Due{Day: b.Day(c.Due), What: sp.Text(c.Text), Of: Link{of.Text, of.Href + "#conditions"}, Class: "soon", on: c.Due}
			switch {
			case c.Due < on:
				x.Class = "expired"
				late = append(late, x)
			case c.Due <= end && !slices.Contains(ahead, x):
				ahead = append(ahead, x)
			}
		}
	}
	slices.SortStableFunc(late, func(x, y Due) int { return cmp.Compare(x.on, y.on) })
	return late, ahead
}

// month names the month of a day: what its day is written with, without the number.
func (b Base) month(d catalog.Date) string {
	day := b.Day(d[:8] + "02")
	i := strings.IndexFunc(day, unicode.IsSpace)
	title := []rune(strings.TrimSpace(day[i:]))
	title[0] = unicode.ToUpper(title[0])
	return string(title)
}

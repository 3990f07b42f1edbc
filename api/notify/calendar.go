package notify

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"vigie/catalog"
	"vigie/catalog/wording"
)

// Calendar writes an iCalendar feed (RFC 5545): the last day of each decision in force, each condition's due day, and
// the last day of each source that has one. The same content gives the same bytes; at is when it was made.
func Calendar(l wording.Lang, decisions []Noted, sources []catalog.Source, at time.Time) []byte {
	var events []Event
	for _, n := range decisions {
		what := n.what()
		events = append(events, Event{ID: string(DecisionExpires) + ":" + n.Hash, On: n.Until, Title: wording.Textf("Decision ends: %s", "Fin de décision : %s", what), Text: n.Reason})
		for i, c := range n.Conditions {
			events = append(events, Event{ID: fmt.Sprintf("%s:%s:%d", ConditionDue, n.Hash, i), On: c.Due, Title: wording.Textf("Condition due: %s", "Condition à remplir : %s", what), Text: c.Text})
		}
	}
	for _, s := range sources {
		if s.ValidUntil != "" && !s.Confidential {
			events = append(events, Event{ID: string(CertificateExpires) + ":" + s.ID, On: s.ValidUntil, Title: wording.Textf("Source expires: %s", "Source à échéance : %s", s.Title), Text: wording.Same(s.URL)})
		}
	}
	slices.SortFunc(events, func(a, b Event) int { return cmp.Or(cmp.Compare(a.On, b.On), cmp.Compare(a.ID, b.ID)) })
	var b strings.Builder
	line := func(name, value string) { fold(&b, name+":"+value) }
	line("BEGIN", "VCALENDAR")
	line("VERSION", "2.0")
	line("PRODID", "-//Vigie//Vigie//"+strings.ToUpper(string(l)))
	line("CALSCALE", "GREGORIAN")
	line("NAME", "Vigie")
	line("X-WR-CALNAME", "Vigie")
	line("REFRESH-INTERVAL;VALUE=DURATION", "PT12H")
	for _, e := range events {
		if e.On == "" {
			continue
		}
		line("BEGIN", "VEVENT")
		line("UID", escape(e.ID)+"@vigie")
		line("DTSTAMP", at.UTC().Format("20060102T150405Z"))
		line("DTSTART;VALUE=DATE", strings.ReplaceAll(string(e.On), "-", ""))
		line("DTEND;VALUE=DATE", e.On.Time().AddDate(0, 0, 1).Format("20060102"))
		line("SUMMARY", escape(wording.Typeset(l, e.Title.In(l))))
		if text := e.Text.In(l); text != "" {
			line("DESCRIPTION", escape(wording.Typeset(l, text)))
		}
		line("TRANSP", "TRANSPARENT")
		line("END", "VEVENT")
	}
	line("END", "VCALENDAR")
	return []byte(b.String())
}

var escapes = strings.NewReplacer(`\`, `\\`, ";", `\;`, ",", `\,`, "\r\n", `\n`, "\n", `\n`, "\r", `\n`)

// escape writes a text so that no part of it is read as a line of its own (RFC 5545 3.3.11). Other control characters
// have no place in a calendar.
func escape(s string) string {
	return escapes.Replace(strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\r' && r != '\t' || r == 0x7f {
			return -1
		}
		return r
	}, s))
}

// fold breaks a line after 75 bytes, between characters (RFC 5545 3.1).
func fold(b *strings.Builder, s string) {
	const limit = 75
	room := limit
	for len(s) > room {
		cut := room
		for !utf8.RuneStart(s[cut]) {
			cut--
		}
		b.WriteString(s[:cut] + "\r\n ")
		s, room = s[cut:], limit-1
	}
	b.WriteString(s + "\r\n")
}

package catalog

import (
	"time"

	"vigie/catalog/wording"
)

// Date is a civil day, written 2026-11-24, without time zone. The zero Date is no day at all.
// Dates compare as their text does.
type Date string

// ParseDate reads YYYY-MM-DD; anything else, and days that do not exist, are refused.
func ParseDate(s string) (Date, bool) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil || t.Format(time.DateOnly) != s || t.Year() < 1900 {
		return "", false
	}
	return Date(s), true
}

// DateOf is the day of a moment, in UTC.
func DateOf(t time.Time) Date { return Date(t.UTC().Format(time.DateOnly)) }

// Time is midnight UTC of the day.
func (d Date) Time() time.Time {
	t, _ := time.Parse(time.DateOnly, string(d))
	return t
}

// AddMonths moves the day by calendar months; 31 January plus one month is the last day of February.
func (d Date) AddMonths(n int) Date {
	t := d.Time()
	first := time.Date(t.Year(), t.Month()+time.Month(n), 1, 0, 0, 0, 0, time.UTC)
	last := first.AddDate(0, 1, -1).Day()
	return DateOf(time.Date(first.Year(), first.Month(), min(t.Day(), last), 0, 0, 0, 0, time.UTC))
}

// Before reports whether d comes before o.
func (d Date) Before(o Date) bool { return d < o }

// After reports whether d comes after o.
func (d Date) After(o Date) bool { return d > o }

// In writes the day in words.
func (d Date) In(l wording.Lang) string {
	if d == "" {
		return ""
	}
	return wording.Day(l, d.Time())
}

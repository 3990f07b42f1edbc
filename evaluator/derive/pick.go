package derive

import "slices"

// contender is a record that may be the one to take a figure from. Its keys are compared in order, the greater
// first; best and worst differ where a fact is missing.
type contender struct {
	eligible    tri
	best, worst []string
	index       int // in the caller's list
}

// exact reports whether nothing that is missing could change the contender's place.
func (c contender) exact() bool { return c.eligible == yes && slices.Equal(c.best, c.worst) }

// winners gives the contenders that some completion of the missing facts puts first, and whether one is first for
// certain: with exact ties, all those tied. bar is the best place that somebody surely holds, nil when nobody does.
func winners(cs []contender) (first []contender, certain bool, bar []string) {
	for _, c := range cs {
		if c.eligible == yes && (bar == nil || slices.Compare(c.worst, bar) > 0) {
			bar = c.worst
		}
	}
	certain = bar != nil
	for _, c := range cs {
		if c.eligible != no && (bar == nil || slices.Compare(c.best, bar) >= 0) {
			first = append(first, c)
			certain = certain && c.exact()
		}
	}
	return first, certain, bar
}

// between gives the keys of a fact for best and worst: its value, or the extremes when it is not known.
func between(f fact, low, high string) (best, worst string) {
	if f.known() {
		return f.Value.Text, f.Value.Text
	}
	if f.unknown() {
		return high, low
	}
	return low, low
}

// The extremes of a day.
const (
	firstDay = ""
	lastDay  = "9999-12-31"
)

// key spells an answer so that yes comes after no.
func key(t tri) (best, worst string) {
	switch t {
	case yes:
		return "1", "1"
	case maybe:
		return "1", "0"
	}
	return "0", "0"
}

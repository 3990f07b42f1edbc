package contract

import (
	"errors"
	"strconv"
	"strings"
)

// ErrCondition says that a header If-Match holds no revision of this server's.
var ErrCondition = errors.New("not a tag of this server")

// maxTags bounds how many tags of one header are looked at.
const maxTags = 100

// Tag writes the tag of an answer: what it is called, and after a dot what tells two forms of it apart. A revision
// stands first, so that a later If-Match needs no more than the tag that came with the record.
func Tag(parts ...string) string { return `"` + strings.Join(parts, ".") + `"` }

// RevisionTag is the tag of a record at a revision.
func RevisionTag(revision int64, form ...string) string {
	return Tag(append([]string{strconv.FormatInt(revision, 10)}, form...)...)
}

// Condition is a header If-Match.
type Condition struct {
	Given     bool
	Any       bool    // *: whatever the revision, as long as there is something
	Revisions []int64 // one of these
}

// Holds reports whether a revision is one that the condition names.
func (c Condition) Holds(revision int64) bool {
	if c.Any {
		return true
	}
	for _, r := range c.Revisions {
		if r == revision {
			return true
		}
	}
	return false
}

// ReadCondition reads If-Match (RFC 9110 13.1.1): * or a list of strong tags made by RevisionTag. A weak tag never
// matches there, and is left out.
func ReadCondition(header string) (Condition, error) {
	header = strings.TrimSpace(header)
	switch header {
	case "":
		return Condition{}, nil
	case "*":
		return Condition{Given: true, Any: true}, nil
	}
	c := Condition{Given: true}
	tags, err := splitTags(header)
	if err != nil {
		return Condition{}, err
	}
	for _, t := range tags {
		if t.weak {
			continue
		}
		head, _, _ := strings.Cut(t.text, ".")
		if strings.HasPrefix(head, "+") {
			return Condition{}, ErrCondition
		}
		n, err := strconv.ParseInt(head, 10, 64)
		if err != nil || n < 0 {
			return Condition{}, ErrCondition
		}
		c.Revisions = append(c.Revisions, n)
	}
	return c, nil
}

// Matches reports whether If-None-Match names a tag, compared weakly (RFC 9110 13.1.2). A header that cannot be read
// matches nothing: the answer is then sent whole.
func Matches(header, tag string) bool {
	header = strings.TrimSpace(header)
	if header == "*" {
		return true
	}
	tags, err := splitTags(header)
	if err != nil {
		return false
	}
	for _, t := range tags {
		if `"`+t.text+`"` == strings.TrimPrefix(tag, "W/") {
			return true
		}
	}
	return false
}

type entityTag struct {
	text string
	weak bool
}

func splitTags(header string) ([]entityTag, error) {
	var out []entityTag
	rest := header
	for {
		rest = strings.TrimLeft(rest, " \t,")
		if rest == "" {
			return out, nil
		}
		var t entityTag
		if rest, t.weak = strings.CutPrefix(rest, "W/"); !strings.HasPrefix(rest, `"`) {
			return nil, ErrCondition
		}
		end := strings.IndexByte(rest[1:], '"')
		if end < 0 || len(out) >= maxTags {
			return nil, ErrCondition
		}
		t.text, rest = rest[1:1+end], rest[2+end:]
		if after := strings.TrimLeft(rest, " \t"); after != "" && after[0] != ',' {
			return nil, ErrCondition
		}
		out = append(out, t)
	}
}

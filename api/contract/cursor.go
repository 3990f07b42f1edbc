package contract

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
)

// ErrCursor says that a cursor was not given by this server for this list.
var ErrCursor = errors.New("not a cursor of this list")

// Cursor is where a page of a list ended: after a text, or before a number. Which of the two, the list knows.
type Cursor struct {
	After  string
	Before int64
}

const (
	cursorVersion = 1
	cursorSum     = 8   // bytes that tell a cursor from a made-up or broken one
	maxCursor     = 512 // bytes of the written form
)

// Write makes the opaque form of a cursor. list is what the list was asked for, with its filters and its sort: a cursor
// is good for that list only. Nothing in it is secret and it opens nothing that its list would not show; the sum is
// there against mistakes.
func (c Cursor) Write(list string) string {
	b := []byte{cursorVersion}
	b = binary.AppendVarint(b, c.Before)
	b = append(b, c.After...)
	return base64.RawURLEncoding.EncodeToString(append(sum(list, b), b...))
}

// ReadCursor reads what Write made for the same list. The empty text is the beginning.
func ReadCursor(list, text string) (Cursor, error) {
	if text == "" {
		return Cursor{}, nil
	}
	if len(text) > maxCursor {
		return Cursor{}, ErrCursor
	}
	raw, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil || len(raw) < cursorSum+2 || raw[cursorSum] != cursorVersion {
		return Cursor{}, ErrCursor
	}
	body := raw[cursorSum:]
	if string(sum(list, body)) != string(raw[:cursorSum]) {
		return Cursor{}, ErrCursor
	}
	before, n := binary.Varint(body[1:])
	if n <= 0 {
		return Cursor{}, ErrCursor
	}
	return Cursor{After: string(body[1+n:]), Before: before}, nil
}

func sum(list string, body []byte) []byte {
	h := sha256.New()
	h.Write([]byte("vigie cursor\x00" + list + "\x00"))
	h.Write(body)
	return h.Sum(nil)[:cursorSum]
}

package web

import (
	"strings"

	"vigie/catalog"
	"vigie/catalog/wording"
)

// Who is the person who looks at a page; nil: nobody in particular.
type Who struct {
	Person      string // opaque: whose unsaved entries a browser keeps
	Administers bool
	Group       bool // of the group itself, who sees every entity and the log
}

// Sent is what came with a form that was refused, and why. An empty one is a form that nobody sent.
type Sent struct {
	Values map[string][]string
	Faults []catalog.FieldError
	Refuse catalog.Localised // of the form as a whole; nil: nothing
	Done   Done              // what was done instead, for the page that shows it
	Renew  bool              // what was sent before is recorded: what is sent now is something else
}

// Done is what a form did, for the page that comes after.
type Done string

// What forms do.
const (
	DonePassword Done = "password"
	DoneNoTOTP   Done = "no-codes"
	DonePasskey  Done = "passkey"
	DoneRemoved  Done = "removed"
	DoneEnded    Done = "ended"
	DoneSaved    Done = "saved"
	DoneRevoked  Done = "revoked"
	DoneSigned   Done = "signed"
)

func (b Base) done(d Done) string {
	switch d {
	case DonePassword:
		return b.w("account.done_password")
	case DoneNoTOTP:
		return b.w("account.done_totp_off")
	case DonePasskey:
		return b.w("account.done_passkey")
	case DoneRemoved:
		return b.w("account.done_removed")
	case DoneEnded:
		return b.w("account.done_ended")
	case DoneSaved:
		return b.w("person.saved")
	case DoneRevoked:
		return b.w("tokens.revoked")
	case DoneSigned:
		return b.w("log.signed")
	}
	return "" // of an address that somebody wrote
}

// Value is what was typed into a field.
func (s Sent) Value(name string) string {
	if v := s.Values[name]; len(v) > 0 {
		return v[0]
	}
	return ""
}

// Input is a field of a form.
type Input struct {
	ID, Name, Type   string
	Label, Hint      string
	Value            string
	Auto             string // autocomplete: what browsers and password managers put in
	Mode             string // inputmode: which keys a phone shows
	Needed           bool
	Min, Max         int // of a number; Max: of characters else
	Fault            string
	First            bool     // takes the focus: the first that is wrong
	Options          []Option // of a list of choices
	keepsNothingSent bool
}

// Form is what pages with forms share: what was wrong at the head, and what was done.
type Form struct {
	Errors []Link
	Done   string
}

// Alone reports whether what is wrong is wrong with no field: then the summary takes the focus.
func (f Form) Alone() bool {
	for _, l := range f.Errors {
		if l.Href != "" {
			return false
		}
	}
	return len(f.Errors) > 0
}

// fields gives inputs what was sent, except passwords and codes, and their faults; faults of no field, and the refusal
// of the whole, go to the head with links to the fields.
func (b Base) fields(sent Sent, inputs ...*Input) Form {
	var f Form
	if sent.Refuse != nil {
		f.Errors = append(f.Errors, Link{Text: sentence(sent.Refuse.In(b.Lang))})
	}
	for _, x := range inputs {
		if x.ID == "" {
			x.ID = x.Name
		}
		if x.Max == 0 {
			x.Max = 200
		}
		if v, ok := sent.Values[x.Name]; ok && x.Type != "password" && !x.keepsNothingSent {
			x.Value = strings.Join(v, " ")
		}
	}
	for _, fault := range sent.Faults {
		text := sentence(wording.Typeset(b.Lang, fault.Text.In(b.Lang)))
		l := Link{Text: text}
		for _, x := range inputs {
			if x.Name == fault.Path {
				x.Fault = text
				l.Href = "#" + x.ID
				if x.Type == "choices" && len(x.Options) > 0 {
					l.Href += "-" + x.Options[0].Value
				}
			}
		}
		f.Errors = append(f.Errors, l)
	}
	for _, x := range inputs {
		if x.Fault != "" {
			x.First = true
			break
		}
	}
	f.Done = b.done(sent.Done)
	return f
}

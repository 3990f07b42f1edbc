package account

import (
	"net/mail"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"vigie/catalog"
	"vigie/catalog/strict"
	"vigie/catalog/wording"
)

// Fields of what a person is known by, in the store's people.
const (
	FieldName  = "name"
	FieldEmail = "email"
)

// NormalAddress is an e-mail address as it is compared: no spaces around, lower case.
func NormalAddress(s string) string { return strings.ToLower(norm.NFKC.String(strings.TrimSpace(s))) }

// ValidAddress reports whether a text is an e-mail address alone, without a name.
func ValidAddress(s string) bool {
	a, err := mail.ParseAddress(s)
	_, domain, ok := strings.Cut(s, "@")
	return err == nil && a.Name == "" && a.Address == s && len(s) <= 254 && ok && domain != ""
}

// Wish is what an administrator writes of an account.
type Wish struct {
	Name   string
	Email  string
	Entity string
	Roles  []string
}

// Check gives the wish with tidy values, and everything that is wrong with it.
func (w Wish) Check() (Wish, []Role, []catalog.FieldError) {
	var faults []catalog.FieldError
	bad := func(path, en, fr string, args ...any) {
		faults = append(faults, catalog.FieldError{Path: path, Text: wording.Textf(en, fr, args...)})
	}
	w.Name, w.Email, w.Entity = strings.Join(strings.Fields(w.Name), " "), NormalAddress(w.Email), strings.TrimSpace(w.Entity)
	if n := utf8.RuneCountInString(w.Name); n == 0 || n > 120 || strings.ContainsFunc(w.Name, unicode.IsControl) {
		bad("name", "a name is needed, of at most 120 characters", "il faut un nom, d'au plus 120 caractères")
	}
	if !ValidAddress(w.Email) {
		bad("email", "an e-mail address is needed, such as a.dupont@example.org", "il faut une adresse électronique, par exemple a.dupont@example.org")
	}
	if w.Entity != "" && !catalog.ValidID(w.Entity) {
		bad("entity", "an entity is named by lower-case letters, digits, dots, dashes and underscores; empty: the group itself",
			"une entité est nommée par des minuscules, chiffres, points, tirets et soulignés ; vide : le groupe lui-même")
	}
	var roles []Role
	for _, r := range w.Roles {
		if !slices.Contains(Role("").Allowed(), r) {
			faults = append(faults, catalog.FieldError{Path: "roles", Text: strict.NotIn(r, Role("").Allowed())})
			continue
		}
		roles = append(roles, Role(r))
	}
	if len(w.Roles) == 0 {
		bad("roles", "at least one role is needed", "il faut au moins un rôle")
	}
	return w, SortRoles(roles), faults
}

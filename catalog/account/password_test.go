package account

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"vigie/catalog/wording"
)

func TestPasswordRules(t *testing.T) {
	for _, tt := range []struct {
		password string
		says     string // empty: accepted
	}{
		{"correct horse battery staple", ""},
		{"quatre girafes tricotent dehors", ""},
		{"x7Kq9vLm2Rt8", ""},
		{"ŝĉĝ ĥĵŭ œuf æther łódź", ""},
		{"日本語のとても長い合言葉です", ""},
		{strings.Repeat("x7Kq9vLm", 16), ""},
		{strings.Repeat("x7Kq9vLm", 16) + "y", "at most 128"},
		{"x7Kq9vLm2Rt", "at least 12"},
		{"", "at least 12"},
		{"é̂é̂é̂é̂é̂é̂é̂", "first that somebody would try"},
		{"password1234", "first that"},
		{"P@ssw0rd!2026", "first that"},
		{"motdepasse123", "first that"},
		{"azertyuiop123", "first that"},
		{"123456789012", "first that"},
		{"aaaaaaaaaaaa", "first that"},
		{"abababababab", "first that"},
		{"qwertyuiopas", "first that"},
		{"Vigie-2026-Vigie", "first that"},
		{"jean.dupont2026", "first that"},
		{"Jeán DÜPONT !!", "first that"},
		{"example-org-2026!", "first that"},
		{"letmeinletmein", "first that"},
		{"with\nline break here", "no character"},
		{"broken \xff bytes here", "no character"},
	} {
		faults := ErrorsOfPassword(tt.password, "Jean Dupont", "jean.dupont@example.org")
		switch {
		case tt.says == "" && len(faults) > 0:
			t.Errorf("%q is refused: %s", tt.password, faults[0].Text.EN)
		case tt.says != "" && (len(faults) != 1 || !strings.Contains(faults[0].Text.EN, tt.says) || faults[0].Text.FR == ""):
			t.Errorf("%q: %v, want %q", tt.password, faults, tt.says)
		}
	}
}

// A long password drawn at random is never taken for a guessable one.
func TestRandomPasswordsPass(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		letters := []rune("abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789")
		p := make([]rune, 24)
		for i := range p {
			p[i] = rapid.SampledFrom(letters).Draw(t, "letter")
		}
		distinct := map[rune]bool{}
		for _, c := range strings.ToLower(string(p)) {
			distinct[c] = true
		}
		if len(distinct) >= 16 && ErrorsOfPassword(string(p)) != nil {
			t.Errorf("%q is refused", string(p))
		}
	})
}

func TestHashPassword(t *testing.T) {
	salt := []byte("0123456789abcdef")
	h := HashPassword("quatre girafes tricotent", salt)
	if !strings.HasPrefix(h, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Errorf("hash %s", h)
	}
	for _, tt := range []struct {
		name, password, hash string
		want                 bool
	}{
		{"the password", "quatre girafes tricotent", h, true},
		{"another", "quatre girafes tricotenT", h, false},
		{"cut at 72 bytes as some hashes do", strings.Repeat("a", 72) + "b", HashPassword(strings.Repeat("a", 72)+"c", salt), false},
		{"composed and decomposed letters are the same", "d\u00e9j\u00e0 vu mille fois", HashPassword("de\u0301ja\u0300 vu mille fois", salt), true},
		{"no hash", "", "", false},
		{"nobody's hash", "x", "*", false},
		{"a hash of another kind", "x", "$2a$10$abcdefghijklmnopqrstuv", false},
		{"a hash that would take all memory", "x", "$argon2id$v=19$m=4294967295,t=2,p=1$MDEy$MDEyMDEyMDEyMDEyMDEyMDEy", false},
		{"a hash without a key", "x", "$argon2id$v=19$m=19456,t=2,p=1$MDEyMDEyMDEy$", false},
	} {
		if got := CheckPassword(tt.password, tt.hash); got != tt.want {
			t.Errorf("%s: %v", tt.name, got)
		}
	}
}

func FuzzCheckPassword(f *testing.F) {
	f.Add("x", "$argon2id$v=19$m=8,t=1,p=1$MDEyMDEyMDEy$MDEyMDEyMDEyMDEyMDEyMDEy")
	f.Fuzz(func(t *testing.T, password, hash string) {
		if strings.Contains(hash, "m=") && len(hash) > 8 {
			t.Skip("a costly setting is no fault")
		}
		if CheckPassword(password, hash) {
			t.Errorf("%q opens %q", password, hash)
		}
	})
}

func TestWish(t *testing.T) {
	for _, tt := range []struct {
		name  string
		wish  Wish
		paths string
	}{
		{"whole", Wish{Name: "  Anne   Onyme ", Email: " Anne@Example.org", Entity: "fr", Roles: []string{"legal", "reader", "legal"}}, ""},
		{"empty", Wish{}, "name email roles"},
		{"a name with the address", Wish{Name: "A", Email: "Anne <anne@example.org>", Roles: []string{"reader"}}, "email"},
		{"two addresses", Wish{Name: "A", Email: "a@example.org,b@example.org", Roles: []string{"reader"}}, "email"},
		{"line breaks", Wish{Name: "A", Email: "a@example.org\nBcc: b@example.org", Roles: []string{"reader"}}, "email"},
		{"a misspelt role", Wish{Name: "A", Email: "a@example.org", Roles: []string{"legall"}}, "roles"},
		{"an entity that is none", Wish{Name: "A", Email: "a@example.org", Entity: "Filiale France", Roles: []string{"reader"}}, "entity"},
		{"a long name", Wish{Name: strings.Repeat("é", 121), Email: "a@example.org", Roles: []string{"reader"}}, "name"},
	} {
		w, roles, faults := tt.wish.Check()
		var paths []string
		for _, f := range faults {
			paths = append(paths, f.Path)
			if f.Text.In(wording.FR) == "" || f.Text.In(wording.EN) == "" {
				t.Errorf("%s: %v has no words", tt.name, f)
			}
		}
		if got := strings.Join(paths, " "); got != tt.paths {
			t.Errorf("%s: faults at %q, want %q", tt.name, got, tt.paths)
		}
		if tt.paths == "" && (w.Name != "Anne Onyme" || w.Email != "anne@example.org" || len(roles) != 2 || roles[0] != Reader) {
			t.Errorf("%s: %+v %v", tt.name, w, roles)
		}
	}
}

package account

import (
	"crypto/sha256"
	"crypto/subtle"
	_ "embed"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"
	"golang.org/x/text/unicode/norm"

	"vigie/catalog"
	"vigie/catalog/wording"
)

// The cost of a guess: argon2id with 19 MiB, two passes, one lane (OWASP Password Storage Cheat Sheet, first choice).
const (
	hashMemory = 19 << 10 // KiB
	hashPasses = 2
	hashLanes  = 1
	hashLength = 32
	// SaltLength is how many random bytes HashPassword needs.
	SaltLength = 16
)

// HashPassword hashes a password, slowly and in 19 MiB, into a text that says how (PHC string format). The salt is
// random and the account's own.
func HashPassword(password string, salt []byte) string {
	key := argon2.IDKey([]byte(norm.NFKC.String(password)), salt, hashPasses, hashMemory, hashLanes, hashLength)
	enc := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, hashMemory, hashPasses, hashLanes, enc.EncodeToString(salt), enc.EncodeToString(key))
}

// CheckPassword reports whether a password is the one that was hashed. A text that is no hash, and the empty one, take as
// long as a wrong password and are never right: the time tells nobody whether there is such an account.
func CheckPassword(password, hashed string) bool {
	var (
		version, memory, passes, lanes uint32
		salt, want                     []byte
	)
	parts := strings.Split(hashed, "$")
	good := len(parts) == 6 && parts[1] == "argon2id"
	if good {
		_, err := fmt.Sscanf(parts[2]+" "+parts[3], "v=%d m=%d,t=%d,p=%d", &version, &memory, &passes, &lanes)
		var err2, err3 error
		salt, err2 = base64.RawStdEncoding.DecodeString(parts[4])
		want, err3 = base64.RawStdEncoding.DecodeString(parts[5])
		good = err == nil && err2 == nil && err3 == nil && version == argon2.Version && memory <= 1<<20 && passes >= 1 && passes <= 10 && lanes >= 1 && lanes <= 16 && len(want) >= 16
	}
	if !good {
		memory, passes, lanes, salt, want = hashMemory, hashPasses, hashLanes, make([]byte, SaltLength), make([]byte, hashLength)
	}
	got := argon2.IDKey([]byte(norm.NFKC.String(password)), salt, passes, memory, uint8(lanes), uint32(len(want)))
	return subtle.ConstantTimeCompare(got, want) == 1 && good
}

// Lengths of a password in characters (NIST SP 800-63B-4, 3.1.1.2: a minimum, at least 64 accepted, no composition rules).
const (
	MinPassword = 12
	MaxPassword = 128
)

//go:embed common.txt
var commonText string

var common = sync.OnceValue(func() []string { return wordsOf(commonText) })

//go:embed leaked.txt
var leakedText string

// leaked are the long passwords that leaks hold most often, hashed as leaked.txt says.
var leaked = sync.OnceValue(func() map[string]bool {
	out := map[string]bool{}
	for _, w := range wordsOf(leakedText) {
		out[w] = true
	}
	return out
})

// wordsOf are the words of a list whose comments begin with #.
func wordsOf(list string) []string {
	var out []string
	for line := range strings.Lines(list) {
		if !strings.HasPrefix(line, "#") {
			out = append(out, strings.Fields(line)...)
		}
	}
	return out
}

// ErrorsOfPassword says what is wrong with a password that somebody chose; nil: nothing. known is what others know of the
// person: name and address. Nothing but its length and how guessable it is counts.
func ErrorsOfPassword(password string, known ...string) []catalog.FieldError {
	n := utf8.RuneCountInString(password)
	bad := func(en, fr string, args ...any) []catalog.FieldError {
		return []catalog.FieldError{{Path: "password", Text: wording.Textf(en, fr, args...)}}
	}
	switch {
	case !utf8.ValidString(password) || strings.ContainsFunc(password, unicode.IsControl):
		return bad("the password holds something that is no character", "le mot de passe contient autre chose que des caractères")
	case n < MinPassword:
		return bad("at least %d characters: a few words that only you would put together", "au moins %d caractères : quelques mots que vous seul mettriez ensemble", MinPassword)
	case n > MaxPassword:
		return bad("at most %d characters", "au plus %d caractères", MaxPassword)
	case guessable(password, known):
		return bad("this is among the first that somebody would try: it is made of your name or address, of common passwords, of a series or of repeats",
			"ce mot de passe est parmi les premiers qui seraient essayés : il est fait de votre nom ou adresse, de mots de passe courants, d'une suite ou de répétitions")
	}
	return nil
}

// unleet undoes the letters that people replace by digits and signs.
var unleet = strings.NewReplacer("0", "o", "1", "i", "3", "e", "4", "a", "5", "s", "7", "t", "@", "a", "$", "s", "!", "i", "€", "e")

// own is how many characters of a password must be left once what everybody would try is taken out.
const own = 5

// guessable reports whether a password is one of those that leaks hold, or little is left of a password without common words, what is known of the person, series,
// years and repeats.
func guessable(password string, known []string) bool {
	sum := sha256.Sum256([]byte(strings.ToLower(password)))
	if leaked()[hex.EncodeToString(sum[:8])] {
		return true
	}
	p := plainLetters(password)
	var words []string
	for _, k := range append([]string{"vigie"}, known...) {
		for w := range strings.FieldsFuncSeq(plainLetters(k), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
			if utf8.RuneCountInString(w) >= 3 {
				words = append(words, w)
			}
		}
	}
	words = append(words, common()...)
	for _, variant := range []string{p, unleet.Replace(p)} {
		if left(variant, words) < own {
			return true
		}
	}
	return false
}

// plainLetters writes a text in lower case without accents.
func plainLetters(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return unicode.ToLower(r)
	}, norm.NFKD.String(s))
}

// left counts the different letters and digits that no word and no series covers.
func left(p string, words []string) int {
	r := []rune(p)
	covered := make([]bool, len(r))
	for _, w := range words {
		x := []rune(w)
		for i := 0; i+len(x) <= len(r); i++ {
			if string(r[i:i+len(x)]) == w {
				for k := range x {
					covered[i+k] = true
				}
			}
		}
	}
	for i := 0; i < len(r); { // a series is three characters or more of which each is near the one before
		end := i + 1
		for end < len(r) && near(r[end-1], r[end]) {
			end++
		}
		if end-i >= 3 {
			for k := i; k < end; k++ {
				covered[k] = true
			}
		}
		i = end
	}
	rest := map[rune]bool{}
	for i, c := range r {
		if !covered[i] && (unicode.IsLetter(c) || unicode.IsDigit(c)) {
			rest[c] = true
		}
	}
	return len(rest)
}

var rows = []string{"qwertyuiop", "asdfghjkl", "zxcvbnm", "azertyuiop", "qsdfghjklm", "wxcvbn", "1234567890"}

// near reports whether two characters follow each other in the alphabet, the digits, or a row of a keyboard, or are equal.
func near(a, b rune) bool {
	if d := a - b; d >= -1 && d <= 1 {
		return true
	}
	for _, row := range rows {
		i, j := strings.IndexRune(row, a), strings.IndexRune(row, b)
		if i >= 0 && j >= 0 && (i-j == 1 || j-i == 1) {
			return true
		}
	}
	return false
}

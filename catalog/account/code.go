package account

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base32"
	"encoding/base64"
	"strings"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/totp"
)

// Codes of the moment (RFC 6238) as every authenticator app makes them: six digits, 30 seconds, SHA-1.
const (
	step = 30
	// SecretLength is how many random bytes a shared secret has.
	SecretLength = 20
)

// TOTPSecret writes a shared secret as people type it into an app.
func TOTPSecret(secret []byte) string {
	return base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(secret)
}

// CheckTOTP reports whether a code is one of this moment, or of the step before or after it for clocks that differ, and
// not of a step up to last: a code is good once (RFC 6238, 5.2). It gives the step to keep.
func CheckTOTP(secret []byte, code string, now time.Time, last int64) (int64, bool) {
	code = strings.Join(strings.Fields(code), "")
	at := now.Unix() / step
	for _, n := range []int64{at, at - 1, at + 1} {
		want, err := totp.GenerateCodeCustom(TOTPSecret(secret), time.Unix(n*step, 0), totp.ValidateOpts{Period: step, Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1})
		if err == nil && n > last && subtle.ConstantTimeCompare([]byte(want), []byte(code)) == 1 {
			return n, true
		}
	}
	return 0, false
}

// Recovery codes stand in for a device that was lost: each is good once.
const (
	RecoveryCodes  = 10
	RecoveryLength = 10 // random bytes of each
)

var letters = base32.NewEncoding("abcdefghijkmnpqrstuvwxyz23456789").WithPadding(base32.NoPadding) // none that look alike

// RecoveryCode writes random bytes as a code that people copy by hand: abcd-efgh-ijkm-npqr.
func RecoveryCode(random []byte) string {
	s := letters.EncodeToString(random)
	var parts []string
	for len(s) > 4 {
		parts = append(parts, s[:4])
		s = s[4:]
	}
	return strings.Join(append(parts, s), "-")
}

// HashRecovery is what is kept of a recovery code, however it was typed.
func HashRecovery(code string) []byte {
	code = strings.Map(func(r rune) rune {
		if r == '-' || r == ' ' || r == '\t' || r == 0x202f || r == 0xa0 {
			return -1
		}
		return r
	}, strings.ToLower(code))
	sum := sha256.Sum256([]byte("recovery " + code))
	return sum[:]
}

// UseRecovery takes a code out of those that were not used; false when it is none of them.
func UseRecovery(left [][]byte, code string) ([][]byte, bool) {
	h := HashRecovery(code)
	for i, x := range left {
		if subtle.ConstantTimeCompare(x, h) == 1 {
			out := append([][]byte{}, left[:i]...)
			return append(out, left[i+1:]...), true
		}
	}
	return left, false
}

// TokenLength is how many random bytes a token has: 256 bits, that nobody guesses.
const TokenLength = 32

// TokenPrefix begins the tokens of programs, so that they are recognised where they should not be.
const TokenPrefix = "vigie_"

// WriteToken writes random bytes as a token.
func WriteToken(prefix string, random []byte) string {
	return prefix + base64.RawURLEncoding.EncodeToString(random)
}

// HashToken is what is kept of a token. It is random enough for a fast hash.
func HashToken(token string) []byte {
	sum := sha256.Sum256([]byte("token " + token))
	return sum[:]
}

// HashLogin is what accounts are found by: addresses themselves are kept where they can be erased.
func HashLogin(address string) []byte {
	sum := sha256.Sum256([]byte("login " + NormalAddress(address)))
	return sum[:]
}

// HashSubject names an identity of a provider.
func HashSubject(issuer, subject string) []byte {
	sum := sha256.Sum256([]byte("subject " + issuer + "\n" + subject))
	return sum[:]
}

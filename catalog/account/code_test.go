package account

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// The vectors of RFC 6238, appendix B, at six digits.
func TestTOTPVectors(t *testing.T) {
	secret := []byte("12345678901234567890")
	for _, tt := range []struct {
		at   int64
		code string
	}{{59, "287082"}, {1111111109, "081804"}, {1111111111, "050471"}, {1234567890, "005924"}, {2000000000, "279037"}} {
		if n, ok := CheckTOTP(secret, tt.code, time.Unix(tt.at, 0), 0); !ok || n != tt.at/30 {
			t.Errorf("%s at %d: step %d, %v", tt.code, tt.at, n, ok)
		}
	}
}

// A code is good in its step and the two beside it, with spaces as apps show them, and once.
func TestTOTPIsGoodOnce(t *testing.T) {
	secret := []byte("12345678901234567890")
	at := time.Unix(1111111109, 0)
	for _, tt := range []struct {
		name string
		code string
		now  time.Time
		last int64
		want bool
	}{
		{"now", "081804", at, 0, true},
		{"as an app shows it", "081 804", at, 0, true},
		{"a clock 30 s late", "081804", at.Add(30 * time.Second), 0, true},
		{"a clock 30 s early", "081804", at.Add(-30 * time.Second), 0, true},
		{"a minute later", "081804", at.Add(61 * time.Second), 0, false},
		{"used already", "081804", at, at.Unix() / 30, false},
		{"a later one was used", "081804", at, at.Unix()/30 + 1, false},
		{"another", "081805", at, 0, false},
		{"none", "", at, 0, false},
		{"seven digits", "0818041", at, 0, false},
	} {
		if _, ok := CheckTOTP(secret, tt.code, tt.now, tt.last); ok != tt.want {
			t.Errorf("%s: %v", tt.name, ok)
		}
	}
}

// Each recovery code opens once, however it is typed.
func TestRecoveryCodes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var left [][]byte
		var codes []string
		for i := range 3 {
			codes = append(codes, RecoveryCode(rapid.SliceOfN(rapid.Byte(), RecoveryLength, RecoveryLength).Draw(t, fmt.Sprint("code ", i))))
			left = append(left, HashRecovery(codes[i]))
		}
		typed := codes[1]
		if rapid.Bool().Draw(t, "without dashes") {
			typed = " " + typed[:4] + " " + typed[5:9] + typed[10:]
		}
		after, ok := UseRecovery(left, typed)
		if !ok || len(after) != 2 || len(left) != 3 {
			t.Fatalf("%q is not taken: %d left", typed, len(after))
		}
		if _, again := UseRecovery(after, codes[1]); again && codes[1] != codes[0] && codes[1] != codes[2] {
			t.Error("a code is good twice")
		}
	})
}

package account

import (
	"strings"
	"testing"
)

// What leaks hold most often is refused though it is long enough and made of nothing that the rules know; in whatever
// case it is typed.
func TestLeakedPasswordsAreRefused(t *testing.T) {
	if n := len(leaked()); n < 290 {
		t.Fatalf("%d are known", n)
	}
	for _, p := range []string{"1q2w3e4r5t6y", "sonyericsson", "leavemealone", "michaeljackson", "playstation3", "mortalkombat", "weihnachtsbaum", "1qaz2wsx3edc4rfv"} {
		for _, typed := range []string{p, strings.ToUpper(p)} {
			if ErrorsOfPassword(typed) == nil {
				t.Errorf("%q is accepted", typed)
			}
		}
	}
}

package expr

import (
	"errors"
	"runtime"
	"strings"
	"testing"
)

// S7: what a framework's author writes to stop the service is refused when it is read, or stopped when it is evaluated;
// neither takes memory or answers as if it had been judged.
func TestHostileExpressions(t *testing.T) {
	e := env(t, Limited())
	facts := e.NewFacts("2026-11-24")
	facts.Set("offering.processing_countries", countries(true, "FR", "DE", "US"))
	doubled := `"` + strings.Repeat("x", 1000) + `"`
	for range 9 {
		doubled = "(" + doubled + "+" + doubled + ")"
	}
	for name, src := range map[string]string{
		"a megabyte of source":         strings.Repeat("1 == 1 && ", 100_000) + "true",
		"brackets 10 000 deep":         strings.Repeat("(", 10_000) + "true" + strings.Repeat(")", 10_000),
		"not, 5 000 times":             strings.Repeat("!", 5_000) + "true",
		"lists in lists":               strings.Repeat("[", 2_000) + strings.Repeat("]", 2_000) + ".size() > 0",
		"texts that double":            doubled + `.size() > 0`,
		"macros in macros":             `eea.countries.all(a, eea.countries.all(b, eea.countries.all(c, eea.countries.all(d, offering.processing_countries.all(e, a + b + c + d + e != "x")))))`,
		"a pattern on a huge text":     `"` + strings.Repeat("a", 10_000) + `".matches("(a*)*(a*)*(a*)*(a*)*b") `,
		"a pattern of a million":       `"aaaa".matches("(a{1000}){1000}")`,
		"a function that is not there": `system("id") == "root"`,
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		p, err := e.Compile(src)
		if err == nil {
			_, err = p.Eval(facts)
		}
		runtime.ReadMemStats(&after)
		if used := (after.TotalAlloc - before.TotalAlloc) >> 20; used > 64 {
			t.Errorf("%s: %d MiB", name, used)
		}
		var failed *Failure
		if err == nil {
			t.Logf("%s: small enough to be answered", name)
		} else if errors.As(err, &failed) && failed.Text.FR == "" {
			t.Errorf("%s: not said in French: %v", name, err)
		}
		if name != "not, 5 000 times" && name != "a pattern on a huge text" && name != "texts that double" && err == nil {
			t.Errorf("%s is answered", name)
		}
	}
}

package framework_test

import (
	"testing"

	"vigie/evaluator/framework"
)

func TestBuiltinIsTight(t *testing.T) {
	loose, err := framework.Lint(builtin(t))
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range loose {
		t.Error(l.Fault().In("en"))
	}
}

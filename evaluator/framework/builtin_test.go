package framework_test

import "testing"

func TestBuiltinLoads(t *testing.T) {
	c := builtin(t)
	if len(c.Criteria) != 80 || len(c.KnockOuts) != 39 || len(c.WeightSets) != 7 {
		t.Errorf("got %d criteria, %d knock-outs and %d weight sets", len(c.Criteria), len(c.KnockOuts), len(c.WeightSets))
	}
}

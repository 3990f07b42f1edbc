package dictionary

import "testing"

func TestBuiltinLoads(t *testing.T) {
	d, err := Builtin()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range d.Facts() {
		if f.AbsentRule == nil {
			t.Errorf("%s:%d: %s says neither what absent is worth nor that it is forbidden", f.File, f.Line, f.Path)
		}
	}
}

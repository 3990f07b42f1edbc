package framework_test

import (
	"errors"
	"testing"
	"testing/fstest"

	"vigie/catalog/strict"
	"vigie/catalog/wording"
	"vigie/evaluator/framework"
)

// FuzzLoad feeds the loader files that anybody may have written: it answers with a framework that compiles again to
// the same hash, or with faults that stand in a file and say something in both languages.
func FuzzLoad(f *testing.F) {
	_, files := readArchive(f, "testdata/base.txtar")
	f.Add(files["framework.yaml"].Data, files["data.yaml"].Data, files["weights/strict.yaml"].Data)
	f.Add([]byte("id: x\nfamilies: [{id: data, weight: 100, title: {en: a, fr: b}}]"), []byte("family: data\ncriteria:\n- id: a\n  bands:\n  - when: >-\n      offering.x\n      && true\n"), []byte("families: {a.b: -1}"))
	f.Add([]byte("a: &a [*a]"), []byte("criteria: [null, {}]"), []byte("criteria: {? [] : 1}"))
	env := smallEnvironment(f)
	f.Fuzz(func(t *testing.T, meta, family, weights []byte) {
		c, err := framework.Load(fstest.MapFS{
			"framework.yaml": {Data: meta}, "data.yaml": {Data: family}, "place.yaml": files["place.yaml"], "weights/strict.yaml": {Data: weights},
		}, env)
		if err == nil {
			again, err := c.Framework.Compile(env)
			if err != nil || again.Hash() != c.Hash() {
				t.Fatalf("does not compile again to the same: %v", err)
			}
			return
		}
		var list strict.Faults
		if !errors.As(err, &list) || len(list) == 0 {
			t.Fatalf("not faults: %v", err)
		}
		for _, x := range list {
			if x.File == "" || x.Text.In(wording.EN) == "" || x.Text.In(wording.FR) == "" {
				t.Errorf("a fault says nothing: %+v", x)
			}
		}
	})
}

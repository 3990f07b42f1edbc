package framework_test

import (
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"vigie/evaluator/framework"
)

const page = "../../docs/criteria.md"

var example = regexp.MustCompile("(?s)```yaml\n# file: ([^\n]+)\n(.*?)```")

func readPage(t *testing.T) (string, fstest.MapFS) {
	t.Helper()
	data, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	files := fstest.MapFS{}
	for _, m := range example.FindAllStringSubmatch(string(data), -1) {
		files[m[1]] = &fstest.MapFile{Data: []byte(m[2])}
	}
	return string(data), files
}

// TestPageIsTrue loads the examples of docs/criteria.md as they stand and finds nothing loose in them.
func TestPageIsTrue(t *testing.T) {
	_, files := readPage(t)
	c, err := framework.Load(files, environment(t))
	if err != nil {
		t.Fatal(err)
	}
	loose, err := framework.Lint(c)
	if err != nil || len(loose) > 0 || len(c.Criteria) != 1 || c.WeightSets["strict"] == nil {
		t.Errorf("got %d criteria, weight sets %v, loose %v, error %v", len(c.Criteria), c.WeightSets, loose, err)
	}
}

// TestPageShowsTheFaultItQuotes misspells the path that the page misspells.
func TestPageShowsTheFaultItQuotes(t *testing.T) {
	text, files := readPage(t)
	files["data.yaml"].Data = []byte(strings.Replace(string(files["data.yaml"].Data), "when: terms.retention_days <=", "when: terms.retention_day <=", 1))
	_, err := framework.Load(files, environment(t))
	if err == nil {
		t.Fatal("loaded")
	}
	first, _, _ := strings.Cut(err.Error(), "\n")
	if !strings.Contains(text, first) {
		t.Errorf("the page does not show %q", first)
	}
}

// TestPageNamesEveryKey holds the page to the keys that the loader reads.
func TestPageNamesEveryKey(t *testing.T) {
	text, _ := readPage(t)
	for _, v := range []any{framework.Framework{}, framework.Profile{}, framework.Family{}, framework.Criterion{}, framework.Band{},
		framework.KnockOut{}, framework.Evidence{}, framework.WeightSet{}} {
		typ := reflect.TypeOf(v)
		for i := range typ.NumField() {
			key, _, _ := strings.Cut(typ.Field(i).Tag.Get("yaml"), ",")
			if key != "" && key != "-" && !regexp.MustCompile(`\b`+key+`\b`).MatchString(text) {
				t.Errorf("%s: the page does not name %q", typ.Name(), key)
			}
		}
	}
}

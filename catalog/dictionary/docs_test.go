package dictionary

import (
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"vigie/catalog"
)

var example = regexp.MustCompile("(?s)```yaml\n# file: ([^\n]+)\n(.*?)```")

func readPage(t *testing.T) (string, fstest.MapFS) {
	t.Helper()
	data, err := os.ReadFile("../../docs/facts.md")
	if err != nil {
		t.Fatal(err)
	}
	files := fstest.MapFS{}
	for _, m := range example.FindAllStringSubmatch(string(data), -1) {
		files[m[1]] = &fstest.MapFile{Data: []byte(m[2])}
	}
	return string(data), files
}

// The files of docs/facts.md are a dictionary as they stand; they also fit into the shipped one.
func TestPageIsTrue(t *testing.T) {
	_, pageFiles := readPage(t)
	d, err := catalog.LoadDictionary(pageFiles)
	if err != nil {
		t.Fatal(err)
	}
	f, ok := d.Fact("terms.staff_training_days")
	if !ok || f.AbsentRule == nil || f.AbsentRule.Value == nil || f.AbsentRule.Value.Num != "0" || d.Unit(f.Unit).FR != "jours" {
		t.Errorf("the page's fact reads as %+v", f)
	}
	together := fstest.MapFS{}
	entries, err := files.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		data, err := files.ReadFile(e.Name())
		if err != nil {
			t.Fatal(err)
		}
		together[e.Name()] = &fstest.MapFile{Data: data}
	}
	for name, f := range pageFiles {
		if _, shipped := together[name]; !shipped {
			together[name] = f
		}
	}
	if _, err := catalog.LoadDictionary(together); err != nil {
		t.Errorf("beside the shipped sections: %v", err)
	}
}

// The page names every key that the loader reads, every type, and the places and units it uses exist.
func TestPageNamesEverything(t *testing.T) {
	page, _ := readPage(t)
	words := catalog.ValueType("").Allowed()
	for _, v := range []any{catalog.Section{}, catalog.FactDef{}, catalog.Choice{}} {
		typ := reflect.TypeOf(v)
		for i := range typ.NumField() {
			if key, _, _ := strings.Cut(typ.Field(i).Tag.Get("yaml"), ","); key != "" {
				words = append(words, key)
			}
		}
	}
	for _, w := range words {
		if !regexp.MustCompile(`\b` + w + `\b`).MatchString(page) {
			t.Errorf("the page does not name %q", w)
		}
	}
}

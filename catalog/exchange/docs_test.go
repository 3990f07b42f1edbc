package exchange

import (
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"vigie/catalog"
)

var example = regexp.MustCompile("(?s)```yaml\n# file: ([^\n]+)\n(.*?)```")

func readPage(t *testing.T) (page string, files map[string]string) {
	t.Helper()
	data, err := os.ReadFile("../../docs/catalogue-files.md")
	if err != nil {
		t.Fatal(err)
	}
	files = map[string]string{}
	for _, m := range example.FindAllStringSubmatch(string(data), -1) {
		files[m[1]] = m[2]
	}
	return string(data), files
}

// The files of the page work as they stand, and its withdrawal and settlement name claims of its catalogue.
func TestPageIsTrue(t *testing.T) {
	_, files := readPage(t)
	cat, err := loadFiles(t, files)
	if err != nil {
		alone, err2 := loadFiles(t, map[string]string{"acme.yaml": files["acme.yaml"]})
		if err2 == nil {
			for _, c := range alone.Claims {
				t.Logf("%s:%s has the hash %s", c.Record, c.Path, c.Hash())
			}
		}
		t.Fatal(err)
	}
	view := cat.At(dict(t), "2026-11-25", "2026-11-25")
	d, err := view.Gather(catalog.Query{Offering: "acme-api"})
	if err != nil {
		t.Fatal(err)
	}
	vendor, terms := d.Record(d.Roles.Vendor), d.Record(d.Roles.Terms)
	got := []any{vendor.Name().FR, vendor.Fact("vendor.employees").State, terms.Fact("terms.retention_days").Settled, terms.Fact("terms.breach_notice_hours").State}
	if diff := cmp.Diff([]any{"Acme SAS", catalog.Unknown, "confirmed in writing", catalog.Absent}, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// The page names every key that the loader reads, every kind of record and of source, every type.
func TestPageNamesEverything(t *testing.T) {
	page, _ := readPage(t)
	var words []string
	for _, v := range []any{file{}, recorded{}, sourceLine{}, recordBlock{}, claimFrom{}, claimLine{}, withdrawal{}, settlementRow{}} {
		typ := reflect.TypeOf(v)
		for i := range typ.NumField() {
			if key, _, _ := strings.Cut(typ.Field(i).Tag.Get("yaml"), ","); key != "" {
				words = append(words, key)
			}
		}
	}
	for _, k := range catalog.Kinds() {
		words = append(words, "`"+string(k)+"`")
	}
	for _, k := range catalog.SourceKind("").Allowed() {
		words = append(words, "`"+k+"`")
	}
	words = append(words, catalog.ValueType("").Allowed()...)
	for _, w := range words {
		bare := strings.Trim(w, "`")
		if !regexp.MustCompile(`\b`+bare+`\b`).MatchString(page) || w != bare && !strings.Contains(page, w) {
			t.Errorf("the page does not name %s", w)
		}
	}
}

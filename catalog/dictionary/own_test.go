package dictionary

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"vigie/catalog/wording"
)

// What an organisation adds is added, and what would change the shipped dictionary is told with its file and line.
func TestIn(t *testing.T) {
	shipped, err := Builtin()
	if err != nil {
		t.Fatal(err)
	}
	section := func(id, path, more string) string {
		return "section: " + id + "\norder: 900\nrecord: terms\ntitle: {en: \"Ours\", fr: \"Les nôtres\"}\nfacts:\n- path: " + path + "\n  type: text\n  label: {en: \"A\", fr: \"B\"}\n  help: {en: \"A\", fr: \"B\"}\n" + more
	}
	for _, x := range []struct{ name, file, text, want string }{
		{"nothing", "", "", ""},
		{"a section", "ours.yaml", section("ours", "terms.ours", ""), ""},
		{"a section that is there", "ours.yaml", section("terms_data", "terms.ours", ""), "dictionary/ours.yaml:1:1: terms_data: a section of this id is there already"},
		{"a fact that is there", "ours.yaml", section("ours", "terms.name", ""), "dictionary/ours.yaml:6:3: terms.name: already declared at"},
		{"a condition", "ours.yaml", section("ours", "terms.ours", "  required_when: \"true\"\n"), "dictionary/ours.yaml:6:3: terms.ours: required_when is for the shipped dictionary"},
		{"a unit that is there", "units.yaml", "units:\n  days: {en: d, fr: j}\n", "days: \"days\" is there already"},
	} {
		t.Run(x.name, func(t *testing.T) {
			data := t.TempDir()
			if x.file != "" {
				if err := os.Mkdir(filepath.Join(data, "dictionary"), 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(filepath.Join(data, "dictionary", x.file), []byte(x.text), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			d, err := In(data)
			switch {
			case x.want != "":
				if err == nil || !strings.Contains(err.Error(), x.want) {
					t.Errorf("got %v, want %s", err, x.want)
				}
			case err != nil:
				t.Error(err)
			case x.file == "":
				if d.Hash() != shipped.Hash() {
					t.Error("the dictionary changed without additions")
				}
			default:
				f, ok := d.Fact("terms.ours")
				if !ok || f.Label.In(wording.FR) != "B" || len(d.Paths()) != len(shipped.Paths())+1 || d.Hash() == shipped.Hash() {
					t.Errorf("%+v", f)
				}
			}
		})
	}
}

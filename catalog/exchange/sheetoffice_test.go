package exchange_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"vigie/catalog"
	"vigie/catalog/dictionary"
	"vigie/catalog/exchange"
	"vigie/catalog/wording"
)

// What looks like a formula is text in the sheet, and LibreOffice shows it as text (S4).
func TestSheetTextIsNoFormula(t *testing.T) {
	dict, err := dictionary.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	cat := &catalog.Catalogue{Records: []catalog.Ref{vendor("x")}}
	evil := []string{`=cmd|' /C calc'!A0`, "+1+1", "-2+3", "@SUM(A1)", "=HYPERLINK(\"http://x\")"}
	for _, s := range evil {
		v := catalog.TextValue(s)
		cat.Claims = append(cat.Claims, catalog.Claim{Record: vendor("x"), Path: "vendor.remark", State: catalog.Known, Value: &v, Note: s, Locator: s, AsOf: today, RecordedAt: today.Time(), RecordedBy: "u"})
	}
	v := catalog.TextValue(evil[0])
	cat.Claims = append(cat.Claims, catalog.Claim{Record: vendor("x"), Path: "vendor.name", State: catalog.Known, Value: &v, AsOf: today, RecordedAt: today.Time(), RecordedBy: "u"})
	var out bytes.Buffer
	if err := exchange.WriteSheet(&out, exchange.ShelfOf(cat.At(dict, today, today)), dict, exchange.SheetRequest{About: vendor("x"), On: today, Lang: wording.EN}); err != nil {
		t.Fatal(err)
	}
	b := open(t, out.Bytes())
	name, _ := b.line("vendor/x", "vendor.remark")
	rows, err := b.GetRows(name)
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for i, cells := range rows {
		for j, s := range cells {
			at, err := excelize.CoordinatesToCellName(j+1, i+1)
			if err != nil {
				t.Fatal(err)
			}
			if f, err := b.GetCellFormula(name, at); err != nil || f != "" {
				t.Errorf("%s holds the formula %q (%v)", at, f, err)
			}
			for _, e := range evil {
				if s == e {
					found++
				}
			}
		}
	}
	if found < 3*len(evil) {
		t.Errorf("%d of the texts were found", found)
	}
	csv := libreOffice(t, out.Bytes(), name)
	for _, e := range evil {
		if !strings.Contains(csv, strings.ReplaceAll(e, `"`, `""`)) {
			t.Errorf("LibreOffice does not show %q as text", e)
		}
	}
}

// libreOffice opens a workbook without a screen and gives one worksheet as CSV.
func libreOffice(t *testing.T, data []byte, name string) string {
	t.Helper()
	office, err := exec.LookPath("soffice")
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("soffice is needed (Debian: libreoffice-calc-nogui)")
		}
		t.Skip("soffice is not installed (Debian: libreoffice-calc-nogui)")
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "sheet.xlsx"), data, 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(office, "-env:UserInstallation=file://"+filepath.Join(dir, "profile"), "--headless", "--convert-to", `csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1`, "--outdir", dir, filepath.Join(dir, "sheet.xlsx"))
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("soffice: %v\n%s", err, out)
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.csv"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no CSV was made: %v", err)
	}
	for _, f := range files {
		if strings.Contains(f, name) {
			text, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			return string(text)
		}
	}
	t.Fatalf("no CSV of %q among %v", name, files)
	return ""
}

// LibreOffice opens the sheet of a large vendor and saves it again; what comes back proposes nothing.
func TestSheetThroughLibreOffice(t *testing.T) {
	data := sheet(t, exchange.SheetRequest{About: vendor("mistral"), Lang: wording.FR, Spare: 1})
	office, err := exec.LookPath("soffice")
	if err != nil {
		libreOffice(t, data, "")
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "a.xlsx"), data, 0o600); err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(dir, "out")
	cmd := exec.Command(office, "-env:UserInstallation=file://"+filepath.Join(dir, "profile"), "--headless", "--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir", out, filepath.Join(dir, "a.xlsx"))
	if said, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("soffice: %v\n%s", err, said)
	}
	again, err := os.ReadFile(filepath.Join(out, "a.xlsx"))
	if err != nil {
		t.Fatal(err)
	}
	p := readSheet(t, again)
	if !p.Empty() || len(p.Faults)+len(p.Notes) > 0 {
		t.Errorf("proposed unasked: %v; faults %v; notes %v", p.Claims, p.Faults, p.Notes)
	}
}

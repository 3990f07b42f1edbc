package pdf

import (
	"bytes"
	"regexp"
	"strings"
	"testing"
)

func TestAFileLaidOutOtherwiseIsRefused(t *testing.T) {
	for name, raw := range map[string]string{
		"nothing":          "",
		"no table":         "%PDF-1.7\n1 0 obj\n<<>>\nendobj\n",
		"no trailer":       "%PDF-1.7\n1 0 obj\n<<>>\nendobj\nxref\n0 2\n0000000000 65535 f \n0000000009 00000 n \n",
		"no catalogue":     "%PDF-1.7\n1 0 obj\n<<>>\nendobj\nxref\n0 2\n0000000000 65535 f \n0000000009 00000 n \ntrailer\n<<\n/Info 1 0 R\n>>\n",
		"a wrong offset":   "%PDF-1.7\n1 0 obj\n<<>>\nendobj\nxref\n0 2\n0000000000 65535 f \n0000000007 00000 n \ntrailer\n<<\n/Root 1 0 R\n/Info 1 0 R\n>>\n",
		"a missing object": "%PDF-1.7\n1 0 obj\n<<>>\nendobj\nxref\n0 2\n0000000000 65535 f \n0000000009 00000 n \ntrailer\n<<\n/Root 9 0 R\n/Info 1 0 R\n>>\n",
	} {
		if out, err := finish([]byte(raw), &structure{}); err != errLayout {
			t.Errorf("%s: got %v and %d bytes", name, err, len(out))
		}
	}
}

func TestTheOutlineIsClosedAndCounted(t *testing.T) {
	file, data := draw(t, sample("Titre"))
	plain, err := unpacked(t, file)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(plain, []byte("/Count 0")) {
		t.Error("an entry of the outline counts nothing")
	}
	// "Avis" and section 1 stand at the top, with the contents; section 1 has two parts: its card and 1.1.
	if !regexp.MustCompile(`(?s)/Count 3.{0,200}/Type /Outlines|/Type /Outlines.{0,200}/Count 3`).Match(plain) || !bytes.Contains(plain, []byte("/Count -2")) {
		t.Errorf("the outline is not counted as expected")
	}
	if info := run(t, "pdfinfo", file); !strings.Contains(info, "PDF version:     1.7") {
		t.Errorf("%s", info)
	}
	if !bytes.Contains(data, []byte("(D:20261124000000Z)")) {
		t.Error("the dates bear no zone")
	}
}

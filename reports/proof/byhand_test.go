package proof

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// byHand is the script that docs/proof.md gives to auditors who do without Vigie.
func byHand(t *testing.T) string {
	t.Helper()
	page, err := os.ReadFile("../../docs/proof.md")
	if err != nil {
		t.Fatal(err)
	}
	var script strings.Builder
	for _, m := range regexp.MustCompile("(?s)```sh\n(.*?)```").FindAllSubmatch(page, -1) {
		script.Write(m[1])
	}
	if !strings.Contains(script.String(), "pkeyutl") {
		t.Fatal("docs/proof.md holds no script")
	}
	return script.String()
}

func runByHand(t *testing.T, script string, sealed []byte, key string) (string, error) {
	t.Helper()
	dir := saved(t, sealed)
	if err := os.WriteFile(filepath.Join(dir, "organisation.pub"), []byte(key+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("sh", "-c", script)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// TestAnAuditorNeedsNoVigie runs the script of docs/proof.md on reports at several places of logs of several sizes: it
// holds where Verify holds, and not where it does not.
func TestAnAuditorNeedsNoVigie(t *testing.T) {
	for _, name := range []string{"pdfdetach", "openssl", "sh", "awk", "sha256sum"} {
		tool(t, name)
	}
	script := byHand(t)
	var j *journal
	var r issued
	for _, before := range []int{0, 1, 6, 299} {
		j = newJournal(t, "vigie.example.org")
		for i := range before {
			j.record("claim", hashOf([]byte{byte(i), byte(i >> 8)}))
		}
		r = issue(t, j, "exemplia-paris")
		if out, err := runByHand(t, script, r.sealed, j.public); err != nil || strings.Count(out, "Signature Verified Successfully") != 2 {
			t.Errorf("%d entries before: %v\n%s", before, err, out)
		}
	}
	other := newJournal(t, "vigie.example.org")
	if out, err := runByHand(t, script, r.sealed, other.public); err == nil {
		t.Errorf("another's key passes:\n%s", out)
	}
	swapped := forge(t, r.base, map[string][]byte{nameReport: r.document.Bytes(), Assessment.file(): r.subject.Body,
		nameProof: bytes.Replace(r.log.Text(), []byte("== report proof\nc2sp.org/tlog-proof@v1\nindex 300"), []byte("== report proof\nc2sp.org/tlog-proof@v1\nindex 299"), 1)})
	if out, err := runByHand(t, script, swapped, j.public); err == nil {
		t.Errorf("another place passes:\n%s", out)
	}
	if out, err := runByHand(t, script, forge(t, drawn(t, "autre", nil), map[string][]byte{nameReport: r.document.Bytes(), Assessment.file(): r.subject.Body, nameProof: r.log.Text()}), j.public); err == nil {
		t.Errorf("another printed report passes:\n%s", out)
	}
}

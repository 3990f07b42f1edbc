package main

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"io/fs"
	"math/big"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/licensecheck"
)

// asvs are the requirements of OWASP ASVS 5.0 at levels 1 and 2 that apply, by section: after the section, the number of
// each with its level.
const asvs = `
V1.1 1:2 2:2
V1.2 1:1 2:1 3:1 4:1 5:1 6:2 7:2 8:2 9:2
V1.3 1:1 2:1 3:2 4:2 5:2 6:2 7:2 8:2 9:2 10:2 11:2
V1.4 1:2 2:2 3:2
V1.5 1:1 2:2
V2.1 1:1 2:2 3:2
V2.2 1:1 2:1 3:2
V2.3 1:1 2:2 3:2 4:2
V2.4 1:2
V3.2 1:1 2:1
V3.3 1:1 2:2 3:2 4:2
V3.4 1:1 2:1 3:2 4:2 5:2 6:2
V3.5 1:1 2:1 3:1 4:2 5:2
V3.7 1:2 2:2
V4.1 1:1 2:2 3:2
V4.2 1:2
V4.3 1:2 2:2
V4.4 1:1 2:2 3:2 4:2
V5.1 1:2
V5.2 1:1 2:1 3:2
V5.3 1:1 2:1
V5.4 1:2 2:2 3:2
V6.1 1:1 2:2 3:2
V6.2 1:1 2:1 3:1 4:1 5:1 6:1 7:1 8:1 9:2 10:2 11:2 12:2
V6.3 1:1 2:1 3:2 4:2
V6.4 1:1 2:1 3:2 4:2
V6.5 1:2 2:2 3:2 4:2 5:2
V6.6 1:2 2:2 3:2
V6.8 1:2 2:2 3:2 4:2
V7.1 1:2 2:2 3:2
V7.2 1:1 2:1 3:1 4:1
V7.3 1:2 2:2
V7.4 1:1 2:1 3:2 4:2 5:2
V7.5 1:2 2:2
V7.6 1:2 2:2
V8.1 1:1 2:2
V8.2 1:1 2:1 3:2
V8.3 1:1
V8.4 1:2
V9.1 1:1 2:1 3:1
V9.2 1:1 2:2 3:2 4:2
V10.1 1:2 2:2
V10.2 1:2 2:2
V10.5 1:2 2:2 3:2 4:2 5:2
V11.1 1:2 2:2
V11.2 1:2 2:2 3:2
V11.3 1:1 2:1 3:2
V11.4 1:1 2:2 3:2 4:2
V11.5 1:2
V11.6 1:2
V12.1 1:1 2:2 3:2
V12.2 1:1 2:1
V12.3 1:2 2:2 3:2 4:2
V13.1 1:2
V13.2 1:2 2:2 3:2 4:2 5:2
V13.3 1:2 2:2
V13.4 1:1 2:2 3:2 4:2 5:2
V14.1 1:2 2:2
V14.2 1:1 2:2 3:2 4:2
V14.3 1:1 2:2 3:2
V15.1 1:1 2:2 3:2
V15.2 1:1 2:2 3:2
V15.3 1:1 2:2 3:2 4:2 5:2 6:2 7:2
V16.1 1:2
V16.2 1:2 2:2 3:2 4:2 5:2
V16.3 1:2 2:2 3:2 4:2
V16.4 1:2 2:2 3:2
V16.5 1:2 2:2 3:2
`

// TestSecurityPageIsTrue: every requirement that applies stands once in docs/security.md, at its level, with a verdict
// that is one; what is said to be met at level 1 names a test; every test and file that the page names is there.
func TestSecurityPageIsTrue(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(root, "docs", "security.md"))
	if err != nil {
		t.Fatal(err)
	}
	levels := map[string]string{}
	for line := range strings.Lines(strings.TrimSpace(asvs)) {
		f := strings.Fields(line)
		for _, x := range f[1:] {
			n, level, _ := strings.Cut(x, ":")
			levels[f[0]+"."+n] = level
		}
	}
	if len(levels) != 226 {
		t.Fatalf("%d requirements apply", len(levels))
	}
	there := testsOfTheTree(t)
	named := regexp.MustCompile("`((?:Test|Fuzz)[A-Za-z0-9_]+)`")
	counts, verdicts := map[string]int{}, []string{"met", "partly", "not met", "not tested", "n/a"}
	for line := range strings.Lines(string(text)) {
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		if len(cells) < 4 || !regexp.MustCompile(`^V\d+\.\d+\.\d+$`).MatchString(cells[0]) {
			continue
		}
		id, level, verdict, shown := cells[0], cells[1], cells[3], strings.Join(cells[4:], "|")
		counts[id]++
		switch {
		case levels[id] == "":
			t.Errorf("%s does not apply, or is none", id)
		case levels[id] != level:
			t.Errorf("%s is of level %s", id, levels[id])
		case !slices.Contains(verdicts, verdict):
			t.Errorf("%s: %q is no verdict", id, verdict)
		case level == "1" && verdict == "met" && !named.MatchString(shown):
			t.Errorf("%s is said to be met, and names no test", id)
		case shown == "":
			t.Errorf("%s says neither where nor why", id)
		}
	}
	for id := range levels {
		if counts[id] != 1 {
			t.Errorf("%s stands %d times on the page", id, counts[id])
		}
	}
	for n := 1; n <= 22; n++ {
		if c := strings.Count(string(text), "\n| S"+strconv.Itoa(n)+" |"); c != 1 {
			t.Errorf("S%d stands %d times on the page", n, c)
		}
	}
	for _, m := range named.FindAllStringSubmatch(string(text), -1) {
		if !there[m[1]] {
			t.Errorf("the page names %s, which is no test of the tree", m[1])
		}
	}
	if !strings.Contains(string(text), "\n## Libraries\n") {
		t.Error("the page does not say when holes in libraries are mended")
	}
}

// testsOfTheTree are the names of all tests and fuzz targets.
func testsOfTheTree(t *testing.T) map[string]bool {
	t.Helper()
	out := map[string]bool{}
	declared := regexp.MustCompile(`(?m)^func ((?:Test|Fuzz)[A-Za-z0-9_]+)\(`)
	if err := filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() && strings.HasPrefix(e.Name(), ".") && path != root {
			return err
		}
		if !strings.HasSuffix(path, "_test.go") {
			return nil
		}
		b, err := os.ReadFile(path)
		for _, m := range declared.FindAllSubmatch(b, -1) {
			out[string(m[1])] = true
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return out
}

// S21: every module in the binary is under a licence that goes with Apache-2.0 in one binary, and its text is there.
func TestLicencesOfModules(t *testing.T) {
	// MPL-2.0 is for files that are used unchanged.
	good := []string{"MIT", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "ISC", "MPL-2.0", "Unlicense", "Zlib", "CC0-1.0", "MIT-0", "0BSD", "BSL-1.0"}
	cmd := exec.Command("go", "list", "-deps", "-f", `{{with .Module}}{{.Path}} {{.Version}} {{.Dir}}{{end}}`, ".")
	list, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for line := range strings.Lines(string(list)) {
		f := strings.Fields(line)
		if len(f) != 3 || seen[f[0]] {
			continue // the module itself has no version
		}
		seen[f[0]] = true
		files, err := os.ReadDir(f[2])
		if err != nil {
			t.Fatal(err)
		}
		var found []string
		for _, e := range files {
			if !regexp.MustCompile(`(?i)^(licen[cs]e|copying|unlicense)`).MatchString(e.Name()) || e.IsDir() {
				continue
			}
			b, err := os.ReadFile(filepath.Join(f[2], e.Name()))
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range licensecheck.Scan(b).Match {
				if !slices.Contains(found, m.ID) {
					found = append(found, m.ID)
				}
			}
		}
		ok := slices.ContainsFunc(found, func(id string) bool { return slices.Contains(good, id) })
		for _, id := range found {
			if strings.Contains(id, "GPL") || strings.Contains(id, "SSPL") || strings.Contains(id, "BUSL") {
				ok = false
			}
		}
		if !ok {
			t.Errorf("%s %s: %v", f[0], f[1], found)
		}
		t.Logf("%s %s: %s", f[0], f[1], strings.Join(found, ", "))
	}
	if len(seen) < 50 {
		t.Errorf("%d modules were looked at", len(seen))
	}
}

// TestTLSIsModern: the service speaks TLS 1.3 and 1.2, and of 1.2 nothing without forward secrecy and authenticated
// encryption.
func TestTLSIsModern(t *testing.T) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	leaf := &x509.Certificate{SerialNumber: big.NewInt(1), DNSNames: []string{"vigie.example.org"}, NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, leaf, leaf, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	config := encrypted(tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key})
	for name, c := range map[string]struct {
		least, most uint16
		suites      []uint16
		want        uint16 // 0: refused
	}{
		"the newest":       {0, 0, nil, tls.VersionTLS13},
		"1.2":              {0, tls.VersionTLS12, nil, tls.VersionTLS12},
		"1.2 with CBC":     {0, tls.VersionTLS12, []uint16{tls.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA, tls.TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA}, 0},
		"1.2 without ECDH": {0, tls.VersionTLS12, []uint16{tls.TLS_RSA_WITH_AES_128_GCM_SHA256}, 0},
		"1.1":              {tls.VersionTLS10, tls.VersionTLS11, nil, 0},
	} {
		here, there := net.Pipe()
		go func() { _ = tls.Server(there, config).Handshake(); there.Close() }()
		conn := tls.Client(here, &tls.Config{InsecureSkipVerify: true, MinVersion: c.least, MaxVersion: c.most, CipherSuites: c.suites})
		err := conn.Handshake()
		switch {
		case c.want == 0 && err == nil:
			t.Errorf("%s is taken", name)
		case c.want != 0 && (err != nil || conn.ConnectionState().Version != c.want):
			t.Errorf("%s: %v", name, err)
		}
		here.Close()
	}
}

// S20: secrets of the settings are in no message of a command, whatever is wrong with them, and in no form of the
// settings that is printed.
func TestSecretsOfSettings(t *testing.T) {
	dir := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	canaries := []string{"canary-dsn", "canary-client-secret", "canary-mail-password", "canary-dsn-file", "canary-client-file", "canary-mail-file", "canary-dsn-flag"}
	const provider = "public_url: https://vigie.example.org\nsingle_sign_on: {issuer: https://id.example.org, client_id: vigie, default_roles: [reader]}\nmail: {server: mail.example.org:587, from: vigie@example.org, user: vigie}\n"
	config := file("vigie.yaml", provider+"dsn_file: "+file("dsn", "postgres://vigie:canary-dsn-file@127.0.0.1:1/vigie?connect_timeout=1")+"\n")
	bad := file("bad.yaml", provider+"dsn: postgres://vigie:canary-dsn@127.0.0.1:1/vigie\nclient_secret: canary-client-secret\n")
	var out bytes.Buffer
	try := func(env map[string]string, args ...string) {
		t.Helper()
		for k, v := range env {
			t.Setenv(k, v)
		}
		run(t.Context(), args, strings.NewReader(""), &out, &out)
		for k := range env {
			t.Setenv(k, "")
		}
	}
	env := map[string]string{"VIGIE_CLIENT_SECRET": "canary-client-secret", "VIGIE_MAIL_PASSWORD": "canary-mail-password"}
	files := map[string]string{"VIGIE_CLIENT_SECRET_FILE": file("client", "canary-client-file"), "VIGIE_MAIL_PASSWORD_FILE": file("mail", "canary-mail-file")}
	for _, lang := range []string{"en", "fr"} {
		try(env, "doctor", "--config", config, "--json", "--lang", lang)
		try(files, "doctor", "--config", config, "--json", "--lang", lang)
		try(files, "serve", "--config", config, "--data", filepath.Join(dir, "d"), "--listen", "127.0.0.1:0", "--lang", lang)
		try(env, "doctor", "--config", bad, "--lang", lang)
		for _, dsn := range []string{"postgres://vigie:canary-dsn@127.0.0.1:1/vigie?connect_timeout=1", "postgres://vigie:canary-dsn@[/vigie", "host=127.0.0.1 port=1 password=canary-dsn connect_timeout=1", "postgres://vigie:canary-dsn@127.0.0.1:99999/v", "canary-dsn"} {
			try(map[string]string{"VIGIE_DSN": dsn}, "serve", "--data", filepath.Join(dir, "d"), "--listen", "127.0.0.1:0", "--lang", lang)
			try(nil, "account", "list", "--data", filepath.Join(dir, "d"), "--dsn", strings.ReplaceAll(dsn, "canary-dsn", "canary-dsn-flag"), "--lang", lang)
		}
	}
	if !strings.Contains(out.String(), "••••••") || strings.Count(out.String(), "vigie: ") < 10 {
		t.Fatalf("the commands said little: %s", out.String())
	}
	for _, c := range canaries {
		if strings.Contains(out.String(), c) {
			i := strings.Index(out.String(), c)
			t.Errorf("%s is said: %s", c, out.String()[max(0, i-200):i+50])
		}
	}
	s := settings{DSN: "canary-dsn"}
	b, err := json.Marshal(s)
	if err != nil || strings.Contains(string(b), "canary") {
		t.Errorf("%v: %s", err, b)
	}
}

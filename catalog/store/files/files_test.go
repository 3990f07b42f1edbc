package files

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"
)

func sumOf(b []byte) string {
	s := sha256.Sum256(b)
	return hex.EncodeToString(s[:])
}

func incoming(t testing.TB, b []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "in")
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func disk(t testing.TB) *Disk {
	t.Helper()
	d, err := OpenDisk(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	return d
}

// faulty sits between the client and the fake store: it fails some calls, delays some, and lies in some ETags.
type faulty struct {
	next  http.RoundTripper
	draw  *rand.Rand
	share float64
	slow  time.Duration
	lie   bool
	calls int
}

func (f *faulty) RoundTrip(r *http.Request) (*http.Response, error) {
	f.calls++
	time.Sleep(f.slow)
	if f.draw.Float64() < f.share {
		if f.draw.IntN(2) == 0 {
			return nil, errors.New("connection reset by the test")
		}
		return &http.Response{StatusCode: 503, Status: "503 Slow Down", Body: io.NopCloser(strings.NewReader("")), Header: http.Header{}, Request: r}, nil
	}
	resp, err := f.next.RoundTrip(r)
	if err == nil && f.lie && r.Method == http.MethodPut {
		resp.Header.Set("ETag", `"00000000000000000000000000000000"`)
	}
	return resp, err
}

func fakeS3(t testing.TB, f *faulty) (*S3, *s3mem.Backend) {
	t.Helper()
	backend := s3mem.New()
	if err := backend.CreateBucket("vigie"); err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(gofakes3.New(backend).Server())
	t.Cleanup(srv.Close)
	f.next = http.DefaultTransport
	s, err := OpenS3(t.Context(), S3Options{Endpoint: strings.TrimPrefix(srv.URL, "http://"), Bucket: "vigie", Prefix: "sources/", Region: "us-east-1",
		AccessKey: "a", SecretKey: "b", Plain: true, Transport: f, Wait: time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	return s, backend
}

func sound() *faulty { return &faulty{draw: rand.New(rand.NewPCG(1, 2))} }

func TestPutOpenEachRemove(t *testing.T) {
	remote, _ := fakeS3(t, sound())
	for name, s := range map[string]Store{"disk": disk(t), "s3": remote} {
		t.Run(name, func(t *testing.T) {
			ctx := t.Context()
			want := map[string][]byte{}
			for i := range 5 {
				b := bytes.Repeat([]byte(fmt.Sprint("source ", i)), 1+i*20_000)
				want[sumOf(b)] = b
				for range 2 { // the second time it is there already
					if err := s.Put(ctx, sumOf(b), incoming(t, b)); err != nil {
						t.Fatal(err)
					}
				}
			}
			var sums []string
			if err := s.Each(ctx, func(sum string, size int64) error {
				sums = append(sums, sum)
				if int64(len(want[sum])) != size {
					t.Errorf("%s has %d bytes, want %d", sum, size, len(want[sum]))
				}
				return nil
			}); err != nil || len(sums) != 5 {
				t.Fatal(sums, err)
			}
			for sum, b := range want {
				r, err := s.Open(ctx, sum)
				if err != nil {
					t.Fatal(err)
				}
				got, err := io.ReadAll(r)
				r.Close()
				if err != nil || !bytes.Equal(got, b) {
					t.Errorf("%s: %d bytes, %v", sum, len(got), err)
				}
			}
			if err := s.Remove(ctx, sums[0]); err != nil {
				t.Fatal(err)
			}
			for _, sum := range []string{sums[0], "../../etc/passwd", "", strings.Repeat("g", 64)} {
				if r, err := s.Open(ctx, sum); !errors.Is(err, fs.ErrNotExist) {
					t.Errorf("%q: %v %v", sum, r, err)
				}
			}
			if err := s.Put(ctx, "../x", incoming(t, []byte("x"))); err == nil {
				t.Error("a name that is no hash was taken")
			}
			if err := s.Put(ctx, sumOf([]byte("a")), incoming(t, []byte("b"))); err == nil {
				t.Error("bytes of another hash were acknowledged")
			}
		})
	}
}

// R14: the object store fails a fifth of the calls, is slow, and lies about what it took. What was acknowledged is there
// and whole; what was not is an error after a bounded number of calls.
func TestObjectStoreThatFails(t *testing.T) {
	f := sound()
	s, _ := fakeS3(t, f)
	f.share, f.slow, f.lie = 0.2, time.Millisecond, true
	acked, failed := map[string]bool{}, 0
	for i := range 60 {
		b := bytes.Repeat([]byte(fmt.Sprint("file ", i)), 500)
		before := f.calls
		if err := s.Put(t.Context(), sumOf(b), incoming(t, b)); err != nil {
			failed++
		} else {
			acked[sumOf(b)] = true
		}
		if n := f.calls - before; n > 40 {
			t.Errorf("file %d took %d calls", i, n)
		}
	}
	calls := f.calls
	f.share, f.slow = 0, 0
	for sum := range acked {
		if err := check(context.Background(), s, sum); err != nil {
			t.Errorf("acknowledged: %v", err)
		}
	}
	if len(acked) < 50 {
		t.Errorf("only %d of 60 came through", len(acked))
	}
	t.Logf("R14: 20 %% of calls failing: %d of 60 acknowledged, all whole; %d errors; %d calls", len(acked), failed, calls)
}

// A store that is down is an error, soon, and nothing is acknowledged.
func TestObjectStoreThatIsDown(t *testing.T) {
	f := sound()
	s, _ := fakeS3(t, f)
	f.share = 1
	if err := s.Put(t.Context(), sumOf([]byte("x")), incoming(t, []byte("x"))); err == nil {
		t.Error("acknowledged")
	}
	if err := s.Each(t.Context(), func(string, int64) error { return nil }); err == nil {
		t.Error("listed")
	}
}

// A byte that changes where the file is kept is seen by who reads it.
func TestRotIsSeen(t *testing.T) {
	d := disk(t)
	b := bytes.Repeat([]byte("terms "), 1000)
	sum := sumOf(b)
	if err := d.Put(t.Context(), sum, incoming(t, b)); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(d.root.Name(), sum[:2], sum)
	for range 50 {
		bent := slices.Clone(b)
		bent[rand.IntN(len(bent))] ^= 1 << rand.IntN(8)
		if err := os.WriteFile(path, bent, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, ok := errors.AsType[*DamagedError](check(t.Context(), d, sum)); !ok {
			t.Fatal("not seen")
		}
	}
	if err := d.Put(t.Context(), sum, incoming(t, b)); err != nil || check(t.Context(), d, sum) != nil {
		t.Errorf("putting the right bytes again: %v", err)
	}
}

func TestLinksDoNotLeadOut(t *testing.T) {
	d := disk(t)
	secret := incoming(t, []byte("secret"))
	sum := sumOf([]byte("secret"))
	if err := os.Mkdir(filepath.Join(d.root.Name(), sum[:2]), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(secret, filepath.Join(d.root.Name(), sum[:2], sum)); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Open(t.Context(), sum); err == nil {
		t.Error("a link out of the folder was followed")
	}
}

func zipped(t testing.TB, name string) []byte {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	if _, err := z.Create(name); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestReceive(t *testing.T) {
	pdf := []byte("%PDF-1.7\n…")
	for _, x := range []struct {
		name  string
		body  []byte
		want  string
		size  int64
		media string // empty: refused
		says  string
	}{
		{"pdf", pdf, sumOf(pdf), int64(len(pdf)), "application/pdf", ""},
		{"text", []byte("conditions générales"), "", -1, "text/plain", ""},
		{"html called pdf", []byte("<!DOCTYPE html><script>"), "", -1, "text/html", ""},
		{"docx", zipped(t, "word/document.xml"), "", -1, "application/vnd.openxmlformats-officedocument.wordprocessingml.document", ""},
		{"zip", zipped(t, "virus.exe"), "", -1, "", "application/zip"},
		{"program", []byte("\x7fELF\x02\x01\x01\x00\x00"), "", -1, "", "not taken"},
		{"empty", nil, "", -1, "", "empty"},
		{"cut short", pdf, "", 100, "", "cut short"},
		{"another hash", pdf, sumOf([]byte("x")), -1, "", "SHA-256"},
		{"too large", make([]byte, MaxSize+1), "", -1, "", "larger than 25 MiB"},
	} {
		t.Run(x.name, func(t *testing.T) {
			dir := t.TempDir()
			got, err := Receive(bytes.NewReader(x.body), dir, x.want, x.size)
			if x.media != "" {
				if err != nil || got.MediaType != x.media || got.SHA256 != sumOf(x.body) || got.Size != int64(len(x.body)) {
					t.Errorf("%+v, %v", got, err)
				}
				return
			}
			r, ok := errors.AsType[*RefusedError](err)
			if !ok || !strings.Contains(r.Text.EN, x.says) || r.Text.FR == "" {
				t.Errorf("%v", err)
			}
			if left, _ := os.ReadDir(dir); len(left) != 0 {
				t.Errorf("left behind: %v", left)
			}
		})
	}
	if _, err := Receive(io.MultiReader(bytes.NewReader(pdf), failing{}), t.TempDir(), "", -1); err == nil {
		t.Error("an upload that broke was taken")
	}
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, errors.New("the client left") }

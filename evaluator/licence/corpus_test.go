package licence

import (
	"os"
	"path/filepath"
	"testing"
)

// corpus finds the folder of licence texts beside the repository. Tests that need it skip without it, except in CI.
func corpus(t testing.TB) string {
	t.Helper()
	shared := os.Getenv("VIGIE_SHARED")
	if shared == "" {
		shared = filepath.Join("..", "..", "..", "shared")
	}
	folder := filepath.Join(shared, "corpus", "licences")
	if _, err := os.Stat(folder); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatalf("the corpus of licence texts is missing: %v", err)
		}
		t.Skipf("no corpus of licence texts at %s; set VIGIE_SHARED", folder)
	}
	return folder
}

func corpusTexts(t testing.TB) map[string][]byte {
	t.Helper()
	folder := corpus(t)
	files, err := filepath.Glob(filepath.Join(folder, "*.txt"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no texts in %s: %v", folder, err)
	}
	out := map[string][]byte{}
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		id := filepath.Base(f)
		out[id[:len(id)-len(".txt")]] = text
	}
	return out
}

// optionalTexts gives the corpus where it is at hand.
func optionalTexts() (map[string][]byte, bool) {
	shared := os.Getenv("VIGIE_SHARED")
	if shared == "" {
		shared = filepath.Join("..", "..", "..", "shared")
	}
	files, _ := filepath.Glob(filepath.Join(shared, "corpus", "licences", "*.txt"))
	out := map[string][]byte{}
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			return nil, false
		}
		id := filepath.Base(f)
		out[id[:len(id)-len(".txt")]] = text
	}
	return out, len(out) > 0
}

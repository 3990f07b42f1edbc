package service_test

import (
	"bytes"
	"io/fs"
	"os"
	"testing"
	"testing/fstest"

	"vigie/api/service"
	"vigie/catalog"
	"vigie/catalog/store"
	"vigie/catalog/wording"
	"vigie/evaluator"
)

// variant is the shipped framework under another version, perhaps with another word in it.
func variant(t *testing.T, version, word string) fs.FS {
	t.Helper()
	out := fstest.MapFS{}
	shipped := os.DirFS("../../evaluator/framework/vigie-baseline")
	if err := fs.WalkDir(shipped, ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(shipped, p)
		if p == "framework.yaml" {
			data = bytes.Replace(data, []byte("\nversion: "), []byte("\nversion: "+version+" #"), 1)
			data = bytes.Replace(data, []byte("id: vigie-baseline"), []byte("id: ours"), 1)
			data = append(data, []byte("\n# "+word+"\n")...)
		}
		out[p] = &fstest.MapFile{Data: data}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return out
}

// A framework that was published is judged under by hash or name, with its weights, and its version never changes. What was
// kept under it is replayed.
func TestPublishedFrameworks(t *testing.T) {
	s, ctx := openKept(t), group(t)
	line, err := s.PublishFramework(ctx, variant(t, "9.1.0", ""))
	if err != nil {
		t.Fatal(err)
	}
	if line.ID != "ours" || line.Version != "9.1.0" {
		t.Errorf("%+v", line)
	}
	if again, err := s.PublishFramework(ctx, variant(t, "9.1.0", "the same, other comments")); err != nil || again.Hash != line.Hash {
		t.Errorf("%+v, %v", again, err)
	}
	changed := variant(t, "9.1.0", "").(fstest.MapFS)
	changed["framework.yaml"].Data = bytes.Replace(changed["framework.yaml"].Data, []byte("Vigie baseline for"), []byte("Our baseline for"), 1)
	if _, err := s.PublishFramework(ctx, changed); !isA[*store.ConflictError](err) {
		t.Error(err)
	}
	list, err := s.Frameworks(ctx)
	if err != nil || len(list) != 2 || !list[0].Default || list[1].Hash != line.Hash || list[1].Leaf == nil {
		t.Errorf("%+v, %v", list, err)
	}
	r := service.Request{Offering: offering, UseCase: uses[0], On: today}
	plain, err := s.Assess(ctx, r)
	if err != nil {
		t.Fatal(err)
	}
	for _, ref := range []string{line.Hash, "ours@9.1.0"} {
		r.Framework = ref
		kept, res, err := s.KeepAssessment(ctx, r)
		if err != nil {
			t.Fatal(err)
		}
		if a := res.Assessment; a.FrameworkHash != line.Hash || a.WeightSet != uses[0] || a.Score != plain.Assessment.Score || a.Hash == plain.Assessment.Hash {
			t.Errorf("%s: %s under %s, %v", ref, a.FrameworkHash, a.WeightSet, a.Score)
		}
		if x, err := s.Replay(ctx, kept.Hash); err != nil || !x.Same {
			t.Errorf("%+v, %v", x, err)
		}
	}
	r.Framework = "ours@9.1.1"
	if _, err := s.Assess(ctx, r); !isA[*catalog.NotFoundError](err) {
		t.Error(err)
	}
	if _, err := s.PublishFramework(ctx, fstest.MapFS{"framework.yaml": {Data: []byte("id: x\n")}}); err == nil {
		t.Error("a broken framework was published")
	}
}

func TestPublishedWeights(t *testing.T) {
	s, ctx := openKept(t), group(t)
	w := evaluator.Weighing{ID: "ours", Author: "forged", Reason: wording.Same("privacy first"), Numbers: map[string]int64{"privacy": 5}}
	one, err := s.PublishWeights(ctx, "", w)
	if err != nil {
		t.Fatal(err)
	}
	if one.Author != "p-group" {
		t.Errorf("author %q", one.Author)
	}
	r := service.Request{Offering: offering, UseCase: uses[0], Weights: "ours", On: today}
	use := func(want string) {
		t.Helper()
		kept, res, err := s.KeepAssessment(ctx, r)
		if err != nil || res.Assessment.WeightSetHash != want {
			t.Fatalf("%v: %v", res, err)
		}
		if x, err := s.Replay(ctx, kept.Hash); err != nil || !x.Same {
			t.Errorf("%+v, %v", x, err)
		}
	}
	use(one.Hash())
	w.Numbers = map[string]int64{"privacy": 1, "licence": 9}
	w.Reason = wording.Same("licences first")
	two, err := s.PublishWeights(ctx, "", w)
	if err != nil {
		t.Fatal(err)
	}
	use(two.Hash())
	w.Numbers, w.Reason = map[string]int64{"privacy": 5}, wording.Same("privacy first")
	if back, err := s.PublishWeights(ctx, "", w); err != nil || back.Hash() != one.Hash() {
		t.Fatal(err)
	}
	use(one.Hash())
	list, err := s.Weights(ctx, "")
	n := 0
	for _, x := range list {
		if x.ID == "ours" {
			n++
			if x.Hash() != one.Hash() {
				t.Error("an older set is listed")
			}
		}
	}
	if err != nil || n != 1 {
		t.Errorf("%d, %v", n, err)
	}
	r.Weights = two.Hash()
	use(two.Hash())
	w.ID = uses[0]
	if _, err := s.PublishWeights(ctx, "", w); !isA[*catalog.InvalidError](err) {
		t.Error(err)
	}
}

package service

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"vigie/catalog/strict"
	"vigie/catalog/wording"
	"vigie/evaluator/framework"
)

// DraftFault is what is wrong with a draft, and where: a criterion and its field, such as bands.0.when; without a
// criterion, a field of the framework itself or of a weight set (weights.ID.families).
type DraftFault struct {
	Criterion string
	Field     string
	Text      wording.Text
}

// Check compiles a draft and tells everything that is wrong with it. What compiles is nil when there is anything.
func (s *Service) Check(d *FrameworkDraft) (*framework.Compiled, []DraftFault, error) {
	env, err := Environment(s.Dictionary, true)
	if err != nil {
		return nil, nil, err
	}
	x, err := d.copied()
	if err != nil {
		return nil, nil, err
	}
	for _, c := range x.Framework.Criteria {
		c.Facts = inOrderOf(c.Facts, s.factsOf(env, c))
	}
	folder, err := x.folder()
	if err != nil {
		return nil, nil, err
	}
	faults := x.unsaid()
	c, err := framework.Load(folder, env)
	var bad strict.Faults
	switch {
	case errors.As(err, &bad):
		return nil, append(faults, x.faults(bad)...), nil
	case err != nil:
		return nil, nil, err
	case len(faults) > 0:
		return nil, faults, nil
	}
	return c, nil, nil
}

// unsaid tells the words that are missing in one language or both.
func (d *FrameworkDraft) unsaid() []DraftFault {
	var out []DraftFault
	say := func(criterion, field string, t wording.Text) {
		for _, l := range wording.Langs() {
			words := t.FR
			missing := wording.Textf("the French words are missing", "le texte français manque")
			if l == wording.EN {
				words, missing = t.EN, wording.Textf("the English words are missing", "le texte anglais manque")
			}
			if strings.TrimSpace(words) == "" {
				out = append(out, DraftFault{Criterion: criterion, Field: field + "." + string(l), Text: missing})
			}
		}
	}
	f := d.Framework
	say("", "title", f.Title)
	say("", "summary", f.Summary)
	for i, x := range f.Families {
		say("", fmt.Sprintf("families.%d.title", i), x.Title)
	}
	for _, c := range f.Criteria {
		say(c.ID, "title", c.Title)
		say(c.ID, "question", c.Question)
		say(c.ID, "why", c.Why)
		for i, b := range c.Bands {
			say(c.ID, fmt.Sprintf("bands.%d.label", i), b.Label)
			if strings.TrimSpace(b.When) == "" {
				out = append(out, DraftFault{c.ID, fmt.Sprintf("bands.%d.when", i), wording.Textf("the condition is missing; the last band is true", "la condition manque ; celle du dernier palier est true")})
			}
		}
		for i, k := range c.KnockOuts {
			at := fmt.Sprintf("knock_outs.%d.", i)
			say(c.ID, at+"text", k.Text)
			say(c.ID, at+"cure", k.Cure)
			for _, x := range [2][2]string{{"applies", k.Applies}, {"fails_when", k.FailsWhen}} {
				if strings.TrimSpace(x[1]) == "" {
					out = append(out, DraftFault{c.ID, at + x[0], wording.Textf("the condition is missing", "la condition manque")})
				}
			}
		}
		for i, o := range c.Origin {
			say(c.ID, fmt.Sprintf("origin.%d", i), o)
		}
		say(c.ID, "evidence.proves", c.Evidence.Proves)
	}
	return out
}

// inOrderOf is what is wanted, in the order of old where it stood there: the order of a list is its author's.
func inOrderOf(old, wanted []string) []string {
	out := slices.DeleteFunc(slices.Clone(old), func(x string) bool { return !slices.Contains(wanted, x) })
	for _, x := range wanted {
		if !slices.Contains(out, x) {
			out = append(out, x)
		}
	}
	return out
}

// folder is the draft as files, the form in which frameworks are read and checked. JSON is YAML.
func (d *FrameworkDraft) folder() (fs.FS, error) {
	files := []struct {
		name string
		body any
	}{}
	add := func(name string, body any) {
		files = append(files, struct {
			name string
			body any
		}{name, body})
	}
	meta, err := withoutKeys(d.Framework, "criteria")
	if err != nil {
		return nil, err
	}
	add(framework.MetaFile, meta)
	for i, f := range d.Framework.Families {
		var list []any
		for _, c := range d.Framework.Criteria {
			if c.Family == f.ID {
				x, err := withoutKeys(c, "family")
				if err != nil {
					return nil, err
				}
				list = append(list, x)
			}
		}
		if len(list) > 0 {
			add(familyFile(i), map[string]any{"family": f.ID, "criteria": list})
		}
	}
	for _, w := range d.Weights {
		add(framework.WeightsFolder+"/"+w.ID+".yaml", w)
	}
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, f := range files {
		w, err := z.CreateHeader(&zip.FileHeader{Name: f.name})
		if err != nil {
			return nil, err
		}
		enc := json.NewEncoder(w)
		enc.SetEscapeHTML(false)
		if err := enc.Encode(f.body); err != nil {
			return nil, err
		}
	}
	if err := z.Close(); err != nil {
		return nil, err
	}
	return zip.NewReader(bytes.NewReader(b.Bytes()), int64(b.Len()))
}

func familyFile(i int) string { return fmt.Sprintf("family-%03d.yaml", i) }

// withoutKeys is a value as JSON has it, without keys that stand elsewhere in files.
func withoutKeys(v any, keys ...string) (map[string]json.RawMessage, error) {
	body, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	out := map[string]json.RawMessage{}
	if err := json.Unmarshal(body, &out); err != nil {
		return nil, err
	}
	for _, k := range keys {
		delete(out, k)
	}
	return out, nil
}

// faults tells the faults of the files of a draft at its own fields.
func (d *FrameworkDraft) faults(list strict.Faults) []DraftFault {
	fields := strings.NewReplacer("[", ".", "]", "")
	var out []DraftFault
	for _, f := range list {
		x := DraftFault{Field: fields.Replace(f.Path), Text: f.Text}
		var family, n int
		if _, err := fmt.Sscanf(f.File, "family-%03d.yaml", &family); err == nil && family < len(d.Framework.Families) {
			if _, err := fmt.Sscanf(x.Field, "criteria.%d", &n); err == nil {
				i := -1
				for _, c := range d.Framework.Criteria {
					if c.Family == d.Framework.Families[family].ID {
						if i++; i == n {
							x.Criterion = c.ID
						}
					}
				}
				_, rest, _ := strings.Cut(x.Field, ".")
				_, x.Field, _ = strings.Cut(rest, ".")
			}
		}
		if id, ok := strings.CutPrefix(f.File, framework.WeightsFolder+"/"); ok {
			x.Field = "weights." + strings.TrimSuffix(id, ".yaml") + "." + x.Field
		}
		out = append(out, x)
	}
	return out
}

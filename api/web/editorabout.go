package web

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"vigie/api/service"
	"vigie/catalog"
	"vigie/catalog/store"
	"vigie/catalog/wording"
	"vigie/evaluator/framework"
)

// AboutEditPage is the form of what a draft is: its words, its families and their weights, what kinds of source prove.
type AboutEditPage struct {
	Base
	Form
	Draft    Link
	Action   string
	Seen     string
	Texts    []TextField
	Families []FamilyEdit
	Sets     []SetEdit
	Proves   []*Input
	Fault    string // of the weights together
	Theirs   []DiffPart
}

// FamilyEdit are the fields of one family.
type FamilyEdit struct {
	N           int
	ID          string
	Key         string
	Title       TextField
	Weights     []*Input // its own, then one for each weight set
	Criteria    string
	Removable   bool
	First, Last bool
}

// SetEdit is one weight set, a column of the table.
type SetEdit struct {
	Title string
	Total int64
	Wrong bool // does not make 100
}

// aboutHash names what the form shows, so that what somebody else saved since is seen.
func aboutHash(d *service.FrameworkDraft) string {
	f := d.Framework
	return catalog.MustHash(struct {
		Framework *framework.Framework   `json:"framework"`
		Sets      []*framework.WeightSet `json:"sets"`
	}{&framework.Framework{Title: f.Title, Summary: f.Summary, Families: f.Families, EvidenceKinds: f.EvidenceKinds}, d.Weights})
}

// AboutDraft makes the form.
func (s *Site) AboutDraft(ctx context.Context, r Request, q DraftQuery) ([]byte, error) {
	if err := s.needsEditing(ctx); err != nil {
		return nil, err
	}
	d, err := s.svc.FrameworkDraft(ctx, q.ID)
	if err != nil {
		return nil, err
	}
	b := s.base(r, "framework", "")
	b.Title = b.w("editor.about_title")
	sp := service.Speaker{Lang: r.Lang, Dictionary: s.svc.Dictionary}
	at := b.At(draftPath(d.ID))
	p := AboutEditPage{Base: b, Draft: Link{b.w("editor.draft_of", sp.Text(d.Framework.Title)), at}, Action: at + "/about", Seen: aboutHash(d)}
	shown := d
	if q.Sent.Values != nil {
		copied := *d
		fw := *d.Framework
		fw.Families = slices.Clone(fw.Families)
		copied.Framework = &fw
		copied.Weights = nil
		for _, w := range d.Weights {
			x := *w
			x.Families = map[string]int64{}
			for k, v := range w.Families {
				x.Families[k] = v
			}
			copied.Weights = append(copied.Weights, &x)
		}
		readAbout(q.Sent.Values, &copied)
		shown = &copied
		if _, changed := q.Sent.Refuse.(*store.ConflictError); changed {
			df := &differ{b, sp}
			p.Theirs = append(df.meta(shown.Framework, d.Framework), df.sets(shown.Framework, d.Framework, shown.Weights, d.Weights)...)
		}
	}
	sent := q.Sent
	if sent.Values == nil {
		_, faults, err := s.svc.Check(d)
		if err != nil {
			return nil, err
		}
		for _, f := range faults {
			if f.Criterion == "" {
				sent.Faults = append(sent.Faults, catalog.FieldError{Path: f.Field, Text: f.Text})
			}
		}
	}
	p.Form = b.aboutErrors(sent)
	if p.Done == "" {
		p.Done = b.editorDone(q.Done)
	}
	p.Texts = []TextField{b.textField(sent, "title", b.w("editor.title"), "", shown.Framework.Title, false), b.textField(sent, "summary", b.w("editor.summary"), b.w("editor.summary_hint"), shown.Framework.Summary, true)}
	sets := columns(shown)
	for _, w := range sets {
		x := SetEdit{Title: sp.Text(w.Title)}
		for _, f := range shown.Framework.Families {
			x.Total += w.Families[f.ID]
		}
		x.Wrong = x.Total != 100
		p.Sets = append(p.Sets, x)
	}
	for i, f := range shown.Framework.Families {
		n := 0
		for _, c := range shown.Framework.Criteria {
			if c.Family == f.ID {
				n++
			}
		}
		e := FamilyEdit{N: i, ID: fmt.Sprintf("families-%d", i), Key: f.ID, Title: b.textField(sent, fmt.Sprintf("families.%d.title", i), b.w("editor.family_title"), "", f.Title, false),
			Criteria: b.n("editor.n_criteria", n), Removable: n == 0, First: i == 0, Last: i == len(shown.Framework.Families)-1}
		for j, w := range sets {
			x := b.numberField(sent, fmt.Sprintf("w.%d.%d", i, j), b.w("editor.weight_in", sp.Text(f.Title), sp.Text(w.Title)), "", w.Families[f.ID], 100)
			e.Weights = append(e.Weights, x)
		}
		p.Families = append(p.Families, e)
	}
	for _, k := range catalog.SourceKinds() {
		p.Proves = append(p.Proves, b.numberField(sent, "proves."+string(k), sp.Text(k.Label()), "", int64(shown.Framework.EvidenceKinds.Of(k)*100+0.5), 100))
	}
	return s.render("frameworkabout", p)
}

// columns are the weight sets of a draft, its families' own weights first: the set of that name, and the families
// themselves when there is none.
func columns(d *service.FrameworkDraft) []*framework.WeightSet {
	own := &framework.WeightSet{ID: framework.DefaultWeights, Title: wording.Textf("The framework's own weights", "Pondérations du référentiel"), Families: map[string]int64{}}
	for _, f := range d.Framework.Families {
		own.Families[f.ID] = f.Weight
	}
	out := []*framework.WeightSet{own}
	for _, w := range d.Weights {
		if w.ID != framework.DefaultWeights {
			out = append(out, w)
		}
	}
	return out
}

func (b Base) aboutErrors(sent Sent) Form {
	var f Form
	if sent.Refuse != nil {
		f.Errors = append(f.Errors, Link{Text: sentence(sent.Refuse.In(b.Lang))})
	}
	for _, x := range sent.Faults {
		f.Errors = append(f.Errors, Link{Text: sentence(wording.Typeset(b.Lang, x.Text.In(b.Lang))), Href: "#" + aboutField(x.Path)})
	}
	return f
}

// readAbout puts what the form says into a draft.
func readAbout(v map[string][]string, d *service.FrameworkDraft) []catalog.FieldError {
	var faults []catalog.FieldError
	number := func(name string, to func(int64)) {
		x, ok := v[name]
		if !ok || len(x) == 0 {
			return
		}
		n, ok := wholeNumber(x[0])
		if !ok || n < 0 || n > 100 {
			faults = append(faults, catalog.FieldError{Path: name, Text: wording.Textf("expected a whole number from 0 to %d", "attendu : un nombre entier de 0 à %d", 100)})
			return
		}
		to(n)
	}
	f := d.Framework
	f.Title, f.Summary = bothOf(v, "title"), bothOf(v, "summary")
	sets := columns(d)
	for i := range f.Families {
		key := v[fmt.Sprintf("families.%d.id", i)]
		if len(key) == 0 || key[0] != f.Families[i].ID { // families were moved meanwhile: told by the hash of the form
			continue
		}
		f.Families[i].Title = bothOf(v, fmt.Sprintf("families.%d.title", i))
		id := f.Families[i].ID
		for j, w := range sets {
			number(fmt.Sprintf("w.%d.%d", i, j), func(n int64) {
				w.Families[id] = n
				if j == 0 {
					f.Families[i].Weight = n
					for _, x := range d.Weights {
						if x.ID == framework.DefaultWeights {
							x.Families[id] = n
						}
					}
				}
			})
		}
	}
	k := &f.EvidenceKinds
	for kind, to := range map[catalog.SourceKind]*float64{catalog.KindAudit: &k.Audit, catalog.KindRegister: &k.Register, catalog.KindTest: &k.Test, catalog.KindContract: &k.Contract,
		catalog.KindPublication: &k.Publication, catalog.KindDeclaration: &k.Declaration, catalog.KindPress: &k.Press, catalog.KindNone: &k.None} {
		number("proves."+string(kind), func(n int64) {
			if n != int64(*to*100+0.5) {
				*to = float64(n) / 100
			}
		})
	}
	slices.SortFunc(faults, func(a, b catalog.FieldError) int { return strings.Compare(a.Path, b.Path) })
	return faults
}

// SaveAbout keeps what the form says and does what its button says, and gives the field to go on at.
func (s *Site) SaveAbout(ctx context.Context, id string, sent Sent) (string, error) {
	at := ""
	_, err := s.svc.ChangeFramework(ctx, id, wording.Textf("the title, the families or the weights were changed", "le titre, les familles ou les poids ont été modifiés"), func(d *service.FrameworkDraft) error {
		if aboutHash(d) != sent.Value("seen") {
			return store.NewConflict("somebody else changed this page since you opened it: what they saved is shown below, nothing of yours is lost. Saving again puts yours in its place", "quelqu'un d'autre a modifié cette page depuis que vous l'avez ouverte : ce qui a été enregistré figure ci-dessous, et rien de ce que vous avez écrit n'est perdu. Enregistrer de nouveau met votre version à la place")
		}
		if faults := readAbout(sent.Values, d); len(faults) > 0 {
			return &catalog.InvalidError{Fields: faults}
		}
		at = actOnFamilies(d, sent.Value("do"))
		return nil
	})
	return at, err
}

func actOnFamilies(d *service.FrameworkDraft, do string) string {
	verb, arg, _ := strings.Cut(do, ":")
	list := d.Framework.Families
	n := slices.IndexFunc(list, func(f framework.Family) bool { return f.ID == arg })
	switch {
	case verb == "add":
		id := "family"
		for k := 2; slices.ContainsFunc(list, func(f framework.Family) bool { return f.ID == id }); k++ {
			id = fmt.Sprintf("family-%d", k)
		}
		d.Framework.Families = append(list, framework.Family{ID: id})
		return fmt.Sprintf("families-%d-title-fr", len(list))
	case n < 0:
		return ""
	case verb == "up" && n > 0:
		list[n], list[n-1] = list[n-1], list[n]
		return fmt.Sprintf("families-%d", n-1)
	case verb == "down" && n < len(list)-1:
		list[n], list[n+1] = list[n+1], list[n]
		return fmt.Sprintf("families-%d", n+1)
	case verb == "remove" && !slices.ContainsFunc(d.Framework.Criteria, func(c *framework.Criterion) bool { return c.Family == arg }):
		d.Framework.Families = slices.Delete(list, n, n+1)
		return "weights"
	}
	return ""
}

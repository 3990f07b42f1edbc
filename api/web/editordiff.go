package web

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"vigie/api/service"
	"vigie/catalog"
	"vigie/catalog/wording"
	"vigie/evaluator/framework"
)

// DiffLine is one thing that differs between two versions of a framework, in words.
type DiffLine struct {
	What   string
	Before string // empty: there was nothing
	After  string // empty: there is nothing
	Code   bool   // both are conditions, as they are written
}

// DiffPart is what differs in one part: the framework itself, a family's criterion, a weight set.
type DiffPart struct {
	Title string
	State string // added, removed, changed
	Word  string
	Lines []DiffLine
}

// DiffGroup is the parts of one family, or of the rest.
type DiffGroup struct {
	Title string
	Parts []DiffPart
}

// FrameworkDiff is everything that differs between two frameworks.
type FrameworkDiff struct {
	Groups  []DiffGroup
	Added   int // criteria
	Removed int
	Changed int
	Words   string // these three in a sentence
}

// differ compares two frameworks in one language.
type differ struct {
	b  Base
	sp service.Speaker
}

func (d *differ) text(lines *[]DiffLine, what string, a, b wording.Text) {
	// What a reader of the other language sees is a difference too: it is shown in that language.
	for _, l := range []wording.Lang{d.b.Lang, otherLang(d.b.Lang)} {
		before, after := wording.Typeset(l, a.In(l)), wording.Typeset(l, b.In(l))
		if before == after {
			continue
		}
		name := what
		if l != d.b.Lang {
			name = d.b.w("editor.in_other", what)
		}
		*lines = append(*lines, DiffLine{What: name, Before: before, After: after})
	}
}

func otherLang(l wording.Lang) wording.Lang {
	if l == wording.FR {
		return wording.EN
	}
	return wording.FR
}

func (d *differ) plain(lines *[]DiffLine, what, a, b string) {
	if a != b {
		*lines = append(*lines, DiffLine{What: what, Before: a, After: b})
	}
}

func (d *differ) code(lines *[]DiffLine, what, a, b string) {
	if strings.TrimSpace(a) != strings.TrimSpace(b) {
		*lines = append(*lines, DiffLine{What: what, Before: a, After: b, Code: true})
	}
}

func (d *differ) part(title, state string, lines []DiffLine) DiffPart {
	words := map[string]string{"added": d.b.w("editor.added"), "removed": d.b.w("editor.removed"), "changed": d.b.w("editor.changed")}
	return DiffPart{Title: title, State: state, Word: words[state], Lines: lines}
}

// compared is everything that differs between a and b, with their weight sets.
func (s *Site) compared(b Base, old, next *framework.Framework, oldSets, nextSets []*framework.WeightSet) FrameworkDiff {
	d := &differ{b, service.Speaker{Lang: b.Lang, Dictionary: s.svc.Dictionary}}
	var out FrameworkDiff
	if parts := d.meta(old, next); len(parts) > 0 {
		out.Groups = append(out.Groups, DiffGroup{b.w("editor.itself"), parts})
	}
	families := slices.Clone(next.Families)
	for _, f := range old.Families {
		if _, ok := next.Family(f.ID); !ok {
			families = append(families, f)
		}
	}
	for _, f := range families {
		g := DiffGroup{Title: d.sp.Text(f.Title)}
		for _, c := range next.Criteria {
			if c.Family != f.ID {
				continue
			}
			was := old.Criterion(c.ID)
			if was == nil {
				g.Parts = append(g.Parts, d.part(d.sp.Text(c.Title), "added", d.whole(c, false)))
				out.Added++
			} else if lines := d.criterion(was, c, old, next); len(lines) > 0 {
				g.Parts = append(g.Parts, d.part(d.sp.Text(c.Title), "changed", lines))
				out.Changed++
			}
		}
		for _, c := range old.Criteria {
			if c.Family == f.ID && next.Criterion(c.ID) == nil {
				g.Parts = append(g.Parts, d.part(d.sp.Text(c.Title), "removed", d.whole(c, true)))
				out.Removed++
			}
		}
		if len(g.Parts) > 0 {
			out.Groups = append(out.Groups, g)
		}
	}
	if parts := d.sets(old, next, oldSets, nextSets); len(parts) > 0 {
		out.Groups = append(out.Groups, DiffGroup{b.w("editor.sets"), parts})
	}
	out.Words = d.sp.Several([]string{b.n("editor.n_added", out.Added), b.n("editor.n_removed", out.Removed), b.n("editor.n_changed", out.Changed)})
	return out
}

func (d *differ) meta(old, next *framework.Framework) []DiffPart {
	var parts []DiffPart
	var lines []DiffLine
	d.text(&lines, d.b.w("editor.title"), old.Title, next.Title)
	d.text(&lines, d.b.w("editor.summary"), old.Summary, next.Summary)
	for _, k := range catalog.SourceKinds() {
		d.plain(&lines, d.b.w("editor.kind_proves", d.sp.Text(k.Label().Lower())), d.share(old.EvidenceKinds.Of(k)), d.share(next.EvidenceKinds.Of(k)))
	}
	if len(lines) > 0 {
		parts = append(parts, d.part(d.b.w("editor.about"), "changed", lines))
	}
	lines = nil
	for _, f := range next.Families {
		was, ok := old.Family(f.ID)
		if !ok {
			lines = append(lines, DiffLine{What: d.b.w("editor.family_named", d.sp.Text(f.Title)), After: d.sp.Percent(f.Weight)})
			continue
		}
		d.text(&lines, d.b.w("editor.family_title"), was.Title, f.Title)
		d.plain(&lines, d.b.w("editor.family_named", d.sp.Text(f.Title)), d.sp.Percent(was.Weight), d.sp.Percent(f.Weight))
	}
	for _, f := range old.Families {
		if _, ok := next.Family(f.ID); !ok {
			lines = append(lines, DiffLine{What: d.b.w("editor.family_named", d.sp.Text(f.Title)), Before: d.sp.Percent(f.Weight)})
		}
	}
	if len(lines) > 0 {
		parts = append(parts, d.part(d.b.w("editor.weights"), "changed", lines))
	}
	return parts
}

func (d *differ) share(v float64) string { return d.sp.Percent(int64(v*100 + 0.5)) }

// whole is a criterion that stands on one side only.
func (d *differ) whole(c *framework.Criterion, removed bool) []DiffLine {
	var lines []DiffLine
	add := func(what, v string, code bool) {
		if v == "" {
			return
		}
		l := DiffLine{What: what, After: v, Code: code}
		if removed {
			l.Before, l.After = v, ""
		}
		lines = append(lines, l)
	}
	add(d.b.w("editor.question"), d.sp.Text(c.Question), false)
	add(d.b.w("editor.weight"), strconv.FormatInt(c.Weight, 10), false)
	add(d.b.w("editor.applies"), c.Applies, true)
	for _, x := range c.Bands {
		add(d.b.w("editor.band"), d.band(x), false)
	}
	for _, k := range c.KnockOuts {
		add(d.b.w("editor.knock_out"), d.sp.Text(k.Text), false)
	}
	return lines
}

func (d *differ) band(x framework.Band) string {
	return d.b.w("editor.band_said", x.Score, d.sp.Text(x.Label))
}

// criterion is what differs in one criterion.
func (d *differ) criterion(a, c *framework.Criterion, old, next *framework.Framework) []DiffLine {
	var lines []DiffLine
	d.text(&lines, d.b.w("editor.title"), a.Title, c.Title)
	d.text(&lines, d.b.w("editor.question"), a.Question, c.Question)
	d.text(&lines, d.b.w("editor.why"), a.Why, c.Why)
	if a.Family != c.Family {
		x, _ := old.Family(a.Family)
		y, _ := next.Family(c.Family)
		d.plain(&lines, d.b.w("editor.family"), d.sp.Text(x.Title), d.sp.Text(y.Title))
	}
	d.plain(&lines, d.b.w("editor.weight"), strconv.FormatInt(a.Weight, 10), strconv.FormatInt(c.Weight, 10))
	d.code(&lines, d.b.w("editor.applies"), a.Applies, c.Applies)
	d.bands(&lines, a.Bands, c.Bands)
	d.knockOuts(&lines, a.KnockOuts, c.KnockOuts)
	d.text(&lines, d.b.w("editor.note"), a.ThresholdNote, c.ThresholdNote)
	d.plain(&lines, d.b.w("editor.origin"), d.origins(a), d.origins(c))
	if a.Evidence.Profile != c.Evidence.Profile {
		x, _ := old.Profile(a.Evidence.Profile)
		y, _ := next.Profile(c.Evidence.Profile)
		d.plain(&lines, d.b.w("editor.profile"), d.sp.Text(x.Title), d.sp.Text(y.Title))
	}
	d.plain(&lines, d.b.w("editor.stale"), strconv.FormatInt(a.Evidence.StaleAfterMonths, 10), strconv.FormatInt(c.Evidence.StaleAfterMonths, 10))
	d.text(&lines, d.b.w("editor.proves"), a.Evidence.Proves, c.Evidence.Proves)
	return lines
}

func (d *differ) origins(c *framework.Criterion) string {
	var list []string
	for _, o := range c.Origin {
		list = append(list, d.sp.Text(o))
	}
	return d.sp.Several(list)
}

// bands pairs the bands that are asked by the same condition or answer the same, and tells the rest as added or removed.
func (d *differ) bands(lines *[]DiffLine, old, next []framework.Band) {
	pair := make([]int, len(old))
	taken := make([]bool, len(next))
	for i := range pair {
		pair[i] = -1
	}
	for _, same := range []func(a, b framework.Band) bool{
		func(a, b framework.Band) bool { return a == b },
		func(a, b framework.Band) bool { return strings.TrimSpace(a.When) == strings.TrimSpace(b.When) },
		func(a, b framework.Band) bool { return a.Label == b.Label },
	} {
		for i := range old {
			for j := range next {
				if pair[i] < 0 && !taken[j] && same(old[i], next[j]) {
					pair[i], taken[j] = j, true
				}
			}
		}
	}
	moved, last := false, -1
	for i, x := range old {
		if pair[i] < 0 {
			*lines = append(*lines, DiffLine{What: d.b.w("editor.band"), Before: d.band(x)})
			continue
		}
		y := next[pair[i]]
		moved, last = moved || pair[i] < last, pair[i]
		if x.Score != y.Score {
			*lines = append(*lines, DiffLine{What: d.b.w("editor.band"), Before: d.band(x), After: d.band(y)})
		} else {
			d.text(lines, d.b.w("editor.band"), x.Label, y.Label)
		}
		d.code(lines, d.b.w("editor.band_when", d.sp.Text(y.Label)), x.When, y.When)
	}
	for j, y := range next {
		if !taken[j] {
			*lines = append(*lines, DiffLine{What: d.b.w("editor.band"), After: d.band(y)})
		}
	}
	if moved {
		*lines = append(*lines, DiffLine{What: d.b.w("editor.band_order"), Before: d.order(old), After: d.order(next)})
	}
}

func (d *differ) order(list []framework.Band) string {
	var out []string
	for _, x := range list {
		out = append(out, strconv.Itoa(x.Score))
	}
	return d.sp.Several(out)
}

func (d *differ) knockOuts(lines *[]DiffLine, old, next []framework.KnockOut) {
	find := func(list []framework.KnockOut, id string) (framework.KnockOut, bool) {
		i := slices.IndexFunc(list, func(k framework.KnockOut) bool { return k.ID == id })
		if i < 0 {
			return framework.KnockOut{}, false
		}
		return list[i], true
	}
	for _, k := range next {
		was, ok := find(old, k.ID)
		if !ok {
			*lines = append(*lines, DiffLine{What: d.b.w("editor.knock_out"), After: d.sp.Text(k.Text)})
			continue
		}
		d.text(lines, d.b.w("editor.knock_out"), was.Text, k.Text)
		d.text(lines, d.b.w("editor.cure"), was.Cure, k.Cure)
		d.code(lines, d.b.w("editor.ko_applies"), was.Applies, k.Applies)
		d.code(lines, d.b.w("editor.ko_fails"), was.FailsWhen, k.FailsWhen)
		d.plain(lines, d.b.w("editor.min_evidence"), d.sp.Text(was.MinEvidence.Label()), d.sp.Text(k.MinEvidence.Label()))
	}
	for _, k := range old {
		if _, ok := find(next, k.ID); !ok {
			*lines = append(*lines, DiffLine{What: d.b.w("editor.knock_out"), Before: d.sp.Text(k.Text)})
		}
	}
}

func (d *differ) sets(oldF, nextF *framework.Framework, old, next []*framework.WeightSet) []DiffPart {
	find := func(list []*framework.WeightSet, id string) *framework.WeightSet {
		for _, w := range list {
			if w.ID == id {
				return w
			}
		}
		return nil
	}
	var parts []DiffPart
	for _, w := range next {
		was := find(old, w.ID)
		if was == nil {
			parts = append(parts, d.part(d.sp.Text(w.Title), "added", nil))
			continue
		}
		var lines []DiffLine
		d.text(&lines, d.b.w("editor.title"), was.Title, w.Title)
		d.text(&lines, d.b.w("editor.reason"), was.Reason, w.Reason)
		for _, f := range nextF.Families {
			d.plain(&lines, d.b.w("editor.family_named", d.sp.Text(f.Title)), d.sp.Percent(was.Families[f.ID]), d.sp.Percent(w.Families[f.ID]))
		}
		for _, c := range nextF.Criteria {
			a := oldF.Criterion(c.ID)
			_, own := w.Criteria[c.ID]
			_, owned := was.Criteria[c.ID]
			if a != nil && (own || owned) {
				d.plain(&lines, d.b.w("editor.criterion_named", d.sp.Text(c.Title)), strconv.FormatInt(was.Criterion(a), 10), strconv.FormatInt(w.Criterion(c), 10))
			}
		}
		if len(lines) > 0 {
			parts = append(parts, d.part(d.sp.Text(w.Title), "changed", lines))
		}
	}
	for _, w := range old {
		if find(next, w.ID) == nil {
			parts = append(parts, d.part(d.sp.Text(w.Title), "removed", nil))
		}
	}
	return parts
}

// FrameworkComparePage lays two versions side by side.
type FrameworkComparePage struct {
	Base
	A, B     *Link
	As, Bs   []Option
	Form     string
	Diff     *FrameworkDiff
	Swap     string
	Identity bool // both are the same
}

// CompareFrameworks makes the page that compares two versions, id@version or hash. Without them, those to choose from.
func (s *Site) CompareFrameworks(ctx context.Context, r Request, a, z string) ([]byte, error) {
	versions, err := s.svc.FrameworkVersions(ctx)
	if err != nil {
		return nil, err
	}
	b := s.base(r, "framework", "")
	b.Title = b.w("editor.compare_title")
	sp := service.Speaker{Lang: r.Lang, Dictionary: s.svc.Dictionary}
	p := FrameworkComparePage{Base: b, Form: b.At("/frameworks/compare")}
	if a == "" && len(versions) > 0 {
		a = versions[0].ID + "@" + versions[0].Version
	}
	if z == "" && len(versions) > 1 {
		z = versions[1].ID + "@" + versions[1].Version
	}
	of := func(ref string, to *[]Option) (*framework.Framework, []*framework.WeightSet, *Link, error) {
		var sets []*framework.WeightSet
		var f *framework.Framework
		if ref != "" {
			c, err := s.svc.FrameworkOf(ctx, ref)
			if err != nil {
				return nil, nil, nil, err
			}
			f = c.Framework
		}
		for _, v := range versions {
			if f != nil && v.Hash == f.Hash() {
				sets = v.Weights
			}
			*to = append(*to, Option{v.ID + "@" + v.Version, b.w("editor.version_of", sp.Text(v.Title), v.Version), f != nil && v.Hash == f.Hash()})
		}
		if f == nil {
			return nil, nil, nil, nil
		}
		return f, sets, &Link{b.w("editor.version_of", sp.Text(f.Title), f.Version), b.At(frameworkPath(f))}, nil
	}
	x, xs, xl, err := of(a, &p.As)
	if err != nil {
		return nil, err
	}
	y, ys, yl, err := of(z, &p.Bs)
	if err != nil {
		return nil, err
	}
	if x != nil && y != nil {
		d := s.compared(b, x, y, xs, ys)
		p.A, p.B, p.Diff = xl, yl, &d
		p.Identity = len(d.Groups) == 0
		p.Swap = b.At(withQuery("/frameworks/compare", "a", z, "b", a))
	}
	return s.render("frameworkcompare", p)
}

package document

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"errors"
	"html"
	"io"
	"maps"
	"math"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// maxComplaint bounds what is kept of what pdftotext says on its standard error.
const maxComplaint = 4096

// pdf reads a PDF through poppler's pdftotext: a process of its own with no shell, no file, no environment, a time
// limit, and where the system has them limits on memory and processor time.
func (b *builder) pdf(ctx context.Context, data []byte) error {
	tool, err := exec.LookPath("pdftotext")
	if err != nil {
		return refuse(NoTool, "reading PDF needs the program pdftotext, which is not installed (Debian, Ubuntu: apt install poppler-utils; Fedora: dnf install poppler-utils; macOS: brew install poppler)", "lire un PDF demande le programme pdftotext, qui n'est pas installé (Debian, Ubuntu : apt install poppler-utils ; Fedora : dnf install poppler-utils ; macOS : brew install poppler)")
	}
	within, stop := context.WithTimeout(ctx, MaxTime)
	defer stop()
	cmd := exec.CommandContext(within, tool, "-enc", "UTF-8", "-eol", "unix", "-bbox-layout", "-l", strconv.Itoa(MaxPages+1), "-", "-")
	cmd.Env = []string{"LC_ALL=C"}
	cmd.Stdin = bytes.NewReader(data)
	cmd.WaitDelay = time.Second
	complaint := &capped{max: maxComplaint}
	cmd.Stderr = complaint
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		return refuse(NoTool, "the program pdftotext does not start: %v", "le programme pdftotext ne démarre pas : %v", err)
	}
	limitProcess(cmd.Process.Pid)
	var r pdfReader
	refused := r.read(out)
	if refused != nil {
		stop()
	}
	err = cmd.Wait()
	switch said := complaint.String(); {
	case ctx.Err() != nil:
		return ctx.Err()
	case refused != nil:
		return refused
	case within.Err() != nil:
		return refuse(TooSlow, "the PDF was not read within %d seconds; print it anew to PDF, or keep the part that is cited", "le PDF n'a pas été lu en %d secondes ; le réimprimer en PDF, ou n'en garder que la partie citée", int(MaxTime.Seconds()))
	case strings.Contains(said, "Incorrect password"):
		return refuse(Locked, "the PDF is locked by a password: save it without one", "le PDF est verrouillé par un mot de passe : l'enregistrer sans mot de passe")
	case err != nil && r.text == 0:
		if exit := (*exec.ExitError)(nil); !errors.As(err, &exit) {
			return refuse(NoTool, "the program pdftotext failed: %v", "le programme pdftotext a échoué : %v", err)
		}
		return refuse(Malformed, "the PDF is damaged, or is none: print it anew to PDF", "le PDF est abîmé, ou n'en est pas un : le réimprimer en PDF")
	case err != nil:
		b.note("the PDF is damaged: part of its text may be missing", "le PDF est abîmé : une partie de son texte peut manquer")
	}
	if t := b.clean(r.title); !fileTitle.MatchString(t) {
		b.doc.Title = cut(t, 200)
	}
	return b.pdfPages(r.pages)
}

// capped keeps what is written up to a size, and drops the rest.
type capped struct {
	bytes.Buffer
	max int
}

func (c *capped) Write(p []byte) (int, error) {
	c.Buffer.Write(p[:min(len(p), c.max-c.Len())])
	return len(p), nil
}

// pdfLine is a line on a page with the place of its box, in points from the top left.
type pdfLine struct {
	text                   string
	left, top, right, foot float64
	words                  []byte
}

func (l pdfLine) height() float64 { return l.foot - l.top }

// pdfReader reads what pdftotext -bbox-layout writes: a tag a line. It is XML only nearly: control characters come
// through, so that an XML parser would stop at them.
type pdfReader struct {
	title string
	pages [][]pdfLine
	text  int // bytes
}

// maxBoxes bounds what pdftotext writes: some hundred bytes a word.
const maxBoxes = 256 << 20

func (r *pdfReader) read(src io.Reader) error {
	in := &io.LimitedReader{R: src, N: maxBoxes}
	sc := bufio.NewScanner(in)
	sc.Buffer(make([]byte, 64<<10), 1<<20)
	var line *pdfLine
	for sc.Scan() {
		s := bytes.TrimLeft(sc.Bytes(), " ")
		switch {
		case bytes.HasPrefix(s, []byte("<word ")):
			if line == nil {
				continue
			}
			_, s, _ = bytes.Cut(s, []byte(">"))
			s = bytes.TrimSuffix(s, []byte("</word>"))
			if len(line.words) > 0 {
				line.words = append(line.words, ' ')
			}
			line.words = append(line.words, s...)
			if r.text += len(s) + 1; r.text > MaxText {
				return pdfTooLong()
			}
		case bytes.HasPrefix(s, []byte("<line ")):
			line = &pdfLine{left: box(s, "xMin"), top: box(s, "yMin"), right: box(s, "xMax"), foot: box(s, "yMax")}
		case bytes.HasPrefix(s, []byte("</line>")):
			if line != nil && len(r.pages) > 0 {
				line.text = strings.TrimSpace(html.UnescapeString(string(line.words)))
				line.words = nil
				r.pages[len(r.pages)-1] = append(r.pages[len(r.pages)-1], *line)
			}
			line = nil
		case bytes.HasPrefix(s, []byte("<page ")):
			if len(r.pages) == MaxPages {
				return refuse(TooMany, "the PDF has more than %d pages; keep the part that is cited", "le PDF a plus de %d pages ; n'en garder que la partie citée", MaxPages)
			}
			r.pages = append(r.pages, nil)
		case bytes.HasPrefix(s, []byte("<title>")):
			t, _, _ := bytes.Cut(s[len("<title>"):], []byte("</title>"))
			r.title = html.UnescapeString(string(t))
		}
	}
	if sc.Err() == bufio.ErrTooLong || in.N <= 0 {
		return pdfTooLong()
	}
	return nil // what ends early is told by how the program ended
}

func pdfTooLong() error {
	return refuse(TooLarge, "the text of the PDF is longer than %d MiB; keep the part that is cited", "le texte du PDF dépasse %d Mio ; n'en garder que la partie citée", MaxText>>20)
}

// box reads one number of a tag.
func box(s []byte, name string) float64 {
	_, rest, ok := bytes.Cut(s, []byte(name+`="`))
	if !ok {
		return 0
	}
	num, _, _ := bytes.Cut(rest, []byte(`"`))
	f, err := strconv.ParseFloat(string(num), 64)
	if err != nil || math.IsNaN(f) || math.IsInf(f, 0) {
		return 0
	}
	return f
}

var (
	digits     = regexp.MustCompile(`[0-9]+`)
	pageNumber = regexp.MustCompile(`^(?i)(?:[-–—|]?\s*\d{1,4}\s*[-–—|]?|page\s+\d{1,4}(?:\s*(?:/|of|sur|de)\s*\d{1,4})?|\d{1,4}\s*/\s*\d{1,4})$`)
)

// fileTitle is what programs write as the title of a PDF when nobody gave it one.
var fileTitle = regexp.MustCompile(`(?i)^microsoft |^untitled|^sans titre|\.(?:docx?|html?|pdf|odt|md|txt)$|^document ?\d*$`)

// edge is how many lines at the top and the foot of a page may frame it.
const edge = 3

// pdfPages makes paragraphs of the lines of each page.
func (b *builder) pdfPages(pages [][]pdfLine) error {
	var all strings.Builder
	for _, p := range pages {
		for _, l := range p {
			all.WriteString(l.text)
			all.WriteByte('\n')
		}
	}
	f := newFlow(b, all.String())
	heads, sizes := repeated(pages), newSizes(pages)
	empty := 0
	for _, lines := range pages {
		margin := sizes.margins(lines, heads, len(pages))
		pitch := sizes.pitch(lines)
		var prev *pdfLine
		turned := false
		for i := range lines {
			l := &lines[i]
			if margin[i] {
				if !turned {
					f.pageBreak(firstText(lines, margin))
					turned = true
				}
				f.margin(l.text)
				continue
			}
			if !turned {
				f.pageBreak(l.text)
				turned = true
			}
			level := sizes.level(*l)
			if prev != nil && (level != sizes.level(*prev) || apart(*prev, *l, pitch)) {
				f.flushAs(sizes.level(*prev))
			}
			f.line(l.text)
			prev = l
			if b.err != nil {
				return b.err
			}
		}
		if !turned {
			f.pageBreak("")
			empty++
		}
		if prev != nil && sizes.level(*prev) > 0 {
			f.flushAs(sizes.level(*prev))
		}
	}
	f.flush()
	if empty > 0 && empty < len(pages) {
		b.note("%d of %d pages hold no text: they may be scans", "%d pages sur %d ne contiennent pas de texte : ce sont peut-être des scans", empty, len(pages))
	}
	return b.err
}

func firstText(lines []pdfLine, margin map[int]bool) string {
	for i, l := range lines {
		if !margin[i] {
			return l.text
		}
	}
	return ""
}

// apart reports whether a line begins a paragraph: further down than lines of one paragraph are, elsewhere on the
// page, or after a last line that ends short of the others.
func apart(prev, l pdfLine, pitch float64) bool {
	step := l.top - prev.top
	switch {
	case step <= -prev.height()/2: // another column
		return !sameSentence(prev.text, l.text)
	case step < prev.height()/2: // beside it: a cell of a table
		return l.left-prev.right > 2*prev.height()
	case step > pitch*1.25:
		return true
	}
	return prev.right < l.right-8*l.height() && sentence.MatchString(prev.text) && l.left <= prev.left+1
}

func sameSentence(prev, next string) bool {
	first, _ := utf8.DecodeRuneInString(next)
	return unicode.IsLower(first) && !sentence.MatchString(prev)
}

// sizes tells headings by the height of their lines, in tenths of the body's.
type sizes struct {
	body  int
	heads []int // larger ones, the largest first
}

func tenths(l pdfLine) int { return int(math.Round(l.height() * 10)) }

func newSizes(pages [][]pdfLine) sizes {
	letters := map[int]int{}
	for _, p := range pages {
		for _, l := range p {
			letters[tenths(l)] += len(l.text)
		}
	}
	var s sizes
	for _, h := range slices.Sorted(maps.Keys(letters)) {
		if letters[h] > letters[s.body] {
			s.body = h
		}
	}
	for _, h := range slices.Sorted(maps.Keys(letters)) {
		if 100*h > 112*s.body {
			s.heads = append([]int{h}, s.heads...)
		}
	}
	return s
}

// level is the level of a line as a heading, 0 when it is none.
func (s sizes) level(l pdfLine) int {
	if i := slices.Index(s.heads, tenths(l)); i >= 0 {
		return min(6, i+1)
	}
	return 0
}

// pitch is the usual step from one line of a page to the next.
func (s sizes) pitch(lines []pdfLine) float64 {
	var steps []float64
	for i := 1; i < len(lines); i++ {
		if d := lines[i].top - lines[i-1].top; d > lines[i].height()/2 && d < 3*lines[i].height() {
			steps = append(steps, d)
		}
	}
	if len(steps) == 0 {
		return float64(s.body) / 10 * 1.5
	}
	slices.Sort(steps)
	return steps[len(steps)/4] // more than half of the steps may be between short paragraphs
}

// edges lists the lines nearest to the top and to the foot of a page, from the outside in.
func edges(lines []pdfLine) (top, foot []int) {
	order := make([]int, len(lines))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(lines[a].top, lines[b].top) })
	for i := range min(edge+1, len(order)) {
		top, foot = append(top, order[i]), append(foot, order[len(order)-1-i])
	}
	return top, foot
}

// margins marks the lines that frame a page: page numbers, and what comes back at the same height on other pages. Such
// lines stand apart from the text and have only such lines outside them.
func (s sizes) margins(lines []pdfLine, heads map[string]bool, pages int) map[int]bool {
	out := map[int]bool{}
	if pages < 2 {
		return out
	}
	top, foot := edges(lines)
	for _, side := range [][]int{top, foot} {
		frames := func(i int) bool { return heads[frameKey(lines[i])] || pageNumber.MatchString(lines[i].text) }
		n := 0
		for n < min(edge, len(side)) && frames(side[n]) {
			n++
		}
		// The next line in is further than lines of one paragraph are.
		for n > 0 && n < len(side) && math.Abs(lines[side[n]].top-lines[side[n-1]].top) < 1.6*lines[side[n-1]].height() {
			n--
		}
		for _, i := range side[:n] {
			out[i] = true
		}
	}
	return out
}

// frameKey is a line with its height on the page; numbers are left out.
func frameKey(l pdfLine) string {
	return strconv.Itoa(int(math.Round(l.top/2))) + " " + digits.ReplaceAllString(l.text, "#")
}

// repeated finds the lines at the edges that come back on at least three pages and a third of them.
func repeated(pages [][]pdfLine) map[string]bool {
	count := map[string]int{}
	for _, lines := range pages {
		seen := map[string]bool{}
		top, foot := edges(lines)
		for _, i := range append(top, foot...) {
			if s := frameKey(lines[i]); !seen[s] {
				seen[s] = true
				count[s]++
			}
		}
	}
	out := map[string]bool{}
	for s, n := range count {
		if n >= 3 && 3*n >= len(pages) {
			out[s] = true
		}
	}
	return out
}

package document

import (
	"encoding/xml"
	"fmt"
	"strconv"
	"strings"
)

// docxStyle is what a paragraph style says that matters for the text.
type docxStyle struct {
	name    string
	based   string
	outline int // level of the heading, from 1; 0: none
	num     docxNum
	hidden  bool
}

// docxNum names a numbering and a level in it.
type docxNum struct {
	id    string // "": says nothing; "0": no number
	level int
}

// docxLevel is one level of a numbering.
type docxLevel struct {
	start  int
	format string
	text   string // "%1.%2"
	legal  bool   // all parts in digits
}

type docxAbstract struct {
	levels map[int]docxLevel
}

type docxNumbering struct {
	abstract string
	starts   map[int]int // what this numbering begins with instead
	levels   map[int]docxLevel
}

type docxStyles struct {
	styles    map[string]docxStyle
	usual     string // the style of paragraphs that name none
	abstracts map[string]docxAbstract
	nums      map[string]docxNumbering
	counters  map[string]map[int]int
	begun     map[string]bool // numberings used so far
}

func atoi(s string, otherwise int) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		return otherwise
	}
	return n
}

// isOn reads a switch of WordprocessingML: there without a value means yes.
func isOn(e xml.StartElement) bool {
	switch Attr(e, "val") {
	case "0", "false", "off":
		return false
	}
	return true
}

// readStyles reads word/styles.xml.
func (s *docxStyles) readStyles(x *XML) error {
	id := ""
	var st docxStyle
	for {
		t, err := x.Next()
		if t == nil || err != nil {
			return err
		}
		switch e := t.(type) {
		case xml.StartElement:
			switch e.Name.Local {
			case "style":
				id, st = Attr(e, "styleId"), docxStyle{}
				if Attr(e, "type") == "paragraph" && Attr(e, "default") == "1" {
					s.usual = id
				}
			case "name":
				if st.name == "" {
					st.name = strings.ToLower(Attr(e, "val"))
				}
			case "basedOn":
				st.based = Attr(e, "val")
			case "outlineLvl":
				st.outline = min(9, atoi(Attr(e, "val"), 9)) + 1
			case "numId":
				st.num.id = Attr(e, "val")
			case "ilvl":
				st.num.level = atoi(Attr(e, "val"), 0)
			case "vanish":
				st.hidden = isOn(e)
			}
		case xml.EndElement:
			if e.Name.Local == "style" && id != "" {
				s.styles[id] = st
			}
		}
	}
}

// style gives a style with what it takes from those it is based on.
func (s *docxStyles) style(id string) docxStyle {
	if id == "" {
		id = s.usual
	}
	out, level := docxStyle{}, -1
	for range 12 { // chains are short; a circle ends
		st, ok := s.styles[id]
		if !ok {
			break
		}
		if out.outline == 0 {
			out.outline = st.outline
			if n, ok := strings.CutPrefix(st.name, "heading "); ok && out.outline == 0 {
				out.outline = atoi(n, 0)
			} else if st.name == "title" && out.outline == 0 {
				out.outline = 1
			}
		}
		if level < 0 && st.num.id != "" {
			level = st.num.level
			out.num = st.num
		}
		out.hidden = out.hidden || st.hidden
		id = st.based
	}
	if out.outline > 9 {
		out.outline = 0
	}
	return out
}

// readNumbering reads word/numbering.xml.
func (s *docxStyles) readNumbering(x *XML) error {
	var (
		abstract, num string
		level         int
		into          map[int]docxLevel
		starts        map[int]int
	)
	for {
		t, err := x.Next()
		if t == nil || err != nil {
			return err
		}
		e, ok := t.(xml.StartElement)
		if !ok {
			if end, ok := t.(xml.EndElement); ok && end.Name.Local == "num" {
				n := s.nums[num]
				n.starts, n.levels = starts, into
				s.nums[num] = n
			}
			continue
		}
		val := Attr(e, "val")
		switch e.Name.Local {
		case "abstractNum":
			abstract = Attr(e, "abstractNumId")
			into = map[int]docxLevel{}
			s.abstracts[abstract] = docxAbstract{into}
		case "num":
			num, into, starts = Attr(e, "numId"), map[int]docxLevel{}, map[int]int{}
		case "abstractNumId":
			s.nums[num] = docxNumbering{abstract: val}
		case "lvlOverride":
			level = atoi(Attr(e, "ilvl"), 0)
		case "startOverride":
			if starts != nil {
				starts[level] = atoi(val, 1)
			}
		case "lvl":
			level = atoi(Attr(e, "ilvl"), 0)
			if into != nil {
				into[level] = docxLevel{start: 1, format: "decimal"}
			}
		case "start", "numFmt", "lvlText", "isLgl":
			l, ok := into[level]
			if !ok {
				continue
			}
			switch e.Name.Local {
			case "start":
				l.start = atoi(val, 1)
			case "numFmt":
				l.format = val
			case "lvlText":
				l.text = val
			case "isLgl":
				l.legal = isOn(e)
			}
			into[level] = l
		}
	}
}

// number counts a paragraph and gives its number as Word writes it; bullet says that it has a mark and no number.
func (s *docxStyles) number(n docxNum) (label string, bullet bool) {
	num, ok := s.nums[n.id]
	if !ok || n.level < 0 || n.level > 8 {
		return "", false
	}
	def := func(level int) docxLevel {
		if l, ok := num.levels[level]; ok {
			return l
		}
		return s.abstracts[num.abstract].levels[level]
	}
	l := def(n.level)
	if l.format == "bullet" {
		return "", true
	}
	count := s.counters[num.abstract]
	if count == nil {
		count = map[int]int{}
		s.counters[num.abstract] = count
	}
	if !s.begun[n.id] {
		s.begun[n.id] = true
		for level, start := range num.starts {
			count[level] = start - 1
		}
	}
	for level := range n.level + 1 {
		if _, ok := count[level]; !ok {
			count[level] = def(level).start - 1
			if level < n.level {
				count[level]++
			}
		}
	}
	count[n.level]++
	for level := range count {
		if level > n.level {
			delete(count, level)
		}
	}
	if l.format == "none" {
		return "", false
	}
	text := l.text
	for level := n.level; level >= 0; level-- {
		part := def(level)
		if l.legal {
			part.format = "decimal"
		}
		text = strings.ReplaceAll(text, "%"+strconv.Itoa(level+1), docxFormat(count[level], part.format))
	}
	return text, false
}

func docxFormat(n int, format string) string {
	switch format {
	case "lowerLetter":
		return letters(n)
	case "upperLetter":
		return strings.ToUpper(letters(n))
	case "lowerRoman":
		return roman(n)
	case "upperRoman":
		return strings.ToUpper(roman(n))
	case "decimalZero":
		return fmt.Sprintf("%02d", n)
	}
	return strconv.Itoa(n)
}

package drawing

import (
	"strings"

	"vigie/catalog/wording"
	"vigie/evaluator/jurisdiction"
)

// boxMark is what the laws do to a party.
type boxMark struct {
	mark Mark
	laws []wording.Text // of the highest mark, in the order of the laws
}

// marks are the statuses read from the exposures: per party, and per link "from>to" along the paths.
type marks struct {
	box  map[string]*boxMark
	link map[string]Mark
	data boxMark // places: on the offering itself
}

func read(e *jurisdiction.Exposures) marks {
	m := marks{box: map[string]*boxMark{}, link: map[string]Mark{}}
	for _, x := range e.Exposures {
		for _, p := range x.Paths {
			mark := Open
			if p.Truth == jurisdiction.Yes {
				mark = map[jurisdiction.Status]Mark{jurisdiction.Exposed: Exposed, jurisdiction.Arguable: Arguable}[p.Status]
			}
			if len(p.Steps) == 0 {
				m.data.add(mark, x.Short)
				continue
			}
			last := p.Steps[len(p.Steps)-1].Party
			if last == "" {
				last = "?" + lastKnown(p.Steps)
			}
			if m.box[last] == nil {
				m.box[last] = &boxMark{}
			}
			m.box[last].add(mark, x.Short)
			for i := 1; i < len(p.Steps); i++ {
				a, b := p.Steps[i-1].Party, p.Steps[i].Party
				if p.Steps[i].Via == jurisdiction.ViaOwner {
					a, b = b, a // a stake is drawn from the owner to the company held
				}
				if a == "" {
					a = "?"
				}
				if b == "" {
					a, b = offeringID, "?"
				}
				m.link[a+">"+b] = max(m.link[a+">"+b], mark)
			}
		}
	}
	return m
}

func lastKnown(steps []jurisdiction.Step) string {
	for i := len(steps) - 1; i >= 0; i-- {
		if steps[i].Party != "" {
			if steps[len(steps)-1].Via == jurisdiction.ViaSupplier {
				return ""
			}
			return steps[i].Party
		}
	}
	return ""
}

func (b *boxMark) level() Mark {
	if b == nil {
		return Plain
	}
	return b.mark
}

func (b *boxMark) atLeast(m Mark) bool { return b.level() >= m }

func (b *boxMark) add(m Mark, law wording.Text) {
	switch {
	case m > b.mark:
		b.mark, b.laws = m, []wording.Text{law}
	case m == b.mark:
		for _, have := range b.laws {
			if have == law {
				return
			}
		}
		b.laws = append(b.laws, law)
	}
}

// stake gives the mark of a stake, whichever way the path goes over it.
func (m marks) stake(s *jurisdiction.Stake) Mark { return m.link[s.Owner+">"+s.Of] }

// summary names the first laws of a mark, and how many more.
func (b *boxMark) summary(width int) wording.Text {
	in := func(l wording.Lang) string {
		out := b.mark.Sign()
		for i, law := range b.laws {
			next := shorten(law.In(l), longestLaw)
			rest := len(b.laws) - i
			if len([]rune(out+" "+next)) > width-4 && i > 0 {
				return out + " +" + itoa(rest)
			}
			if i > 0 {
				out += ","
			}
			out += " " + next
		}
		return out
	}
	return wording.Text{EN: in(wording.EN), FR: in(wording.FR)}
}

func itoa(n int) string {
	if n >= 10 {
		return itoa(n/10) + itoa(n%10)
	}
	return string(rune('0' + n))
}

// letters that fit into the width of a box, by size of text.
const (
	boldLetters  = 26
	smallLetters = 31
	longestLaw   = 22
)

func (l *layout) box(id string) Box {
	if b, ok := l.given[id]; ok {
		return b
	}
	b := Box{ID: id}
	switch {
	case id == offeringID:
		b.Round = true
		b.Mark = l.marks.data.mark
		b.Zone = l.zone(l.g.Offering.DataIn.Codes)
		b.Dashed = l.g.Offering.DataIn.Open
		b.Lines = wrap(l.name(), 2*boldLetters, 2)
		b.Lines = append(b.Lines, Line{Text: l.dataWords(), Small: true})
		if b.Mark > Plain {
			b.Lines = append(b.Lines, Line{Text: l.marks.data.summary(2 * smallLetters), Small: true})
		}
	case id == unknownUse, strings.HasPrefix(id, unknownOwner):
		b.Zone, b.Dashed = Unknown, true
		key := "?"
		words := wording.Text{EN: "Other suppliers: not known", FR: "Autres fournisseurs : inconnus"}
		if id != unknownUse {
			key += strings.TrimPrefix(id, unknownOwner)
			words = wording.Text{EN: "Owner not known", FR: "Détenteur inconnu"}
		}
		b.Lines = wrap(words, boldLetters, 2)
		b.addMark(l.marks.box[key])
	default:
		l.partyBox(&b, &l.g.Parties[l.index[id]])
	}
	return b
}

// name is the name of the offering.
func (l *layout) name() wording.Text {
	if !l.g.Offering.Title.IsZero() {
		return l.g.Offering.Title
	}
	return wording.Same(l.g.Offering.Name)
}

func (b *Box) addMark(m *boxMark) {
	if m != nil && m.mark > Plain {
		b.Mark = m.mark
		b.Lines = append(b.Lines, Line{Text: m.summary(smallLetters), Small: true})
	}
}

func (l *layout) partyBox(b *Box, p *jurisdiction.Party) {
	b.Lines = wrap(p.Called(), boldLetters, 2)
	codes := []string{p.IncorporatedIn}
	if p.HeadquarteredIn != p.IncorporatedIn && p.HeadquarteredIn != "" {
		codes = append(codes, p.HeadquarteredIn)
	}
	if p.IncorporatedIn == "" && p.HeadquarteredIn != "" {
		codes = []string{p.HeadquarteredIn}
	}
	b.Zone = l.zone(codes)
	place := wording.Text{EN: "country not known", FR: "pays inconnu"}
	switch {
	case p.Kind == jurisdiction.Dispersed:
		place, b.Zone = wording.Text{EN: "dispersed holders", FR: "actionnariat dispersé"}, EEA
	case codes[0] != "":
		place = l.countries(codes)
		if len(codes) == 1 && p.IncorporatedIn == "" {
			place = wording.Text{EN: place.EN + " (seat)", FR: place.FR + " (siège)"}
		}
	}
	b.Lines = append(b.Lines, Line{Text: place, Small: true})
	b.Dashed = b.Zone == Unknown || l.unsure[p.ID]
	if r := l.role(p); !r.IsZero() {
		b.Lines = append(b.Lines, Line{Text: r, Small: true})
	}
	b.addMark(l.marks.box[p.ID])
}

func (l *layout) countries(codes []string) wording.Text {
	var t wording.Text
	for i, c := range codes {
		n := l.laws.Countries.Name(c)
		if i > 0 {
			t.EN, t.FR = t.EN+" / ", t.FR+" / "
		}
		t.EN, t.FR = t.EN+n.EN, t.FR+n.FR
	}
	return t
}

// zone is the least protective place among some countries.
func (l *layout) zone(codes []string) Zone {
	z := Unknown
	for i, code := range codes {
		c, ok := l.laws.Countries.Country(code)
		here := Unknown
		switch {
		case !ok:
		case c.EEA:
			here = EEA
		default:
			here = Outside
			if d, ok := l.laws.Adequacy.For(code, l.e.LawOn); ok && !d.ListedOnly {
				here = Adequate
			}
		}
		if i == 0 || here > z {
			z = here
		}
	}
	return z
}

// dataWords says where the data are, in few words.
func (l *layout) dataWords() wording.Text {
	p := l.g.Offering.DataIn
	eea := 0
	for _, c := range p.Codes {
		if x, ok := l.laws.Countries.Country(c); ok && x.EEA {
			eea++
		}
	}
	var where wording.Text
	switch {
	case len(p.Codes) == 0 && p.Open && len(p.Within) == 0:
		where = wording.Text{EN: "not known", FR: "lieu inconnu"}
	case len(p.Codes) == 0 && p.Open:
		where = wording.Text{EN: "where the organisation allows", FR: "là où l'organisation l'admet"}
	case len(p.Codes) > 4:
		where = wording.Textf("%d countries, %d of them in the EEA", "%d pays, dont %d dans l'EEE", len(p.Codes), eea)
	default:
		where = l.countries(p.Codes)
	}
	if p.Open && len(p.Codes) > 0 {
		where = wording.Text{EN: where.EN + ", perhaps elsewhere", FR: where.FR + ", peut-être ailleurs"}
	}
	return wording.Text{EN: "Data: " + where.EN, FR: "Données : " + where.FR}
}

var roleWords = []struct {
	role jurisdiction.Roles
	text wording.Text
}{
	{jurisdiction.Host, wording.Text{EN: "host", FR: "hébergeur"}},
	{jurisdiction.Subprocessor, wording.Text{EN: "sub-processor", FR: "sous-traitant"}},
	{jurisdiction.Support, wording.Text{EN: "support", FR: "support"}},
	{jurisdiction.KeyCustodian, wording.Text{EN: "keys", FR: "clés"}},
	{jurisdiction.TechnologySupplier, wording.Text{EN: "technology", FR: "technologie"}},
	{jurisdiction.ModelDeveloper, wording.Text{EN: "model", FR: "modèle"}},
	{jurisdiction.Customer, wording.Text{EN: "organisation", FR: "organisation"}},
}

// role names the parts a party plays, and what it sees.
func (l *layout) role(p *jurisdiction.Party) wording.Text {
	var en, fr []string
	for _, r := range roleWords {
		if p.Roles.Has(r.role) && len(en) < 1 {
			en, fr = append(en, r.text.EN), append(fr, r.text.FR)
		}
	}
	access := wording.Text{}
	switch {
	case p.Roles.Has(jurisdiction.Customer):
	case p.Access.Min == jurisdiction.AccessPlaintext:
		access = wording.Text{EN: "reads content", FR: "lit le contenu"}
	case p.Access.Max == jurisdiction.AccessNone && len(en) > 0:
		access = wording.Text{EN: "no access", FR: "aucun accès"}
	case p.Access.Known() && p.Access.Max == jurisdiction.AccessCiphertext:
		access = wording.Text{EN: "ciphertext", FR: "chiffré"}
	case p.Access.Known() && p.Access.Max == jurisdiction.AccessMetadata:
		access = wording.Text{EN: "metadata", FR: "métadonnées"}
	case !p.Access.Known():
		access = wording.Text{EN: "access not known", FR: "accès inconnu"}
	}
	if !access.IsZero() {
		en, fr = append(en, access.EN), append(fr, access.FR)
	}
	return wording.Text{EN: strings.Join(en, ", "), FR: strings.Join(fr, ", ")}
}

// wrap cuts a name into bold lines of a number of letters.
func wrap(t wording.Text, letters, lines int) []Line {
	en, fr := cut(t.EN, letters, lines), cut(t.FR, letters, lines)
	out := make([]Line, max(len(en), len(fr)))
	for i := range out {
		out[i].Bold, out[i].Text = true, wording.Same(" ") // a line that one language does not need stays blank
		if i < len(en) {
			out[i].Text.EN = en[i]
		}
		if i < len(fr) {
			out[i].Text.FR = fr[i]
		}
	}
	return out
}

func cut(s string, letters, lines int) []string {
	var out []string
	cur := ""
	words := strings.Fields(s)
	for i, w := range words {
		switch {
		case cur == "":
			cur = w
		case len([]rune(cur+" "+w)) <= letters:
			cur += " " + w
		case len(out)+1 == lines:
			return append(out, shorten(strings.Join(append([]string{cur}, words[i:]...), " "), letters))
		default:
			out = append(out, cur)
			cur = w
		}
	}
	return append(out, shorten(cur, letters))
}

func shorten(s string, letters int) string {
	if r := []rune(s); len(r) > letters {
		return string(r[:letters-1]) + "…"
	}
	return s
}

// figure writes the percentage of a stake.
func figure(s *jurisdiction.Stake) wording.Text {
	t := s.Figure()
	num, rest, ok := strings.Cut(t, " %")
	if !ok {
		return wording.Same(t)
	}
	sign := ""
	if c, ok := strings.CutPrefix(num, "≥ "); ok {
		sign, num = "≥\u00a0", c
	}
	return wording.Text{EN: sign + wording.Percent(wording.EN, num) + rest, FR: sign + wording.Percent(wording.FR, num) + rest}
}

func unsure(s *jurisdiction.Stake) bool {
	return !s.Percent.Known() && s.Control != jurisdiction.ControlYes && s.Control != jurisdiction.ControlNo
}

var uses = map[string]wording.Text{
	"hosting": {EN: "hosting", FR: "hébergement"}, "compute": {EN: "GPU", FR: "GPU"}, "model": {EN: "model", FR: "modèle"}, "moderation": {EN: "moderation", FR: "modération"},
	"support": {EN: "support", FR: "support"}, "telemetry": {EN: "telemetry", FR: "télémesure"}, "key_custody": {EN: "keys", FR: "clés"}, "technology": {EN: "technology", FR: "technologie"}, "other": {EN: "other", FR: "autre"},
}

func use(s string) wording.Text {
	if t, ok := uses[s]; ok {
		return t
	}
	return wording.Same(shorten(s, 26))
}

// legend explains the signs that the scene may use.
func (l *layout) legend() {
	x, y := bandW+gutter, l.scene.Height-legendHeight+8
	add := func(k Key) {
		if x+250 > l.scene.Width {
			x, y = bandW+gutter, y+20
		}
		k.X, k.Y = x, y
		l.scene.Legend = append(l.scene.Legend, k)
		x += 60 + 6*max(len([]rune(k.Text.FR)), len([]rune(k.Text.EN)))
	}
	used := map[Zone]bool{}
	for _, b := range l.scene.Boxes {
		used[b.Zone] = true
	}
	for z := EEA; z <= Unknown; z++ {
		if used[z] {
			add(Key{Zone: z, Text: z.Word(), Dash: z == Unknown})
		}
	}
	for m := Exposed; m > Plain; m-- {
		t := m.Word()
		add(Key{Mark: m, Line: true, Text: wording.Text{EN: m.Sign() + " " + t.EN, FR: m.Sign() + " " + t.FR}})
	}
	add(Key{Line: true, Dash: true, Text: wording.Text{EN: "not known", FR: "inconnu"}})
	add(Key{Line: true, Text: wording.Text{EN: "stake; (c): control on record", FR: "participation ; (c) : contrôle consigné"}})
	if last := l.scene.Legend[len(l.scene.Legend)-1].Y + 44; last > l.scene.Height {
		l.scene.Height = last
	}
}

// words writes title, foot and the picture in words.
func (l *layout) words() {
	l.scene.Title = wording.Textf("Chain behind %s", "Chaîne derrière %s", l.name())
	l.scene.Foot = wording.Text{
		EN: "Facts of " + l.e.On.In(wording.EN) + ", law of " + l.e.LawOn.In(wording.EN) + ". Decision support, not legal advice.",
		FR: "Faits au " + l.e.On.In(wording.FR) + ", droit au " + l.e.LawOn.In(wording.FR) + ". Aide à la décision, sans valeur d'avis juridique.",
	}
	if l.e.Hypothetical {
		l.scene.Foot.EN += " Hypothetical: some facts are assumptions."
		l.scene.Foot.FR += " Hypothétique : certains faits sont des hypothèses."
	}
	var en, fr []string
	say := func(a, b string) { en, fr = append(en, a), append(fr, b) }
	say(l.dataWords().EN+".", l.dataWords().FR+".")
	for _, b := range l.scene.Boxes {
		if b.ID == offeringID {
			continue
		}
		var e, f []string
		for _, ln := range b.Lines {
			e, f = append(e, ln.Text.EN), append(f, ln.Text.FR)
		}
		band := bandOf(l.tier[b.ID])
		say(band.EN+": "+strings.Join(e, ", ")+".", band.FR+" : "+strings.Join(f, ", ")+".")
	}
	for _, x := range l.e.Exposures {
		if x.Status == jurisdiction.NotExposed || len(x.Paths) == 0 {
			continue
		}
		status := map[jurisdiction.Status]wording.Text{jurisdiction.Exposed: Exposed.Word(), jurisdiction.Arguable: Arguable.Word(), jurisdiction.Undetermined: Open.Word()}[x.Status]
		say(x.Short.EN+": "+status.EN+" ("+x.Paths[0].Chain.In(wording.EN)+").", x.Short.FR+" : "+status.FR+" ("+x.Paths[0].Chain.In(wording.FR)+").")
	}
	l.scene.Alt = wording.Text{EN: strings.Join(en, " "), FR: strings.Join(fr, " ")}
}

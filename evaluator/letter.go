package evaluator

import (
	"fmt"
	"slices"
	"strings"

	"vigie/catalog"
	"vigie/catalog/wording"
)

// MaxAsked is how many questions one party is asked at a time: more are not answered.
const MaxAsked = 10

// Letter is the questions put to one party, with the exact words of the dictionary. An empty To is a list for the
// organisation itself.
type Letter struct {
	To       catalog.Ref  `json:"to,omitzero"`
	Name     wording.Text `json:"name"`
	Offering catalog.Ref  `json:"offering"`
	On       catalog.Date `json:"on"`
	Subject  wording.Text `json:"subject"`
	Opening  wording.Text `json:"opening"`
	Items    []LetterItem `json:"items"`
	Closing  wording.Text `json:"closing"`
	Left     int          `json:"left"` // questions that wait for the next letter
}

// LetterItem is one question of a letter.
type LetterItem struct {
	Number  int          `json:"number"`
	Record  catalog.Ref  `json:"record"`
	Path    string       `json:"path"`
	About   wording.Text `json:"about"` // name of the record
	Text    wording.Text `json:"text"`
	Answers wording.Text `json:"answers,omitzero"` // what an answer may be
	Where   wording.Text `json:"where,omitzero"`   // where it is usually published
	Confirm bool         `json:"confirm"`
}

// Letters writes one letter to each party, with the questions that settle most, at most MaxAsked. Questions whose
// answers change nothing are left out, and those that several candidates share are asked once when they are given
// together.
func Letters(d *catalog.Dossier, dict *catalog.Dictionary, questions []Question) []Letter {
	var out []Letter
	for _, q := range questions {
		def, ok := dict.Fact(q.Path)
		if !ok || q.Record.IsZero() || q.settles() == 0 && q.Narrowing == 0 && q.Leader == 0 {
			continue
		}
		i := slices.IndexFunc(out, func(l Letter) bool { return l.To == q.Ask })
		if i < 0 {
			i = len(out)
			out = append(out, newLetter(d, q.Ask))
		}
		l := &out[i]
		if len(l.Items) == MaxAsked {
			l.Left++
			continue
		}
		l.Items = append(l.Items, LetterItem{Number: len(l.Items) + 1, Record: q.Record, Path: q.Path, About: d.Name(q.Record), Text: q.Text,
			Answers: answersOf(dict, def), Where: placesOf(dict, def), Confirm: q.Confirm})
	}
	slices.SortStableFunc(out, func(a, b Letter) int { return a.To.Compare(b.To) })
	return out
}

func newLetter(d *catalog.Dossier, to catalog.Ref) Letter {
	l := Letter{To: to, Name: d.Name(to), Offering: d.Offering, On: d.On, Items: []LetterItem{}}
	offering := d.Name(d.Offering)
	if to.IsZero() {
		l.Name = d.Name(d.Organisation)
		l.Subject = wording.Textf("What we have to establish ourselves about %s", "Ce que nous devons établir nous-mêmes sur %s", offering)
		l.Opening = wording.Textf("These facts are ours to state or to measure.", "Ces faits sont à indiquer ou à mesurer par nous-mêmes.")
		return l
	}
	l.Subject = wording.Textf("Due diligence on %s: questions", "Due diligence de %s : questions", offering)
	l.Opening = wording.Textf("We are assessing %s. On %s the answers below were not found in your published documents. Please answer each question, and name the document and clause, or attach it; \"we do not know\" and \"we do not commit\" are answers too.",
		"Nous évaluons %s. Au %s, les réponses ci-dessous n'ont pas été trouvées dans vos documents publiés. Merci de répondre à chaque question en citant le document et la clause, ou en les joignant ; « nous ne savons pas » et « nous ne nous engageons pas » sont aussi des réponses.",
		offering, wording.Text{EN: d.On.In(wording.EN), FR: d.On.In(wording.FR)})
	l.Closing = wording.Textf("What you mark as confidential will be kept so.", "Ce que vous signalerez comme confidentiel le restera.")
	return l
}

var answerForms = map[catalog.ValueType]wording.Text{
	catalog.TypeBoolean: {EN: "yes or no", FR: "oui ou non"},
	catalog.TypeDate:    {EN: "a day", FR: "une date"},
	catalog.TypeCountry: {EN: "a country", FR: "un pays"},
	catalog.TypePercent: {EN: "a percentage", FR: "un pourcentage"},
	catalog.TypeMoney:   {EN: "an amount and its currency", FR: "un montant et sa devise"},
}

func answersOf(dict *catalog.Dictionary, def *catalog.FactDef) wording.Text {
	if def.Type == catalog.TypeChoice {
		var en, fr []string
		for _, c := range def.Values {
			en, fr = append(en, c.EN), append(fr, c.FR)
		}
		t := wording.Text{EN: strings.Join(en, " / "), FR: strings.Join(fr, " / ")}
		if def.Many {
			return wording.Textf("all that apply: %s", "tout ce qui convient : %s", t)
		}
		return t
	}
	if def.Many && def.Type == catalog.TypeCountry {
		return wording.Textf("all the countries", "tous les pays")
	}
	if t, ok := answerForms[def.Type]; ok {
		return t
	}
	if def.Type.IsNumeric() && def.Unit != "" {
		return wording.Textf("a number, in %s", "un nombre, en %s", dict.Unit(def.Unit))
	}
	return wording.Text{}
}

func placesOf(dict *catalog.Dictionary, def *catalog.FactDef) wording.Text {
	var en, fr []string
	for _, p := range def.Where {
		en, fr = append(en, dict.Places[p].EN), append(fr, dict.Places[p].FR)
	}
	return wording.Text{EN: strings.Join(en, "; "), FR: strings.Join(fr, " ; ")}
}

// In is the letter as plain text in one language.
func (l Letter) In(lang wording.Lang) string {
	say := func(t wording.Text) string { return wording.Typeset(lang, t.In(lang)) }
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n\n%s\n\n%s\n", say(l.Name), say(l.Subject), say(l.Opening))
	about := wording.Text{}
	for _, i := range l.Items {
		if i.About != about {
			about = i.About
			fmt.Fprintf(&b, "\n%s\n", say(about))
		}
		fmt.Fprintf(&b, "%d. %s\n", i.Number, say(i.Text))
		if i.Confirm {
			fmt.Fprintf(&b, "   %s\n", say(wording.Textf("An answer is published; a contract clause, a certificate or an audit is needed.", "Une réponse est publiée ; il faut une clause contractuelle, un certificat ou un audit.")))
		}
		if !i.Answers.IsZero() {
			fmt.Fprintf(&b, "   [%s]\n", say(i.Answers))
		}
	}
	if !l.Closing.IsZero() {
		fmt.Fprintf(&b, "\n%s\n", say(l.Closing))
	}
	return b.String()
}

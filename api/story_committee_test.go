package api

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// committeeWords are what the committee reads on the way.
type committeeWords struct {
	offerings, use, choose, compare, differences, decide, send string
	owner, quorum, until, condition, reason                    string
	four                                                       []string
}

// The committee compares four offerings chosen from the list, moves weights by slider and by number, reads a reason, sees
// only what differs, and decides with conditions and a dissent: first too hastily, then rightly. All of it without a mouse.
func TestCommitteeStory(t *testing.T) {
	if testing.Short() {
		t.Skip("a browser is slow")
	}
	for lang, w := range map[string]committeeWords{
		"fr": {"Offres", "Assistant bureautique", "Choisir", "Comparer celles choisies", "Seulement les différences", "Enregistrer une décision", "Enregistrer la décision",
			"Dire qui répond", "membres ont pris part", "31 mars 2028", "Obtenir l'engagement écrit du fournisseur.", "La moins exposée des quatre.",
			[]string{"Mistral Medium 3.5 sur le point d'accès UE", "GPT-5.5 sur Azure", "Qwen Studio", "DeepSeek-R1 "}},
		"en": {"Offerings", "Internal office assistant", "Choose", "Compare those chosen", "Only differences", "Record a decision", "Record the decision",
			"Say who answers", "members took part", "31 March 2028", "Get the vendor's commitment in writing.", "The least exposed of the four.",
			[]string{"Mistral Medium 3.5 on Mistral's EU", "GPT-5.5 on Azure", "Qwen Studio", "DeepSeek-R1 "}},
	} {
		t.Run(lang, func(t *testing.T) {
			t.Parallel()
			h, _ := keepingHouse(t)
			p := signsIn(t, h, lang, "committee")

			// From the list of what can be bought, for one use, four of it into the basket.
			p.follow(w.offerings, "/"+lang+"/offerings")
			p.main()
			p.choose("#f-use_case", w.use)
			p.keys(kb.Enter)
			p.until("use_case=office-assistant")
			p.main()
			p.until(w.compare)
			p.tick4(w)
			p.follow(w.compare, "/"+lang+"/compare?")
			if n := p.count(".rank"); n != 4 {
				t.Fatalf("%d are compared", n)
			}

			// Weights: with the arrows on a slider, then as a number. The page is never loaded again.
			p.main()
			p.stays()
			before := p.text("#answer")
			p.tab("#s-data")
			for range 12 {
				p.keys(kb.ArrowRight)
			}
			byArrows := p.changed("#answer", before)
			if s := p.stop(); s.ID != "s-data" || !s.Seen {
				t.Errorf("after the ranking answered the focus is on %+v", s)
			}
			p.write("#w-data", "60")
			p.changed("#answer", byArrows)

			// Why a cell is what it is, and back to it.
			cell := p.tab(".cell")
			p.keys(kb.Enter)
			p.do(chromedp.WaitVisible("#reason-title"))
			p.keys(kb.Escape)
			if s := p.stop(); s.Name != cell.Name || !s.Seen {
				t.Errorf("after the reason was closed the focus is on %+v instead of %+v", s, cell)
			}
			if p.count("#reason-title") != 0 {
				t.Error("Escape leaves the reason open")
			}

			// Only what differs, with the weights as they are.
			p.back(w.differences)
			p.keys(kb.Enter)
			p.until("only=differences")
			if s := p.back("#w-data"); s.Value != "60" {
				t.Errorf("the weight that was moved is %s again", s.Value)
			}

			// The decision.
			p.back(w.decide)
			p.keys(kb.Enter)
			p.until("/" + lang + "/decide")
			p.look("decide-" + lang)
			p.main()
			p.radio("#outcome-approve", "outcome-approve_with_conditions")
			p.write("#cond-0-text", w.condition)
			p.write("#member-1-name", "Camille Duval")
			p.write("#quorum", "3")
			p.write("#until", w.until)
			p.write("#reason", w.reason)
			p.tab(w.send)
			p.keys(kb.Enter)
			p.until(w.owner) // and everything else that is wrong with what was typed, with every entry kept
			p.onError()
			if got := p.text(".errors"); strings.Count(got, "\n") < 1 {
				t.Errorf("what is wrong with the decision: %s", got)
			}

			// Then by the rules of decisions: a quorum, and an answer to every knock-out, each called by its name.
			p.write("#cond-0-owner", "Camille Duval")
			p.write("#cond-0-due", w.until)
			p.tab(w.send)
			p.keys(kb.Enter)
			p.until(w.quorum)
			p.onError()
			if got := p.text(".errors"); strings.Contains(got, "ko-") {
				t.Errorf("an id where words belong: %s", got)
			}
			p.look("decide-refused-" + lang)
			n := p.count(".condition")
			for i := range max(n-spareConditionsShown, 1) {
				// Every knock-out that speaks against it is answered; the spare lines stay empty.
				p.write("#cond-"+itoa(i)+"-text", w.condition)
				p.write("#cond-"+itoa(i)+"-owner", "Camille Duval")
				p.write("#cond-"+itoa(i)+"-due", w.until)
			}
			p.write("#member-2-name", "Dominique Petit")
			p.check("#member-2-dissent")
			p.write("#member-2-words", "…")
			p.tab(w.send)
			p.keys(kb.Enter)
			p.until("/" + lang + "/decisions/")
			p.until(w.condition)
			p.until(w.reason)
			p.look("decided-" + lang)
		})
	}
}

// spareConditionsShown is how many empty conditions the form offers beyond the knock-outs.
const spareConditionsShown = 2

// tick4 chooses offerings of a long list, in the order in which it has them.
func (p *person) tick4(w committeeWords) {
	p.t.Helper()
	left := len(w.four)
	for left > 0 {
		s := p.walk(w.choose, farthest)
		for _, name := range w.four {
			if strings.Contains(strings.ReplaceAll(s.Name, "’", "'"), name) {
				p.keys(" ")
				left--
				break
			}
		}
		p.keys(kb.Tab)
	}
}

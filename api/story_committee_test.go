package api

import (
	"strings"
	"testing"
)

// The committee compares four offerings, moves weights, and decides with conditions: first too hastily, then rightly.
func TestCommitteeStory(t *testing.T) {
	if testing.Short() {
		t.Skip("a browser is slow")
	}
	words := map[string]struct{ owner, quorum, until, condition, conditions, reason string }{
		"fr": {"Dire qui répond", "membres ont pris part", "31 mars 2028", "Obtenir l'engagement écrit du fournisseur.", "Conditions", "La moins exposée des quatre."},
		"en": {"Say who answers", "members took part", "31 March 2028", "Get the vendor's commitment in writing.", "Conditions", "The least exposed of the four."},
	}
	for _, lang := range []string{"fr", "en"} {
		t.Run(lang, func(t *testing.T) {
			w := words[lang]
			h, _ := keepingHouse(t)
			p := signsIn(t, h, lang, "committee")
			four := []string{"mistral-api-eu-medium-3.5", "azure-openai-eu-gpt-5.5", "qwen-studio", "self-hosted-deepseek-r1"}
			p.open("/" + lang + "/compare?use_case=office-assistant&offering=" + strings.Join(four, "&offering="))
			before := p.text("#answer")
			p.open("/" + lang + "/compare?use_case=office-assistant&w.data=60&offering=" + strings.Join(four, "&offering="))
			if after := p.text("#answer"); after == before {
				t.Error("moving a weight changes nothing")
			}
			p.tick(`a[href*="/decide?"][href*="offering=mistral-api-eu-medium-3.5"]`)
			p.until("/" + lang + "/decide")
			p.look("decide-" + lang)
			p.tick("#outcome-approve_with_conditions")
			p.set("until", w.until)
			p.set("reason", w.reason)
			p.set("quorum", "3")
			p.set("member-1-name", "Camille Duval")
			p.set("cond-0-text", w.condition)
			p.tick("form.decide > p button[type=submit]")
			p.until(w.owner) // and everything else that is wrong with what was typed, with every entry kept
			if got := p.text(".errors"); strings.Count(got, "\n") < 1 {
				t.Errorf("what is wrong with the decision: %s", got)
			}
			// Then by the rules of decisions: a quorum, and an answer to every knock-out, each called by its name.
			p.set("cond-0-owner", "Camille Duval")
			p.set("cond-0-due", w.until)
			p.tick("form.decide > p button[type=submit]")
			p.until(w.quorum)
			if got := p.text(".errors"); strings.Contains(got, "ko-") {
				t.Errorf("an id where words belong: %s", got)
			}
			p.look("decide-refused-" + lang)
			p.set("member-2-name", "Dominique Petit")
			p.tick("#member-2-dissent")
			p.set("member-2-words", "…")
			n := p.count(".condition")
			for i := range n {
				// Every knock-out that speaks against it is answered; the spare lines stay empty.
				if i < n-spareConditionsShown {
					p.set("cond-"+itoa(i)+"-text", w.condition)
					p.set("cond-"+itoa(i)+"-owner", "Camille Duval")
					p.set("cond-"+itoa(i)+"-due", w.until)
				}
			}
			if n == spareConditionsShown { // nothing speaks against it: one condition all the same
				p.set("cond-0-owner", "Camille Duval")
				p.set("cond-0-due", w.until)
			}
			p.tick("form.decide > p button[type=submit]")
			p.until("/" + lang + "/decisions/")
			p.until(w.condition)
			p.until(w.reason)
			p.look("decided-" + lang)
		})
	}
}

// spareConditionsShown is how many empty conditions the form offers beyond the knock-outs.
const spareConditionsShown = 2

package licence

import (
	"strings"
	"testing"
)

// TestVerdicts: one case for each kind of answer, made from corpus texts where a licence text is needed.
func TestVerdicts(t *testing.T) {
	set := mustBuiltin(t)
	texts := corpusTexts(t)
	text := func(id string) string { return string(texts[id]) }
	cases := []struct {
		name, in, licence string
		want              Verdict
		licences          string
	}{
		{"MIT with a holder", strings.Replace(text("mit"), "<year> <copyright holders>", "2025 Exemple SAS, Jean Dupont <jean@exemple.fr>", 1), "mit", Identified, "mit"},
		{"MIT without its title", strings.Replace(text("mit"), "MIT License", "", 1), "mit", Identified, "mit"},
		{"MIT under another title of its own", strings.Replace(text("mit"), "MIT License", "The MIT License (MIT)", 1), "mit", Identified, "mit"},
		{"MIT with a rule in the copyright line", strings.Replace(text("mit"), "<copyright holders>", "Acme. Not for commercial use", 1), "mit", WithDifferences, "mit"},
		{"Apache without its instructions", before(text("apache-2.0"), "END OF TERMS"), "apache-2.0", Identified, "apache-2.0"},
		{"Apache with its instructions filled in", strings.Replace(text("apache-2.0"), "[yyyy] [name of copyright owner]", "2024 Acme Corporation", 1), "apache-2.0", Identified, "apache-2.0"},
		{"Apache with half of its instructions", before(text("apache-2.0"), "Unless required by applicable law or agreed to in writing, software\ndistributed"), "apache-2.0", WithDifferences, "apache-2.0"},
		{"CC without its preamble", "Creative Commons Attribution 4.0 International\n\n" + text("cc-by-4.0")[strings.Index(text("cc-by-4.0"), "Creative Commons Attribution 4.0 International Public License"):], "cc-by-4.0", Identified, "cc-by-4.0"},
		{"Apache and the Commons Clause", text("apache-2.0") + "\n\n" + text("commons-clause"), "", Several, "apache-2.0 commons-clause"},
		{"Commons Clause on top of MIT", text("commons-clause") + "\n\n" + text("mit"), "", Several, "commons-clause mit"},
		{"licence and its policy", text("llama-3.2") + "\n\n" + text("llama-3.2-use-policy"), "", Several, "llama-3.2 llama-3.2-use-policy"},
		{"two classics", text("bsd-3-clause") + "\n---\n" + text("isc"), "", Several, "bsd-3-clause isc"},
		{"three, one of them altered", text("mit") + "\n" + strings.Replace(text("llama-3.1"), "700 million", "70 million", 1) + "\n" + text("isc"), "", Several, "mit llama-3.1 isc"},
		{"the same twice", text("isc") + "\n\n" + text("isc"), "isc", Identified, "isc"},
		{"fewer users", strings.Replace(text("llama-3.1"), "700 million", "70 million", 1), "llama-3.1", WithDifferences, "llama-3.1"},
		{"more users", strings.Replace(text("llama-3.1"), "700 million", "700 billion", 1), "llama-3.1", WithDifferences, "llama-3.1"},
		{"another title on a body", strings.Replace(text("llama-3.1"), "LLAMA 3.1 COMMUNITY LICENSE AGREEMENT", "LLAMA 3.2 COMMUNITY LICENSE AGREEMENT", 1), "llama-3.1", Conflict, "llama-3.1"},
		{"renamed throughout", strings.ReplaceAll(text("llama-3.1"), "3.1", "3.4"), "llama-3.1", WithDifferences, "llama-3.1"},
		{"MIT title on an Apache body", "MIT License\n\n" + strings.Replace(text("apache-2.0"), "Apache License\n", "", 1), "apache-2.0", Conflict, "apache-2.0"},
		{"first clauses only", text("llama-3.1")[:len(text("llama-3.1"))*2/5], "llama-3.1", Partial, "llama-3.1"},
		{"Cyrillic letters", strings.ReplaceAll(text("mit"), "charge", "сharge"), "mit", Identified, "mit"},
		{"a notice", "Licensed under the Apache License, Version 2.0 (the \"License\");\nyou may not use this file except in compliance with the License.\nYou may obtain a copy of the License at\n\nhttp://www.apache.org/licenses/LICENSE-2.0\n", "apache-2.0", Notice, ""},
		{"an AI notice", "Llama 3.1 is licensed under the Llama 3.1 Community License, Copyright © Meta Platforms, Inc. All Rights Reserved.", "llama-3.1", Notice, ""},
		{"an identifier", "SPDX-License-Identifier: Apache-2.0", "apache-2.0", NameOnly, ""},
		{"a name", "MIT License", "mit", NameOnly, ""},
		{"a code", "gemma", "gemma-tou-2025-03-24", NameOnly, ""},
		{"model card field", "license: llama3.1", "llama-3.1", NameOnly, ""},
		{"an address", "https://www.llama.com/llama3_1/license/", "", Pointer, ""},
		{"see the file", "See the LICENSE file in the root of this repository.", "", Pointer, ""},
		{"a readme that mentions one", strings.Repeat("This project shows how to fine-tune a model on your own data with a few scripts and a notebook. ", 40) + "It uses Llama 3.1 Community License Agreement models.", "", Unknown, ""},
		{"something else", strings.Repeat("The quick brown fox jumps over the lazy dog and then rests for a while. ", 30), "", Unknown, ""},
		{"a translation", strings.Repeat("Il est permis à toute personne obtenant une copie de ce logiciel de l'utiliser sans restriction, à condition de conserver cette mention. ", 5), "", Unknown, ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got := set.Identify([]byte(c.in), "LICENSE")
			var ids []string
			for _, l := range got.Licences {
				ids = append(ids, l.ID)
			}
			if got.Verdict != c.want || got.Licence != c.licence || strings.Join(ids, " ") != c.licences {
				t.Errorf("%s %q [%s], coverage %.2f; want %s %q [%s]", got.Verdict, got.Licence, strings.Join(ids, " "), got.Coverage, c.want, c.licence, c.licences)
				for i, d := range got.Differences {
					if i < 5 {
						t.Logf("%s %s: %.80q", d.Kind, d.Clause, Readable([]byte(c.in))[d.Start:d.End])
					}
				}
			}
			sane(t, []byte(c.in), got)
		})
	}
}

func before(s, mark string) string {
	i := strings.Index(s, mark)
	if i < 0 {
		return s
	}
	return s[:i]
}

// TestPlace: a difference is shown where it is, and under its clause.
func TestPlace(t *testing.T) {
	set := mustBuiltin(t)
	text := strings.Replace(string(corpusTexts(t)["llama-3.1"]), "greater than 700 million", "greater than 70 million", 1)
	got := set.Identify([]byte(text), "")
	at := strings.Index(text, "70 million")
	if len(got.Differences) != 1 {
		t.Fatalf("%d differences: %+v", len(got.Differences), got.Differences)
	}
	d := got.Differences[0]
	if d.Kind != Changed || d.Clause != "2" || d.Start > at || d.End < at+2 || d.End-d.Start > 80 {
		t.Errorf("%+v, the number is at %d: %q", d, at, text[d.Start:d.End])
	}
	s := set.NewSituation(common(organisations[1].facts, "text"), testRefs, testRates)
	j := set.JudgeText(got, s)
	if a, b := j.Rights[CommercialUse].Answer, j.Rights[TrainOnOutputs].Answer; a != Unsettled || b != Allowed {
		t.Errorf("commercial use %s, training %s; want the first withdrawn and the second kept", a, b)
	}
}

// TestSeveralRights: a rider takes away what the licence gives.
func TestSeveralRights(t *testing.T) {
	set := mustBuiltin(t)
	texts := corpusTexts(t)
	s := set.NewSituation(common(organisations[1].facts, "text"), testRefs, testRates)
	j := set.JudgeText(set.Identify([]byte(string(texts["apache-2.0"])+"\n\n"+string(texts["commons-clause"])), ""), s)
	if r := j.Rights[CommercialUse]; r.Answer != ConditionsNotMet || r.Licence != "commons-clause" {
		t.Errorf("selling a service under Apache with the Commons Clause: %s by %s", r.Answer, r.Licence)
	}
	j = set.JudgeText(set.Identify([]byte("nothing known"), ""), s)
	for _, name := range RightNames() {
		if j.Rights[name].Answer != Unsettled {
			t.Errorf("%s of an unknown text: %s", name, j.Rights[name].Answer)
		}
	}
}

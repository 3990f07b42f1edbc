package jurisdiction

import (
	"flag"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var casesFlag = flag.String("cases", "", "another file of cases, of the same form as testdata/cases.yaml")

func builtin(t testing.TB) *Laws {
	t.Helper()
	l, err := Builtin()
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// TestCases compares every case with the engine: statuses, triggers, parties, paths, levels, flags, SecNumCloud,
// SEAL ceiling, transfers and gaps. A computed law that a case does not list must come out not exposed.
func TestCases(t *testing.T) {
	files := []string{"testdata/cases.yaml", "testdata/triggers.yaml"}
	if *casesFlag != "" {
		files = []string{*casesFlag}
	}
	laws := builtin(t)
	for _, file := range files {
		for _, c := range readCases(t, file) {
			t.Run(c.ID, func(t *testing.T) {
				e := laws.Assess(c.graph(), c.AssessmentDate)
				if diff := cmp.Diff(c.expected(), c.got(e)); diff != "" {
					t.Errorf("the case says -, the walk says +:\n%s", diff)
				}
				for _, n := range c.Expected.MustNot {
					for _, x := range e.Exposures {
						if x.Law == n.Law && x.Status != NotExposed {
							t.Errorf("%s must not be met", n.Law)
						}
					}
				}
			})
		}
	}
}

// TestEveryTriggerMatters deletes each trigger in turn: at least one case must then fail.
func TestEveryTriggerMatters(t *testing.T) {
	laws := builtin(t)
	var cases []exposureCase
	for _, file := range []string{"testdata/cases.yaml", "testdata/triggers.yaml"} {
		cases = append(cases, readCases(t, file)...)
	}
	wants, graphs := make([]outcome, len(cases)), make([]*Graph, len(cases))
	for i := range cases {
		wants[i], graphs[i] = cases[i].expected(), cases[i].graph()
	}
	n := 0
	for _, law := range laws.List {
		for i := range law.Triggers {
			n++
			cut := *law
			cut.Triggers = slices.Delete(slices.Clone(law.Triggers), i, i+1)
			changed := laws.With(&cut)
			noticed := false
			for k := range cases {
				if !cmp.Equal(wants[k], cases[k].got(changed.Assess(graphs[k], cases[k].AssessmentDate))) {
					noticed = true
					break
				}
			}
			if !noticed {
				t.Errorf("no case notices that %s is deleted: %s", law.Triggers[i].ID, law.Triggers[i].Text.EN)
			}
		}
	}
	if n != 109 {
		t.Errorf("%d triggers are on file; 109 were", n)
	}
}

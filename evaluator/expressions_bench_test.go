package evaluator_test

import (
	"testing"

	"vigie/evaluator"
)

// BenchmarkExpressions times the CEL part of an assessment of the invented vendor, with every fact known and with
// eight unknown: the second is to cost at most two and a half times the first.
func BenchmarkExpressions(b *testing.B) {
	s := open(b)
	d := exempliaDossier(b, s, "office-assistant")
	in := evaluator.Input{Dossier: d, Dictionary: s.Dictionary, Framework: s.Framework, Weights: s.Framework.WeightSets["office-assistant"],
		Knowledge: s.Knowledge, Derived: exempliaDerived(b, s, d, readExemplia(b)), Version: "bench"}
	for name, unknown := range map[string][]string{
		"known": nil,
		"8_unknown": {"terms.retention_days", "sla.availability_percent", "offering.processing_countries", "offering.key_custody",
			"model.weights", "vendor.profitable", "terms.exit_notice_days", "exposure.worst"},
	} {
		run := in.Expressions(unknown)
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if err := run(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

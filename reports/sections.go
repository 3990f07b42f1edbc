package reports

import (
	"vigie/catalog/wording"
	"vigie/evaluator"
	"vigie/reports/tree"
)

// Law builds the sections of a report that tell exposure to foreign law, sovereignty, and licence and rights, then the
// sources they cite: for pages, and for readers who ask about nothing else. No assessment, framework or weight set is
// needed. Sections bear no number.
func Law(in Input, lang wording.Lang) ([]tree.Section, error) {
	if in.Assessment == nil {
		in.Assessment = &evaluator.Assessment{On: in.Dossier.On}
	}
	b, err := newBuilder(in, lang)
	if err != nil {
		return nil, err
	}
	out := append(b.exposure(), b.sovereignty()...)
	out = append(out, b.rights()...)
	return append(out, b.sources()), nil
}

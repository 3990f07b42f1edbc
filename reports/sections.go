package reports

import (
	"vigie/catalog/wording"
	"vigie/evaluator"
	"vigie/reports/tree"
)

// Law builds the sections of a report that tell exposure to foreign law, sovereignty, and licence and rights:
// for pages, and for readers who ask about nothing else. No assessment, framework or weight set is needed. Sections bear
// no number; sources are cited by their rank among those of the dossier, the strongest first.
func Law(in Input, lang wording.Lang) ([]tree.Section, error) {
	if in.Assessment == nil {
		in.Assessment = &evaluator.Assessment{On: in.Dossier.On}
	}
	b, err := newBuilder(in, lang)
	if err != nil {
		return nil, err
	}
	out := append(b.exposure(), b.sovereignty()...)
	return append(out, b.rights()...), nil
}

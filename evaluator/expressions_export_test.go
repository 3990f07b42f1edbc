package evaluator

// Expressions gives the evaluation of every criterion's expressions over a reading in which some facts are made
// unknown, and nothing else: what the benchmark of the CEL part times.
func (in Input) Expressions(unknown []string) func() error {
	r := in.read(0)
	for _, path := range unknown {
		r.facts.SetUnknown(path)
		delete(r.possible, path)
	}
	return func() error {
		_, err := in.judge(r)
		return err
	}
}

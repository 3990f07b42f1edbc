package main

import (
	"errors"
	"slices"

	"github.com/spf13/cobra"

	"vigie/catalog"
)

func (a *app) assumeFlag(c *cobra.Command, list *[]string) {
	c.Flags().StringArrayVar(list, "assume", nil, a.say("what if: an `ASSUMPTION`; may be repeated", "et si : une `HYPOTHÈSE` ; répétable"))
}

// assumed makes the faults of assumptions name the flag that they were written with. texts are the assumptions as written.
func assumed(err error, texts []string) error {
	var invalid *catalog.InvalidError
	if !errors.As(err, &invalid) {
		return err
	}
	out := &catalog.InvalidError{Fields: slices.Clone(invalid.Fields)}
	for i, f := range out.Fields {
		if slices.Contains(texts, f.Path) {
			out.Fields[i].Path = "--assume " + f.Path
		}
	}
	return out
}

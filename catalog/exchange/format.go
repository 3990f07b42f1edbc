// Package exchange reads and writes claims as files: the YAML catalogue format (docs/catalogue-files.md), the Excel sheet
// of a vendor, model cards and CycloneDX ML-BOMs.
//
// A catalogue file is taken as it is. Everything else becomes a Proposal: what the file would claim, for a person to
// review. Only translation lives here: what a claim means, and which claim holds, is decided in package catalog.
package exchange

import (
	"go.yaml.in/yaml/v3"

	"vigie/catalog"
	"vigie/catalog/strict"
	"vigie/catalog/wording"
)

// noSource is written instead of the id of a source when none was read.
const noSource = "none"

// Format names the catalogue format and its version.
const Format = "vigie-catalogue/1"

type file struct {
	strict.Pos
	Format      string          `yaml:"format,required"`
	Recorded    recorded        `yaml:"recorded,required"`
	Sources     []sourceLine    `yaml:"sources"`
	Records     []recordBlock   `yaml:"records"`
	Withdrawals []withdrawal    `yaml:"withdrawals"`
	Settlements []settlementRow `yaml:"settlements"`
}

type recorded struct {
	strict.Pos
	At string `yaml:"at,required"`
	By string `yaml:"by,required"`
}

type sourceLine struct {
	strict.Pos
	ID           string `yaml:"id,required"`
	Title        string `yaml:"title,required"`
	Publisher    string `yaml:"publisher"`
	Kind         string `yaml:"kind"`
	Signed       bool   `yaml:"signed"`
	URL          string `yaml:"url"`
	File         string `yaml:"file"`
	Published    string `yaml:"published"`
	Read         string `yaml:"read"`
	ValidUntil   string `yaml:"valid_until"`
	Via          string `yaml:"via"`
	Undated      bool   `yaml:"undated"`
	Confidential bool   `yaml:"confidential"`
	Note         string `yaml:"note"`
}

type recordBlock struct {
	strict.Pos
	Kind   catalog.Kind `yaml:"kind,required"`
	ID     string       `yaml:"id,required"`
	Name   name         `yaml:"name"`
	From   *claimFrom   `yaml:"from"`
	Claims []claimLine  `yaml:"claims"`
}

type claimFrom struct {
	Source  string `yaml:"source,required"`
	Locator string `yaml:"locator"`
	AsOf    string `yaml:"as_of,required"`
}

// name is a text, or one text in each language.
type name struct {
	wording.Text
	pos strict.Pos
}

// DecodeNode implements strict.Custom.
func (t *name) DecodeNode(r *strict.Reader, n *yaml.Node, at string) {
	t.pos = r.Pos(n)
	if n.Kind == yaml.MappingNode {
		r.ValueOf(n, &t.Text, at)
		return
	}
	if s, ok := r.Scalar(n, at, wording.Textf("a name", "un nom")); ok {
		t.Text = wording.Text{EN: s}
	}
}

type claimLine struct {
	strict.Pos
	Path     string    `yaml:"path,required"`
	Value    *rawValue `yaml:"value"`
	Absent   bool      `yaml:"absent"`
	Complete *bool     `yaml:"complete"`
	Source   string    `yaml:"source"`
	Locator  string    `yaml:"locator"`
	AsOf     string    `yaml:"as_of"`
	Note     string    `yaml:"note"`
	Recorded *recorded `yaml:"recorded"`
}

type rawValue struct{ node *yaml.Node }

// DecodeNode keeps the node until the type of its fact is known.
func (v *rawValue) DecodeNode(_ *strict.Reader, n *yaml.Node, _ string) { v.node = n }

type withdrawal struct {
	strict.Pos
	Claim  string `yaml:"claim,required"`
	By     string `yaml:"by,required"`
	At     string `yaml:"at,required"`
	Reason string `yaml:"reason,required"`
}

type settlementRow struct {
	strict.Pos
	Kind   catalog.Kind `yaml:"kind,required"`
	ID     string       `yaml:"id,required"`
	Path   string       `yaml:"path,required"`
	Claim  string       `yaml:"claim,required"`
	By     string       `yaml:"by,required"`
	At     string       `yaml:"at,required"`
	Reason string       `yaml:"reason,required"`
}

package catalog

import (
	"cmp"
	"slices"
	"time"

	"vigie/catalog/wording"
)

// Catalogue is everything recorded: records, the claims about them, their sources, withdrawals and settlements.
// It is a plain value: nothing in it depends on the order in which files were read once Sort has run.
type Catalogue struct {
	Records     []Ref
	Claims      []Claim
	Sources     []Source
	Withdrawals []Withdrawal
	Settlements []Settlement
}

// Sort puts everything in its canonical order.
func (c *Catalogue) Sort() {
	slices.SortFunc(c.Records, Ref.Compare)
	c.Records = slices.Compact(c.Records)
	slices.SortFunc(c.Sources, func(a, b Source) int { return cmpString(a.ID, b.ID) })
	slices.SortStableFunc(c.Claims, func(a, b Claim) int {
		if d := a.Record.Compare(b.Record); d != 0 {
			return d
		}
		return cmpString(a.Path, b.Path)
	})
	// Only claims about the same fact need their hash to be told apart.
	for i := 0; i < len(c.Claims); {
		j := i + 1
		for j < len(c.Claims) && c.Claims[j].Record == c.Claims[i].Record && c.Claims[j].Path == c.Claims[i].Path {
			j++
		}
		if j-i > 1 {
			slices.SortFunc(c.Claims[i:j], func(a, b Claim) int { return cmpString(a.Hash(), b.Hash()) })
		}
		i = j
	}
	slices.SortFunc(c.Withdrawals, func(a, b Withdrawal) int {
		return cmp.Or(a.At.Compare(b.At), cmpString(a.Claim, b.Claim), cmpString(a.By, b.By), cmpString(a.Reason, b.Reason))
	})
	slices.SortFunc(c.Settlements, func(a, b Settlement) int {
		return cmp.Or(a.At.Compare(b.At), a.Record.Compare(b.Record), cmpString(a.Path, b.Path),
			cmpString(a.Claim, b.Claim), cmpString(a.By, b.By), cmpString(a.Reason, b.Reason))
	})
}

// Merge adds what another catalogue holds.
func (c *Catalogue) Merge(o *Catalogue) {
	c.Records = append(c.Records, o.Records...)
	c.Claims = append(c.Claims, o.Claims...)
	c.Sources = append(c.Sources, o.Sources...)
	c.Withdrawals = append(c.Withdrawals, o.Withdrawals...)
	c.Settlements = append(c.Settlements, o.Settlements...)
}

// IDs lists the ids of the records of one kind, sorted.
func (c *Catalogue) IDs(k Kind) []string {
	var out []string
	for _, r := range c.Records {
		if r.Kind == k {
			out = append(out, r.ID)
		}
	}
	slices.Sort(out)
	return out
}

// Has reports whether a record exists.
func (c *Catalogue) Has(r Ref) bool { return slices.Contains(c.Records, r) }

var kindLabels = map[Kind]wording.Text{
	Organisation: {EN: "Organisation", FR: "Organisation"}, UseCase: {EN: "Use case", FR: "Cas d'usage"},
	Vendor: {EN: "Vendor", FR: "Fournisseur"}, Stake: {EN: "Stake", FR: "Participation"},
	Subprocessing: {EN: "Sub-processing", FR: "Sous-traitance ultérieure"}, Certification: {EN: "Certificate", FR: "Certificat"},
	Model: {EN: "Model", FR: "Modèle"}, Licence: {EN: "Licence", FR: "Licence"}, Offering: {EN: "Offering", FR: "Offre"},
	Terms: {EN: "Terms", FR: "Conditions"}, SLA: {EN: "Service level", FR: "Niveau de service"},
	EnvironmentalStatement: {EN: "Environmental statement", FR: "Déclaration environnementale"},
	BenchmarkResult:        {EN: "Benchmark result", FR: "Résultat de benchmark"}, Price: {EN: "Price", FR: "Prix"},
}

// Label names the kind of record.
func (k Kind) Label() wording.Text { return kindLabels[k] }

// Find names the record of a kind and id, or says which ids are near.
func (c *Catalogue) Find(k Kind, id string) (Ref, error) {
	r := Ref{k, id}
	if c.Has(r) {
		return r, nil
	}
	return Ref{}, &NotFoundError{What: k.Label().Lower(), ID: id, Nearest: wording.NearestFew(id, c.IDs(k), 3)}
}

// EndOf is the last moment of a day in UTC, for "known on that day".
func EndOf(d Date) time.Time { return d.Time().Add(24*time.Hour - time.Nanosecond) }

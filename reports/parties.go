package reports

import (
	"slices"

	"vigie/catalog"
	"vigie/reports/tree"
)

// parties tells who is behind the offering: who serves it, who owns them, who works for them, where, and who holds
// the keys. What other rooms find out about them (Extra) follows.
func (b *builder) parties() tree.Section {
	s := tree.Section{ID: "parties", Title: b.say("Who is behind it", "Qui est derrière"), NewPage: true}
	s.Sections = append(s.Sections,
		tree.Section{ID: "roles", Title: b.say("Parties and their roles", "Parties et rôles"), Blocks: b.roleBlocks()},
		tree.Section{ID: "owners", Title: b.say("Owners", "Détenteurs"), Blocks: b.ownerBlocks()},
		tree.Section{ID: "subprocessors", Title: b.say("Sub-processors", "Sous-traitants ultérieurs"), Blocks: b.subprocessorBlocks()},
		tree.Section{ID: "places", Title: b.say("Places, access and keys", "Lieux, accès et clés"), Blocks: b.placeBlocks()})
	s.Sections = append(s.Sections, b.Extra...)
	return s
}

// A role is what a party does for the offering.
type role struct {
	ref   catalog.Ref
	words string
}

func (b *builder) roles() []role {
	d := b.Dossier
	var out []role
	add := func(r catalog.Ref, words string) {
		if r.IsZero() {
			return
		}
		for i := range out {
			if out[i].ref == r {
				out[i].words += b.say("; ", " ; ") + words
				return
			}
		}
		out = append(out, role{r, words})
	}
	add(d.Roles.Vendor, b.say("serves the offering", "sert l'offre"))
	if t := d.Record(d.Roles.Terms); t != nil {
		if f := t.Fact("terms.contracting_entity"); f.State == catalog.Known {
			for _, id := range f.Value.Texts() {
				add(catalog.Ref{Kind: catalog.Vendor, ID: id}, b.say("signs the contract", "signe le contrat"))
			}
		}
	}
	for _, r := range d.Roles.Parents {
		add(r, b.say("controls the vendor", "contrôle le fournisseur"))
	}
	for _, r := range d.Roles.Providers {
		add(r, b.say("made the model", "a conçu le modèle"))
	}
	sure, possible := d.SupplyLines()
	for _, sp := range sure {
		add(b.target(sp, "subprocessing.vendor", catalog.Vendor), b.say("sub-processor", "sous-traitant ultérieur"))
	}
	for _, sp := range possible {
		add(b.target(sp, "subprocessing.vendor", catalog.Vendor), b.say("perhaps a sub-processor", "sous-traitant ultérieur, peut-être"))
	}
	return out
}

// target is the record that a reference fact names.
func (b *builder) target(r *catalog.DossierRecord, path string, kind catalog.Kind) catalog.Ref {
	if f := r.Fact(path); f.State == catalog.Known && f.Value.Type == catalog.TypeReference && !f.Value.Many {
		return catalog.Ref{Kind: kind, ID: f.Value.Text}
	}
	return catalog.Ref{}
}

// cited is a fact's value with the number of its source.
func (b *builder) citedFact(r *catalog.DossierRecord, path string) tree.Text {
	f := r.Fact(path)
	out := b.state(b.def(path), f.State, f.Value, f.Disputed)
	if c := b.cite(f.Source); c != nil {
		out = out.Add(tree.T(" "), c)
	}
	return out
}

func (b *builder) roleBlocks() []tree.Block {
	var out []tree.Block
	if b.Dossier.Roles.SelfHosted {
		out = append(out, tree.Paragraph{Text: tree.T(b.say("The organisation serves the offering to itself: no vendor sees its content in ordinary running. What follows concerns those who made the model and those whose hardware or software it uses.",
			"L'organisation se sert elle-même : aucun fournisseur ne voit ses contenus en marche normale. Ce qui suit concerne ceux qui ont conçu le modèle et ceux dont elle emploie le matériel ou le logiciel."))})
	}
	t := tree.Table{Columns: []tree.Column{
		{Title: b.say("Party", "Partie"), Width: 28}, {Title: b.say("Role", "Rôle"), Width: 26},
		{Title: b.say("Incorporated in", "Immatriculée en"), Width: 23}, {Title: b.say("Central administration", "Administration centrale"), Width: 23}}}
	for _, x := range b.roles() {
		rec := b.Dossier.Record(x.ref)
		t.Rows = append(t.Rows, tree.Row{Cells: []tree.Cell{tree.C(b.link(x.ref)), tree.C(tree.T(x.words)),
			tree.C(b.citedFact(rec, "vendor.incorporation_country")), tree.C(b.citedFact(rec, "vendor.headquarters_country"))}})
	}
	if len(t.Rows) == 0 {
		return append(out, tree.Paragraph{Text: tree.Marked(tree.MarkUnknown, b.say("No party is known.", "Aucune partie n'est connue."))})
	}
	return append(out, t)
}

// stakesIn lists the stakes held in a party, largest known share first.
func (b *builder) stakesIn(held catalog.Ref) []*catalog.DossierRecord {
	var out []*catalog.DossierRecord
	for _, s := range b.Dossier.OfKind(catalog.Stake) {
		if b.target(s, "stake.vendor", catalog.Vendor) == held {
			out = append(out, s)
		}
	}
	slices.SortStableFunc(out, func(x, y *catalog.DossierRecord) int { return catalog.CompareDecimals(share(y), share(x)) })
	return out
}

func share(s *catalog.DossierRecord) string {
	for _, p := range []string{"stake.percent", "stake.percent_min", "stake.voting_percent", "stake.voting_min"} {
		if f := s.Fact(p); f.State == catalog.Known {
			return f.Value.Num
		}
	}
	return "0"
}

// held is a share in words: exact, or between what is known of it.
func (b *builder) held(s *catalog.DossierRecord, exact, low, high string) tree.Text {
	if f := s.Fact(exact); f.State != catalog.Unknown || f.Disputed {
		return b.citedFact(s, exact)
	}
	l, h := s.Fact(low), s.Fact(high)
	switch {
	case l.State == catalog.Known && h.State == catalog.Known:
		return tree.T(b.say("%s to %s", "de %s à %s", b.value(b.def(low), *l.Value).String(), b.value(b.def(high), *h.Value).String())).Add(tree.T(" "), b.cite(l.Source))
	case l.State == catalog.Known:
		return tree.T(b.say("at least %s", "au moins %s", b.value(b.def(low), *l.Value).String())).Add(tree.T(" "), b.cite(l.Source))
	case h.State == catalog.Known:
		return tree.T(b.say("at most %s", "au plus %s", b.value(b.def(high), *h.Value).String())).Add(tree.T(" "), b.cite(h.Source))
	}
	return b.citedFact(s, exact)
}

func (b *builder) ownerBlocks() []tree.Block {
	var out []tree.Block
	if b.walked != nil {
		out = append(out, tree.Paragraph{Text: tree.Text{{Text: b.say("The whole chain is drawn under “Exposure to foreign law”.", "La chaîne entière est dessinée sous « Exposition au droit étranger »."), To: "exposure-picture"}}})
	} else if d, ok := b.ownersDrawing(); ok {
		out = append(out, d)
	}
	t := tree.Table{Columns: []tree.Column{
		{Title: b.say("In", "Dans"), Width: 25}, {Title: b.say("Owner", "Détenteur"), Width: 29},
		{Title: b.say("Capital", "Capital"), Width: 16}, {Title: b.say("Votes", "Votes"), Width: 16}, {Title: b.say("Control", "Contrôle"), Width: 14}}}
	for _, s := range b.Dossier.OfKind(catalog.Stake) {
		in, owner := b.target(s, "stake.vendor", catalog.Vendor), b.target(s, "stake.owner", catalog.Vendor)
		t.Rows = append(t.Rows, tree.Row{Cells: []tree.Cell{tree.C(b.link(in)), tree.C(b.link(owner)),
			tree.C(b.held(s, "stake.percent", "stake.percent_min", "stake.percent_max")),
			tree.C(b.held(s, "stake.voting_percent", "stake.voting_min", "stake.voting_max")),
			tree.C(b.citedFact(s, "stake.control"))}})
	}
	if len(t.Rows) == 0 {
		return append(out, tree.Paragraph{Text: tree.Marked(tree.MarkUnknown, b.say("No owner is known: control of the parties above cannot be told.", "Aucun détenteur n'est connu : le contrôle des parties ci-dessus ne peut être établi."))})
	}
	return append(out, t)
}

func (b *builder) subprocessorBlocks() []tree.Block {
	t := tree.Table{Columns: []tree.Column{
		{Title: b.say("Company", "Société"), Width: 25}, {Title: b.say("Used by", "Employée par"), Width: 20}, {Title: b.say("For", "Pour"), Width: 23},
		{Title: b.say("Country", "Pays"), Width: 16}, {Title: b.say("Sees content", "Voit les contenus"), Width: 16}}}
	sure, possible := b.Dossier.SupplyLines()
	for i, s := range slices.Concat(sure, possible) {
		company := tree.Cell{b.link(b.target(s, "subprocessing.vendor", catalog.Vendor))}
		if i >= len(sure) {
			company = append(company, tree.Marked(tree.MarkUnknown, b.say("perhaps: it is not known whether it is used for this offering", "peut-être : on ignore si elle concourt à cette offre")))
		}
		t.Rows = append(t.Rows, tree.Row{Cells: []tree.Cell{company,
			tree.C(b.citedFact(s, "subprocessing.user")), tree.C(b.citedFact(s, "subprocessing.role")),
			tree.C(b.citedFact(s, "subprocessing.country")), tree.C(b.citedFact(s, "subprocessing.sees_content"))}})
	}
	var out []tree.Block
	if len(t.Rows) > 0 {
		out = append(out, t)
	} else {
		out = append(out, tree.Paragraph{Text: tree.T(b.say("No sub-processor is recorded.", "Aucun sous-traitant ultérieur n'est consigné."))})
	}
	// Whether the list is whole decides what its silence means.
	pairs := b.pairs(b.Dossier.Offering, "offering.subprocessors_complete")
	pairs = append(pairs, b.pairs(b.Dossier.Roles.Vendor, "vendor.subprocessors_complete")...)
	if len(pairs) > 0 {
		out = append(out, tree.KeyValues{Pairs: pairs, Wide: true})
	}
	return out
}

// pairs are facts of one record as lines: label, value and source.
func (b *builder) pairs(r catalog.Ref, paths ...string) []tree.Pair {
	var out []tree.Pair
	if r.IsZero() {
		return nil
	}
	for _, p := range paths {
		if b.def(p) == nil {
			continue
		}
		f := b.Dossier.Record(r).Fact(p)
		v := tree.Cell{b.citedFact(b.Dossier.Record(r), p)}
		out = append(out, tree.Pair{Key: b.label(p), Value: append(v, b.remarks(f)...)})
	}
	return out
}

func (b *builder) placeBlocks() []tree.Block {
	return []tree.Block{tree.KeyValues{Wide: true, Pairs: b.pairs(b.Dossier.Offering, "offering.processing_countries", "offering.storage_countries",
		"offering.metadata_countries", "offering.technical_data_countries", "offering.region_pinning", "offering.admin_countries", "offering.support_countries",
		"offering.vendor_access", "offering.key_custody", "offering.confidential_computing", "offering.disconnected_operation")}}
}

package exchange

import (
	"cmp"
	"slices"
	"strings"

	"vigie/catalog"
	"vigie/catalog/wording"
)

// carder makes claims about one model of what a card or a bill of materials says of it.
type carder struct {
	p        *Proposal
	dict     *catalog.Dictionary
	o        ReadOptions
	model    catalog.Ref
	source   string
	ids      map[catalog.Kind][]string
	names    map[catalog.Kind]map[string]string // ids by name, folded
	licences map[string]string                  // ids by SPDX identifier, in small letters
	err      error
}

func newCarder(p *Proposal, dict *catalog.Dictionary, o ReadOptions) *carder {
	return &carder{p: p, dict: dict, o: o, ids: map[catalog.Kind][]string{}, names: map[catalog.Kind]map[string]string{}}
}

// known lists the ids of a kind that exist, and their names.
func (c *carder) known(k catalog.Kind) ([]string, map[string]string) {
	if ids, ok := c.ids[k]; ok || c.o.Shelf == nil {
		return ids, c.names[k]
	}
	ids, err := c.o.Shelf.IDs(k)
	if err != nil {
		c.err = cmp.Or(c.err, err)
		return nil, nil
	}
	ids = slices.Sorted(slices.Values(ids))
	c.ids[k], c.names[k] = ids, map[string]string{}
	if len(ids) > MaxProposed { // names are then not looked at: ids and slugs are
		return ids, nil
	}
	refs := make([]catalog.Ref, len(ids))
	for i, id := range ids {
		refs[i] = catalog.Ref{Kind: k, ID: id}
	}
	recs, _, err := c.o.Shelf.Records(refs)
	if err != nil {
		c.err = cmp.Or(c.err, err)
		return ids, nil
	}
	if k == catalog.Licence {
		c.licences = map[string]string{}
	}
	for i := range recs {
		n := recs[i].Name()
		for _, l := range wording.Langs() {
			key := folded(n.In(l))
			if old, twice := c.names[k][key]; twice && old != recs[i].ID {
				c.names[k][key] = ""
				continue
			}
			c.names[k][key] = recs[i].ID
		}
		if f := recs[i].Fact("licence.spdx"); k == catalog.Licence && f.State == catalog.Known {
			c.licences[strings.ToLower(f.Value.Text)] = recs[i].ID
		}
	}
	return ids, c.names[k]
}

// find gives the id of a record by what a file calls it: its id, its name, or a repository's "owner/name".
func (c *carder) find(k catalog.Kind, words string) string {
	ids, names := c.known(k)
	last := words[strings.LastIndexByte(words, '/')+1:]
	for _, w := range []string{words, last} {
		for _, id := range []string{strings.ToLower(w), slug(w), strings.ReplaceAll(slug(w), ".", "-")} {
			if _, ok := slices.BinarySearch(ids, id); ok {
				return id
			}
		}
		if id := names[folded(w)]; id != "" {
			return id
		}
		if id := names[folded(strings.ReplaceAll(w, "-", " "))]; id != "" {
			return id
		}
	}
	return ""
}

// refer gives the id of a record that a file names, and makes a thin one when it is not known.
func (c *carder) refer(k catalog.Kind, words string, at Spot) string {
	if id := c.find(k, words); id != "" {
		return id
	}
	id := slug(words[strings.LastIndexByte(words, '/')+1:])
	if !catalog.ValidID(id) || id == noSource {
		c.p.fault(at, "name", wording.Textf("no record can be called %s", "aucune fiche ne peut s'appeler %s", wording.Quoted(words)))
		return ""
	}
	c.thin(catalog.Ref{Kind: k, ID: id}, words, at)
	return id
}

// thin adds a record that is known by its name only.
func (c *carder) thin(r catalog.Ref, name string, at Spot) {
	if slices.Contains(c.p.Records, r) {
		return
	}
	c.p.record(r)
	c.claim(r, r.Kind.NamePath(), catalog.TextValue(name), at, "")
	if r != c.model {
		c.p.note(at, "new_record", "%s is not known yet (%s): a new record, by its name only", "%s n'est pas encore connu (%s) : une fiche nouvelle, par son seul nom", wording.Quoted(name), r.Kind.Label().Lower())
	}
}

// claim adds a claim, or a fault when the value does not fit the fact.
func (c *carder) claim(r catalog.Ref, path string, v catalog.Value, at Spot, note string) {
	def, ok := c.dict.Fact(path)
	if !ok {
		return // an organisation's dictionary may leave it out
	}
	if faults := def.Faults(v); len(faults) > 0 {
		c.p.fault(at, "value", faults[0])
		return
	}
	c.p.Claims = append(c.p.Claims, Proposed{Record: r, Path: path, State: catalog.Known, Value: &v, Source: c.source, Locator: at.In(wording.EN), Note: shorten(note, maxShortText), AsOf: c.o.Day, At: at})
}

// about settles which model a file speaks of: the one that was named, else one of its name, else a new one.
func (c *carder) about(name string, at Spot) error {
	switch {
	case !c.o.About.IsZero():
		c.model = c.o.About
		if c.model.Kind != catalog.Model || !catalog.ValidID(c.model.ID) {
			return tooMuch(Spot{}, "a model card speaks of a model, not of %s", "une fiche de modèle parle d'un modèle, non de %s", c.model.String())
		}
		if ids, _ := c.known(catalog.Model); c.o.Shelf != nil && !slices.Contains(ids, c.model.ID) {
			c.thin(c.model, cmp.Or(name, c.model.ID), at)
		}
	case name == "":
		return tooMuch(at, "it does not say which model it speaks of: name the record (--about model/ID)", "il n'est pas dit de quel modèle il s'agit : nommer la fiche (--about model/ID)")
	default:
		id := c.find(catalog.Model, name)
		if id == "" {
			id = slug(name[strings.LastIndexByte(name, '/')+1:])
			if !catalog.ValidID(id) {
				return tooMuch(at, "no id can be made of the name %s: name the record (--about model/ID)", "aucun identifiant ne peut se tirer du nom %s : nommer la fiche (--about model/ID)", wording.Quoted(name))
			}
			c.model = catalog.Ref{Kind: catalog.Model, ID: id}
			c.thin(c.model, name, at)
			c.p.note(at, "new_model", "no model of this name is known: a new record, %s. If it is one that exists, name it (--about model/ID)", "aucun modèle de ce nom n'est connu : une fiche nouvelle, %s. S'il existe déjà, le nommer (--about model/ID)", c.model.String())
		}
		c.model = catalog.Ref{Kind: catalog.Model, ID: id}
	}
	c.p.About = c.model
	return nil
}

// cite makes the file the source of what it says.
func (c *carder) cite(title string) {
	id := strings.ReplaceAll(string(c.p.From.Kind), "_", "-") + "-" + c.p.From.SHA256[:12]
	s := catalog.Source{ID: id, Title: shorten(title, 300), Publisher: c.o.Declared, Kind: catalog.KindPublication, File: c.p.From.SHA256, Read: c.o.Day, Undated: true}
	c.p.Sources = append(c.p.Sources, s)
	c.source = id
}

// licence claims the licence of the model by what a file calls it.
func (c *carder) licence(words, name string, at Spot, note string) {
	c.known(catalog.Licence)
	id := c.licences[strings.ToLower(words)]
	if id == "" && words != "" {
		id = c.find(catalog.Licence, words)
	}
	if id == "" && name != "" {
		id = c.find(catalog.Licence, name)
	}
	if id == "" {
		called := cmp.Or(name, words)
		if id = c.refer(catalog.Licence, called, at); id == "" {
			return
		}
		c.p.note(at, "licence", "give the text of the licence %s to vigie licence: its name proves nothing", "donner le texte de la licence %s à vigie licence : son nom ne prouve rien", wording.Quoted(called))
	}
	c.claim(c.model, "model.licence", catalog.Value{Type: catalog.TypeReference, Text: id}, at, note)
}

// bases claims what the model derives from. The list is open: a card names what its author thought of.
func (c *carder) bases(names []string, at Spot, note string) {
	var list []catalog.Value
	for _, n := range names {
		if id := c.refer(catalog.Model, n, at); id != "" && id != c.model.ID {
			list = append(list, catalog.Value{Type: catalog.TypeReference, Text: id})
		}
	}
	if len(list) > 0 {
		c.claim(c.model, "model.base_models", catalog.ListValue(catalog.TypeReference, false, list...), at, note)
	}
}

func (c *carder) choices(path string, codes []string, at Spot, note string) {
	if len(codes) == 0 {
		return
	}
	var list []catalog.Value
	for _, code := range codes {
		list = append(list, catalog.ChoiceValue(code))
	}
	c.claim(c.model, path, catalog.ListValue(catalog.TypeChoice, false, list...), at, note)
}

// remark keeps what no other fact holds.
func (c *carder) remark(en, fr string, at Spot) {
	c.claim(c.model, "model.remark", catalog.Value{Type: catalog.TypeText, Text: shorten(en, maxShortText), FR: shorten(fr, maxShortText)}, at, "")
}

// result claims one benchmark result.
func (c *carder) result(n int, benchmark, score, measuredBy, remark string, at Spot) {
	r := catalog.Ref{Kind: catalog.BenchmarkResult, ID: c.made(catalog.BenchmarkResult, benchmark, n)}
	c.p.record(r)
	c.claim(r, "benchmark_result.name", catalog.TextValue(shorten(benchmark+", "+c.model.ID, 200)), at, "")
	c.claim(r, "benchmark_result.model", catalog.Value{Type: catalog.TypeReference, Text: c.model.ID}, at, "")
	c.claim(r, "benchmark_result.benchmark", catalog.TextValue(benchmark), at, "")
	c.claim(r, "benchmark_result.score", catalog.NumValue(catalog.TypeNumber, score), at, "")
	if measuredBy != "" {
		c.claim(r, "benchmark_result.measured_by", catalog.ChoiceValue(measuredBy), at, "")
	}
	if remark != "" {
		c.claim(r, "benchmark_result.remark", catalog.TextValue(shorten(remark, maxShortText)), at, "")
	}
}

// statement claims one environmental figure about the model.
func (c *carder) statement(what, scope, metric, value, unit, functional, remark string, n int, at Spot) {
	r := catalog.Ref{Kind: catalog.EnvironmentalStatement, ID: c.made(catalog.EnvironmentalStatement, what, n)}
	c.p.record(r)
	c.claim(r, "environmental_statement.name", catalog.TextValue(shorten(c.model.ID+", "+what, 200)), at, "")
	c.claim(r, "environmental_statement.about_model", catalog.Value{Type: catalog.TypeReference, Text: c.model.ID}, at, "")
	c.claim(r, "environmental_statement.scope", catalog.ChoiceValue(scope), at, "")
	c.claim(r, "environmental_statement.metric", catalog.ChoiceValue(metric), at, "")
	c.claim(r, "environmental_statement.value", catalog.NumValue(catalog.TypeNumber, value), at, "")
	c.claim(r, "environmental_statement.unit", catalog.ChoiceValue(unit), at, "")
	if functional != "" {
		c.claim(r, "environmental_statement.functional_unit", catalog.ChoiceValue(functional), at, "")
	}
	if remark != "" {
		c.claim(r, "environmental_statement.remark", catalog.TextValue(shorten(remark, maxShortText)), at, "")
	}
}

// made is the id of a record that a file makes: the same each time the same file is read.
func (c *carder) made(k catalog.Kind, what string, n int) string {
	id := c.model.ID
	if s := slug(what); s != "" {
		id += "--" + s
	}
	if len(id) > 100 {
		id = strings.Trim(id[:100], "-.")
	}
	return id + "-" + catalog.MustHash([]any{c.p.From.SHA256, string(k), n})[:6]
}

// finish gives the proposal.
func (c *carder) finish() (*Proposal, error) {
	if c.err != nil {
		return nil, c.err
	}
	if len(c.p.Claims)+len(c.p.Records) > MaxProposed {
		return nil, tooMuch(Spot{}, "the file would claim more than %d facts", "le fichier alléguerait plus de %d faits", MaxProposed)
	}
	return c.p.sort(), nil
}

package exchange

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	cdx "github.com/CycloneDX/cyclonedx-go"
	"github.com/go-json-experiment/json/jsontext"

	"vigie/catalog"
	"vigie/catalog/wording"
)

// The limits of a bill of materials.
const (
	maxBOM      = 8 << 20
	maxBOMDepth = 64
	maxBOMItems = 400_000 // tokens of its JSON
)

// IsMLBOM reports whether a file is a CycloneDX bill of materials in JSON.
func IsMLBOM(data []byte) bool {
	head := bytes.TrimLeft(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf")), " \t\r\n")
	return bytes.HasPrefix(head, []byte("{")) && bytes.Contains(data, []byte(`"bomFormat"`))
}

// ReadMLBOM reads the model of a CycloneDX ML-BOM (JSON, specification 1.5 to 1.7): its maker, licence, digest, what it
// derives from, modalities, measured performance and environmental figures, as proposed claims with the file as their source.
func ReadMLBOM(data []byte, dict *catalog.Dictionary, o ReadOptions) (*Proposal, error) {
	p := newProposal(MLBOM, o.Name, data, o.Day)
	bom, err := decodeBOM(data)
	if err != nil {
		return nil, named(o.Name, err)
	}
	m := &mlbom{carder: newCarder(p, dict, o)}
	if err := m.read(bom); err != nil {
		return nil, named(o.Name, err)
	}
	return m.finish()
}

func decodeBOM(data []byte) (*cdx.BOM, error) {
	if len(data) > maxBOM {
		return nil, tooMuch(Spot{}, "the file is larger than %d MiB", "le fichier dépasse %d Mio", maxBOM>>20)
	}
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	// A first pass finds what a decoder of structs would step over: repeated keys, endless nesting, a second value.
	dec := jsontext.NewDecoder(bytes.NewReader(data))
	for n := 0; ; n++ {
		_, err := dec.ReadToken()
		if err == io.EOF {
			break
		}
		at := Spot{Key: string(dec.StackPointer())}
		switch {
		case err != nil:
			return nil, tooMuch(at, "the file is not JSON, or a key stands twice: %s", "le fichier n'est pas du JSON, ou une clé y figure deux fois : %s", wording.Quoted(err.Error()))
		case dec.StackDepth() > maxBOMDepth || n > maxBOMItems:
			return nil, tooMuch(at, "the bill of materials is too deep or too large", "la nomenclature est trop profonde ou trop grande")
		}
	}
	var bom cdx.BOM
	if err := cdx.NewBOMDecoder(bytes.NewReader(data), cdx.BOMFileFormatJSON).Decode(&bom); err != nil {
		return nil, tooMuch(Spot{}, "the file is no CycloneDX bill of materials: %s", "le fichier n'est pas une nomenclature CycloneDX : %s", wording.Quoted(err.Error()))
	}
	if bom.BOMFormat != cdx.BOMFormat {
		return nil, tooMuch(Spot{Key: "bomFormat"}, "expected CycloneDX, found %s", "attendu : CycloneDX ; trouvé : %s", wording.Quoted(bom.BOMFormat))
	}
	return &bom, nil
}

type mlbom struct {
	*carder
	key string // of the component
}

func (m *mlbom) at(key string) Spot { return Spot{Key: strings.Trim(m.key+"."+key, ".")} }

// all gives every component with its key, those inside others too.
func all(bom *cdx.BOM) (keys []string, out []*cdx.Component) {
	var walk func(key string, list *[]cdx.Component)
	walk = func(key string, list *[]cdx.Component) {
		if list == nil {
			return
		}
		for i := range *list {
			c := &(*list)[i]
			k := fmt.Sprintf("%scomponents[%d]", key, i)
			keys, out = append(keys, k), append(out, c)
			walk(k+".", c.Components)
		}
	}
	if bom.Metadata != nil && bom.Metadata.Component != nil {
		keys, out = append(keys, "metadata.component"), append(out, bom.Metadata.Component)
		walk("metadata.component.", bom.Metadata.Component.Components)
	}
	walk("", bom.Components)
	return keys, out
}

func (m *mlbom) read(bom *cdx.BOM) error {
	keys, components := all(bom)
	var models []int
	for i, c := range components {
		if c.Type == cdx.ComponentTypeMachineLearningModel {
			models = append(models, i)
		}
	}
	if len(models) == 0 {
		return tooMuch(Spot{}, "the bill of materials names no model (type machine-learning-model)", "la nomenclature ne nomme aucun modèle (type machine-learning-model)")
	}
	pick := models[0]
	if len(models) > 1 {
		var names []string
		found := false
		for _, i := range models {
			names = append(names, components[i].Name)
			if !m.o.About.IsZero() && m.find(catalog.Model, called(components[i])) == m.o.About.ID {
				pick, found = i, true
			}
		}
		if !found {
			m.p.note(Spot{Key: keys[pick]}, "several", "the bill of materials names several models (%s); the first was read", "la nomenclature nomme plusieurs modèles (%s) ; le premier a été lu", shorten(strings.Join(names, ", "), 300))
		}
	}
	c := components[pick]
	m.key = keys[pick]
	title := called(c)
	m.cite(title + ", ML-BOM")
	if bom.Metadata != nil {
		m.dated(bom.Metadata.Timestamp)
	}
	if err := m.about(title, m.at("name")); err != nil {
		return err
	}
	m.maker(c)
	m.licences(c)
	if c.Hashes != nil {
		for _, h := range *c.Hashes {
			if h.Algorithm == cdx.HashAlgoSHA256 && h.Value != "" {
				m.claim(m.model, "model.identifier", catalog.TextValue("sha256:"+strings.ToLower(h.Value)), m.at("hashes"), "")
				break
			}
		}
	}
	if c.Pedigree != nil && c.Pedigree.Ancestors != nil {
		var names []string
		for i := range *c.Pedigree.Ancestors {
			if n := called(&(*c.Pedigree.Ancestors)[i]); n != "" {
				names = append(names, n)
			}
		}
		m.bases(names, m.at("pedigree.ancestors"), "")
	}
	if c.ModelCard != nil {
		m.card(c.ModelCard, components)
	}
	return nil
}

// called is the name of a component with its version, unless the name holds it already.
func called(c *cdx.Component) string {
	name := strings.TrimSpace(c.Name)
	if c.Group != "" && !strings.Contains(name, "/") {
		name = c.Group + "/" + name
	}
	if v := strings.TrimSpace(c.Version); v != "" && !strings.Contains(folded(name), folded(v)) {
		name += " " + v
	}
	return name
}

// dated takes the day of the file as that of its claims, when it has passed.
func (m *mlbom) dated(stamp string) {
	if d, ok := catalog.ParseDate(stamp[:min(len(stamp), 10)]); ok && !d.After(m.o.Day) {
		s := &m.p.Sources[len(m.p.Sources)-1]
		s.Published, s.Undated = d, false
		m.o.Day = d
	}
}

func (m *mlbom) maker(c *cdx.Component) {
	name, key := "", ""
	for _, o := range []struct {
		key    string
		entity *cdx.OrganizationalEntity
	}{{"manufacturer", c.Manufacturer}, {"supplier", c.Supplier}} {
		if name == "" && o.entity != nil {
			name, key = strings.TrimSpace(o.entity.Name), o.key
		}
	}
	if name == "" {
		name, key = strings.TrimSpace(c.Publisher), "publisher"
	}
	if name == "" {
		return
	}
	if id := m.refer(catalog.Vendor, name, m.at(key)); id != "" {
		m.claim(m.model, "model.provider", catalog.Value{Type: catalog.TypeReference, Text: id}, m.at(key), "")
	}
}

func (m *mlbom) licences(c *cdx.Component) {
	if c.Licenses == nil || len(*c.Licenses) == 0 {
		return
	}
	at := m.at("licenses")
	if len(*c.Licenses) > 1 {
		m.p.fault(at, "licence", wording.Textf("several licences are named, and a model has one record of licence: say which one holds for the weights", "plusieurs licences sont nommées, et un modèle n'a qu'une fiche de licence : dire laquelle vaut pour les poids"))
		return
	}
	l := (*c.Licenses)[0]
	switch {
	case l.License != nil && (l.License.ID != "" || l.License.Name != ""):
		note := ""
		if l.License.URL != "" {
			note = "url: " + l.License.URL
		}
		m.licence(l.License.ID, l.License.Name, at, note)
	case l.Expression != "" && !strings.Contains(l.Expression, " "):
		m.licence(l.Expression, "", at, "")
	case l.Expression != "":
		m.p.fault(at, "licence", wording.Textf("the licences %s are joined: say which one holds for the weights", "les licences %s sont combinées : dire laquelle vaut pour les poids", wording.Quoted(l.Expression)))
	}
}

func (m *mlbom) card(card *cdx.MLModelCard, components []*cdx.Component) {
	if mp := card.ModelParameters; mp != nil {
		m.formats("model.input_modalities", mp.Inputs, m.at("modelCard.modelParameters.inputs"))
		m.formats("model.output_modalities", mp.Outputs, m.at("modelCard.modelParameters.outputs"))
		m.datasets(mp.Datasets, components)
	}
	if q := card.QuantitativeAnalysis; q != nil && q.PerformanceMetrics != nil {
		for i, metric := range *q.PerformanceMetrics {
			at := m.at(fmt.Sprintf("modelCard.quantitativeAnalysis.performanceMetrics[%d]", i))
			a := answers{lang: wording.EN}
			score, err := a.number(metric.Value, false)
			if metric.Type == "" || err != nil {
				m.p.fault(at, "value", wording.Textf("a measure needs its type and a number, found %s", "une mesure a besoin de son type et d'un nombre ; trouvé : %s", wording.Quoted(strings.TrimSpace(metric.Type+" "+metric.Value))))
				continue
			}
			benchmark := metric.Type
			if metric.Slice != "" {
				benchmark += ", " + metric.Slice
			}
			m.result(i, shorten(benchmark, 300), score, "", "", at)
		}
	}
	if x := card.Considerations; x != nil {
		if x.TechnicalLimitations != nil && len(*x.TechnicalLimitations) > 0 {
			list := strings.Join(*x.TechnicalLimitations, "; ")
			m.remark("Limits stated in the bill of materials: "+list, "Limites énoncées dans la nomenclature : "+list, m.at("modelCard.considerations.technicalLimitations"))
		}
		if e := x.EnvironmentalConsiderations; e != nil && e.EnergyConsumptions != nil {
			for i, energy := range *e.EnergyConsumptions {
				m.energy(i, energy)
			}
		}
	}
}

// formats reads what goes in or comes out: a word or a media type.
func (m *mlbom) formats(path string, list *[]cdx.MLInputOutputParameters, at Spot) {
	if list == nil {
		return
	}
	var codes []string
	for _, f := range *list {
		code := ""
		switch w := folded(f.Format); {
		case w == "text", w == "string", strings.HasPrefix(w, "text/"), w == "tokens":
			code = "text"
		case strings.HasPrefix(w, "image"):
			code = "image"
		case strings.HasPrefix(w, "audio"), w == "speech", w == "sound":
			code = "audio"
		case strings.HasPrefix(w, "video"):
			code = "video"
		case w == "code":
			code = "code"
		case w == "document", w == "application/pdf":
			code = "document"
		default:
			m.p.note(at, "unused", "the format %s says nothing that Vigie records", "le format %s ne dit rien que Vigie recueille", wording.Quoted(f.Format))
			continue
		}
		if !slices.Contains(codes, code) {
			codes = append(codes, code)
		}
	}
	m.choices(path, codes, at, "")
}

func (m *mlbom) datasets(list *[]cdx.MLDatasetChoice, components []*cdx.Component) {
	if list == nil {
		return
	}
	var names []string
	for _, d := range *list {
		switch {
		case d.ComponentData != nil && d.ComponentData.Name != "":
			names = append(names, d.ComponentData.Name)
		case d.Ref != "":
			name := d.Ref
			for _, c := range components {
				if c.BOMRef == d.Ref {
					name = called(c)
				}
			}
			names = append(names, name)
		}
	}
	if len(names) > 0 {
		s := strings.Join(names, ", ")
		m.remark("Data sets named in the bill of materials: "+s, "Jeux de données nommés dans la nomenclature : "+s, m.at("modelCard.modelParameters.datasets"))
	}
}

// energy reads a figure of energy and of carbon. The file says for which activity, and not for how much of it when it
// is use.
func (m *mlbom) energy(i int, e cdx.MLModelEnergyConsumption) {
	at := m.at(fmt.Sprintf("modelCard.considerations.environmentalConsiderations.energyConsumptions[%d]", i))
	scope, functional := "", ""
	switch e.Activity {
	case cdx.MLModelEnergyConsumptionActivityTraining, cdx.MLModelEnergyConsumptionActivityFineTuning:
		scope, functional = "model_training", "per_training"
	case cdx.MLModelEnergyConsumptionActivityInference, cdx.MLModelEnergyConsumptionActivityDeployment:
		scope = "model_inference"
	default:
		m.p.note(at, "unused", "the activity %s is not one whose figures Vigie records", "l'activité %s n'est pas de celles dont Vigie recueille les chiffres", wording.Quoted(string(e.Activity)))
		return
	}
	var remark []string
	if e.EnergyProviders != nil {
		for _, p := range *e.EnergyProviders {
			remark = append(remark, strings.TrimSpace("energy source: "+string(p.EnergySource)+" "+p.Description))
		}
	}
	decimal := func(f float32) (string, bool) {
		return catalog.CanonicalDecimal(strconv.FormatFloat(float64(f), 'f', -1, 32))
	}
	if v, ok := decimal(e.ActivityEnergyCost.Value); ok && e.ActivityEnergyCost.Unit == cdx.MLModelEnergyUnitKWH {
		m.statement(string(e.Activity)+", energy", scope, "energy", v, "kwh", functional, strings.Join(remark, "; "), 2*i, at)
	} else {
		m.p.fault(at, "value", wording.Textf("expected the energy in kWh, found %s", "attendu : l'énergie en kWh ; trouvé : %s", wording.Quoted(string(e.ActivityEnergyCost.Unit))))
	}
	if co2 := e.CO2CostEquivalent; co2 != nil {
		if v, ok := decimal(co2.Value); ok && co2.Unit == cdx.MLModelCO2UnitTCO2Eq {
			m.statement(string(e.Activity)+", greenhouse gases", scope, "ghg", v, "t_co2e", functional, strings.Join(remark, "; "), 2*i+1, at)
		} else {
			m.p.fault(at, "value", wording.Textf("expected the emissions in tCO2eq, found %s", "attendu : les émissions en tCO2eq ; trouvé : %s", wording.Quoted(string(co2.Unit))))
		}
	}
}

// WriteMLBOM writes a model as a CycloneDX 1.7 ML-BOM in JSON: what is known on the day, and nothing that is not. The
// figures that the format has no place for stay out. Equal facts give equal bytes.
func WriteMLBOM(w io.Writer, s catalog.Shelf, dict *catalog.Dictionary, model string, on catalog.Date) error {
	b, err := gatherSheet(s, dict, SheetRequest{About: catalog.Ref{Kind: catalog.Model, ID: model}, On: on, Lang: wording.EN})
	if err != nil {
		return err
	}
	if err := b.naming(s, catalog.Link{Path: "environmental_statement.about_model", Target: model}, catalog.Link{Path: "benchmark_result.model", Target: model}); err != nil {
		return err
	}
	c, err := b.component(s)
	if err != nil {
		return err
	}
	bom := cdx.NewBOM()
	bom.Metadata = &cdx.Metadata{Timestamp: string(on) + "T00:00:00Z", Component: c}
	var out bytes.Buffer
	if err := cdx.NewBOMEncoder(&out, cdx.BOMFileFormatJSON).SetPretty(true).SetEscapeHTML(false).Encode(bom); err != nil {
		return fmt.Errorf("write the ML-BOM of %s: %w", model, err)
	}
	if !json.Valid(out.Bytes()) {
		return fmt.Errorf("write the ML-BOM of %s: no JSON was made", model)
	}
	_, err = w.Write(out.Bytes())
	return err
}

func (b *sheetBook) component(s catalog.Shelf) (*cdx.Component, error) {
	rec := b.records[b.About]
	known := func(path string) (catalog.Value, bool) {
		f := rec.Fact(path)
		if f.State != catalog.Known {
			return catalog.Value{}, false
		}
		return *f.Value, true
	}
	c := &cdx.Component{BOMRef: b.About.String(), Type: cdx.ComponentTypeMachineLearningModel, Name: b.name(b.About)}
	if v, ok := known("model.provider"); ok {
		c.Supplier = &cdx.OrganizationalEntity{Name: cmp.Or(b.name(catalog.Ref{Kind: catalog.Vendor, ID: v.Text}), v.Text)}
	}
	if v, ok := known("model.licence"); ok {
		ref := catalog.Ref{Kind: catalog.Licence, ID: v.Text}
		l := &cdx.License{Name: cmp.Or(b.name(ref), v.Text)}
		recs, _, err := s.Records([]catalog.Ref{ref})
		if err != nil {
			return nil, err
		}
		for i := range recs {
			if f := recs[i].Fact("licence.spdx"); f.State == catalog.Known && f.Value.Text != "" {
				l = &cdx.License{ID: f.Value.Text}
			}
		}
		c.Licenses = &cdx.Licenses{{License: l}}
	}
	if v, ok := known("model.identifier"); ok {
		if digest, is := strings.CutPrefix(v.Text, "sha256:"); is && catalog.ValidSHA256(digest) {
			c.Hashes = &[]cdx.Hash{{Algorithm: cdx.HashAlgoSHA256, Value: digest}}
		}
	}
	if v, ok := known("model.base_models"); ok {
		var list []cdx.Component
		for _, id := range v.Texts() {
			list = append(list, cdx.Component{BOMRef: "model/" + id, Type: cdx.ComponentTypeMachineLearningModel, Name: cmp.Or(b.name(catalog.Ref{Kind: catalog.Model, ID: id}), id)})
		}
		if len(list) > 0 {
			c.Pedigree = &cdx.Pedigree{Ancestors: &list}
		}
	}
	params := &cdx.MLModelParameters{}
	for path, into := range map[string]**[]cdx.MLInputOutputParameters{"model.input_modalities": &params.Inputs, "model.output_modalities": &params.Outputs} {
		if v, ok := known(path); ok && len(v.List) > 0 {
			var list []cdx.MLInputOutputParameters
			for _, code := range v.Texts() {
				list = append(list, cdx.MLInputOutputParameters{Format: code})
			}
			*into = &list
		}
	}
	c.ModelCard = &cdx.MLModelCard{ModelParameters: params, QuantitativeAnalysis: b.metrics(), Considerations: b.environment()}
	return c, nil
}

// metrics are the benchmark results, in order of their ids.
func (b *sheetBook) metrics() *cdx.MLQuantitativeAnalysis {
	var list []cdx.MLPerformanceMetric
	for _, r := range b.ofKind(catalog.BenchmarkResult) {
		rec := b.records[r]
		benchmark, score := rec.Fact("benchmark_result.benchmark"), rec.Fact("benchmark_result.score")
		if benchmark.State != catalog.Known || score.State != catalog.Known {
			continue
		}
		list = append(list, cdx.MLPerformanceMetric{Type: benchmark.Value.Text, Value: score.Value.Num})
	}
	if len(list) == 0 {
		return nil
	}
	return &cdx.MLQuantitativeAnalysis{PerformanceMetrics: &list}
}

func (b *sheetBook) ofKind(k catalog.Kind) []catalog.Ref {
	var out []catalog.Ref
	for r := range b.records {
		if r.Kind == k {
			out = append(out, r)
		}
	}
	slices.SortFunc(out, catalog.Ref.Compare)
	return out
}

// environment gives the energy and carbon of training, in the only units that the format has.
func (b *sheetBook) environment() *cdx.MLModelCardConsiderations {
	perKWH := map[string]string{"wh": "0.001", "kwh": "1", "mwh": "1000", "gwh": "1000000"}
	perTonne := map[string]string{"g_co2e": "0.000001", "kg_co2e": "0.001", "t_co2e": "1"}
	var energy []cdx.MLModelEnergyConsumption
	scaled := func(rec *catalog.DossierRecord, units map[string]string) (float32, bool) {
		v, u := rec.Fact("environmental_statement.value"), rec.Fact("environmental_statement.unit")
		if v.State != catalog.Known || u.State != catalog.Known || units[u.Value.Text] == "" {
			return 0, false
		}
		r := catalog.Rat(v.Value.Num)
		f, _ := r.Mul(r, catalog.Rat(units[u.Value.Text])).Float32()
		return f, true
	}
	is := func(rec *catalog.DossierRecord, path, code string) bool {
		f := rec.Fact(path)
		return f.State == catalog.Known && f.Value.Text == code
	}
	var carbon []float32
	for _, r := range b.ofKind(catalog.EnvironmentalStatement) {
		rec := b.records[r]
		if !is(rec, "environmental_statement.scope", "model_training") {
			continue
		}
		if is(rec, "environmental_statement.metric", "energy") {
			if f, ok := scaled(rec, perKWH); ok {
				energy = append(energy, cdx.MLModelEnergyConsumption{Activity: cdx.MLModelEnergyConsumptionActivityTraining, EnergyProviders: &[]cdx.MLModelEnergyProvider{},
					ActivityEnergyCost: cdx.MLModelEnergyMeasure{Value: f, Unit: cdx.MLModelEnergyUnitKWH}})
			}
		}
		if is(rec, "environmental_statement.metric", "ghg") {
			if f, ok := scaled(rec, perTonne); ok {
				carbon = append(carbon, f)
			}
		}
	}
	// The format has carbon only beside an energy: one figure of each belong together, more do not tell which to which.
	if len(energy) == 1 && len(carbon) == 1 {
		energy[0].CO2CostEquivalent = &cdx.MLModelCO2Measure{Value: carbon[0], Unit: cdx.MLModelCO2UnitTCO2Eq}
	}
	if len(energy) == 0 {
		return nil
	}
	return &cdx.MLModelCardConsiderations{EnvironmentalConsiderations: &cdx.MLModelCardEnvironmentalConsiderations{EnergyConsumptions: &energy}}
}

package exchange

import (
	"bytes"
	"cmp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
	"golang.org/x/text/language"

	"vigie/catalog"
	"vigie/catalog/wording"
)

// The limits of the block of data at the head of a model card.
const (
	maxCard      = 4 << 20 // of the file
	maxFront     = 512 << 10
	maxNodes     = 40_000
	maxNodeDepth = 40
)

// ReadModelCard reads a model card of a hub: a README.md whose head is a block of YAML (license, base_model, language,
// pipeline_tag, datasets, model-index, co2_eq_emissions…). The text below is for people and gives the title only. What
// the card says is proposed as claims with the card as their source; keys that are not used are named.
func ReadModelCard(data []byte, dict *catalog.Dictionary, o ReadOptions) (*Proposal, error) {
	p := newProposal(ModelCard, o.Name, data, o.Day)
	front, body, err := frontMatter(data)
	if err != nil {
		return nil, named(o.Name, err)
	}
	root, err := cardNode(front)
	if err != nil {
		return nil, named(o.Name, err)
	}
	m := &modelCard{carder: newCarder(p, dict, o), used: map[string]bool{}}
	if err := m.read(root, body); err != nil {
		return nil, named(o.Name, err)
	}
	return m.finish()
}

// IsModelCard reports whether a file begins as a model card does.
func IsModelCard(data []byte) bool {
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	return bytes.HasPrefix(data, []byte("---\n")) || bytes.HasPrefix(data, []byte("---\r\n"))
}

func frontMatter(data []byte) (front []byte, body string, err error) {
	if len(data) > maxCard {
		return nil, "", tooMuch(Spot{}, "the file is larger than %d MiB", "le fichier dépasse %d Mio", maxCard>>20)
	}
	text := strings.ReplaceAll(string(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))), "\r\n", "\n")
	rest, ok := strings.CutPrefix(text, "---\n")
	front1, body, end := strings.Cut(rest, "\n---")
	if !ok || !end {
		return nil, "", tooMuch(Spot{}, "this is no model card: it does not begin with a block of data between two lines ---", "ce n'est pas une fiche de modèle : elle ne commence pas par un bloc de données entre deux lignes ---")
	}
	if len(front1) > maxFront {
		return nil, "", tooMuch(Spot{}, "the block of data is larger than %d KiB", "le bloc de données dépasse %d Kio", maxFront>>10)
	}
	return []byte(front1), body, nil
}

// cardNode parses the block. Cards are written by others, so that unknown keys are no fault; aliases, repeated keys and
// what is too deep or too much are.
func cardNode(front []byte) (*yaml.Node, error) {
	if bytes.Count(front, []byte("[")) > maxNodes || bytes.Count(front, []byte("{")) > maxNodes {
		return nil, tooMuch(Spot{}, "the block of data holds too many lists", "le bloc de données contient trop de listes")
	}
	var doc yaml.Node
	if err := yaml.Unmarshal(front, &doc); err != nil {
		return nil, tooMuch(Spot{}, "the block of data is not YAML: %s", "le bloc de données n'est pas du YAML : %s", wording.Quoted(strings.TrimPrefix(err.Error(), "yaml: ")))
	}
	if doc.Kind != yaml.DocumentNode || len(doc.Content) != 1 || doc.Content[0].Kind != yaml.MappingNode {
		return nil, tooMuch(Spot{}, "the block of data has no keys", "le bloc de données n'a pas de clés")
	}
	n := 0
	var check func(node *yaml.Node, depth int) error
	check = func(node *yaml.Node, depth int) error {
		at := Spot{Line: node.Line + 1} // after the line that opens the block
		if n++; n > maxNodes || depth > maxNodeDepth {
			return tooMuch(at, "the block of data is too large or too deep", "le bloc de données est trop grand ou trop profond")
		}
		if node.Kind == yaml.AliasNode || node.Anchor != "" {
			return tooMuch(at, "anchors and aliases are not read: write the value out", "les ancres et alias ne sont pas lus : écrire la valeur en toutes lettres")
		}
		seen := map[string]bool{}
		for i, c := range node.Content {
			if node.Kind == yaml.MappingNode && i%2 == 0 {
				if seen[c.Value] {
					return tooMuch(Spot{Line: c.Line + 1}, "the key %s stands twice", "la clé %s figure deux fois", wording.Quoted(c.Value))
				}
				seen[c.Value] = true
			}
			if err := check(c, depth+1); err != nil {
				return err
			}
		}
		return nil
	}
	return doc.Content[0], check(&doc, 0)
}

type modelCard struct {
	*carder
	root *yaml.Node
	used map[string]bool
}

// get gives the value of a key, and notes that it was used.
func (m *modelCard) get(key string) (*yaml.Node, Spot) {
	m.used[key] = true
	return child(m.root, key), m.at(key)
}

func (m *modelCard) at(key string) Spot {
	for i := 0; i+1 < len(m.root.Content); i += 2 {
		if m.root.Content[i].Value == key {
			return Spot{Line: m.root.Content[i].Line + 1, Key: key}
		}
	}
	return Spot{Key: key}
}

func child(n *yaml.Node, key string) *yaml.Node {
	if n == nil || n.Kind != yaml.MappingNode {
		return nil
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return n.Content[i+1]
		}
	}
	return nil
}

// words gives the texts of a scalar or a list of them; null is none.
func words(n *yaml.Node) []string {
	switch {
	case n == nil, n.Tag == "!!null":
		return nil
	case n.Kind == yaml.ScalarNode:
		if s := strings.TrimSpace(n.Value); s != "" {
			return []string{s}
		}
	case n.Kind == yaml.SequenceNode:
		var out []string
		for _, c := range n.Content {
			if c.Kind == yaml.ScalarNode && c.Tag != "!!null" && strings.TrimSpace(c.Value) != "" {
				out = append(out, strings.TrimSpace(c.Value))
			}
		}
		return out
	}
	return nil
}

func word(n *yaml.Node) string {
	if w := words(n); len(w) > 0 && n.Kind == yaml.ScalarNode {
		return w[0]
	}
	return ""
}

// pipelines are the tasks of a hub by what goes in and what comes out.
var pipelines = map[string][2][]string{
	"text-generation": {{"text"}, {"text"}}, "text2text-generation": {{"text"}, {"text"}}, "summarization": {{"text"}, {"text"}}, "translation": {{"text"}, {"text"}},
	"question-answering": {{"text"}, {"text"}}, "conversational": {{"text"}, {"text"}}, "text-classification": {{"text"}, {"text"}}, "token-classification": {{"text"}, {"text"}},
	"image-text-to-text": {{"image", "text"}, {"text"}}, "visual-question-answering": {{"image", "text"}, {"text"}}, "document-question-answering": {{"document", "text"}, {"text"}},
	"image-to-text": {{"image"}, {"text"}}, "text-to-image": {{"text"}, {"image"}}, "image-to-image": {{"image"}, {"image"}}, "text-to-video": {{"text"}, {"video"}},
	"image-to-video": {{"image"}, {"video"}}, "automatic-speech-recognition": {{"audio"}, {"text"}}, "text-to-speech": {{"text"}, {"audio"}}, "text-to-audio": {{"text"}, {"audio"}},
	"audio-text-to-text": {{"audio", "text"}, {"text"}}, "video-text-to-text": {{"text", "video"}, {"text"}}, "audio-to-audio": {{"audio"}, {"audio"}},
}

func (m *modelCard) read(root *yaml.Node, body string) error {
	m.root = root
	name := m.name(body)
	title := cmp.Or(name, m.o.About.ID)
	m.cite(title + ", model card")
	if err := m.about(name, Spot{}); err != nil {
		return err
	}
	m.licenceOf()
	if n, at := m.get("base_model"); n != nil {
		relation, _ := m.get("base_model_relation")
		note := ""
		if r := word(relation); r != "" {
			note = "relation: " + r
		}
		m.bases(words(n), at, note)
	}
	m.languages()
	if n, at := m.get("pipeline_tag"); word(n) != "" {
		if io, ok := pipelines[word(n)]; ok {
			m.choices("model.input_modalities", io[0], at, "pipeline_tag: "+word(n))
			m.choices("model.output_modalities", io[1], at, "pipeline_tag: "+word(n))
		} else {
			m.p.note(at, "unused", "the task %s says nothing that Vigie records", "la tâche %s ne dit rien que Vigie recueille", wording.Quoted(word(n)))
		}
	}
	if n, at := m.get("datasets"); len(words(n)) > 0 {
		list := strings.Join(words(n), ", ")
		m.remark("Data sets named on the card: "+list, "Jeux de données nommés sur la fiche : "+list, at)
	}
	for _, key := range []string{"extra_gated_prompt", "extra_gated_fields", "extra_gated_heading", "extra_gated_description", "extra_gated_button_content"} {
		if n, at := m.get(key); n != nil && n.Tag != "!!null" {
			if !slices.ContainsFunc(m.p.Claims, func(c Proposed) bool { return c.Path == "model.weights" }) {
				m.claim(m.model, "model.weights", catalog.ChoiceValue("gated"), at, "")
			}
		}
	}
	if n, at := m.get("new_version"); word(n) != "" {
		if id := m.refer(catalog.Model, word(n), at); id != "" {
			m.claim(m.model, "model.replacement", catalog.Value{Type: catalog.TypeReference, Text: id}, at, "")
		}
	}
	m.emissions()
	m.results()
	m.unused()
	return nil
}

// name is what the card calls the model.
func (m *modelCard) name(body string) string {
	if n := word(child(m.root, "model_name")); n != "" {
		m.used["model_name"] = true
		return n
	}
	if n := child(m.root, "model-index"); n != nil && n.Kind == yaml.SequenceNode && len(n.Content) == 1 {
		if name := word(child(n.Content[0], "name")); name != "" {
			return name
		}
	}
	for line := range strings.Lines(body) {
		title, ok := strings.CutPrefix(line, "# ")
		if !ok {
			continue
		}
		title = strings.TrimSpace(strings.Trim(strings.TrimSpace(title), "*_`#"))
		for _, lead := range []string{"Model Card for ", "Model card for ", "Model Card: ", "Model Card of "} {
			title = strings.TrimPrefix(title, lead)
		}
		if len(title) <= 200 && !strings.EqualFold(title, "model card") {
			return title
		}
		break
	}
	return ""
}

func (m *modelCard) licenceOf() {
	n, at := m.get("license")
	nameNode, nameAt := m.get("license_name")
	link, _ := m.get("license_link")
	ids, name := words(n), word(nameNode)
	note := ""
	if l := word(link); l != "" {
		note = "license_link: " + l
	}
	switch {
	case len(ids) > 1:
		m.p.fault(at, "licence", wording.Textf("several licences are named (%s), and a model has one record of licence: say which one holds for the weights", "plusieurs licences sont nommées (%s), et un modèle n'a qu'une fiche de licence : dire laquelle vaut pour les poids", strings.Join(ids, ", ")))
	case len(ids) == 1 && ids[0] != "other" && ids[0] != "unknown":
		m.licence(ids[0], name, at, note)
	case name != "":
		m.licence("", name, nameAt, note)
	case len(ids) == 1:
		m.p.note(at, "licence", "the card says that the licence is another one and does not name it", "la fiche dit que la licence est autre et ne la nomme pas")
	}
}

func (m *modelCard) languages() {
	n, at := m.get("language")
	var list []catalog.Value
	for _, w := range words(n) {
		switch b, err := language.ParseBase(strings.ToLower(w)); {
		case strings.EqualFold(w, "multilingual"):
			list = append(list, catalog.Value{Type: catalog.TypeLanguage, Text: "multilingual"})
		case err == nil:
			list = append(list, catalog.Value{Type: catalog.TypeLanguage, Text: b.String()})
		default:
			m.p.note(at, "language", "%s is no language code and was left out", "%s n'est pas un code de langue et a été omis", wording.Quoted(w))
		}
	}
	if len(list) > 0 {
		m.claim(m.model, "model.languages", catalog.ListValue(catalog.TypeLanguage, false, list...), at, "")
	}
}

// emissions reads the carbon of training, which the hub counts in grams of CO2 equivalent.
func (m *modelCard) emissions() {
	n, at := m.get("co2_eq_emissions")
	if n == nil || n.Tag == "!!null" {
		return
	}
	value, remark := word(n), ""
	if n.Kind == yaml.MappingNode {
		value = word(child(n, "emissions"))
		var parts []string
		for _, key := range []string{"source", "training_type", "geographical_location", "hardware_used"} {
			if w := words(child(n, key)); len(w) > 0 {
				parts = append(parts, key+": "+strings.Join(w, ", "))
			}
		}
		remark = strings.Join(parts, "; ")
	}
	a := answers{lang: wording.EN}
	d, err := a.number(value, false)
	if err != nil {
		m.p.fault(at, "value", wording.Textf("expected the emissions as a number of grams, found %s", "attendu : les émissions en nombre de grammes ; trouvé : %s", wording.Quoted(value)))
		return
	}
	m.statement("training, greenhouse gases", "model_training", "ghg", d, "g_co2e", "per_training", remark, 0, at)
	m.p.note(at, "unit", "the hub counts in grams of CO2 equivalent; authors have entered kilograms: check against the text", "la plateforme compte en grammes d'équivalent CO2 ; des auteurs ont saisi des kilogrammes : comparer au texte")
}

// results reads the index of results. A result whose source is named was measured by somebody else, or copied from
// there; which of the two is not said.
func (m *modelCard) results() {
	index, at := m.get("model-index")
	if index == nil || index.Kind != yaml.SequenceNode {
		return
	}
	n := 0
	for i, entry := range index.Content {
		results := child(entry, "results")
		if results == nil || results.Kind != yaml.SequenceNode {
			continue
		}
		if i > 0 {
			m.p.note(Spot{Line: entry.Line + 1, Key: "model-index"}, "several", "the card gives results for several models: check that these are its own", "la fiche donne des résultats pour plusieurs modèles : vérifier que ceux-ci sont les siens")
		}
		for _, r := range results.Content {
			dataset := cmp.Or(word(child(child(r, "dataset"), "name")), word(child(child(r, "dataset"), "type")))
			by, remark := "vendor", ""
			if src := child(r, "source"); src != nil {
				by = ""
				remark = strings.TrimSpace(word(child(src, "name")) + " " + word(child(src, "url")))
			}
			metrics := child(r, "metrics")
			if metrics == nil || metrics.Kind != yaml.SequenceNode {
				continue
			}
			for _, metric := range metrics.Content {
				n++
				spot := Spot{Line: metric.Line + 1, Key: "model-index"}
				a := answers{lang: wording.EN}
				score, err := a.number(word(child(metric, "value")), false)
				what := cmp.Or(word(child(metric, "name")), word(child(metric, "type")))
				if dataset == "" || err != nil {
					m.p.fault(spot, "value", wording.Textf("a result needs the name of its data set and a number, found %s", "un résultat a besoin du nom de son jeu de données et d'un nombre ; trouvé : %s", wording.Quoted(strings.TrimSpace(dataset+" "+word(child(metric, "value"))))))
					continue
				}
				benchmark := dataset
				if what != "" && !strings.Contains(folded(dataset), folded(what)) {
					benchmark += ", " + what
				}
				m.result(n, shorten(benchmark, 300), score, by, remark, spot)
			}
		}
	}
	if n > 0 {
		m.p.note(at, "unit", "cards give scores as percentages or as shares of 1 without saying which: the unit is left open", "les fiches donnent des scores en pourcentage ou en part de 1 sans dire lequel : l'unité reste ouverte")
	}
}

// unused names the keys that say nothing that is recorded.
func (m *modelCard) unused() {
	var keys []string
	for i := 0; i+1 < len(m.root.Content); i += 2 {
		if k := m.root.Content[i].Value; !m.used[k] {
			keys = append(keys, k)
		}
	}
	if len(keys) > 0 {
		m.p.note(Spot{}, "unused", "keys of the card that were not used: %s", "clés de la fiche non employées : %s", shorten(strings.Join(keys, ", "), 500))
	}
}

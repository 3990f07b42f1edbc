package reports

import (
	"vigie/catalog/wording"
	"vigie/reports/tree"
)

// method says how the result was reached and names, by their hashes, everything it was reached from.
func (b *builder) method() tree.Section {
	a := b.Assessment
	p := func(en, fr string, args ...any) tree.Block {
		return tree.Paragraph{Text: tree.T(b.say(en, fr, args...))}
	}
	s := tree.Section{ID: "method", Title: b.say("Method", "Méthode"), NewPage: true}
	s.Sections = []tree.Section{
		{ID: "method-facts", Title: b.say("From claims to facts", "Des allégations aux faits"), Blocks: []tree.Block{
			p("Nobody types a fact. What is recorded is a claim: what one source says, where in it, and as of which day. The fact on a date is what the strongest claim says: audits, registers and measurements first, then contracts (signed before public), publications, declarations, press; then the newest. A fact is known, known to be absent, or unknown; the three are never mixed.",
				"Personne ne saisit un fait. On consigne une allégation : ce que dit une source, à quel endroit, et à quelle date. Le fait à une date est ce que dit l'allégation la plus forte : audits, registres et mesures d'abord, puis contrats (signés avant publics), publications, déclarations, presse ; puis la plus récente. Un fait est connu, constaté absent ou inconnu ; les trois ne se mêlent jamais."),
			tree.KeyValues{Wide: true, Pairs: b.markKey()}}},
		{ID: "method-scores", Title: b.say("From facts to scores", "Des faits aux notes"), Blocks: []tree.Block{
			p("Each criterion is a question with bands tried in order; the first that holds gives its score from 0 to 100. A missing fact is never guessed: every band that some value of it could still reach stays possible, and the criterion scores an interval. Criteria are averaged inside their family by weight, families inside the total. A criterion that does not apply leaves its weight inside its family.",
				"Chaque critère est une question aux paliers essayés dans l'ordre ; le premier qui vaut donne sa note, de 0 à 100. Un fait manquant n'est jamais deviné : tout palier qu'une valeur pourrait encore atteindre reste possible, et la note du critère est un intervalle. Les critères sont moyennés dans leur famille selon leur poids, les familles dans le total. Un critère sans objet laisse son poids à sa famille."),
			p("Scores are computed exactly and printed with one decimal; the ends of an interval are rounded outwards.",
				"Les notes sont calculées exactement et imprimées avec une décimale ; les bornes d'un intervalle sont arrondies vers l'extérieur."),
			p("A knock-out is passed only on evidence at least as strong as it asks: if leaving weaker facts out could make it fail, it stays undetermined.",
				"Un critère éliminatoire n'est satisfait que sur des preuves au moins aussi fortes qu'exigé : si écarter les faits plus faibles pouvait le mettre en échec, il reste indéterminé.")}},
		{ID: "method-weights", Title: b.say("Framework and weights", "Référentiel et pondérations"), Blocks: b.weightBlocks()},
		{ID: "method-identity", Title: b.say("Identity of this report", "Identité de ce rapport"), Blocks: []tree.Block{
			p("Each hash is the SHA-256 of the canonical form (RFC 8785) of what it names. The same inputs and engine give the same assessment and the same file, byte for byte.",
				"Chaque empreinte est le SHA-256 de la forme canonique (RFC 8785) de ce qu'elle désigne. Mêmes entrées et même moteur donnent la même évaluation et le même fichier, octet pour octet."),
			tree.KeyValues{Wide: true, Pairs: []tree.Pair{
				b.hashPair(b.say("Assessment", "Évaluation"), a.Hash), b.hashPair(b.say("Dossier", "Dossier"), a.DossierHash),
				b.hashPair(b.say("Framework", "Référentiel"), a.FrameworkHash), b.hashPair(b.say("Weights", "Pondérations"), a.WeightSetHash),
				b.hashPair(b.say("Knowledge", "Connaissances"), a.KnowledgeHash),
				{Key: b.say("Engine", "Moteur"), Value: tree.C(tree.T(orUnknown(a.Engine, b)))},
				{Key: b.say("Printed by", "Imprimé par"), Value: tree.C(tree.T(orUnknown(b.Program, b)))},
				{Key: b.say("Registration", "Enregistrement"), Value: b.registered(b.Registration)},
			}}}},
	}
	return s
}

func orUnknown(s string, b *builder) string {
	if s == "" {
		return b.say("not known", "inconnu")
	}
	return s
}

func (b *builder) hashPair(key, hash string) tree.Pair {
	if hash == "" {
		return tree.Pair{Key: key, Value: tree.C(tree.Marked(tree.MarkUnknown, b.say("not given", "non indiquée")))}
	}
	return tree.Pair{Key: key, Value: tree.C(tree.T(grouped(hash)))}
}

func (b *builder) markKey() []tree.Pair {
	key := func(m tree.Mark, name, means string) tree.Pair {
		return tree.Pair{Key: name, Value: tree.C(tree.Marked(m, means))}
	}
	return []tree.Pair{
		key(tree.MarkUnknown, b.say("Unknown", "Inconnu"), b.say("nobody recorded it, or sources of equal weight differ", "personne ne l'a consigné, ou des sources de même poids divergent")),
		key(tree.MarkAbsent, b.say("Known to be absent", "Absence constatée"), b.say("somebody looked, and the document promises or gives nothing", "quelqu'un a cherché, et le document ne promet ni ne donne rien")),
		key(tree.MarkPassed, b.say("Passed", "Satisfait"), b.say("a knock-out does not fail, on evidence strong enough", "un critère éliminatoire n'est pas en échec, sur des preuves assez fortes")),
		key(tree.MarkFailed, b.say("Failed", "Non satisfait"), b.say("a knock-out fails: the offering is not eligible", "un critère éliminatoire est en échec : l'offre n'est pas éligible")),
		key(tree.MarkOpen, b.say("Undetermined", "Indéterminé"), b.say("it cannot be decided on what is known", "ce qui est connu ne permet pas de trancher")),
		key(tree.MarkWarning, b.say("To check", "À vérifier"), b.say("out of date, disputed, or contradicted by a newer source", "périmé, contesté, ou contredit par une source plus récente")),
	}
}

func (b *builder) weightBlocks() []tree.Block {
	f, w := b.Framework, b.Weights
	t := tree.Table{Columns: []tree.Column{{Title: b.say("Family", "Famille"), Width: 70}, {Title: b.say("Weight", "Poids"), Width: 30, Align: tree.Right}}}
	for _, x := range b.Assessment.Families {
		t.Rows = append(t.Rows, tree.Row{Cells: []tree.Cell{tree.C(tree.T(b.familyTitle(x.ID))), tree.C(tree.T(wording.Percent(b.l, itoa(int(x.Weight)))))}})
	}
	out := []tree.Block{
		tree.Paragraph{Text: tree.B(b.t(f.Title)).Add(tree.T(b.say(", version %s. ", ", version %s. ", f.Version)), tree.T(b.t(f.Summary)))},
		tree.Paragraph{Text: tree.B(b.t(w.Title)).Add(tree.T(b.say(" (%s). ", " (%s). ", w.Author)), tree.T(b.t(w.Reason)))},
	}
	if !w.Advice.IsZero() {
		out = append(out, tree.Paragraph{Text: tree.T(b.t(w.Advice))})
	}
	return append(out, t)
}

func (b *builder) disclaimer() tree.Section {
	p := func(en, fr string) tree.Block { return tree.Paragraph{Text: tree.T(b.say(en, fr))} }
	return tree.Section{ID: "disclaimer", Title: b.say("What this report is not", "Ce que ce rapport n'est pas"), Blocks: []tree.Block{
		p("This report supports a decision. It is not legal advice, and it does not replace reading the contract with a lawyer who knows the matter.",
			"Ce rapport aide à décider. Il n'est pas un avis juridique et ne remplace pas la lecture du contrat avec un juriste qui connaît l'affaire."),
		p("It says what the cited documents said when they were read. Vendors change their terms and pages without notice; facts marked as out of date should be read again. That nothing was found in the documents read does not mean that nothing exists.",
			"Il dit ce que disaient les documents cités quand ils ont été lus. Les fournisseurs modifient leurs conditions et leurs pages sans préavis ; les faits marqués comme périmés sont à relire. Que rien n'ait été trouvé dans les documents lus ne veut pas dire que rien n'existe."),
		p("Weights and thresholds are the framework's and the weight set's: choices that the organisation makes its own by using them, not measures of a universal worth.",
			"Poids et seuils sont ceux du référentiel et du jeu de pondérations : des choix que l'organisation fait siens en les employant, non la mesure d'une valeur universelle."),
	}}
}

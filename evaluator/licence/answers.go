package licence

import (
	"slices"

	"vigie/catalog"
	"vigie/catalog/wording"
	"vigie/evaluator/expr"
)

// answers judges every right under one document.
func (set *Set) answers(j *Judgement, e *entry, s *Situation) {
	put := func(name, clause string, r Right) {
		if slices.Contains(e.Unread, name) {
			r = Right{Answer: Unsettled, Possible: Answers(), Reason: notReadYet, ToDo: []wording.Text{readClause}}
		}
		r.Clause, r.Licence = clause, e.ID
		r.ClauseText = e.clause[clause]
		if r.Answer == ConditionsUnknown && r.Possible == nil {
			r.Possible = []Answer{ConditionsMet, ConditionsNotMet}
		}
		r.Concerned = set.concerned(name, s)
		j.Rights[name] = r
	}
	commercial := set.commercial(e, s)
	put(CommercialUse, e.CommercialUse.Clause, commercial)
	territory, clause := set.territoryRight(e, s)
	put(InTerritory, clause, territory)
	sector, clause := set.sectorRight(e, s)
	put(ForSector, clause, sector)
	put(InField, e.FieldOfUse.Clause, set.fieldRight(e, s))
	put(Modify, e.Derivatives.Clause, set.orFixed(e, Modify, commercial))
	put(Redistribute, e.Redistribution.Clause, set.orFixed(e, Redistribute, commercial))
	put(ServeThirdParty, e.Redistribution.Clause, set.hostedRight(e, commercial))
	put(OwnOutputs, e.Outputs.Clause, set.orFixed(e, OwnOutputs, commercial))
	put(TrainOnOutputs, e.Outputs.Clause, set.trainRight(e, s, commercial))
	put(SelfHost, e.CommercialUse.Clause, selfHost(e, commercial))
	if e.Outputs.WithinTerritory {
		j.boundBy(InTerritory, OwnOutputs, TrainOnOutputs)
	}
}

// orFixed gives the answer that does not depend on who asks; a right that only those enjoy who may use the model at all
// has the answer of that use.
func (set *Set) orFixed(e *entry, name string, commercial Right) Right {
	if r, ok := e.fixed[name]; ok {
		return r
	}
	r := commercial
	r.Reason = wording.Text{EN: set.words.Answer["research_only"].EN + ": " + r.Reason.EN, FR: set.words.Answer["research_only"].FR + " : " + r.Reason.FR}
	return r
}

// fix works out what does not depend on who asks.
func (set *Set) fix(e *entry) {
	e.fixed, e.clause = map[string]Right{}, map[string]wording.Text{}
	for i := range e.conditions {
		c := &e.conditions[i]
		c.reads = c.allowed.Reads()
		if c.lifted != nil {
			c.reads = append(slices.Clone(c.reads), c.lifted.Reads()...)
		}
		set.conditionWords(c)
	}
	for _, c := range []string{e.CommercialUse.Clause, e.FieldOfUse.Clause, e.Derivatives.Clause, e.Redistribution.Clause, e.Outputs.Clause} {
		e.clause[c] = set.words.clauseText(c)
	}
	if e.Territory != nil {
		t := e.Territory
		e.rule = wording.Textf("%s excluded, %s, %s", "%s : exclusion %s, %s", excludedText(t.Excluded), set.words.By[t.By], set.words.Where[t.Where])
		e.clause[e.Territory.Clause] = set.words.clauseText(e.Territory.Clause)
	}
	if e.Sector != nil {
		e.clause[e.Sector.Clause] = set.words.clauseText(e.Sector.Clause)
	}
	if r, ok := set.modifyRight(e); ok {
		e.fixed[Modify] = r
	}
	if r, ok := set.outputsRight(e); ok {
		e.fixed[OwnOutputs] = r
	}
	if r, ok := set.trainFixed(e); ok {
		e.fixed[TrainOnOutputs] = r
	}
	e.fixed[Redistribute] = set.redistributeRight(e)
	var j Judgement
	set.duties(&j, e)
	set.terms(&j, e)
	e.duties, e.terms = j.Duties, j.Terms
}

var concernedBy = map[string]string{TrainOnOutputs: "use_case.trains_on_outputs", Modify: "use_case.modifies_model", Redistribute: "use_case.redistributes_model"}

// concerned says whether the use exercises a right; nil when a fact that says so is not known.
func (set *Set) concerned(name string, s *Situation) *bool {
	path := concernedBy[name]
	yes, no := true, false
	switch {
	case path != "":
		switch s.truth(path) {
		case expr.True:
			return &yes
		case expr.False:
			return &no
		}
		return nil
	case name == SelfHost:
		k, ok := s.known["offering.deployment"]
		if !ok {
			return nil
		}
		if k.Value.Text == "self_hosted" || k.Value.Text == "customer_cloud" {
			return &yes
		}
		return &no
	case name == ServeThirdParty:
		k, ok := s.known["use_case.purpose"]
		if !ok {
			return nil
		}
		if k.Value.Text == "service_to_third_parties" {
			return &yes
		}
		return &no
	}
	return &yes
}

func (set *Set) commercial(e *entry, s *Situation) Right {
	w := &set.words
	switch e.CommercialUse.Answer {
	case "yes":
		if len(e.conditions) == 0 {
			return Right{Answer: Allowed, Reason: wording.Textf("commercial use is allowed without a threshold", "l'usage commercial est autorisé sans seuil")}
		}
	case "silent":
		return Right{Answer: Silent, Reason: wording.Textf("the text does not speak of commercial use", "le texte n'évoque pas l'usage commercial")}
	case "depends":
		if len(e.conditions) == 0 {
			return Right{Answer: ConditionsUnknown, Reason: w.Answer["depends"], ToDo: []wording.Text{readParameters}}
		}
	}
	r := s.conditions(e.conditions)
	reads := r.reads
	if e.CommercialUse.Answer == "no" {
		reads = append(reads, "use_case.commercial_use")
		business := s.truth("use_case.commercial_use")
		if len(e.conditions) == 0 {
			r.truth = 2 - business // licensed when it is not commercial
			if business == expr.Maybe {
				r.missing = []string{"use_case.commercial_use"}
			}
		}
		if r.truth == expr.False && business == expr.True {
			used, _ := s.split(reads)
			reason := wording.Textf("only non-commercial use is licensed, and this use is commercial", "seul l'usage non commercial est concédé, et cet usage est commercial")
			if m := e.CommercialUse.Means; !m.IsZero() {
				reason = wording.Textf("only non-commercial use is licensed (%s), and this use is recorded as commercial", "seul l'usage non commercial est concédé (%s), et cet usage est noté comme commercial", m)
			}
			return Right{Answer: Forbidden, Used: used, Reason: reason,
				ToDo: []wording.Text{wording.Textf("ask %s for a commercial licence, or choose another model", "demander une licence commerciale au titulaire (%s), ou choisir un autre modèle", e.Holder.Name)}}
		}
	}
	used, missing := s.split(reads)
	out := Right{Used: used}
	if e.CommercialUse.Answer == "no" && r.truth != expr.True {
		business := s.truth("use_case.commercial_use")
		if r.truth == expr.Maybe {
			out.Possible = append(out.Possible, ConditionsMet)
		}
		if business != expr.True {
			out.Possible = append(out.Possible, ConditionsNotMet)
		}
		if business != expr.False {
			out.Possible = append(out.Possible, Forbidden)
		}
		if len(e.conditions) == 0 {
			out.Possible = []Answer{ConditionsMet, Forbidden}
		}
		if len(out.Possible) == 1 {
			out.Possible = nil
		} else if r.truth == expr.False {
			out.Missing = s.factRefs([]string{"use_case.commercial_use"})
		}
	}
	switch r.truth {
	case expr.True:
		out.Answer = ConditionsMet
		out.Reason = set.conditionReason(e, r.met, s, "the conditions are met: %s", "les conditions sont remplies : %s")
	case expr.False:
		out.Answer = ConditionsNotMet
		onlyName := true
		for _, c := range r.failed {
			onlyName = onlyName && c.Otherwise == "display_name"
			out.ToDo = append(out.ToDo, w.Consequence[c.Otherwise])
		}
		out.Reason = set.conditionReason(e, r.failed, s, "a condition is not met: %s", "une condition n'est pas remplie : %s")
		if onlyName { // the threshold only brings a duty
			out.Answer = ConditionsMet
			out.Reason = set.conditionReason(e, r.failed, s, "allowed; above the threshold the name must be shown: %s", "autorisé ; au-delà du seuil le nom doit être affiché : %s")
			if len(r.open) > 0 {
				out.Answer = ConditionsUnknown
			}
		}
	default:
		out.Answer, out.Missing = ConditionsUnknown, s.factRefs(r.missing)
		if len(out.Missing) == 0 {
			out.Missing = missing
		}
		onlyName := len(r.open) > 0
		for _, c := range r.open {
			onlyName = onlyName && c.Otherwise == "display_name"
			if !c.PersonDecides.IsZero() {
				out.ToDo = append(out.ToDo, c.PersonDecides)
			}
			out.ToDo = append(out.ToDo, w.Consequence[c.Otherwise])
		}
		out.Reason = set.conditionReason(e, r.open, s, "it is not known whether a condition is met: %s", "on ne sait pas si une condition est remplie : %s")
		if len(r.open) == 0 {
			out.Reason = wording.Textf("only non-commercial use is licensed; it is not known whether this use is commercial", "seul l'usage non commercial est concédé ; on ne sait pas si cet usage est commercial")
		}
		if onlyName && e.CommercialUse.Answer != "no" {
			out.Answer, out.Possible = ConditionsMet, nil
			out.Reason = set.conditionReason(e, r.open, s, "allowed; above a threshold the name must be shown: %s", "autorisé ; au-delà d'un seuil le nom doit être affiché : %s")
		}
	}
	return out
}

var readParameters = wording.Text{EN: "read the parameters at the head of the file", FR: "lire les paramètres en tête du fichier"}

func (set *Set) territoryRight(e *entry, s *Situation) (Right, string) {
	t := e.Territory
	if t == nil {
		return Right{Answer: Allowed, Reason: wording.Text{EN: "no territory is excluded", FR: "aucun territoire n'est exclu"}}, ""
	}
	path := "organisation.country"
	if t.By == "place_of_use" {
		path = "use_case.user_countries"
	}
	reads := []string{path}
	applies, missing := expr.True, []string(nil)
	if e.territory != nil {
		o, err := e.territory.Eval(s.facts)
		if err != nil {
			o = expr.Outcome{Truth: expr.Maybe, Missing: e.territory.Reads()}
		}
		applies, missing = o.Truth, o.Missing
		reads = append(reads, e.territory.Reads()...)
	}
	inside := expr.Maybe
	if k, ok := s.known[path]; ok {
		inside = expr.False
		for _, c := range k.Value.Texts() {
			if slices.Contains(e.excluded, c) {
				inside = expr.True
			}
		}
		if inside == expr.False && k.Value.Many && !k.Value.Complete {
			inside = expr.Maybe
		}
	}
	if inside == expr.Maybe {
		missing = append(missing, path)
	}
	used, _ := s.split(reads)
	rule := e.rule
	switch {
	case applies == expr.False:
		return Right{Answer: Allowed, Used: used, Reason: wording.Textf("%s; the exclusion does not reach this model or this way of using it", "%s ; l'exclusion ne vise ni ce modèle ni cette façon de l'employer", rule)}, t.Clause
	case inside == expr.False:
		return Right{Answer: Allowed, Used: used, Reason: wording.Textf("%s; this is elsewhere", "%s ; on est ailleurs", rule)}, t.Clause
	case applies == expr.True && inside == expr.True:
		return Right{Answer: Forbidden, Used: used, Reason: rule,
			ToDo: []wording.Text{wording.Textf("ask %s for a licence, or choose another model", "demander une licence au titulaire (%s), ou choisir un autre modèle", e.Holder.Name)}}, t.Clause
	}
	return Right{Answer: ConditionsUnknown, Used: used, Missing: s.factRefs(missing), Possible: []Answer{Allowed, Forbidden},
		Reason: wording.Textf("%s; it is not known whether this reaches the use", "%s ; on ne sait pas si cela vise l'usage", rule)}, t.Clause
}

func excludedText(list []string) wording.Text {
	var out []wording.Text
	for _, c := range list {
		if c == "EU" {
			out = append(out, wording.Text{EN: "European Union", FR: "Union européenne"})
			continue
		}
		out = append(out, catalog.CountryName(c))
	}
	return joinTexts(out, ", ", ", ")
}

func (set *Set) sectorRight(e *entry, s *Situation) (Right, string) {
	if e.Sector == nil {
		return Right{Answer: Allowed, Reason: wording.Text{EN: "no kind of organisation is excluded", FR: "aucun type d'organisation n'est exclu"}}, ""
	}
	o, err := e.sector.Eval(s.facts)
	if err != nil {
		o = expr.Outcome{Truth: expr.Maybe, Missing: e.sector.Reads()}
	}
	used, _ := s.split(e.sector.Reads())
	switch o.Truth {
	case expr.True:
		return Right{Answer: Allowed, Used: used, Reason: wording.Textf("%s; this organisation is not one of them", "%s ; cette organisation n'en est pas", e.Sector.Says)}, e.Sector.Clause
	case expr.False:
		return Right{Answer: Forbidden, Used: used, Reason: e.Sector.Says, ToDo: []wording.Text{wording.Textf("choose another model", "choisir un autre modèle")}}, e.Sector.Clause
	}
	return Right{Answer: ConditionsUnknown, Used: used, Missing: s.factRefs(o.Missing), Possible: []Answer{Allowed, Forbidden},
		Reason: wording.Textf("%s; it is not known whether this organisation is one of them", "%s ; on ne sait pas si cette organisation en est", e.Sector.Says)}, e.Sector.Clause
}

func (set *Set) fieldRight(e *entry, s *Situation) Right {
	f := e.FieldOfUse
	if !f.Restricted {
		return Right{Answer: Allowed, Reason: wording.Textf("no field of use is barred", "aucun domaine d'usage n'est exclu")}
	}
	where := set.words.FieldSource[f.Source]
	var todo []wording.Text
	if f.PolicyMayChange == "yes" {
		todo = append(todo, wording.Textf("archive the policy of today: it may change", "archiver la politique du jour : elle peut changer"))
	}
	unread := f.Source == "policy_by_reference" && (f.Policy == "" || set.licences[f.Policy] == nil)
	if unread {
		todo = append(todo, wording.Textf("read the policy at its address, %s: Vigie holds no text of it", "lire la politique à son adresse, %s : Vigie n'en a pas le texte", f.PolicyURL))
	}
	k, ok := s.known["use_case.uses"]
	if !ok {
		return Right{Answer: ConditionsUnknown, Missing: s.factRefs([]string{"use_case.uses"}), Possible: []Answer{ConditionsMet, Forbidden}, ToDo: todo,
			Reason: wording.Textf("%d fields of use are barred, %s; which of them the use touches is not known", "%d domaines d'usage sont exclus, %s ; on ne sait pas lesquels l'usage touche", len(f.Uses), where)}
	}
	used := s.factRefs([]string{"use_case.uses"})
	var hit []wording.Text
	for _, u := range f.Uses {
		if k.Value.Contains(u) {
			hit = append(hit, set.words.Use[u])
		}
	}
	switch {
	case len(hit) > 0:
		return Right{Answer: Forbidden, Used: used, ToDo: append(todo, wording.Textf("have counsel read the exact words against the use; ask %s for leave, or choose another model",
			"faire lire les termes exacts au regard de l'usage par un juriste ; demander l'accord de %s, ou choisir un autre modèle", e.Holder.Name)),
			Reason: wording.Textf("the use touches what is barred, %s: %s", "l'usage touche ce qui est exclu, %s : %s", where, joinTexts(hit, ", ", ", "))}
	case !k.Value.Complete:
		return Right{Answer: ConditionsUnknown, Used: used, Missing: used, Possible: []Answer{ConditionsMet, Forbidden}, ToDo: todo,
			Reason: wording.Textf("nothing known of the use is barred, but the list of fields it touches is not complete", "rien de ce qui est connu de l'usage n'est exclu, mais la liste des domaines touchés est incomplète")}
	case unread && len(f.Uses) <= 2:
		return Right{Answer: Unsettled, Used: used, ToDo: todo, Possible: []Answer{ConditionsMet, Forbidden},
			Reason: wording.Textf("the fields barred are in a policy that was not read", "les domaines exclus sont dans une politique qui n'a pas été lue")}
	}
	return Right{Answer: ConditionsMet, Used: used, ToDo: todo,
		Reason: wording.Textf("the use touches none of the %d fields barred, %s", "l'usage ne touche aucun des %d domaines exclus, %s", len(f.Uses), where)}
}

// modifyRight is fixed by the text, unless only research enjoys it.
func (set *Set) modifyRight(e *entry) (Right, bool) {
	switch e.Derivatives.Allowed {
	case "yes":
		return Right{Answer: Allowed, Reason: wording.Textf("the model may be adapted", "le modèle peut être adapté")}, true
	case "silent":
		return Right{Answer: Silent, Reason: wording.Textf("the text does not speak of adapting it", "le texte n'évoque pas l'adaptation")}, true
	case "no":
		return Right{Answer: Forbidden, Reason: wording.Textf("the model may not be adapted", "le modèle ne peut pas être adapté")}, true
	case "research_only":
		return Right{}, false
	}
	return Right{Answer: ConditionsUnknown, Possible: []Answer{ConditionsMet, ConditionsNotMet}, Reason: wording.Textf("the model may be adapted under conditions: read the clause", "le modèle peut être adapté sous conditions : lire l'article"), ToDo: []wording.Text{readClause}}, true
}

var notReadYet = wording.Text{EN: "nobody has read this in the text yet", FR: "personne ne l'a encore lu dans le texte"}

var readClause = wording.Text{EN: "read the clause", FR: "lire l'article"}

func (set *Set) redistributeRight(e *entry) Right {
	r := e.Redistribution
	var todo []wording.Text
	for _, c := range r.Conditions {
		todo = append(todo, set.words.Redistribution[c])
	}
	switch r.Answer {
	case "yes":
		return Right{Answer: Allowed, Reason: wording.Textf("the model may be passed on", "le modèle peut être transmis"), ToDo: todo}
	case "no":
		return Right{Answer: Forbidden, Reason: wording.Textf("the model may not be passed on", "le modèle ne peut pas être transmis")}
	case "silent":
		return Right{Answer: Silent, Reason: wording.Textf("the text does not speak of passing it on", "le texte n'évoque pas la transmission")}
	}
	return Right{Answer: Allowed, Reason: wording.Textf("the model may be passed on if the duties are kept", "le modèle peut être transmis si les obligations sont tenues"), ToDo: todo}
}

// hostedRight: offering it to others is use like any other, and distribution too where the text says so.
func (set *Set) hostedRight(e *entry, commercial Right) Right {
	if slices.Contains(e.FieldOfUse.Uses, "hosted_service") {
		return Right{Answer: Forbidden, Reason: set.words.Use["hosted_service"], ToDo: []wording.Text{readClause}}
	}
	r := commercial
	if e.Redistribution.HostedServiceCounts == "modified" {
		says := set.words.Hosted["modified"]
		r.Reason = wording.Text{EN: says.EN + "; " + r.Reason.EN, FR: says.FR + " ; " + r.Reason.FR}
		r.ToDo = append(slices.Clone(r.ToDo), wording.Textf("if it is modified: offer its users the source of the modified version", "s'il est modifié : offrir à ses utilisateurs le code source de la version modifiée"))
		return r
	}
	if e.Redistribution.HostedServiceCounts == "yes" {
		if d := e.fixed[Redistribute]; d.Answer.rank() >= r.Answer.rank() {
			r = d
		}
		says := set.words.Hosted["yes"]
		r.Reason = wording.Text{EN: says.EN + "; " + r.Reason.EN, FR: says.FR + " ; " + r.Reason.FR}
		return r
	}
	return r
}

// outputsRight is fixed by the text, unless only non-commercial use enjoys it.
func (set *Set) outputsRight(e *entry) (Right, bool) {
	owner := set.words.OutputsOwner[e.Outputs.Owner]
	switch {
	case e.Outputs.Owner == "licensor":
		return Right{Answer: Forbidden, Reason: wording.Textf("the outputs belong to %s", "les sorties appartiennent à %s", e.Holder.Name),
			ToDo: []wording.Text{wording.Textf("choose another model if outputs are to be kept", "choisir un autre modèle si les sorties doivent être conservées")}}, true
	case e.Outputs.TrainOtherModels == "noncommercial_only":
		return Right{}, false
	case e.Outputs.Owner == "silent":
		return Right{Answer: Silent, Reason: wording.Textf("who owns the outputs is not said", "le texte ne dit pas à qui sont les sorties")}, true
	}
	return Right{Answer: Allowed, Reason: wording.Textf("outputs: %s", "sorties : %s", owner)}, true
}

func (set *Set) trainReason(e *entry) wording.Text {
	return wording.Textf("training models on outputs: %s", "entraîner des modèles sur les sorties : %s", set.words.Train[e.Outputs.TrainOtherModels])
}

// trainFixed answers where the text alone decides.
func (set *Set) trainFixed(e *entry) (Right, bool) {
	reason := set.trainReason(e)
	switch e.Outputs.TrainOtherModels {
	case "yes":
		return Right{Answer: Allowed, Reason: reason}, true
	case "name_prefix":
		return Right{Answer: Allowed, Reason: reason, ToDo: []wording.Text{wording.Textf("start the name of a distributed model with “%s”", "commencer le nom d'un modèle distribué par « %s »", e.Derivatives.NamePrefix)}}, true
	case "display":
		return Right{Answer: Allowed, Reason: reason, ToDo: []wording.Text{wording.Textf("show “%s”", "afficher « %s »", e.Derivatives.Display)}}, true
	case "derivative_if_imitating":
		return Right{Answer: ConditionsUnknown, Reason: reason, Possible: []Answer{Allowed, ConditionsMet}, ToDo: []wording.Text{wording.Textf("treat a model that imitates this one as bound by the same terms", "tenir un modèle qui imite celui-ci pour lié par les mêmes conditions")}}, true
	case "no":
		return Right{Answer: Forbidden, Reason: reason}, true
	case "no_llm", "no_foundation", "no_same_kind":
		return Right{Answer: ConditionsUnknown, Reason: reason, Possible: []Answer{ConditionsMet, Forbidden}, ToDo: []wording.Text{wording.Textf("say which kind of model is to be trained", "préciser quel type de modèle sera entraîné")}}, true
	case "silent", "na":
		return Right{Answer: Silent, Reason: reason}, true
	}
	return Right{}, false
}

func (set *Set) trainRight(e *entry, s *Situation, commercial Right) Right {
	if r, ok := e.fixed[TrainOnOutputs]; ok {
		return r
	}
	reason := set.trainReason(e)
	if e.Outputs.TrainOtherModels == "no_competing" {
		used, missing := s.split([]string{"use_case.competes_with_licensor"})
		switch s.truth("use_case.competes_with_licensor") {
		case expr.True:
			return Right{Answer: Forbidden, Reason: reason, Used: used}
		case expr.False:
			return Right{Answer: ConditionsMet, Reason: reason, Used: used}
		}
		return Right{Answer: ConditionsUnknown, Reason: reason, Missing: missing, Possible: []Answer{ConditionsMet, Forbidden}}
	}
	r := commercial // non-commercial only
	r.Reason = wording.Text{EN: reason.EN + "; " + r.Reason.EN, FR: reason.FR + " ; " + r.Reason.FR}
	return r
}

// selfHost: whoever may use the model may run it; a policy alone gives no such right.
func selfHost(e *entry, commercial Right) Right {
	if e.Kind != "licence" {
		return Right{Answer: Silent, Reason: wording.Textf("not the object of this document", "ce n'est pas l'objet de ce document")}
	}
	r := commercial
	switch r.Answer {
	case Allowed, ConditionsMet:
		r.Reason = wording.Textf("the weights may be used where the use is licensed, on one's own machines too", "les poids peuvent être employés là où l'usage est concédé, y compris sur ses propres machines")
	}
	return r
}

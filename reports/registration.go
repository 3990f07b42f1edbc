package reports

import (
	"time"

	"vigie/catalog/wording"
	"vigie/reports/tree"
)

// Registration is where what a report prints stands in a log. It is printed, and kept in the document that registers
// the report itself, so that the same report can be printed again byte for byte.
type Registration struct {
	Log  string `json:"log"`  // origin of the log
	Leaf int64  `json:"leaf"` // entry of the log, counted from 0
	At   string `json:"at"`   // when the log took it in: RFC 3339, UTC
	Size int64  `json:"size"` // entries under the checkpoint that was the newest
	Root string `json:"root"` // root of that checkpoint, in base64
}

// Moment writes an RFC 3339 moment for a person: day and minute, in UTC. What is no moment is given back as it is.
func Moment(l wording.Lang, at string) string {
	t, err := time.Parse(time.RFC3339Nano, at)
	if err != nil {
		return at
	}
	t = t.UTC()
	return wording.Typeset(l, wording.Textf("%s at %s UTC", "%s à %s UTC", wording.Day(l, t), t.Format("15:04")).In(l))
}

// footStatus is the end of the running foot.
func (b *builder) footStatus(day string, r *Registration) string {
	if r == nil {
		return b.say("%s · not registered", "%s · non enregistré", day)
	}
	return b.say("%s · registered, entry %d of %s", "%s · enregistré, entrée %d de %s", day, r.Leaf, r.Log)
}

// status is the registration as the cover tells it.
func (b *builder) status(r *Registration) tree.Cell {
	if r == nil {
		return tree.Cell{tree.B(b.say("not registered", "non enregistré")),
			tree.Q(b.say("No log was in use: the hash names the result, nothing yet proves its date.", "Aucun journal n'était en service : l'empreinte désigne le résultat, rien ne prouve encore sa date."))}
	}
	return tree.Cell{tree.B(b.say("registered on %s", "enregistré le %s", Moment(b.l, r.At))),
		tree.Q(b.say("Entry %d of the log %s. The proof is inside this file: vigie verify FILE checks it without a server.",
			"Entrée %d du journal %s. La preuve est dans ce fichier : vigie verify FICHIER la contrôle sans serveur.", r.Leaf, r.Log))}
}

// registered is the registration as the method tells it, in full.
func (b *builder) registered(r *Registration) tree.Cell {
	if r == nil {
		return tree.C(tree.T(b.say("not registered: no log was in use, so this report carries no proof of the day on which it was made",
			"non enregistré : aucun journal n'était en service, ce rapport ne porte donc pas de preuve du jour où il a été fait")))
	}
	return tree.Cell{
		tree.T(b.say("entry %d of the log %s, taken in on %s", "entrée %d du journal %s, prise en compte le %s", r.Leaf, r.Log, Moment(b.l, r.At))),
		tree.T(b.say("checkpoint of %d entries, root %s", "point de contrôle de %d entrées, racine %s", r.Size, r.Root)),
		tree.Q(b.say("Attached to this file: what was assessed, the statement that registers this report, and the proof that both stand in the log, signed. They can be checked without Vigie and without the organisation.",
			"Joints à ce fichier : ce qui a été évalué, l'écrit qui enregistre ce rapport, et la preuve signée que l'un et l'autre figurent au journal. Ils se contrôlent sans Vigie et sans l'organisation.")),
	}
}

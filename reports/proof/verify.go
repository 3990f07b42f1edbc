package proof

import (
	"bytes"
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"

	"vigie/catalog"
	"vigie/catalog/store/log"
	"vigie/catalog/wording"
	"vigie/reports"
)

// State is how a check ended.
type State string

// The states of a line of a verdict.
const (
	Holds State = "holds"
	Fails State = "fails"
	Open  State = "open" // cannot be decided from the file: what is left to do
)

// Check says what a line of a verdict is about, for whoever explains it further.
type Check string

// The checks, in the order in which they are made.
const (
	Sealed     Check = "sealed"     // the file is laid out as a sealed report
	Whole      Check = "whole"      // no byte was changed since it was sealed
	Printed    Check = "printed"    // the pages are those that were registered
	Attached   Check = "attached"   // what is attached is what the pages print
	Judged     Check = "judged"     // by which program, on the facts of which day, on assumptions or not
	Registered Check = "registered" // it stands in a log
	Signed     Check = "signed"     // under whose key
	InLog      Check = "log"        // what the log itself says today; only who has the log can tell
)

// Line is one thing that was checked, in words.
type Line struct {
	State State        `json:"state"`
	Check Check        `json:"check"`
	Text  wording.Text `json:"text"`
}

// About is what the report is about, read from what is attached.
type About struct {
	Offering     string       `json:"offering,omitempty"` // none: a comparison
	UseCase      string       `json:"use_case"`
	On           catalog.Date `json:"on"`
	Engine       string       `json:"engine"` // version of the program that judged
	Hypothetical bool         `json:"hypothetical"`
}

// Verdict is what can be said of a report from its file alone.
type Verdict struct {
	Holds      bool                  `json:"holds"`                // nothing that was checked fails
	Registered bool                  `json:"registered"`           // it is shown to stand in a log
	KeyGiven   bool                  `json:"key_given"`            // the log is that of a key given by who checks
	Key        string                `json:"key,omitempty"`        // public key that the checkpoint is signed for
	File       string                `json:"file"`                 // SHA-256 of the whole file
	Document   *Document             `json:"document,omitempty"`   // report.json
	About      *About                `json:"about,omitempty"`      // from what is attached
	Entry      *reports.Registration `json:"entry,omitempty"`      // where the report stands in the log
	Checkpoint string                `json:"checkpoint,omitempty"` // signed note under which the report stands
	Lines      []Line                `json:"lines"`
}

// Say adds a line. Who knows more than the file, such as the log itself, adds what it says.
func (v *Verdict) Say(s State, c Check, t wording.Text) {
	v.Lines = append(v.Lines, Line{s, c, t})
	if s == Fails {
		v.Holds = false
	}
}

func (v *Verdict) check(ok bool, c Check, holds, fails wording.Text) bool {
	if ok {
		v.Say(Holds, c, holds)
	} else {
		v.Say(Fails, c, fails)
	}
	return ok
}

// failure is the first thing that fails.
func (v *Verdict) failure() string {
	for _, l := range v.Lines {
		if l.State == Fails {
			return l.Text.EN
		}
	}
	return "nothing fails"
}

// Verify checks a sealed report from its bytes alone. Keys are public keys of logs that who checks knows to be the
// organisation's; with none, the key inside the file is used and the verdict says that it must be compared. With keys,
// a report that is not registered under one of them does not hold.
//
// Every file has a verdict, whatever its bytes.
func Verify(file []byte, keys []string) *Verdict {
	v := &Verdict{Holds: true, File: hashOf(file), KeyGiven: len(keys) > 0, Lines: []Line{}}
	if len(file) > MaxFile {
		v.Say(Fails, Sealed, wording.Textf("The file is larger than a report can be (%d MiB).", "Le fichier dépasse la taille d'un rapport (%d Mio).", MaxFile>>20))
		return v
	}
	f, parts, err := open(file)
	if err != nil {
		v.Say(Fails, Sealed, unsealed(err))
		return v
	}
	if again := f.seal(parts, file); !bytes.Equal(again, file) {
		v.Say(Fails, Whole, wording.Textf("The file was altered after it was sealed.", "Le fichier a été modifié après avoir été scellé."))
		return v
	}
	contents := map[string][]byte{}
	for _, p := range parts {
		if contents[p.name], err = unpack(p.raw, p.size); err != nil {
			v.Say(Fails, Whole, wording.Textf("The attachment %s cannot be unpacked.", "La pièce jointe %s ne se décompresse pas.", p.name))
			return v
		}
	}
	d, err := ParseDocument(contents[nameReport])
	if err != nil {
		v.Say(Fails, Whole, wording.Textf("The attachment %s is not what registers a report.", "La pièce jointe %s n'est pas l'écrit qui enregistre un rapport.", nameReport))
		return v
	}
	v.Document = &d
	// Only now is the whole known: the document vouches for the base, the rest was made again from it.
	if d.PDF == hashOf(f.data) && d.Size == int64(len(f.data)) {
		v.Say(Holds, Whole, wording.Textf("The file is whole: every byte is the one that was sealed.", "Le fichier est entier : chaque octet est celui qui a été scellé."))
		v.Say(Holds, Printed, wording.Textf("The printed report is the one that %s names: %d bytes, SHA-256 %s.", "Le rapport imprimé est celui que désigne %s : %d octets, SHA-256 %s.", nameReport, d.Size, d.PDF))
	} else {
		v.Say(Fails, Printed, wording.Textf("The printed report was altered or exchanged: it is not the one that %s names.", "Le rapport imprimé a été modifié ou échangé : ce n'est pas celui que désigne %s.", nameReport))
	}
	v.subject(d, contents)
	v.registration(d, contents, keys)
	return v
}

// subject checks what the report prints.
func (v *Verdict) subject(d Document, contents map[string][]byte) {
	name := d.Kind.file()
	body, ok := contents[name]
	for other := range contents {
		v.checkOnly(other == name || other == nameProof || other == nameReport, Attached, wording.Textf("Something is attached that does not belong to the report.", "Une pièce est jointe qui n'appartient pas au rapport."))
	}
	if !v.check(ok && hashOf(body) == d.Subject, Attached,
		wording.Textf("The attachment %s is what the report prints: SHA-256 %s.", "La pièce jointe %s est ce que le rapport imprime : SHA-256 %s.", name, d.Subject),
		wording.Textf("The attachment %s is not what the report prints.", "La pièce jointe %s n'est pas ce que le rapport imprime.", name)) {
		return
	}
	var a About
	if !v.check(json.Unmarshal(body, &a) == nil && a.On == d.On, Judged,
		wording.Textf("It was judged by engine %s on the facts of %s; it was not judged again here.", "Le jugement est du moteur %s, sur les faits au %s ; il n'a pas été refait ici.", engineWords(a.Engine), wording.Text{EN: d.On.In(wording.EN), FR: d.On.In(wording.FR)}),
		wording.Textf("The attachment %s is of another day than the report.", "La pièce jointe %s est d'un autre jour que le rapport.", name)) {
		return
	}
	v.About = &a
	if a.Hypothetical {
		v.Say(Open, Judged, wording.Textf("It is a hypothesis, not an assessment: some of its facts were assumed.", "C'est une hypothèse, non une évaluation : certains de ses faits ont été supposés."))
	}
}

// registration checks the proof of the log.
func (v *Verdict) registration(d Document, contents map[string][]byte, keys []string) {
	text, ok := contents[nameProof]
	if !ok {
		if d.Registration != nil {
			v.Say(Fails, Registered, wording.Textf("The report says that it is registered, but no proof is attached.", "Le rapport se dit enregistré, mais aucune preuve n'est jointe."))
			return
		}
		state := Open
		if len(keys) > 0 {
			state = Fails
		}
		v.Say(state, Registered, wording.Textf("Not registered: no log bears witness to this report. Whoever can write a whole new file can make another that looks the same.",
			"Non enregistré : aucun journal n'atteste ce rapport. Quiconque peut écrire un fichier entier peut en faire un autre d'apparence identique."))
		return
	}
	l, err := ParseLog(text)
	if err != nil {
		v.Say(Fails, Registered, wording.Textf("The attachment %s is not a proof of registration.", "La pièce jointe %s n'est pas une preuve d'enregistrement.", nameProof))
		return
	}
	key, point, ok := v.signer(l, keys)
	if !ok {
		return
	}
	v.Key, v.Checkpoint = key, string(l.Report.Inclusion.Checkpoint)
	named := wording.Text{EN: "report", FR: "rapport"}
	issued, ok := v.entry(l.Report, key, kindReport, d.Hash(), named)
	if ok {
		v.Registered = true
		v.Entry, _ = Register(l.Report, key)
		v.Say(Holds, Registered, wording.Textf("The report was registered on %s: entry %d of the log %s, under a checkpoint of %d entries.", "Le rapport a été enregistré le %s : entrée %d du journal %s, sous un point de contrôle de %d entrées.",
			moment(issued.At), l.Report.Inclusion.Index, point.Origin, point.Tree.N))
	}
	named = wording.Text{EN: "assessment", FR: "résultat évalué"}
	if d.Kind == Comparison {
		named = wording.Text{EN: "comparison", FR: "résultat comparé"}
	}
	if stands, ok := v.entry(l.Subject, key, string(d.Kind), d.Subject, named); ok {
		v.Say(Holds, Registered, wording.Textf("The %s was registered on %s: entry %d.", "Le %s a été enregistré le %s : entrée %d.", named, moment(stands.At), l.Subject.Inclusion.Index))
		r := d.Registration
		v.checkOnly(r == nil || r.Log == point.Origin && r.Leaf == l.Subject.Inclusion.Index && r.At == stands.At, Registered,
			wording.Textf("The entry printed in the report is another one.", "L'entrée imprimée dans le rapport est une autre."))
	}
	if len(keys) > 0 {
		v.Say(Holds, Signed, wording.Textf("The checkpoint is signed with the expected key: %s.", "Le point de contrôle est signé par la clé attendue : %s.", key))
	} else {
		v.Say(Open, Signed, wording.Textf("The checkpoint is signed with the key %s. Compare it with the one that the organisation publishes, and check again with that one: anyone can make a log of their own.",
			"Le point de contrôle est signé par la clé %s. Comparez-la à celle que l'organisation publie, et contrôlez de nouveau avec celle-ci : chacun peut tenir un journal à soi.", key))
	}
}

func (v *Verdict) checkOnly(ok bool, c Check, fails wording.Text) {
	if !ok {
		v.Say(Fails, c, fails)
	}
}

// signer finds the key under which the checkpoint of the report is signed.
func (v *Verdict) signer(l *Log, keys []string) (string, log.Checkpoint, bool) {
	candidates := keys
	if len(keys) == 0 {
		candidates = []string{l.Key}
	}
	for _, k := range candidates {
		if point, err := log.OpenCheckpoint(l.Report.Inclusion.Checkpoint, k); err == nil {
			return k, point, true
		}
	}
	if len(keys) > 0 {
		v.Say(Fails, Signed, wording.Textf("The checkpoint is not signed with the expected key; the file names the key %s.", "Le point de contrôle n'est pas signé par la clé attendue ; le fichier désigne la clé %s.", l.Key))
	} else {
		v.Say(Fails, Signed, wording.Textf("The signature of the checkpoint does not hold.", "La signature du point de contrôle n'est pas valide."))
	}
	return "", log.Checkpoint{}, false
}

// entry checks that a leaf is of this kind and hash, and stands in the log.
func (v *Verdict) entry(e Entry, key, kind, hash string, named wording.Text) (log.Leaf, bool) {
	leaf, _, err := e.check(key)
	if err != nil {
		v.Say(Fails, Registered, wording.Textf("The proof that the %s stands in the log does not hold.", "La preuve que le %s figure au journal n'est pas valide.", named))
		return leaf, false
	}
	if leaf.Kind != kind || leaf.Hash != hash {
		v.Say(Fails, Registered, wording.Textf("The proof of the %s is that of something else.", "La preuve du %s est celle d'autre chose.", named))
		return leaf, false
	}
	return leaf, true
}

var (
	errUnsealed = errors.New("not sealed")
)

func unsealed(err error) wording.Text {
	if errors.Is(err, errUnsealed) {
		return wording.Textf("Nothing is attached to this file that could be checked: it is no sealed report of Vigie, or its end is missing.",
			"Rien n'est joint à ce fichier qui puisse être contrôlé : ce n'est pas un rapport scellé de Vigie, ou sa fin manque.")
	}
	return wording.Textf("The file is not laid out as a sealed report of Vigie.", "Le fichier n'est pas construit comme un rapport scellé de Vigie.")
}

// open takes a sealed file apart as its seal line says; nothing of it is believed yet.
func open(file []byte) (*baseFile, []part, error) {
	m := baseEnd.FindSubmatch(file[max(0, len(file)-40):])
	if m == nil {
		return nil, nil, errUnsealed
	}
	at := atoi(m[1])
	if at >= len(file) || at < 1 {
		return nil, nil, errUnsealed
	}
	before := file[max(0, at-300):at]
	line, ok := bytes.CutSuffix(before, []byte("\n"))
	words := strings.Fields(string(line[bytes.LastIndexByte(line, '\n')+1:]))
	if !ok || len(words) < 2 || words[0] != sealLine {
		return nil, nil, errUnsealed
	}
	length, err := strconv.Atoi(words[1])
	if err != nil || length <= 0 || length > at || len(words) > 2+3*3 || len(words)%3 != 2 {
		return nil, nil, errBase
	}
	var parts []part
	for w := words[2:]; len(w) > 0; w = w[3:] {
		packed, err := strconv.Atoi(w[1])
		size, err2 := strconv.Atoi(w[2])
		if _, known := descriptions[w[0]]; !known || err != nil || err2 != nil || packed <= 0 || packed > at || size <= 0 || size > maxAttachment ||
			slices.ContainsFunc(parts, func(p part) bool { return p.name >= w[0] }) {
			return nil, nil, errBase
		}
		parts = append(parts, part{name: w[0], size: size, packed: packed})
	}
	f, err := readBase(file[:length:length])
	return f, parts, err
}

func moment(at string) wording.Text {
	return wording.Text{EN: reports.Moment(wording.EN, at), FR: reports.Moment(wording.FR, at)}
}

func engineWords(engine string) wording.Text {
	if engine == "" {
		return wording.Textf("of an unknown version", "de version inconnue")
	}
	return wording.Quoted(engine)
}

// Conclusion is the verdict in one sentence.
func (v *Verdict) Conclusion() wording.Text {
	switch {
	case !v.Holds:
		return wording.Textf("This file is not a report that can be relied on.", "Ce fichier n'est pas un rapport auquel se fier.")
	case !v.Registered:
		return wording.Textf("Intact as far as can be seen from the file alone; it is not registered.", "Intact autant qu'on en puisse juger par le seul fichier ; il n'est pas enregistré.")
	case !v.KeyGiven:
		return wording.Textf("Intact and registered, if the key above is the organisation's.", "Intact et enregistré, si la clé ci-dessus est bien celle de l'organisation.")
	}
	return wording.Textf("Intact, and registered in the log of the expected key.", "Intact, et enregistré dans le journal de la clé attendue.")
}

// CheckKey reports what is wrong with the public key of a log.
func CheckKey(key string) error {
	_, err := note.NewVerifier(key)
	return err
}

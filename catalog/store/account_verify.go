package store

import (
	"encoding/json"
	"maps"
	"slices"
	"time"

	"vigie/catalog/account"
)

// told is what the log says last of the accounts.
type told struct {
	leaf  map[string]int64         // newest event of each person
	event map[int64]account.Event  // by leaf
	items map[string]account.Event // tokens and passkeys that were made and did not end
	made  map[string]int64         // their leaves
}

// accounts compares accounts, tokens and passkeys with what the log says of them, and the rest with their digests.
func (v *verifier) accounts() error {
	t, err := v.told()
	if err != nil {
		return err
	}
	for _, step := range []func(*told) error{v.accountRows, v.tokenRows, v.passkeyRows, v.itemsLeft} {
		if err := step(t); err != nil {
			return err
		}
	}
	sessions, err := rows[sessionRow](v.query, "SELECT "+sessionColumns+" FROM sessions ORDER BY id")
	if err != nil {
		return err
	}
	for i := range sessions {
		if err := v.digestOf("sessions", sessions[i].ID, sessions[i].Digest, sessions[i].digest()); err != nil {
			return err
		}
	}
	passes, err := rows[passRow](v.query, "SELECT "+passColumns+" FROM passes ORDER BY hash")
	if err != nil {
		return err
	}
	for i := range passes {
		if err := v.digestOf("passes", passes[i].Sort, passes[i].Digest, passes[i].digest()); err != nil {
			return err
		}
	}
	return nil
}

func (v *verifier) digestOf(table, record string, kept []byte, made string) error {
	if hexOf(kept) == made {
		return nil
	}
	return v.bad(table, record, "the row does not fit its digest", "la ligne ne correspond pas à son empreinte")
}

// told reads the events in their order. What cannot be read was named already: its bytes do not have their hash.
func (v *verifier) told() (*told, error) {
	t := &told{leaf: map[string]int64{}, event: map[int64]account.Event{}, items: map[string]account.Event{}, made: map[string]int64{}}
	list, err := rows[documentRow](v.query, "SELECT leaf, kind, hash, entity, body FROM documents WHERE kind = ? ORDER BY leaf", string(Role))
	for _, r := range list {
		var e account.Event
		if json.Unmarshal(r.Body, &e) != nil || e.Person == "" {
			continue // a document of the kind that is not about an account
		}
		t.leaf[e.Person], t.event[r.Leaf] = r.Leaf, e
		for _, c := range e.Changes {
			switch c {
			case account.AddedToken, account.AddedPasskey:
				t.items[e.Item], t.made[e.Item] = e, r.Leaf
			case account.RemovedToken, account.RemovedPasskey:
				delete(t.items, e.Item)
			case account.Erased:
				maps.DeleteFunc(t.items, func(_ string, x account.Event) bool { return x.Person == e.Person })
			}
		}
	}
	return t, err
}

func (v *verifier) accountRows(t *told) error {
	list, err := rows[accountRow](v.query, "SELECT "+accountColumns+" FROM accounts ORDER BY person")
	if err != nil {
		return err
	}
	left := maps.Clone(t.leaf)
	for i := range list {
		r := &list[i]
		delete(left, r.Person)
		e, known := t.event[r.Leaf]
		if !known || t.leaf[r.Person] != r.Leaf || e.Person != r.Person || e.Revision != r.Revision || e.Entity != entityName(r.Entity) || joined(e.Roles) != r.Roles || string(e.State) != r.State {
			if err := v.bad("accounts", r.Person, "the row is not what was recorded", "la ligne n'est pas ce qui a été enregistré"); err != nil {
				return err
			}
			continue
		}
		if err := v.digestOf("accounts", r.Person, r.Digest, r.digest()); err != nil {
			return err
		}
	}
	for _, person := range slices.Sorted(maps.Keys(left)) {
		if err := v.bad("accounts", person, "the row is gone", "la ligne a disparu"); err != nil {
			return err
		}
	}
	return nil
}

// item compares a token or a passkey with the event that made it.
func (t *told) item(id, person string, leaf int64) (account.Event, bool) {
	e, stands := t.items[id]
	fits := stands && t.made[id] == leaf && e.Person == person
	delete(t.items, id)
	return e, fits
}

func (v *verifier) tokenRows(t *told) error {
	list, err := rows[tokenRow](v.query, "SELECT "+tokenColumns+" FROM tokens ORDER BY id")
	if err != nil {
		return err
	}
	for i := range list {
		r := &list[i]
		e, fits := t.item(r.ID, r.Person, r.Leaf)
		if !fits || joined(e.Scopes) != r.Scopes || e.Expires != moment(r.ExpiresNs).Format(time.RFC3339) {
			err = v.bad("tokens", r.ID, "the row is not what was recorded", "la ligne n'est pas ce qui a été enregistré")
		} else {
			err = v.digestOf("tokens", r.ID, r.Digest, r.digest())
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (v *verifier) passkeyRows(t *told) error {
	list, err := rows[passkeyRow](v.query, "SELECT "+passkeyColumns+" FROM passkeys ORDER BY id")
	if err != nil {
		return err
	}
	for i := range list {
		r := &list[i]
		name := passkeyItem(r.ID)
		if _, fits := t.item(name, r.Person, r.Leaf); !fits {
			err = v.bad("passkeys", name, "the row is not what was recorded", "la ligne n'est pas ce qui a été enregistré")
		} else {
			err = v.digestOf("passkeys", name, r.Digest, r.digest())
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// itemsLeft names what was made, did not end, and has no row.
func (v *verifier) itemsLeft(t *told) error {
	for _, id := range slices.Sorted(maps.Keys(t.items)) {
		table := "tokens"
		if slices.Contains(t.items[id].Changes, account.AddedPasskey) {
			table = "passkeys"
		}
		if err := v.bad(table, id, "the row is gone", "la ligne a disparu"); err != nil {
			return err
		}
	}
	return nil
}

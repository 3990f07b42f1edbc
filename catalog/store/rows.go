package store

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"
	"unicode/utf8"

	"vigie/catalog"
)

const (
	claimColumns  = "leaf, hash, entity, record, path, state, form, type, value, french, currency, source, locator, note, as_of, recorded_by, recorded_ns"
	sourceColumns = "leaf, hash, entity, id, revision, recorded_ns, title, publisher, kind, signed, url, file, published, read_on, valid_until, via, undated, confidential, note"
	periodColumns = "record, path, from_day, claim, nth, until_day, alone, value"
)

// claimRow is a claim as stored. Record is the leaf of its record; form is "" for an absent fact, one, or list.
type claimRow struct {
	Leaf       int64
	Hash       []byte
	Entity     *string
	Record     int64
	Path       string
	State      string
	Form       string
	Type       string
	Value      string
	French     string
	Currency   string
	Source     string
	Locator    string
	Note       string
	AsOf       string
	RecordedBy string
	RecordedNs int64
}

const (
	formOne  = "one"
	formList = "list"
)

func fromClaim(c catalog.Claim, hash []byte) (claimRow, error) {
	r := claimRow{Hash: hash, Path: c.Path, State: string(c.State), Source: c.Source, Locator: c.Locator, Note: c.Note,
		AsOf: string(c.AsOf), RecordedBy: c.RecordedBy, RecordedNs: c.RecordedAt.UnixNano()}
	if c.Value == nil {
		return r, nil
	}
	v := *c.Value
	r.Type = string(v.Type)
	switch {
	case v.Many:
		b, err := catalog.Canonical(v)
		if err != nil {
			return claimRow{}, err
		}
		r.Form, r.Value = formList, string(b)
		return r, nil
	case v.Type == catalog.TypeBoolean:
		r.Value = fmt.Sprint(v.Bool)
	case v.Type.IsNumeric():
		r.Value, r.Currency = v.Num, v.Currency
	default:
		r.Value, r.French = v.Text, v.FR
	}
	r.Form = formOne
	return r, nil
}

// value reads the answer. Text that is none was not written here: the row is damaged.
func (r *claimRow) value() (*catalog.Value, error) {
	for _, t := range []string{r.Value, r.French, r.Note, r.Locator, r.Path, r.Currency, r.RecordedBy} {
		if !utf8.ValidString(t) {
			return nil, damaged("claims", hexOf(r.Hash), "holds bytes that are no text", "contient des octets qui ne sont pas du texte")
		}
	}
	v := &catalog.Value{Type: catalog.ValueType(r.Type)}
	switch {
	case r.Form == "":
		return nil, nil
	case r.Form == formList:
		if err := json.Unmarshal([]byte(r.Value), v); err != nil {
			return nil, damaged("claims", hexOf(r.Hash), "the value cannot be read", "la valeur est illisible")
		}
	case v.Type == catalog.TypeBoolean:
		v.Bool = r.Value == "true"
	case v.Type.IsNumeric():
		v.Num, v.Currency = r.Value, r.Currency
	default:
		v.Text, v.FR = r.Value, r.French
	}
	return v, nil
}

func (r *claimRow) toClaim(record catalog.Ref) (catalog.Claim, error) {
	v, err := r.value()
	return catalog.Claim{Record: record, Path: r.Path, State: catalog.State(r.State), Value: v, Source: r.Source, Locator: r.Locator,
		Note: r.Note, AsOf: catalog.Date(r.AsOf), RecordedBy: r.RecordedBy, RecordedAt: moment(r.RecordedNs)}, err
}

func (r *claimRow) values() []any {
	return []any{r.Leaf, r.Hash, r.Entity, r.Record, r.Path, r.State, r.Form, r.Type, r.Value, r.French, r.Currency, r.Source, r.Locator,
		r.Note, r.AsOf, r.RecordedBy, r.RecordedNs}
}

// into gives the places of the columns of claimColumns.
func (r *claimRow) into() []any {
	return []any{&r.Leaf, &r.Hash, &r.Entity, &r.Record, &r.Path, &r.State, &r.Form, &r.Type, &r.Value, &r.French, &r.Currency, &r.Source,
		&r.Locator, &r.Note, &r.AsOf, &r.RecordedBy, &r.RecordedNs}
}

// sourceRow is one revision of a source.
type sourceRow struct {
	Leaf         int64
	Hash         []byte
	Entity       *string
	ID           string `gorm:"column:id"`
	Revision     int64
	RecordedNs   int64
	Title        string
	Publisher    string
	Kind         string
	Signed       int64
	URL          string `gorm:"column:url"`
	File         string
	Published    string
	ReadOn       string
	ValidUntil   string
	Via          string
	Undated      int64
	Confidential int64
	Note         string
}

// into gives the places of the columns of sourceColumns.
func (r *sourceRow) into() []any {
	return []any{&r.Leaf, &r.Hash, &r.Entity, &r.ID, &r.Revision, &r.RecordedNs, &r.Title, &r.Publisher, &r.Kind, &r.Signed, &r.URL, &r.File,
		&r.Published, &r.ReadOn, &r.ValidUntil, &r.Via, &r.Undated, &r.Confidential, &r.Note}
}

func fromSource(s catalog.Source) sourceRow {
	return sourceRow{ID: s.ID, Title: s.Title, Publisher: s.Publisher, Kind: string(s.Kind), Signed: bit(s.Signed), URL: s.URL, File: s.File,
		Published: string(s.Published), ReadOn: string(s.Read), ValidUntil: string(s.ValidUntil), Via: s.Via, Undated: bit(s.Undated),
		Confidential: bit(s.Confidential), Note: s.Note}
}

func (r *sourceRow) toSource() catalog.Source {
	return catalog.Source{ID: r.ID, Title: r.Title, Publisher: r.Publisher, Kind: catalog.SourceKind(r.Kind), Signed: r.Signed == 1, URL: r.URL,
		File: r.File, Published: catalog.Date(r.Published), Read: catalog.Date(r.ReadOn), ValidUntil: catalog.Date(r.ValidUntil), Via: r.Via,
		Undated: r.Undated == 1, Confidential: r.Confidential == 1, Note: r.Note}
}

func (r *sourceRow) values() []any {
	return []any{r.Leaf, r.Hash, r.Entity, r.ID, r.Revision, r.RecordedNs, r.Title, r.Publisher, r.Kind, r.Signed, r.URL, r.File, r.Published,
		r.ReadOn, r.ValidUntil, r.Via, r.Undated, r.Confidential, r.Note}
}

type recordRow struct {
	Leaf     int64
	Kind     string
	ID       string `gorm:"column:id"`
	Entity   *string
	Revision int64
}

func (r *recordRow) ref() catalog.Ref { return catalog.Ref{Kind: catalog.Kind(r.Kind), ID: r.ID} }

// withdrawalRow and settlementRow name the claim by its leaf; the hash of the claim comes from a join.
type withdrawalRow struct {
	Leaf      int64
	Hash      []byte
	Entity    *string
	Claim     int64
	DecidedBy string
	DecidedNs int64
	Reason    string
	ClaimHash []byte
}

func (r *withdrawalRow) toWithdrawal() catalog.Withdrawal {
	return catalog.Withdrawal{Claim: hex.EncodeToString(r.ClaimHash), By: r.DecidedBy, At: moment(r.DecidedNs), Reason: r.Reason}
}

type settlementRow struct {
	Leaf      int64
	Hash      []byte
	Entity    *string
	Record    int64
	Path      string
	Claim     int64
	DecidedBy string
	DecidedNs int64
	Reason    string
	ClaimHash []byte
}

func (r *settlementRow) toSettlement(record catalog.Ref) catalog.Settlement {
	return catalog.Settlement{Record: record, Path: r.Path, Claim: hex.EncodeToString(r.ClaimHash), By: r.DecidedBy, At: moment(r.DecidedNs), Reason: r.Reason}
}

// moment is a time as stored: nanoseconds since 1970, UTC.
func moment(ns int64) time.Time { return time.Unix(0, ns).UTC() }

func bit(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

func entity(name string) *string {
	if name == "" {
		return nil
	}
	return &name
}

func entityName(e *string) string {
	if e == nil {
		return ""
	}
	return *e
}

func hashBytes(hexed string) []byte {
	b, err := hex.DecodeString(hexed)
	if err != nil {
		panic("store: not a hash: " + hexed) // only called with hashes that this program made or checked
	}
	return b
}

// hashOf names a row by its content; what has no canonical form, because it is damaged, has no name.
func hashOf(v any) string {
	h, err := catalog.Hash(v)
	if err != nil {
		return ""
	}
	return h
}

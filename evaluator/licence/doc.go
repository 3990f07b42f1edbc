// Package licence says what a licence text is, where it differs from what it looks like, and what it allows
// one organisation to do in one use.
//
// Identity rests on three means that check each other: the classics that google/licensecheck knows, a small
// second scanner of its for the titles of AI licences, and Vigie's own fingerprints, clause by clause. A text
// has a clean identity only when every clause of one licence is there word for word, in order, and nothing else
// is; no percentage is ever an identity.
//
// Rights are data, one file a licence (format: docs/licences.md). They are judged with three-valued conditions:
// a fact that is not known gives an answer that is not known, and a right whose clause was altered is withdrawn.
//
// The package is pure: no clock, no network, no state that changes after Builtin.
package licence

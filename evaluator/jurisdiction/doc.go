// Package jurisdiction finds the laws that reach an offering, and the path by which each one does.
//
// A law reaches an offering when it has a nexus over a party or a place (seat, control, people, market, place of
// the data, users, persons concerned) and that party holds the customer's data or can be made to obtain them.
// Both, or no exposure. Every condition has three truth values and nothing is ever guessed: where an owner, a
// place or an access is not known, the answer is Undetermined, and it names the facts that would settle it.
//
// The room works on a Graph of plain values (parties, stakes, supplies, offering, use, organisation). FromDossier
// makes one from a catalog.Dossier, in which what is not recorded is unknown. Laws are data (laws/*.yaml, read
// by Load); Assess is a pure function of the graph, the laws and a day. From the same graph come the
// SecNumCloud 3.2 tests (chapters 19.2 and 19.6), the EU Cloud Sovereignty Framework, the transfers of personal
// data, and the derived facts that criteria read.
//
// It states which laws claim to reach an offering and why. It is no legal advice and predicts no order.
package jurisdiction

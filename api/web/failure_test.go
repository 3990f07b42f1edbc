package web

import "strconv"

// failurePages are a page of every failure that a reader may meet.
func failurePages(s *Site) []page {
	var pages []page
	for _, q := range []FailureQuery{{Status: 400}, {Status: 401}, {Status: 403}, {Status: 403, Trouble: TroubleRole, Details: []string{"x"}}, {Status: 403, Trouble: TroubleReadOnly},
		{Status: 403, Trouble: TroubleUnsafe}, {Status: 404}, {Status: 405}, {Status: 409}, {Status: 412}, {Status: 413}, {Status: 415}, {Status: 422}, {Status: 429}, {Status: 500, Reference: "0123456789abcdef"}, {Status: 503}, {Status: 507}} {
		pages = append(pages, page{"/failed/" + strconv.Itoa(q.Status) + string(q.Trouble), func(r Request) ([]byte, error) { return s.Failure(r, q) }})
	}
	return pages
}

package api

import (
	"context"
	"log/slog"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/chromedp"

	"vigie/catalog/store/log"
)

// runsJobs runs the jobs of a house until the test ends.
func runsJobs(t *testing.T, h *house) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() { h.svc.Jobs.Run(ctx, slog.New(slog.DiscardHandler)) })
	t.Cleanup(func() { cancel(); wg.Wait() })
}

// adminWords are what an administrator sees in each language on the way.
type adminWords struct{ sound, done, jobs, log, revoked, none, leave, refused, right string }

var administering = map[string]adminWords{
	"fr": {sound: "Tout est tel", done: "terminée", jobs: "Les travaux longs se font ici", log: "les points de contrôle signés le prouvent", revoked: "Le jeton est révoqué", none: "a de jeton", leave: "le travail continue", refused: "pas pu être fait", right: "Le fichier est juste"},
	"en": {sound: "Everything is as it was recorded", done: "done", jobs: "Long work goes on here", log: "in the order in which it came", revoked: "The token is revoked", none: "Nobody has a token", leave: "the work goes on", refused: "This could not be done", right: "The file is right"},
}

// An administrator starts a long job, leaves, finds it done; reads the log and takes a proof away that holds under the
// public key alone; revokes somebody's token, which then is good no more. Every page of the administration is looked at.
func TestAdministrationStory(t *testing.T) {
	if testing.Short() {
		t.Skip("a browser is slow")
	}
	for _, lang := range []string{"fr", "en"} {
		t.Run(lang, func(t *testing.T) {
			t.Parallel()
			w := administering[lang]
			h, _ := keepingHouse(t)
			p := signsIn(t, h, lang, "administrator", "committee")
			admin := h.visitor()
			admin.follow("/fr/signin", url.Values{"email": {"jean@example.org"}, "password": {phrase}})
			program := h.joins(admin, "claire@example.org", "", "procurement")
			token := program.token("read")
			if got := (&api{t, h.engine, token}).send("GET", "/me", ""); got.Code != 200 {
				t.Fatalf("the token is good: %d", got.Code)
			}

			p.do(press("details.menu summary"), press(`.menu-body a[href$="/people"]`))
			p.until("/" + lang + "/people")
			for _, path := range []string{"/people", "/admin/roles", "/admin/storage", "/admin/dictionary", "/admin/dictionary?section=terms_data"} {
				p.open("/" + lang + path)
				p.look("admin" + regexp.MustCompile(`[^a-z]+`).ReplaceAllString(path, "-") + "-" + lang)
			}

			// A file of facts is tried: one that is wrong, then the example.
			p.open("/" + lang + "/admin/dictionary")
			p.set("file-text", "section: ours")
			p.tick(`main form[action$="/admin/dictionary"] button`)
			p.until(w.refused)
			p.look("admin-dictionary-refused-" + lang)
			p.open("/" + lang + "/admin/dictionary")
			p.tick(`main form[action$="/admin/dictionary"] button`)
			p.until(w.right)

			// The check of everything waits in the queue, is left, and is found done.
			p.open("/" + lang + "/admin/storage")
			p.tick(`main form button`)
			p.until("/admin/jobs/")
			at := p.at()
			p.until(w.leave)
			p.look("admin-job-waiting-" + lang)
			p.open("/" + lang + "/admin/jobs")
			p.until(w.jobs)
			p.look("admin-jobs-" + lang)
			runsJobs(t, h)
			p.until(w.done) // the list renews itself
			p.tick(`#jobs a[href$="` + at + `"]`)
			p.until(w.sound)
			p.look("admin-job-done-" + lang)
			p.open("/" + lang + "/admin/jobs")
			p.tick(`form input[value=rejudge] + button`)
			p.until("/admin/jobs/")
			p.until(w.done)

			// The log, filtered, then one entry, whose proof is checked as anybody would: with the public key.
			p.open("/" + lang + "/admin/log")
			p.until(w.log)
			p.look("admin-log-" + lang)
			key := p.text("#key")
			p.open("/" + lang + "/admin/log?kind=role")
			p.look("admin-log-role-" + lang)
			p.open("/" + lang + "/admin/log?kind=claim")
			p.tick(`table.log tbody tr:first-child a`)
			p.until("/admin/log/")
			p.look("admin-leaf-" + lang)
			href := func(selector string) string {
				s, err := chromedp.Run(p.ctx, chromedp.Evaluate[string](`fetch(document.querySelector(`+quoted(selector)+`).href).then(r => r.text())`, chromedp.EvalAwaitPromise))
				if err != nil {
					t.Fatal(err)
				}
				return s
			}
			leaf, proof := href(`a[href$="/entry"]`), href(`a[href$="/proof"]`)
			inclusion, err := log.ParseInclusion([]byte(proof))
			if err != nil {
				t.Fatal(err)
			}
			if _, err := inclusion.Check([]byte(leaf), key); err != nil {
				t.Errorf("the proof that was taken away: %v", err)
			}
			if _, err := inclusion.Check([]byte(strings.Replace(leaf, "claim", "clain", 1)), key); err == nil {
				t.Error("an entry that was altered is proved")
			}
			p.open("/" + lang + "/admin/log")
			p.tick(`form[action$="/checkpoints"] button`)
			p.until("done=signed")
			note := href(`#checkpoints a[download]`)
			if _, err := log.OpenCheckpoint([]byte(note), key); err != nil {
				t.Error(err)
			}

			// The token of somebody else.
			p.open("/" + lang + "/admin/tokens")
			p.look("admin-tokens-" + lang)
			p.tick(`form[action$="/tokens/end"] button`)
			p.until(w.revoked)
			p.until(w.none)
			if got := (&api{t, h.engine, token}).send("GET", "/me", ""); got.Code != 401 {
				t.Errorf("a token that was revoked: status %d", got.Code)
			}
		})
	}
}

// Who may open which page of the administration, and start what: everybody by role, in the group and in an entity.
func TestAdministrationIsForWhoMay(t *testing.T) {
	h, _ := keepingHouse(t)
	admin := h.administrator()
	type who struct {
		name    string
		visitor *visitor
	}
	people := []who{{"out", h.visitor()}, {"admin", admin},
		{"reader", h.joins(admin, "reader@example.org", "", "reader")},
		{"committee", h.joins(admin, "committee@example.org", "", "committee")},
		{"fr-admin", h.joins(admin, "admin@fr.example.org", "fr", "administrator")},
		{"fr-reader", h.joins(admin, "reader@fr.example.org", "fr", "reader")}}
	const in = 303 // to sign in
	for _, x := range []struct {
		path string
		want map[string]int
	}{
		{"/fr/admin", map[string]int{"out": in, "admin": in, "reader": in, "committee": in, "fr-admin": in, "fr-reader": in}},
		{"/fr/admin/roles", map[string]int{"out": in, "admin": 200, "reader": 200, "committee": 200, "fr-admin": 200, "fr-reader": 200}},
		{"/fr/admin/tokens", map[string]int{"out": in, "admin": 200, "reader": 403, "committee": 403, "fr-admin": 200, "fr-reader": 403}},
		{"/fr/admin/storage", map[string]int{"out": in, "admin": 200, "reader": 403, "committee": 403, "fr-admin": 404, "fr-reader": 403}},
		{"/fr/admin/log", map[string]int{"out": in, "admin": 200, "reader": 200, "committee": 200, "fr-admin": 404, "fr-reader": 404}},
		{"/fr/admin/log/0", map[string]int{"out": in, "admin": 200, "reader": 200, "committee": 200, "fr-admin": 404, "fr-reader": 404}},
		{"/fr/admin/log/0/proof", map[string]int{"out": in, "admin": 200, "reader": 200, "committee": 200, "fr-admin": 404, "fr-reader": 404}},
		{"/fr/admin/log/0/entry", map[string]int{"out": in, "admin": 200, "reader": 200, "committee": 200, "fr-admin": 404, "fr-reader": 404}},
		{"/fr/admin/log/99999999", map[string]int{"out": in, "admin": 404, "reader": 404, "committee": 404, "fr-admin": 404, "fr-reader": 404}},
		{"/fr/admin/log/checkpoints/1", map[string]int{"out": in, "admin": 404, "reader": 404, "committee": 404, "fr-admin": 404, "fr-reader": 404}},
		{"/fr/admin/log?kind=nothing", map[string]int{"out": in, "admin": 404, "reader": 404, "committee": 404, "fr-admin": 404, "fr-reader": 404}},
		{"/fr/admin/log?before=x", map[string]int{"out": in, "admin": 400, "reader": 400, "committee": 400, "fr-admin": 400, "fr-reader": 400}},
		{"/fr/admin/dictionary", map[string]int{"out": in, "admin": 200, "reader": 200, "committee": 200, "fr-admin": 200, "fr-reader": 200}},
		{"/fr/admin/dictionary?section=nothing", map[string]int{"out": in, "admin": 404, "reader": 404, "committee": 404, "fr-admin": 404, "fr-reader": 404}},
		{"/fr/admin/jobs", map[string]int{"out": in, "admin": 200, "reader": 200, "committee": 200, "fr-admin": 200, "fr-reader": 200}},
		{"/fr/admin/jobs/nothing", map[string]int{"out": in, "admin": 404, "reader": 404, "committee": 404, "fr-admin": 404, "fr-reader": 404}},
	} {
		for _, p := range people {
			if got := p.visitor.get(x.path).Code; got != x.want[p.name] {
				t.Errorf("%s of %s: status %d, want %d", x.path, p.name, got, x.want[p.name])
			}
		}
	}
	for _, x := range []struct {
		path string
		form url.Values
		want map[string]int
	}{
		{"/fr/admin/jobs", url.Values{"kind": {"verify"}}, map[string]int{"out": 401, "admin": 303, "reader": 403, "committee": 403, "fr-reader": 403}},
		{"/fr/admin/jobs", url.Values{"kind": {"rejudge"}}, map[string]int{"out": 401, "admin": 403, "reader": 403, "committee": 303, "fr-reader": 403}},
		{"/fr/admin/jobs", url.Values{"kind": {"nothing"}}, map[string]int{"out": 401, "admin": 404, "reader": 404, "committee": 404, "fr-reader": 404}},
		{"/fr/admin/jobs/nothing/cancel", url.Values{}, map[string]int{"out": 401, "admin": 404, "reader": 404, "committee": 404, "fr-reader": 404}},
		{"/fr/admin/log/checkpoints", url.Values{}, map[string]int{"out": 401, "admin": 303, "reader": 303, "committee": 303, "fr-reader": 404}},
		{"/fr/admin/dictionary", url.Values{"text": {"section: ours"}}, map[string]int{"out": 401, "admin": 422, "reader": 403, "committee": 422, "fr-reader": 403}},
		{"/fr/admin/tokens/end", url.Values{"person": {"p"}, "token": {"t"}}, map[string]int{"out": 401, "admin": 404, "reader": 403, "committee": 403, "fr-reader": 403}},
	} {
		for _, p := range people {
			want, asked := x.want[p.name]
			if !asked {
				continue
			}
			if got := p.visitor.post(x.path, x.form).Code; got != want {
				t.Errorf("%s %v by %s: status %d, want %d", x.path, x.form, p.name, got, want)
			}
		}
	}

	// An entity's administrator ends tokens of that entity and knows of no other.
	group := h.joins(admin, "program@example.org", "", "procurement")
	group.token("read")
	fr := people[4].visitor
	if page := text(fr.get("/fr/admin/tokens")); strings.Contains(page, "tests") {
		t.Errorf("an entity's administrator sees a token of the group: %s", page)
	}
	page := admin.get("/fr/admin/tokens").Body.String()
	one := regexp.MustCompile(`name="person" value="([^"]+)"><input type="hidden" name="token" value="([^"]+)"`).FindStringSubmatch(page)
	if one == nil {
		t.Fatal(page)
	}
	if got := fr.post("/fr/admin/tokens/end", url.Values{"person": {one[1]}, "token": {one[2]}}).Code; got != 404 {
		t.Errorf("an entity's administrator ends a token of the group: status %d", got)
	}
	if got := admin.post("/fr/admin/tokens/end", url.Values{"person": {one[1]}, "token": {one[2]}}).Code; got != 303 {
		t.Errorf("the group's administrator: status %d", got)
	}

	// The log tells a reader nothing of whose rights changed, nor of what is confidential.
	if page := text(people[2].visitor.get("/fr/admin/log?kind=role")); strings.Contains(page, "Jean Nemarre") || !strings.Contains(page, "administrateurs voient") {
		t.Errorf("a reader is told whose rights changed: %s", page)
	}
	if page := text(admin.get("/fr/admin/log?kind=role")); !strings.Contains(page, "Jean Nemarre") {
		t.Errorf("an administrator is not: %s", page)
	}
}

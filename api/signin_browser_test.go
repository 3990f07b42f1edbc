package api

import (
	"context"
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/webauthn"
	"github.com/chromedp/chromedp"
	"github.com/pquerna/otp"
	"github.com/pquerna/otp/totp"
)

func codeOf(t testing.TB, secret string, at time.Time) string {
	t.Helper()
	c, err := totp.GenerateCodeCustom(secret, at, totp.ValidateOpts{Period: 30, Digits: otp.DigitsSix})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// person drives a browser as somebody would.
type person struct {
	t    *testing.T
	ctx  context.Context
	base string
}

func (p *person) do(steps ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, 20*time.Second)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		p.t.Fatalf("at %s: %v", p.at(), err)
	}
}

func (p *person) open(path string) { p.t.Helper(); p.do(chromedp.Navigate(p.base + path)) }

func (p *person) at() string {
	u, _ := chromedp.Run(p.ctx, chromedp.Evaluate[string](`location.pathname + location.search`))
	return u
}

// until waits for a page whose address or text holds something.
func (p *person) until(what string) {
	p.t.Helper()
	for range 2400 { // a minute: a loaded machine is slow
		found, err := chromedp.Run(p.ctx, chromedp.Evaluate[bool](`document.readyState === "complete" && (location.pathname + location.search + " " + document.body.innerText).replace(/\u2019/g, "'").includes(`+quoted(strings.ReplaceAll(what, "’", "'"))+`)`))
		if err == nil && found {
			return
		}
		time.Sleep(25 * time.Millisecond) // a page that is being left cannot be asked
	}
	body, _ := chromedp.Run(p.ctx, chromedp.Evaluate[string](`document.querySelector("main").innerText`))
	p.t.Fatalf("at %s there is no %q: %s", p.at(), what, body)
}

func quoted(s string) string {
	return `"` + strings.ReplaceAll(s, `"`, `\"`) + `"`
}

// fill types into fields and sends their form.
func (p *person) fill(pairs ...string) {
	p.t.Helper()
	for i := 0; i+1 < len(pairs); i += 2 {
		p.do(chromedp.SendKeys("#"+pairs[i], pairs[i+1]))
	}
	p.do(chromedp.SendKeys("#"+pairs[len(pairs)-2], "\r"))
}

// press uses a button as who has no mouse does.
func press(button string) chromedp.Action[chromedp.Void] { return chromedp.SendKeys(button, "\r") }

// Somebody sets the service up, adds a passkey, signs out, and signs in with it: in a real browser with a device of its
// own. Each page on the way is looked at as those of the catalogue are; with VIGIE_SHOTS=folder it keeps a picture of each.
func TestPasskeysInABrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("a browser is slow")
	}
	ctx := browser(t)
	h := openHouse(t, nil)
	srv := httptest.NewServer(h.engine)
	t.Cleanup(srv.Close)
	p := &person{t: t, ctx: ctx, base: strings.Replace(srv.URL, "127.0.0.1", "localhost", 1)}
	if err := chromedp.Do(ctx, chromedp.Func(func(ctx context.Context, tab *chromedp.Target) error {
		_, err := cdp.Call(ctx, tab, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: broken})
		return err
	})); err != nil {
		t.Fatal(err)
	}
	if _, err := chromedp.Call(ctx, webauthn.Enable, webauthn.EnableParams{}); err != nil {
		t.Fatal(err)
	}
	device, err := chromedp.Call(ctx, webauthn.AddVirtualAuthenticator, webauthn.AddVirtualAuthenticatorParams{Options: &webauthn.VirtualAuthenticatorOptions{
		Protocol: webauthn.AuthenticatorProtocolCtap2, Transport: webauthn.AuthenticatorTransportInternal, HasResidentKey: true, HasUserVerification: true, AutomaticPresenceSimulation: true, IsUserVerified: true}})
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	look := func() {
		t.Helper()
		n++
		p.look(fmt.Sprintf("account-%02d", n))
	}
	link, err := h.Access.SetupLink(ctx)
	if err != nil {
		t.Fatal(err)
	}
	p.open("/fr/signin")
	p.until("vigie account link")
	look()
	p.open(LinkPath("fr", link))
	look()
	p.fill("name", "Anne Onyme", "email", "anne@example.org", "password", phrase)
	p.until("Compte")
	p.open("/fr/people")
	look()
	p.open("/en/account")
	look()
	p.open("/fr/account")
	look()
	p.do(chromedp.WaitVisible("#passkey-name"), chromedp.SendKeys("#passkey-name", "ordinateur"), press("[data-passkey=add] button"))
	p.until("La clé d'accès est en place")
	p.until("ordinateur")
	look()
	// The same device again: it says that it has one already.
	p.do(chromedp.WaitVisible("#passkey-name"), press("[data-passkey=add] button"))
	p.until("L'appareil en connaît peut-être déjà une")

	out := func() {
		t.Helper()
		p.do(press("details.menu summary"), press(".menu-body form button"))
		p.until("/fr/signin")
		p.open("/fr/laws")
		p.until("/fr/signin?next=%2Ffr%2Flaws")
	}
	out()
	p.do(chromedp.WaitVisible("[data-passkey=signin] button"), press("[data-passkey=signin] button"))
	p.until("/fr/laws")
	p.open("/fr/account")
	p.until("ici) clé d'accès")
	look()

	// A device that does not verify the person, or signs falsely, lets nobody in.
	out()
	verified := func(ok bool) {
		t.Helper()
		if _, err := chromedp.Call(ctx, webauthn.SetUserVerified, webauthn.SetUserVerifiedParams{AuthenticatorID: device.AuthenticatorID, IsUserVerified: ok}); err != nil {
			t.Fatal(err)
		}
	}
	verified(false)
	p.do(chromedp.WaitVisible("[data-passkey=signin] button"), press("[data-passkey=signin] button"))
	p.until("Aucune clé d'accès n'a été utilisée")
	verified(true)
	yes, no := true, false
	for name, bits := range map[string]webauthn.SetResponseOverrideBitsParams{
		"a false signature":     {AuthenticatorID: device.AuthenticatorID, IsBogusSignature: &yes, IsBadUV: &no},
		"a person not verified": {AuthenticatorID: device.AuthenticatorID, IsBogusSignature: &no, IsBadUV: &yes},
	} {
		if _, err := chromedp.Call(ctx, webauthn.SetResponseOverrideBits, bits); err != nil {
			t.Fatal(err)
		}
		p.open("/fr/signin?next=%2Ffr%2Flaws")
		p.do(chromedp.WaitVisible("[data-passkey=signin] button"), press("[data-passkey=signin] button"))
		p.until("n'a pas pu être utilisée ici")
		if strings.HasPrefix(p.at(), "/fr/laws") {
			t.Errorf("%s lets in", name)
		}
	}
	if _, err := chromedp.Call(ctx, webauthn.SetResponseOverrideBits, webauthn.SetResponseOverrideBitsParams{AuthenticatorID: device.AuthenticatorID, IsBogusSignature: &no, IsBadUV: &no}); err != nil {
		t.Fatal(err)
	}
	// The password still works, and removes the passkey, which then lets nobody in.
	p.open("/fr/signin")
	p.fill("email", "anne@example.org", "password", phrase)
	p.until("Compte")
	p.open("/fr/account")
	p.do(press(`form[action="/fr/account/passkeys/remove"] button`))
	p.until("Retiré")
	out()
	p.do(chromedp.WaitVisible("[data-passkey=signin] button"), press("[data-passkey=signin] button"))
	p.until("n'a pas pu être utilisée ici")
	look()
}

// Command provider is an identity provider for the tests of single sign-on: the server of a certified OpenID Connect
// library, with two people and a claim "groups". It is a module of its own, so that its dependencies stay out of the
// program's.
package main

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"

	"github.com/zitadel/oidc/v3/example/server/exampleop"
	"github.com/zitadel/oidc/v3/example/server/storage"
	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"
)

// grouped adds to what the provider says of somebody the groups that they are in.
type grouped struct{ *storage.Storage }

var groups = map[string][]string{"id1": {"vigie-legal", "vigie-committee", "chess"}, "id2": {"chess"}}

// SetUserinfoFromRequest implements op.CanSetUserinfoFromRequest.
func (g grouped) SetUserinfoFromRequest(ctx context.Context, info *oidc.UserInfo, token op.IDTokenRequest, scopes []string) error {
	info.AppendClaims("groups", groups[token.GetSubject()])
	return g.Storage.SetUserinfoFromRequest(ctx, info, token, scopes)
}

// SetUserinfoFromToken implements op.Storage.
func (g grouped) SetUserinfoFromToken(ctx context.Context, info *oidc.UserInfo, id, subject, origin string) error {
	info.AppendClaims("groups", groups[subject])
	return g.Storage.SetUserinfoFromToken(ctx, info, id, subject, origin)
}

// The argument is where people are sent back to. The issuer is written on standard output once it listens.
func main() {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		slog.Error("listen", "error", err)
		os.Exit(1)
	}
	issuer := fmt.Sprintf("http://localhost:%d", ln.Addr().(*net.TCPAddr).Port)
	storage.RegisterClients(storage.WebClient("vigie", "a client's secret", os.Args[1]))
	server := exampleop.SetupServer(issuer, grouped{storage.NewStorage(storage.NewUserStore(issuer))}, slog.New(slog.DiscardHandler), false)
	fmt.Println(issuer)
	if err := http.Serve(ln, server); err != nil {
		slog.Error("serve", "error", err)
		os.Exit(1)
	}
}

package api

import (
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"

	"vigie/api/service"
	"vigie/catalog"
)

// today is the day on which the tests run, whatever the clock says.
const today catalog.Date = "2026-11-24"

var opened = sync.OnceValues(func() (*service.Service, error) { return service.Open(service.Options{Version: "test"}) })

func testHandler(t testing.TB) http.Handler {
	t.Helper()
	svc, err := opened()
	if err != nil {
		t.Fatal(err)
	}
	h, err := New(Config{Service: svc, Log: slog.New(slog.DiscardHandler), Today: func() catalog.Date { return today }})
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// testServer is the same with its insides.
func testServer(t testing.TB) *server {
	t.Helper()
	svc, err := opened()
	if err != nil {
		t.Fatal(err)
	}
	s, err := build(Config{Service: svc, Log: slog.New(slog.DiscardHandler), Today: func() catalog.Date { return today }})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// pagesToSee are one of each kind of page, without the language.
var pagesToSee = map[string]string{
	"home":         "/",
	"judged":       "/offerings?use_case=office-assistant",
	"empty":        "/offerings?find=nothing-is-called-so",
	"usecases":     "/use-cases",
	"offering":     "/offerings/mistral-api-eu-medium-3.5",
	"assessment":   "/offerings/mistral-api-eu-medium-3.5/assessment?use_case=office-assistant",
	"failed":       "/offerings/azure-openai-eu-gpt-5.5/assessment?use_case=customer-chatbot",
	"early":        "/offerings/mistral-api-eu-medium-3.5/assessment?use_case=office-assistant&on=2020-01-01",
	"vendor":       "/records/vendor/mistral",
	"chain":        "/records/vendor/mistral/chain?party=vendor/mistral",
	"offerchain":   "/records/offering/mistral-api-eu-medium-3.5/chain",
	"terms":        "/records/terms/mistral-commercial-terms",
	"usecase":      "/records/use_case/office-assistant",
	"vendors":      "/records/vendor",
	"exposure":     "/offerings/mistral-api-eu-medium-3.5/exposure?use_case=office-assistant",
	"exposed":      "/offerings/azure-openai-eu-gpt-5.5/exposure?assume=law:us-fisa-702%3Drepealed",
	"selfhosted":   "/offerings/self-hosted-deepseek-r1/exposure?use_case=office-assistant",
	"laws":         "/laws",
	"law":          "/laws/us-fisa-702",
	"licences":     "/licences",
	"licence":      "/licences/llama-3.3?use_case=office-assistant",
	"licencetext":  "/licences/text",
	"not-found":    "/records/vendor/mistrall",
	"bad-request":  "/offerings?use_cas=office-assistant&on=2026-13-01",
	"start":        "/?start=hide",
	"offerings":    "/offerings",
	"search":       "/search?q=mistral",
	"search-none":  "/search?q=nothing-is-called-so",
	"pick":         "/compare",
	"candidates":   "/compare/candidates?use_case=office-assistant&offering=" + strings.Join(compared, "&offering="),
	"compare":      "/compare?use_case=office-assistant&offering=" + strings.Join(compared, "&offering="),
	"knocked-out":  "/compare?use_case=hr-personal-data&offering=" + strings.Join(compared, "&offering=") + "&offering=qwen-studio",
	"differences":  "/compare?use_case=office-assistant&only=differences&w.data=50&offering=" + strings.Join(compared, "&offering="),
	"projector":    "/compare?use_case=office-assistant&view=projector&offering=" + strings.Join(compared, "&offering="),
	"no-weight":    "/compare?use_case=office-assistant&w.data=much&offering=" + strings.Join(compared, "&offering="),
	"reason":       "/compare/reason?use_case=office-assistant&offering=azure-openai-eu-gpt-5.5&criterion=dat-training",
	"questions":    "/compare/questions?use_case=office-assistant&offering=" + strings.Join(compared[:2], "&offering="),
	"what-if":      "/compare/what-if?use_case=office-assistant&party=ovhcloud&owner=US&share=60&offering=" + strings.Join(compared, "&offering="),
	"what-if-bad":  "/compare/what-if?use_case=office-assistant&own=nonsense&offering=" + strings.Join(compared, "&offering="),
	"alternatives": "/offerings/qwen-studio/alternatives?use_case=office-assistant",
	"guide":        "/use-cases/guide?use_case=office-assistant&a.personal_data=special&a.customer_facing=true",
	"framework":    "/framework",
	"frameworks":   "/frameworks",
	"version":      "/frameworks/vigie-baseline@0.1.0",
	"versions":     "/frameworks/compare",
	"conditions":   "/frameworks/facts?find=training",
	"contract":     "/offerings/mistral-api-eu-medium-3.5/dossier?use_case=office-assistant",
	"facts":        "/offerings/azure-openai-eu-gpt-5.5/dossier?use_case=customer-chatbot&part=others",
	"decisions":    "/decisions",
	"calendar":     "/calendar",
}

// compared are the candidates of the comparisons to see.
var compared = []string{"mistral-api-eu-medium-3.5", "azure-openai-eu-gpt-5.5", "ovh-gpt-oss-120b", "m365-copilot", "self-hosted-gpt-oss-120b"}

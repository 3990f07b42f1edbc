package api

import (
	"log/slog"
	"net/http"
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

// pagesToSee are one of each kind of page, without the language.
var pagesToSee = map[string]string{
	"home":        "/",
	"judged":      "/?use_case=office-assistant",
	"empty":       "/?find=nothing-is-called-so",
	"usecases":    "/use-cases",
	"offering":    "/offerings/mistral-api-eu-medium-3.5",
	"assessment":  "/offerings/mistral-api-eu-medium-3.5/assessment?use_case=office-assistant",
	"failed":      "/offerings/azure-openai-eu-gpt-5.5/assessment?use_case=customer-chatbot",
	"early":       "/offerings/mistral-api-eu-medium-3.5/assessment?use_case=office-assistant&on=2020-01-01",
	"vendor":      "/records/vendor/mistral",
	"terms":       "/records/terms/mistral-commercial",
	"usecase":     "/records/use_case/office-assistant",
	"vendors":     "/records/vendor",
	"exposure":    "/offerings/mistral-api-eu-medium-3.5/exposure?use_case=office-assistant",
	"exposed":     "/offerings/azure-openai-eu-gpt-5.5/exposure?assume=law:us-fisa-702%3Drepealed",
	"selfhosted":  "/offerings/self-hosted-deepseek-r1/exposure?use_case=office-assistant",
	"laws":        "/laws",
	"law":         "/laws/us-fisa-702",
	"licences":    "/licences",
	"licence":     "/licences/llama-3.3?use_case=office-assistant",
	"licencetext": "/licences/text",
	"not-found":   "/records/vendor/mistrall",
	"bad-request": "/?use_cas=office-assistant&on=2026-13-01",
}

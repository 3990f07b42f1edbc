package evaluator_test

import (
	"testing"

	"vigie/api/service"
	"vigie/evaluator"
)

// What a lawyer and a buyer would expect of real offerings, whatever else is recorded of them.
func TestKnockOutsOfRealOfferingsMakeSense(t *testing.T) {
	s := open(t)
	for _, c := range []struct {
		why, offering, useCase, knockOut string
		want                             evaluator.Status
		not                              bool // any status but that one
	}{
		{"a US group controls the vendor", "azure-openai-eu-gpt-5.5", "rnd-secret", "ko-control", evaluator.Failed, false},
		{"shared capacity is no instance of one's own", "azure-openai-eu-gpt-5.5", "rnd-secret", "ko-private-instance", evaluator.Failed, false},
		{"its terms rule a service bought from the maker", "mistral-api-eu-medium-3.5", "office-assistant", "ko-licence", evaluator.Failed, true},
		{"the licence binds the host, not its customer", "scaleway-mistral-medium-3.5", "office-assistant", "ko-licence", evaluator.Failed, true},
		{"whoever runs the weights is bound by their turnover clause", "self-hosted-mistral-medium-3.5", "office-assistant", "ko-licence", evaluator.Failed, false},
		{"weights carry no nexus to their maker", "self-hosted-deepseek-r1", "rnd-secret", "ko-extraterritorial", evaluator.Failed, true},
		{"an image generator writes no text", "midjourney-service", "office-assistant", "ko-fit", evaluator.Failed, false},
		{"silence about encryption at rest is not its absence", "scaleway-mistral-small-3.2", "office-assistant", "ko-encryption", evaluator.Failed, true},
	} {
		res, err := s.Assess(t.Context(), service.Request{Offering: c.offering, UseCase: c.useCase, On: today})
		if err != nil {
			t.Fatal(err)
		}
		found := false
		for _, k := range res.Assessment.KnockOuts {
			if k.ID != c.knockOut {
				continue
			}
			found = true
			if (k.Status == c.want) == c.not {
				t.Errorf("%s, %s: %s is %s (%s)", c.offering, c.useCase, k.ID, k.Status, c.why)
			}
		}
		if !found {
			t.Errorf("%s has no knock-out %s", c.offering, c.knockOut)
		}
	}
}

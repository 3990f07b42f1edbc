package service_test

import (
	"testing"

	"vigie/api/service"
	"vigie/catalog"
)

// A framework that others wrote is held to limits. They must not change what it answers: the shipped one, read as a folder,
// judges every shipped offering as it does when built in.
func TestAFolderIsJudgedAsTheShippedFramework(t *testing.T) {
	shipped := openShipped(t)
	folder, err := service.Open(service.Options{Version: "test", Framework: "../../evaluator/framework/vigie-baseline"})
	if err != nil {
		t.Fatal(err)
	}
	view, err := shipped.View(t.Context(), today, today)
	if err != nil {
		t.Fatal(err)
	}
	for _, use := range uses {
		for _, id := range view.IDs(catalog.Offering) {
			r := service.Request{Offering: id, UseCase: use, On: today, KnownOn: today}
			want, err := shipped.Assess(t.Context(), r)
			if err != nil {
				t.Fatal(err)
			}
			got, err := folder.Assess(t.Context(), r)
			if err != nil {
				t.Fatalf("%s for %s: %v", id, use, err)
			}
			if got.Assessment.Hash != want.Assessment.Hash {
				t.Fatalf("%s for %s: the folder gives another assessment", id, use)
			}
		}
	}
}

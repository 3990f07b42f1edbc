package catalog_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"vigie/catalog"
)

func TestInheritance(t *testing.T) {
	build := func() *builder {
		b := chain()
		b.stake("s9", "group", "parent", "100")
		b.record("vendor/group")
		b.claim("vendor/group", "vendor.bug_bounty", choice("software_only"), "page", "2026-01-01")
		b.claim("vendor/group", "vendor.incident_reports", choice("public"), "page", "2026-01-01")
		b.claim("vendor/parent", "vendor.bug_bounty", choice("includes_model"), "page", "2026-01-01")
		b.claim("vendor/parent", "vendor.employees", integer("900"), "page", "2026-01-01")
		return b
	}
	from := func(b *builder, path string) (catalog.State, *catalog.Value, *catalog.Ref) {
		d := gather(t, b, catalog.Query{Offering: "o"})
		f := d.Record(d.Roles.Vendor).Fact(path)
		return f.State, f.Value, f.InheritedFrom
	}
	type got struct {
		State catalog.State
		Value *catalog.Value
		From  *catalog.Ref
	}
	parent, group := ref("vendor/parent"), ref("vendor/group")
	cases := []struct {
		name, path string
		change     func(b *builder)
		want       got
	}{
		{"the nearest parent's practice, labelled", "vendor.bug_bounty", nil, got{catalog.Known, choice("includes_model"), &parent}},
		{"what only the parent's parent has", "vendor.incident_reports", nil, got{catalog.Known, choice("public"), &group}},
		{"a size is not inherited", "vendor.employees", nil, got{State: catalog.Unknown}},
		{"its own answer stands", "vendor.bug_bounty", func(b *builder) {
			b.claim("vendor/subsidiary", "vendor.bug_bounty", choice("none"), "page", "2026-01-01")
		}, got{State: catalog.Known, Value: choice("none")}},
		{"its own disputed answer is not settled by a parent", "vendor.bug_bounty", func(b *builder) {
			b.source("other", catalog.KindPublication)
			b.claim("vendor/subsidiary", "vendor.bug_bounty", choice("none"), "page", "2026-01-01")
			b.claim("vendor/subsidiary", "vendor.bug_bounty", choice("software_only"), "other", "2026-01-01")
		}, got{State: catalog.Unknown}},
		{"a dispute at the parent is not settled further up", "vendor.bug_bounty", func(b *builder) {
			b.source("other", catalog.KindPublication)
			b.claim("vendor/parent", "vendor.bug_bounty", choice("none"), "other", "2026-01-01")
		}, got{State: catalog.Unknown}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			b := build()
			if c.change != nil {
				c.change(b)
			}
			var g got
			g.State, g.Value, g.From = from(b, c.path)
			if diff := cmp.Diff(c.want, g); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// The stake that makes a parent is part of the evidence for what a vendor has from it: weak stakes, weak practice.
func TestInheritedFactsRestOnTheStakeToo(t *testing.T) {
	for stake, want := range map[string]catalog.State{"page": catalog.Unknown, "audit": catalog.Known} {
		b := chain()
		b.source("audit", catalog.KindAudit)
		b.claim("vendor/parent", "vendor.bug_bounty", choice("includes_model"), "audit", "2026-01-01")
		b.claim("stake/s1", "stake.percent", percent("100"), stake, "2026-02-01")
		b.claim("stake/s1", "stake.owner", &catalog.Value{Type: catalog.TypeReference, Text: "parent"}, stake, "2026-02-01")
		d := gather(t, b, catalog.Query{Offering: "o"})
		if f := d.Record(d.Roles.Vendor).Fact("vendor.bug_bounty"); f.State != catalog.Known {
			t.Fatalf("not inherited: %+v", f)
		}
		strong := d.Where(func(_ catalog.Ref, f catalog.Fact) bool { return f.Kind == catalog.KindAudit })
		if got := strong.Record(d.Roles.Vendor).Fact("vendor.bug_bounty").State; got != want {
			t.Errorf("stake by %s: %s, want %s", stake, got, want)
		}
	}
}

package reports

import (
	"bytes"
	"testing"

	"vigie/catalog/wording"
	"vigie/reports/pdf"
)

// BenchmarkReport makes the report of a real offering, tree and drawing. ms/report is the figure of the goal.
func BenchmarkReport(b *testing.B) {
	in := real(b)
	var out bytes.Buffer
	b.ReportAllocs()
	for b.Loop() {
		out.Reset()
		d, err := Build(in, wording.FR)
		if err != nil {
			b.Fatal(err)
		}
		if err := pdf.Write(&out, d); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/1000/float64(b.N), "ms/report")
	b.ReportMetric(float64(out.Len())/1024, "KiB")
	b.ReportMetric(float64(bytes.Count(out.Bytes(), []byte("/Type /Page\n"))), "pages")
}

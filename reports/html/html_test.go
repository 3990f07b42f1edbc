package html

import (
	"strings"
	"testing"

	"vigie/reports/tree"
)

// TestDraw shows each block once, with text that would break out of the page if it were not escaped.
func TestDraw(t *testing.T) {
	const evil = `<script>"&'`
	got, err := Draw([]tree.Section{{ID: "a", Title: evil, Blocks: []tree.Block{
		tree.Callout{Mark: tree.MarkFailed, Title: tree.T("No"), Lines: []tree.Text{tree.Q(evil)}},
		tree.Paragraph{Text: tree.Text{{Text: "here", To: "b"}, {Text: "gone", To: "none"}, {Text: "out", URL: "https://example.org/?a=1&b=2"}, {Text: "bad", URL: "javascript:alert(1)"}}},
		tree.List{Items: []tree.Text{tree.B("one")}},
		tree.Table{Columns: []tree.Column{{Width: 1}, {Title: "What", Width: 2, Align: tree.Right}}, Rows: []tree.Row{{Group: tree.T("Group")}, {ID: "b", Cells: []tree.Cell{tree.C(tree.T("1")), {tree.T("x"), tree.Q("y\nz")}}}}},
		tree.Card{ID: "c", Title: tree.Marked(tree.MarkWarning, "Card"), Right: tree.T("2 of 3"), Body: []tree.Block{tree.KeyValues{Pairs: []tree.Pair{{Key: "Key", Value: tree.C(tree.T("Value"))}}}}},
		tree.Picture{Alt: "drawn"},
	}, Sections: []tree.Section{{ID: "d", Title: "Inside", Blocks: []tree.Block{tree.Heading{Text: tree.T("Small")}}}}}}, Options{
		Link:    func(anchor string) string { return map[string]string{"b": "#b"}[anchor] },
		Icon:    func(tree.Mark) string { return "<svg></svg>" },
		Picture: func(p tree.Picture) string { return "<figure>" + p.Alt + "</figure>" },
	})
	if err != nil {
		t.Fatal(err)
	}
	want := `<section id="a" aria-labelledby="h-a"><h2 id="h-a">&lt;script&gt;&#34;&amp;&#39;</h2>
<div class="answer m-failed"><p class="answer-title"><span class="mark m-failed"><svg></svg></span>No</p>
<p><span class="quiet">&lt;script&gt;&#34;&amp;&#39;</span></p>
</div>
<p><a href="#b">here</a>gone<a href="https://example.org/?a=1&amp;b=2" rel="noreferrer">out</a>bad</p>
<ul class="points"><li><strong>one</strong></li>
</ul>
<table class="t"><thead><tr><td></td><th scope="col" data-align="right">What</th></tr></thead><tbody>
<tr class="t-group"><th scope="colgroup" colspan="2">Group</th></tr>
<tr id="b"><th scope="row">1</th><td data-align="right" data-label="What"><p>x</p><p><span class="quiet">y<br>z</span></p></td></tr>
</tbody></table>
<details class="card-t m-warning" id="c" open><summary><h3><span class="mark m-warning"><svg></svg></span>` + "\u00a0" + `Card</h3><span class="tag">2 of 3</span></summary>
<dl class="kv"><div><dt>Key</dt><dd>Value</dd></div>
</dl>
</details>
<figure>drawn</figure><section id="d" aria-labelledby="h-d"><h3 id="h-d">Inside</h3>
<h4>Small</h4>
</section>
</section>
`
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestChartsOfScoresAreRefused(t *testing.T) {
	if _, err := Draw([]tree.Section{{ID: "a", Blocks: []tree.Block{tree.FamilyChart{}}}}, Options{}); err == nil || !strings.Contains(err.Error(), "FamilyChart") {
		t.Errorf("got %v", err)
	}
}

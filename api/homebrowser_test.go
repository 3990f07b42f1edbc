package api

import "github.com/chromedp/chromedp"

// selected is the value that a field has in the browser.
func selected(p *person, selector string) (string, error) {
	return chromedp.Run(p.ctx, chromedp.Evaluate[string](`document.querySelector(`+quoted(selector)+`).value`))
}

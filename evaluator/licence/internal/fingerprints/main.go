// Command fingerprints takes the fingerprints of a folder of licence texts ("<id>.txt") and writes them to the file that
// package licence embeds.
package main

import (
	"flag"
	"fmt"
	"os"

	"vigie/evaluator/licence"
)

func main() {
	corpus := flag.String("corpus", "", "folder of texts, one `<id>.txt` a licence")
	rights := flag.String("rights", "licences", "folder of rights files, which say what a copy may lack")
	out := flag.String("out", "fingerprints.bin", "file to write")
	flag.Parse()
	if err := run(*corpus, *rights, *out); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(corpus, rights, out string) error {
	set, err := licence.TakeFolder(os.DirFS(corpus), licence.Templates(os.DirFS(rights)))
	if err != nil {
		return err
	}
	return os.WriteFile(out, set.Encode(), 0o644)
}

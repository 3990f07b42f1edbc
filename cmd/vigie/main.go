// Command vigie records what is claimed about AI vendors and on what evidence, judges it against benchmark criteria
// for a given use, and prints due-diligence reports.
package main

import (
	"context"
	"os"
)

func main() {
	os.Exit(run(context.Background(), os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

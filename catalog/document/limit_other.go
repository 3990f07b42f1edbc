//go:build !linux

package document

// limitProcess does nothing here: only Linux lets a process bound another. The limits on time and output hold.
func limitProcess(int) {}

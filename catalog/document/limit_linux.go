package document

import "golang.org/x/sys/unix"

// limitProcess bounds a child's memory, processor time and files. It is set just after the start: what the child could
// do before is what the time limit allows anyhow.
func limitProcess(pid int) {
	for resource, max := range map[int]uint64{
		unix.RLIMIT_AS:     1 << 30,
		unix.RLIMIT_CPU:    uint64(MaxTime.Seconds()),
		unix.RLIMIT_FSIZE:  0,
		unix.RLIMIT_CORE:   0,
		unix.RLIMIT_NOFILE: 64,
	} {
		limit := unix.Rlimit{Cur: max, Max: max}
		_ = unix.Prlimit(pid, resource, &limit, nil) // a system that refuses leaves the limits on time and output
	}
}

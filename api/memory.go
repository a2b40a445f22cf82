package api

// The memory of large requests.

import (
	"runtime/debug"
	"time"
)

// largeRequest is how many RRsets or changes leave so much garbage behind (hundreds of
// octets each) that its memory is given back to the system at once. Left to itself the
// process would keep several times what the view needs, for minutes or, where nothing more
// happens, for good. It takes one collection beside the answers to queries, and the request
// itself has had several.
const largeRequest = 100_000

// giveBack gives memory back when a request is over that had to do with n RRsets.
func giveBack(n int) {
	if n >= largeRequest {
		time.AfterFunc(time.Second, debug.FreeOSMemory)
	}
}

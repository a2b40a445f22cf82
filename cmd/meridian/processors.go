package main

// How many goroutines run at once, beside how many workers there are.

import "runtime"

// defaultWorkers is one for each processor that the process may use, by its affinity and
// by the limit of its container.
func defaultWorkers() int { return min(runtime.NumCPU(), runtime.GOMAXPROCS(0)) }

// besideWorkers is how many goroutines run while all workers are busy. With none, probes,
// timers and changes would wait for a worker to be interrupted, some 10 ms each time.
const besideWorkers = 2

// makeRoomBeside lets others than the workers, each of which has a thread for each address,
// run at all times, unless the operator has said what may run. Who gets a processor is then
// the operating system's to say, which is fair in small steps.
func makeRoomBeside(workers, addresses int, getenv func(string) string) {
	threads := workers*max(1, addresses) + besideWorkers
	if getenv("GOMAXPROCS") == "" && runtime.GOMAXPROCS(0) < threads {
		runtime.GOMAXPROCS(threads)
	}
}

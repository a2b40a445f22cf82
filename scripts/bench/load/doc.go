// Package load asks a name server as fast as it answers, or at a fixed rate, and checks
// every answer.
//
//	results, err := load.Run(server, []load.Flow{{Stream: stream, Window: 256}}, load.Options{Duration: time.Second})
//
// A Stream makes queries and knows what answers them; a Flow sends a stream's queries
// from some ports, either with a fixed number of them outstanding (a closed loop: the
// server is always busy) or at a fixed rate (an open loop: latency counts from the time
// at which a query was to be sent, so that a server's pause is seen in all the queries
// that it delays). RunTCP does the first over connections.
//
// An answer that is wrong ends the run with an error; one that never comes is counted.
// A run is one thread that sends and receives in batches and never sleeps, so that it
// takes less of its processor for a query than a server does.
package load

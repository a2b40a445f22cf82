package dnsserver

// The loop of one UDP socket: a batch of queries, their answers, and what becomes of an
// answer that can't be sent.
//
// How a batch is received and sent is the socket's matter: mmsg_linux.go does it with
// one system call each, udp_portable.go one by one.

import (
	"errors"
	"net"
	"net/netip"
	"runtime"
	"sync/atomic"
	"syscall"
	"time"

	"meridian/dnsserver/answer"
)

const (
	// batchLen is how many queries are taken at once; with 64 a query costs the same.
	batchLen = 16
	// maxPacket is how much of a datagram is read: queries are short, and what is longer
	// is malformed in any case.
	maxPacket = 4096
	// receiveRoom is asked of the kernel for each socket: at 100 octets of query it keeps
	// what comes in while a worker is held up for some milliseconds.
	receiveRoom = 4 << 20
	// sendRoom is asked of the kernel for answers that an interface hasn't taken yet: a
	// millisecond of 10 Gbit/s. Nobody waits for an interface that takes none.
	sendRoom = 1 << 20
)

// udpSocket is where queries come from, batch by batch, and where their answers go. It
// serves one goroutine, the one that holds it; close and drops are for any.
type udpSocket interface {
	// hold makes the socket the calling goroutine's until it calls release.
	hold() (release func())
	// receive waits for queries and says how many have come, from 1 to batchLen;
	// net.ErrClosed is the end.
	receive() (int, error)
	// query is the i-th of them and who sent it, IPv4 as IPv4.
	query(i int) (packet []byte, client netip.Addr)
	// room is where answer j is written, wire.MaxUDPSize octets.
	room(j int) []byte
	// address makes answer j one of n octets to query i.
	address(j, i, n int)
	// send sends the answers from j to k, without k, one after the other, and says how
	// many went out before one could not.
	send(j, k int) (int, error)
	// drops is how many datagrams the kernel had no room for.
	drops() uint64
	// close wakes the goroutine that holds the socket, and returns once it has released
	// it. Again, it does nothing.
	close() error
}

// udpLoop is what serves a socket.
type udpLoop struct {
	socket    udpSocket
	responder *answer.Responder
	log       *seldom
	failed    atomic.Uint64 // answers that weren't sent

	yielded int64 // in which of the times of yieldEvery

	// One batch's state.
	arrival answer.Arrival
	last    int           // the query that the responder answered last
	of      [batchLen]int // the query of each answer
}

// UDPCounts are what became of datagrams that were not answered.
type UDPCounts struct {
	ReceiveDrops uint64 // queries that the kernel had no room for
	SendErrors   uint64 // answers that could not be sent
}

// serve receives, has answered and sends until the socket is closed.
func (l *udpLoop) serve() {
	defer l.socket.hold()()
	for {
		n, err := l.socket.receive()
		if err != nil {
			if errors.Is(err, net.ErrClosed) {
				return
			}
			// Errors on a UDP socket are about single packets (an ICMP message, a lack of
			// memory); the pause keeps a lasting one from spinning.
			l.log.warn("receiving", "error", err)
			time.Sleep(time.Millisecond)
			continue
		}
		l.send(l.answer(n))
		l.yield()
	}
}

// yieldEvery is less than the 10 ms after which the runtime takes a goroutine that never
// yields for one that hogs a processor: from then on it looks after it with a thread that
// wakes up every 20 µs, which at 20,000 queries a second is a tenth of what they cost.
// And where more sockets are busy than there are processors, all have their turns.
const yieldEvery = 4 // ms

// yield lets others run now and then.
func (l *udpLoop) yield() {
	if now := l.arrival.Now / yieldEvery; now != l.yielded {
		l.yielded = now
		runtime.Gosched()
	}
}

// answer has n queries answered and says how many answers there are.
func (l *udpLoop) answer(n int) (answers int) {
	l.arrival.Now = time.Now().UnixMilli()
	for i := range n {
		if m := l.respond(answers, i); m > 0 {
			l.socket.address(answers, i, m)
			l.of[answers] = i
			answers++
		}
	}
	return answers
}

// respond writes answer j, to query i, and returns its length.
func (l *udpLoop) respond(j, i int) int {
	packet, client := l.socket.query(i)
	l.arrival.Client, l.last = client, i
	return l.responder.Answer(l.socket.room(j), packet, l.arrival)
}

// send sends the answers. One that can't be sent keeps none of the others back.
func (l *udpLoop) send(answers int) {
	for j := 0; j < answers; {
		n, err := l.socket.send(j, answers)
		if j += n; err == nil {
			continue
		}
		if errors.Is(err, syscall.EMSGSIZE) && l.shorten(j) {
			_, err = l.socket.send(j, j+1)
		}
		if err != nil {
			l.failed.Add(1)
			_, client := l.socket.query(l.of[j])
			l.log.warn("sending", "to", client, "error", err)
		}
		j++
	}
}

// shorten makes answer j one that fits: it is longer than the interface carries, and isn't
// cut into fragments (RFC 9715 section 3.1). The responder can shorten only what it
// answered last, so that a query from the middle of a batch is answered, and counted, again.
func (l *udpLoop) shorten(j int) bool {
	i := l.of[j]
	if l.last != i && l.respond(j, i) == 0 {
		return false // by now it is over the rate limit
	}
	l.socket.address(j, i, l.responder.Shorten())
	return true
}

package scale

import (
	"errors"
	"net"
	"os"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// A server that keeps every query for a while: the kernel's times show it.
func TestStampsSeeHowLongQueriesAreInAServer(t *testing.T) {
	const kept, queries = 20 * time.Millisecond, 5
	server, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	s, err := newStamps(uint16(server.LocalAddr().(*net.UDPAddr).Port))
	if errors.Is(err, os.ErrPermission) || errors.Is(err, unix.EPERM) {
		t.Skip("packet sockets are for root")
	}
	if err != nil {
		t.Fatal(err)
	}
	client, err := net.Dial("udp4", server.LocalAddr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	buffer := make([]byte, 512)
	for i := range queries {
		if _, err := client.Write([]byte{0, byte(i), 1, 2}); err != nil {
			t.Fatal(err)
		}
		n, from, err := server.ReadFrom(buffer)
		if err != nil {
			t.Fatal(err)
		}
		<-time.After(kept)
		if _, err := server.WriteTo(buffer[:n], from); err != nil {
			t.Fatal(err)
		}
		if _, err := client.Read(buffer); err != nil {
			t.Fatal(err)
		}
	}
	took, missed, err := s.stop()
	if err != nil || missed != 0 || len(took) != queries {
		t.Fatalf("%d of %d queries, %d packets missed: %v", len(took), queries, missed, err)
	}
	for _, d := range took {
		if d < kept {
			t.Errorf("a query was in the server for %s, which kept it for %s", d, kept)
		}
	}
}

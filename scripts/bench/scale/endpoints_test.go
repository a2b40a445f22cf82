package scale

import (
	"fmt"
	"net/http"
	"net/netip"
	"testing"
)

func TestEndpointsFailWhenTheyAreTold(t *testing.T) {
	all, port, err := newEndpoints(2)
	if err != nil {
		t.Skip("no such addresses here:", err)
	}
	defer closeAll(all)
	ask := func(e *endpoint) int {
		r, err := http.Get(fmt.Sprintf("http://%s/", netip.AddrPortFrom(e.addr, port)))
		if err != nil {
			t.Fatal(err)
		}
		r.Body.Close()
		return r.StatusCode
	}
	for _, failing := range []bool{true, false} {
		want := map[bool]int{true: 503, false: 200}[failing]
		enough := all[0].turn(failing, 2)
		for i := range 2 {
			select {
			case <-enough:
				t.Fatalf("%d answers were enough", i)
			default:
			}
			if got := ask(all[0]); got != want {
				t.Errorf("%d, not %d", got, want)
			}
		}
		<-enough
		if all[0].decided().IsZero() {
			t.Error("nobody knows when it was decided")
		}
	}
	if got := ask(all[1]); got != 200 {
		t.Errorf("the other one: %d", got)
	}
}

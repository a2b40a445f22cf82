package steering

// A class: what a class table says of a client. It does not depend on health.

import (
	"fmt"
	"math/bits"
)

// MaxRegions is how many regions one steered record may use: sets of them are masks.
const MaxRegions = 64

// Class is a preference order of a table's regions and the regions that the fence
// permits. It is immutable.
type Class struct {
	// Order has every region of the table once, the most preferred first, as indices
	// into the table's Regions.
	Order []uint8
	// Permits has the bit of every region that these clients may have.
	Permits uint64
}

// classes interns classes: equal ones have one number.
type classes struct {
	list   []Class
	number map[string]uint16
}

func newClasses() *classes { return &classes{number: map[string]uint16{}} }

// intern returns c's number. The table's prefixes hold it in 16 bits.
func (cs *classes) intern(c Class) (uint16, error) {
	key := fmt.Sprintf("%x %x", c.Permits, c.Order)
	if n, ok := cs.number[key]; ok {
		return n, nil
	}
	if len(cs.list) == 1<<16 {
		return 0, fmt.Errorf("the topology makes more than 65536 classes of clients; lower its order_depth or use fewer regions in one record")
	}
	n := uint16(len(cs.list))
	cs.list, cs.number[key] = append(cs.list, c), n
	return n, nil
}

// narrow returns the class for a prefix that spans several: the order of majority,
// over the regions that every class inside permits; if none of those is offered, the
// majority's own.
func (cs *classes) narrow(majority uint16, inside []uint16, offered uint64) (uint16, error) {
	permits := ^uint64(0)
	for _, n := range inside {
		permits &= cs.list[n].Permits
	}
	own := cs.list[majority]
	if permits == own.Permits || bits.OnesCount64(permits&offered) == 0 {
		return majority, nil
	}
	return cs.intern(Class{Order: own.Order, Permits: permits})
}

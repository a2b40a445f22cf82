package steering

// The flat form of a class table, in which it is kept on disk. All numbers are little
// endian.
//
//	magic     "meridian table\n"
//	version   four octets
//	key       its length (four octets) and text: all that the table depends on
//	regions   how many (an octet)
//	classes   how many (four octets); of each what it permits (eight), then its order,
//	          an octet for each region
//	prefixes  as package geoip has them (geoip/flat.go)
//	checksum  CRC-32C of all before (four octets)

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"

	"meridian/geoip"
)

const flatMagic = "meridian table\n"

// FlatVersion is raised when the flat form changes, and when tables do: when from the
// same databases, topology and regions another table is made than before. flat_test.go
// sees to the latter.
const FlatVersion = 1

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// AppendFlat appends the flat form of t. key is for the reader to know the table by:
// everything that it depends on.
func (t *Table) AppendFlat(to []byte, key string) []byte {
	begin := len(to)
	to = append(to, flatMagic...)
	to = binary.LittleEndian.AppendUint32(to, FlatVersion)
	to = binary.LittleEndian.AppendUint32(to, uint32(len(key)))
	to = append(to, key...)
	to = append(to, byte(len(t.Regions)))
	to = binary.LittleEndian.AppendUint32(to, uint32(len(t.classes)))
	for _, c := range t.classes {
		to = append(binary.LittleEndian.AppendUint64(to, c.Permits), c.Order...)
	}
	to = t.prefixes.AppendFlat(to)
	return binary.LittleEndian.AppendUint32(to, crc32.Checksum(to[begin:], castagnoli))
}

// ReadTable is NewTable, but from what AppendFlat wrote under the same key of a table
// with the same topology, regions and offered. Any other file is an error, and so is one
// whose checksum is right but with which a lookup would reach out of bounds.
func ReadTable(data []byte, key string, t *Topology, regions, offered []string) (*Table, error) {
	body, err := checked(data, key)
	if err != nil {
		return nil, err
	}
	table := &Table{Topology: t, Regions: regions, offered: maskOf(offered, regions)}
	if table.classes, body, err = readClasses(body, len(regions), table.offered); err != nil {
		return nil, err
	}
	if table.prefixes, err = geoip.ReadFlat(body, len(table.classes)); err != nil {
		return nil, err
	}
	table.uniform = len(table.classes) == 1
	return table, nil
}

var errFlat = errors.New("the table is damaged")

// checked returns what stands between the key and the checksum.
func checked(data []byte, key string) ([]byte, error) {
	const words = 4
	head := len(flatMagic) + 2*words
	if len(data) < head+words || string(data[:len(flatMagic)]) != flatMagic {
		return nil, errors.New("this is no class table, or not all of it")
	}
	body, sum := data[:len(data)-words], binary.LittleEndian.Uint32(data[len(data)-words:])
	if crc32.Checksum(body, castagnoli) != sum {
		return nil, fmt.Errorf("%w: its checksum is wrong", errFlat)
	}
	if v := binary.LittleEndian.Uint32(body[len(flatMagic):]); v != FlatVersion {
		return nil, fmt.Errorf("the table is of version %d, and this program's are of version %d", v, FlatVersion)
	}
	length := binary.LittleEndian.Uint32(body[head-words:])
	if body = body[head:]; uint64(length) > uint64(len(body)) || string(body[:length]) != key {
		return nil, errors.New("the table is another one than its name says")
	}
	return body[length:], nil
}

// readClasses reads the classes and returns what stands behind them. Each orders all
// regions and leaves its clients one that is offered.
func readClasses(body []byte, regions int, offered uint64) ([]Class, []byte, error) {
	if len(body) < 5 || int(body[0]) != regions {
		return nil, nil, errFlat
	}
	count, size := binary.LittleEndian.Uint32(body[1:]), 8+regions
	if body = body[5:]; count == 0 || uint64(count)*uint64(size) > uint64(len(body)) {
		return nil, nil, errFlat
	}
	classes := make([]Class, count)
	orders := make([]uint8, 0, int(count)*regions)
	for i := range classes {
		one := body[i*size : (i+1)*size]
		orders = append(orders, one[8:]...)
		c := Class{Order: orders[i*regions : len(orders) : len(orders)], Permits: binary.LittleEndian.Uint64(one)}
		if !ordersAll(c.Order) || c.Permits&offered == 0 || c.Permits>>regions != 0 {
			return nil, nil, errFlat
		}
		classes[i] = c
	}
	return classes, body[int(count)*size:], nil
}

// ordersAll says whether an order has each of its regions once.
func ordersAll(order []uint8) bool {
	var seen uint64
	for _, r := range order {
		if int(r) >= len(order) || seen>>r&1 != 0 {
			return false
		}
		seen |= 1 << r
	}
	return true
}

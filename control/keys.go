package control

// How resources lie in the store: a key says what, a value is JSON or an RRset.
//
//	region/NAME  topology/NAME  check/NAME       config's values
//	zone/ZONE                                    zoneValue
//	rrset/ZONE/NAME/TYPE                         zones.RRset, in its binary form; NAME is relative to ZONE, @ the apex
//	steered/ZONE/OWNER                           config.Steered
//	override/region/NAME                         config.Override
//	override/endpoint/ZONE/OWNER/ENDPOINT        config.Override
//	serial/ZONE                                  the last serial of a deleted zone
//	applied                                      the last applied manifest's digest
//
// A slash in a name is written \047, so that keys come apart again.

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"meridian/store"
	"meridian/wire"
	"meridian/zones"
)

const appliedKey = "applied"

// zoneValue is what the store keeps of a zone beside its records.
type zoneValue struct {
	Serials zones.SerialMode `json:"serials"`
}

func nameKey(n wire.Name) string { return string(appendNameKey(nil, n)) }

// appendNameKey appends nameKey's form of a name, which is its octets and dots for all
// but few names.
func appendNameKey(b []byte, n wire.Name) []byte {
	start := len(b)
	for i := 0; n[i] != 0; {
		end := i + 1 + int(n[i])
		for i++; i < end; i++ {
			if !isPlainInKey(n[i]) {
				return append(b[:start], strings.ReplaceAll(n.String(), "/", `\047`)...)
			}
			b = append(b, n[i])
		}
		b = append(b, '.')
	}
	if len(b) == start {
		b = append(b, '.')
	}
	return b
}

// isPlainInKey says whether an octet of a label stands for itself.
func isPlainInKey(c byte) bool {
	return 'a' <= c && c <= 'z' || '0' <= c && c <= '9' || c == '-' || c == '_' || 'A' <= c && c <= 'Z'
}

func rrsetKey(zone wire.Name, k zones.Key) string {
	return string(appendRRsetKey(nil, zone, nameKey(zone), k.Owner, k.Type))
}

// appendRRsetKey appends an RRset's key, of a zone with its nameKey. The owner is in the zone.
func appendRRsetKey(b []byte, zone wire.Name, zoneKey string, owner wire.Name, typ uint16) []byte {
	b = append(append(append(b, "rrset/"...), zoneKey...), '/')
	if owner == zone {
		b = append(b, '@')
	} else {
		b = appendNameKey(b, owner[:len(owner)-len(zone)]+wire.Root)
		b = b[:len(b)-1] // without the last dot
	}
	// The type's number: a mnemonic may come to be with a later version.
	return strconv.AppendUint(append(b, '/'), uint64(typ), 10)
}

func serialKey(zone wire.Name) string { return "serial/" + nameKey(zone) }

func steeredKey(zone, owner wire.Name) string {
	return "steered/" + nameKey(zone) + "/" + nameKey(owner)
}

func (k OverrideKey) key() string {
	if k.Endpoint == "" {
		return "override/region/" + k.Region
	}
	return "override/endpoint/" + nameKey(k.Zone) + "/" + nameKey(k.Owner) + "/" + k.Endpoint
}

// String is what people call it.
func (k OverrideKey) String() string {
	if k.Endpoint == "" {
		return "region " + k.Region
	}
	return "endpoint " + k.Zone.String() + " " + k.Owner.String() + " " + k.Endpoint
}

// isConfiguration says whether a key is configuration, which rollback brings back, and
// not an operator's override or a memory.
func isConfiguration(key string) bool {
	return key != appliedKey && !strings.HasPrefix(key, "override/") && !strings.HasPrefix(key, "serial/")
}

func jsonWrite(key string, v any) store.Write {
	b, err := json.Marshal(v)
	if err != nil { // values of config have no cycles and no channels
		panic("encoding " + key + ": " + err.Error())
	}
	return store.Write{Key: key, Value: b}
}

func rrsetWrite(zone wire.Name, s zones.RRset) store.Write {
	w := store.Write{Key: rrsetKey(zone, s.Key())}
	if len(s.RDATA) > 0 {
		var err error
		if w.Value, err = s.MarshalBinary(); err != nil {
			panic("encoding " + w.Key + ": " + err.Error())
		}
	}
	return w
}

// add puts one key's value into the change: the way back from the store. A nil value
// deletes.
func (c *Change) add(key string, value []byte) error {
	parts := strings.Split(key, "/")
	var err error
	switch {
	case len(parts) == 2 && parts[0] == "region":
		err = put(&c.Regions, parts[1], value)
	case len(parts) == 2 && parts[0] == "topology":
		err = put(&c.Topologies, parts[1], value)
	case len(parts) == 2 && parts[0] == "check":
		err = put(&c.Checks, parts[1], value)
	case len(parts) == 3 && key == OverrideKey{Region: parts[2]}.key():
		err = put(&c.Overrides, OverrideKey{Region: parts[2]}, value)
	case key == appliedKey:
		c.Applied = string(value)
	default:
		err = c.addZonal(parts, value)
	}
	if err != nil {
		return fmt.Errorf("reading %s from the store: %w", key, err)
	}
	return nil
}

// addZonal is add for the keys that name a zone.
func (c *Change) addZonal(parts []string, value []byte) error {
	kind, parts := parts[0], parts[1:]
	if kind == "override" && len(parts) == 4 && parts[0] == "endpoint" {
		parts = parts[1:]
	}
	names := make([]wire.Name, 0, 2)
	for i, part := range parts[:min(2, len(parts))] {
		n, err := wire.ParseName(part)
		if i == 1 && kind == "rrset" {
			n, err = wire.RelativeName(part, names[0])
		}
		if err != nil {
			return err
		}
		names = append(names, n)
	}
	switch {
	case kind == "zone" && len(parts) == 1:
		return c.addZone(names[0], value)
	case kind == "rrset" && len(parts) == 3:
		typ, err := strconv.ParseUint(parts[2], 10, 16)
		if err != nil {
			return err
		}
		s := zones.RRset{Owner: names[1], Type: uint16(typ)}
		if value != nil {
			err = s.UnmarshalBinary(value)
		}
		z := c.Zone(names[0])
		z.RRsets = append(z.RRsets, s)
		return err
	case kind == "serial" && len(parts) == 1:
		return put(&c.lastSerials, names[0], value)
	case kind == "steered" && len(parts) == 2:
		return put(&c.Zone(names[0]).Steered, names[1], value)
	case kind == "override" && len(parts) == 3:
		return put(&c.Overrides, OverrideKey{Zone: names[0], Owner: names[1], Endpoint: parts[2]}, value)
	}
	return fmt.Errorf("this version knows no such key")
}

func (c *Change) addZone(name wire.Name, value []byte) error {
	z := c.Zone(name)
	if value == nil {
		z.Delete = true
		return nil
	}
	var v zoneValue
	if err := json.Unmarshal(value, &v); err != nil {
		return err
	}
	z.Create, z.Serials = true, v.Serials
	return nil
}

// put decodes a JSON value into a map that is made when it is needed.
func put[K comparable, V any](m *map[K]*V, key K, value []byte) error {
	if *m == nil {
		*m = map[K]*V{}
	}
	if value == nil {
		(*m)[key] = nil
		return nil
	}
	v := new(V)
	(*m)[key] = v
	return json.Unmarshal(value, v)
}

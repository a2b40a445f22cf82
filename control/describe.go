package control

// What the store has of one key, read back: for those who show what a revision changed.

// Decode returns a change that consists of one key's value alone; a nil value deletes.
// The change's one entry says what the key is of.
func Decode(key string, value []byte) (Change, error) {
	var c Change
	err := c.add(key, value)
	return c, err
}

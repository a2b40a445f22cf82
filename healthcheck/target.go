package healthcheck

// A target: what one probe goes to, as a value that two endpoints can share.

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/netip"
	"slices"
	"strings"
	"time"

	"meridian/config"
)

// Settings are what a probe needs of a check. They are comparable, and made by
// SettingsOf alone; the zero value is no check.
//
// The JSON names are a part of the key under which a verdict lies in the store:
// renaming one forgets the verdicts at the next start, and a new setting must be
// left out while it has its default.
type Settings struct {
	Kind     string        `json:"kind"`
	Interval time.Duration `json:"interval"`
	Timeout  time.Duration `json:"timeout"`
	Rise     int           `json:"rise"`
	Fall     int           `json:"fall"`

	Method          string `json:"method,omitempty"`
	Path            string `json:"path,omitempty"`
	Status          string `json:"status,omitempty"` // ranges in order and merged, as in "200-399,418"
	Body            string `json:"body,omitempty"`
	Insecure        bool   `json:"insecure,omitempty"`
	FollowRedirects bool   `json:"follow_redirects,omitempty"`
}

// SettingsOf takes a check that was validated; omitted settings get their
// defaults. Checks that mean the same give equal settings.
func SettingsOf(c config.Check) Settings {
	c = c.WithDefaults()
	s := Settings{
		Kind:     c.Kind,
		Interval: time.Duration(c.Interval),
		Timeout:  time.Duration(c.Timeout),
		Rise:     c.Rise,
		Fall:     c.Fall,
	}
	if c.SendsHost() {
		s.Method, s.Path, s.Body = c.Method, c.Path, c.Body
		s.Status = statusText(c.Status)
		s.Insecure = c.Insecure && (c.Kind == config.KindHTTPS || c.FollowRedirects) // else there is no certificate
		s.FollowRedirects = c.FollowRedirects
	}
	return s
}

// statusText is the one text for a set of statuses, however it was written.
func statusText(ranges []config.StatusRange) string {
	ranges = slices.Clone(ranges)
	slices.SortFunc(ranges, func(a, b config.StatusRange) int { return cmp.Compare(a.First, b.First) })
	var merged []config.StatusRange
	for _, r := range ranges {
		if n := len(merged); n > 0 && r.First <= merged[n-1].Last+1 {
			merged[n-1].Last = max(merged[n-1].Last, r.Last)
		} else {
			merged = append(merged, r)
		}
	}
	texts := make([]string, len(merged))
	for i, r := range merged {
		texts[i] = r.String()
	}
	return strings.Join(texts, ",")
}

// Target is what one probe goes to. It is comparable; equal targets are probed
// once. Host is empty for kinds that send none.
type Target struct {
	Settings Settings       `json:"settings"`
	Address  netip.AddrPort `json:"address"`
	Host     string         `json:"host,omitempty"`
}

// NewTarget gives the target of a validated check at one address. The owner name
// (without its trailing dot) is the host where the check names none. An IPv4
// address in IPv6 form is taken as IPv4, and the host in lower case.
func NewTarget(c config.Check, addr netip.Addr, owner string) Target {
	c = c.WithDefaults()
	t := Target{Settings: SettingsOf(c), Address: netip.AddrPortFrom(addr.Unmap(), c.Port)}
	if !c.SendsHost() {
		return t
	}
	switch c.Host {
	case "":
		t.Host = strings.TrimSuffix(owner, ".")
	case config.HostNone:
		t.Host = t.Address.Addr().WithZone("").String() // a zone means nothing to the other side (RFC 6874 section 1)
	default:
		t.Host = c.Host
	}
	t.Host = strings.ToLower(t.Host)
	return t
}

// String says in a few words where the target is, for people: targets whose
// settings differ may have the same.
func (t Target) String() string {
	switch t.Settings.Kind {
	case config.KindHTTP, config.KindHTTPS:
		return t.Settings.Kind + "://" + bracketed(t.Host) + t.Settings.Path + " at " + t.Address.String()
	default:
		return t.Settings.Kind + " " + t.Address.String()
	}
}

// key names the target in the store: readable at its start, bounded in length
// (a body or a path may be long) and different for different targets.
func (t Target) key() string {
	text, err := json.Marshal(t)
	if err != nil {
		panic("a target is always JSON: " + err.Error())
	}
	sum := sha256.Sum256(text)
	return t.Settings.Kind + " " + t.Address.String() + " " + hex.EncodeToString(sum[:16])
}

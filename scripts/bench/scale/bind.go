package scale

// BIND, whose changes aren't measured.

import (
	"fmt"
	"path/filepath"
	"strings"

	"meridian/scripts/bench/peers"
)

func bind() *contender { return &contender{name: "bind", command: "named", configure: bindFiles} }

func bindFiles(dir string, port uint16, zones []string) ([]string, error) {
	var b strings.Builder
	b.WriteString(peers.BINDHead(zoneFolder(dir), port, ""))
	for _, z := range zones {
		fmt.Fprintf(&b, "zone \"%s\" { type primary; file \"%s\"; };\n", z, strings.TrimSuffix(z, "."))
	}
	conf := filepath.Join(dir, "named.conf")
	return []string{"-f", "-n", fmt.Sprint(len(processors)), "-c", conf}, write(dir, "named.conf", "%s", b.String())
}

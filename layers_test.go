// Layering as a test: who may import whom, and why not.
package meridian_test

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// ours is what a package may import of the module; everything else of it is forbidden.
var ours = map[string]string{
	"wire":                "",
	"store":               "",
	"geoip":               "",
	"geoip/mmdbtest":      "",
	"config":              "wire",
	"zones":               "wire config",
	"steering":            "config geoip",
	"view":                "wire config zones steering",
	"alias":               "wire zones view",
	"dnsserver/cookie":    "",
	"dnsserver/ratelimit": "",
	"dnsserver/answer":    "wire steering view dnsserver/cookie dnsserver/ratelimit",
	"dnsserver":           "dnsserver/answer wire",
	"healthcheck":         "config steering",
	"manifest":            "wire config",
	"delegation":          "wire",
	"control":             "wire config zones store geoip steering view healthcheck dnsserver/answer",
}

// foreign is what a package must not import from elsewhere, and why.
var foreign = []struct{ pkg, forbidden, why string }{
	{"wire", "net os time github.com/miekg/dns", "the message is octets: no socket, no clock, and no library on the query path"},
	{"steering", "net os time github.com/miekg/dns", "the choice is arithmetic: no socket, no clock, no message"},
	{"view", "net os github.com/miekg/dns", "a view is memory"},
	{"dnsserver/answer", "net os time github.com/miekg/dns", "the answer takes a packet and an address and gives octets"},
	{"dnsserver", "github.com/miekg/dns", "sockets know nothing of DNS but the length on TCP"},
	{"store", "github.com/miekg/dns", "the store knows nothing of what values mean"},
}

func TestLayers(t *testing.T) {
	out, err := exec.Command("go", "list", "-f", `{{.ImportPath}} {{join .Imports " "}}`, "./...").Output()
	if err != nil {
		t.Fatalf("listing the packages: %v", err)
	}
	imports := map[string][]string{}
	for line := range strings.Lines(string(out)) {
		words := strings.Fields(line)
		imports[strings.TrimPrefix(words[0], "meridian/")] = words[1:]
	}
	for pkg, all := range imports {
		for _, path := range all {
			name, isOurs := strings.CutPrefix(path, "meridian/")
			if isOurs && strings.HasPrefix(name, "cmd/") {
				t.Errorf("%s imports %s: cmd wires everything, and nothing imports it", pkg, name)
			}
			if may, ruled := ours[pkg]; isOurs && ruled && !slices.Contains(strings.Fields(may), name) {
				t.Errorf("%s imports %s; it may import of ours only: %s", pkg, name, may)
			}
		}
	}
	for pkg := range ours {
		if imports[pkg] == nil {
			t.Errorf("there is no package %s, and a rule for it", pkg)
		}
	}
	for _, rule := range foreign {
		for _, path := range strings.Fields(rule.forbidden) {
			if slices.Contains(imports[rule.pkg], path) {
				t.Errorf("%s imports %s: %s", rule.pkg, path, rule.why)
			}
		}
	}
}

package scale

// BIND, whose changes aren't measured.

import (
	"fmt"
	"path/filepath"
	"strings"
)

func bind() *contender { return &contender{name: "bind", command: "named", configure: bindFiles} }

func bindFiles(dir string, port uint16, zones []string) ([]string, error) {
	var b strings.Builder
	fmt.Fprintf(&b, `options {
  directory "%s";
  listen-on port %d { 127.0.0.1; };
  listen-on-v6 { none; };
  pid-file none;
  session-keyfile none;
  recursion no;
  allow-query { any; };
  minimal-responses yes;
  empty-zones-enable no;
  dnssec-validation no;
  notify no;
};
controls { };
logging { category default { stderr; }; channel stderr { stderr; severity warning; }; };
`, zoneFolder(dir), port)
	for _, z := range zones {
		fmt.Fprintf(&b, "zone \"%s\" { type primary; file \"%s\"; };\n", z, strings.TrimSuffix(z, "."))
	}
	conf := filepath.Join(dir, "named.conf")
	return []string{"-f", "-n", fmt.Sprint(len(processors)), "-c", conf}, write(dir, "named.conf", "%s", b.String())
}

package peers

// BIND: one worker thread (-n 1).

import (
	"fmt"
	"path/filepath"
)

// BIND is ISC's server.
func BIND() Peer {
	return Peer{Name: "bind", Command: "named", Packages: []string{"bind9"}, files: bindFiles}
}

func bindFiles(dir string, port uint16, w *World) ([]string, error) {
	if err := w.writeZoneFile(filepath.Join(dir, "zone")); err != nil {
		return nil, err
	}
	conf := filepath.Join(dir, "named.conf")
	return []string{"-f", "-n", "1", "-c", conf}, write(dir, "named.conf", "%szone \"%s\" { type primary; file \"zone\"; };\n", BINDHead(dir, port, `
  answer-cookie no;
  max-udp-size 1232;
  edns-udp-size 1232;
  tcp-clients 1000;`), Zone)
}

// BINDHead is BIND's configuration up to its zones, whose files are below a folder: it
// answers on a port of 127.0.0.1 and does nothing else. more are options, each on a line
// behind a new one.
func BINDHead(folder string, port uint16, more string) string {
	return fmt.Sprintf(`options {
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
  notify no;%s
};
controls { };
logging { category default { stderr; }; channel stderr { stderr; severity warning; }; };
`, folder, port, more)
}

package scale

// gdnsd: a change is a new zone file, and a word to read it.

import "os"

func gdnsd() *contender {
	return &contender{name: "gdnsd", command: "gdnsd", configure: gdnsdFiles, stage: rewrite, change: gdnsdChange}
}

func gdnsdFiles(dir string, port uint16, _ []string) ([]string, error) {
	for _, folder := range []string{"/run", "/state"} {
		if err := os.MkdirAll(dir+folder, 0o700); err != nil {
			return nil, err
		}
	}
	return []string{"-c", dir, "start"}, write(dir, "config", `options => {
  listen => [ 127.0.0.1:%d ]
  udp_threads => 1
  tcp_threads => 1
  run_dir => "%s/run"
  state_dir => "%[2]s/state"
}
`, port, dir)
}

func gdnsdChange(s *Stage, r *running, _, _, _ int) error {
	_, err := s.command("gdnsdctl", "-c", r.dir, "-t", "300", "reload-zones")
	return err
}

// Command figures remakes docs/figures.md: it runs the repository's benchmarks several
// times and writes their medians and spread, with the machine they ran on.
//
//	go run ./scripts/figures -city FILE
//
// -city names the city-sized database (city.mmdb or city.mmdb.gz); without it the table
// about it is left as it is.
package main

import (
	"bufio"
	"bytes"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"
)

func main() {
	city := flag.String("city", "", "city-sized database, an mmdb `FILE` (may be gzipped)")
	runs := flag.Int("runs", 5, "how often each benchmark runs")
	only := flag.String("only", "", "remake this `SECTION` alone")
	flag.Parse()
	if err := remake("docs/figures.md", *city, *only, *runs); err != nil {
		fmt.Fprintln(os.Stderr, "figures:", err)
		os.Exit(1)
	}
}

// remake writes the parts of the page that it has, each between its two marks.
func remake(page, city, only string, runs int) error {
	text, err := os.ReadFile(page)
	if err != nil {
		return fmt.Errorf("reading the page: %w", err)
	}
	sections := map[string]func() (string, error){
		"machine": machine,
		"change":  func() (string, error) { return bench("./control", "Change|Flip|SteeredMemory", "60x", runs) },
		"answer":  func() (string, error) { return bench("./dnsserver/answer", ".", "100ms", runs) },
	}
	if city != "" {
		sections["geo"] = func() (string, error) {
			out, err := exec.Command("go", "run", "./scripts/geodata", "-city", city, "-bench").Output()
			return string(out), err
		}
	}
	for name, section := range sections {
		if only != "" && name != only {
			continue
		}
		fmt.Fprintln(os.Stderr, "measuring:", name)
		table, err := section()
		if err != nil {
			return fmt.Errorf("measuring %s: %w", name, err)
		}
		begin, end := "<!-- "+name+" -->\n", "<!-- /"+name+" -->"
		i, j := bytes.Index(text, []byte(begin)), bytes.Index(text, []byte(end))
		if i < 0 || j < i {
			return fmt.Errorf("%s has no marks for %s", page, name)
		}
		text = slices.Concat(text[:i+len(begin)], []byte("\n"+strings.TrimSpace(table)+"\n\n"), text[j:])
	}
	return os.WriteFile(page, text, 0o644)
}

// machine says where the figures come from.
func machine() (string, error) {
	model := "unknown processor"
	if f, err := os.Open("/proc/cpuinfo"); err == nil {
		defer f.Close()
		for lines := bufio.NewScanner(f); lines.Scan(); {
			if name, value, ok := strings.Cut(lines.Text(), ":"); ok && strings.TrimSpace(name) == "model name" {
				model = strings.TrimSpace(value)
				break
			}
		}
	}
	return fmt.Sprintf("%s: %s, %d cores, %s/%s, %s. A shared machine: medians of several runs, with the least and the most.",
		time.Now().UTC().Format(time.DateOnly), model, runtime.NumCPU(), runtime.GOOS, runtime.GOARCH, runtime.Version()), nil
}

var benchLine = regexp.MustCompile(`^Benchmark(\S+?)(?:-\d+)?\s+\d+\s+(.*)$`)

// bench runs benchmarks of a package and makes a table of their metrics.
func bench(pkg, pattern, benchtime string, runs int) (string, error) {
	cmd := exec.Command("go", "test", pkg, "-run", "^$", "-bench", pattern, "-benchtime", benchtime, "-count", strconv.Itoa(runs), "-benchmem")
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("%s: %w\n%s", cmd, err, out)
	}
	values := map[string][]float64{} // by "benchmark | unit"
	var order []string
	for line := range strings.Lines(string(out)) {
		m := benchLine.FindStringSubmatch(strings.TrimSpace(line))
		if m == nil {
			continue
		}
		fields := strings.Fields(m[2])
		for i := 0; i+1 < len(fields); i += 2 {
			v, err := strconv.ParseFloat(fields[i], 64)
			if err != nil {
				return "", fmt.Errorf("reading %q: %w", line, err)
			}
			key := m[1] + " | " + fields[i+1]
			if values[key] == nil {
				order = append(order, key)
			}
			values[key] = append(values[key], v)
		}
	}
	var b strings.Builder
	fmt.Fprintf(&b, "`%s`\n\n| benchmark | unit | median | least | most |\n|---|---|---:|---:|---:|\n", strings.Join(cmd.Args, " "))
	for _, key := range order {
		if strings.HasSuffix(key, "| B/op") {
			continue
		}
		v := values[key]
		slices.Sort(v)
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", key, number(v[len(v)/2]), number(v[0]), number(v[len(v)-1]))
	}
	return b.String(), nil
}

func number(v float64) string {
	if v >= 100 {
		return strconv.FormatFloat(v, 'f', 0, 64)
	}
	return strconv.FormatFloat(v, 'g', 3, 64)
}

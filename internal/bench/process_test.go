package bench

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// process is a server under measurement.
type process struct {
	cmd *exec.Cmd
	url string
}

// startFloor runs this binary as one of the floors.
func startFloor(b *testing.B, kind string, page []byte, env ...string) *process {
	b.Helper()
	file := filepath.Join(b.TempDir(), "page")
	must(b, os.WriteFile(file, page, 0o600))
	self, err := os.Executable()
	must(b, err)
	return startProcess(b, "floor ", append(env, floorVariable+"="+kind, pageVariable+"="+file), self)
}

// startProcess runs a program until the benchmark ends. It waits for a line of its output that begins with mark and ends in an address, if mark is not empty.
func startProcess(b *testing.B, mark string, env []string, program string, args ...string) *process {
	b.Helper()
	p := &process{cmd: exec.Command(program, args...)}
	p.cmd.Env = append([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + os.Getenv("HOME"), "GOMAXPROCS=" + os.Getenv("GOMAXPROCS")}, env...)
	log, err := os.CreateTemp(b.TempDir(), "log")
	must(b, err)
	p.cmd.Stderr = log
	out, err := p.cmd.StdoutPipe()
	must(b, err)
	must(b, p.cmd.Start())
	b.Cleanup(p.stop)
	lines := bufio.NewScanner(out)
	for mark != "" && p.url == "" && lines.Scan() {
		if address, ok := strings.CutPrefix(lines.Text(), mark); ok {
			p.url = address
		}
	}
	if mark != "" && p.url == "" {
		text, _ := os.ReadFile(log.Name())
		b.Fatalf("%s did not start:\n%s", program, text)
	}
	go func() { _, _ = io.Copy(io.Discard, out) }()
	return p
}

func (p *process) stop() {
	_ = p.cmd.Process.Signal(os.Interrupt)
	done := make(chan struct{})
	go func() { _, _ = p.cmd.Process.Wait(); close(done) }()
	select {
	case <-done:
	case <-time.After(10 * time.Second):
		_ = p.cmd.Process.Kill()
	}
}

// ticksPerSecond is Linux's USER_HZ.
const ticksPerSecond = 100

// cpu returns the processor time that the process has used, user and system.
func (p *process) cpu(b *testing.B) time.Duration {
	b.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.cmd.Process.Pid))
	must(b, err)
	fields := strings.Fields(string(text[strings.LastIndexByte(string(text), ')')+1:]))
	var ticks int64
	for _, i := range []int{11, 12} { // utime and stime, counted from the state: proc(5)
		n, err := strconv.ParseInt(fields[i], 10, 64)
		must(b, err)
		ticks += n
	}
	return time.Duration(ticks) * time.Second / ticksPerSecond
}

// resident returns the process's resident memory in bytes.
func (p *process) resident(b *testing.B) int64 {
	b.Helper()
	return p.memory(b, "VmRSS:")
}

// memory returns one of the kernel's counts in bytes: VmRSS, which is RssAnon, the process's own, RssFile, pages of files that it has mapped, and shared memory.
func (p *process) memory(b *testing.B, count string) int64 {
	b.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	must(b, err)
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, count); ok {
			kb, err := strconv.ParseInt(strings.Fields(rest)[0], 10, 64)
			must(b, err)
			return kb << 10
		}
	}
	b.Fatal("no ", count)
	return 0
}

// program builds the portal, once.
var program = sync.OnceValues(func() (string, error) { return build() })

// image builds it as the container image has it.
var image = sync.OnceValues(func() (string, error) { return build("-tags=nodemo", "-trimpath", "-ldflags=-s -w") })

func build(flags ...string) (string, error) {
	dir, err := os.MkdirTemp("", "portico-bench")
	if err != nil {
		return "", err
	}
	binary := filepath.Join(dir, "web")
	out, err := exec.Command("go", slices.Concat([]string{"build", "-o", binary}, flags, []string{"portico/cmd/web"})...).CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("building the portal: %w\n%s", err, out)
	}
	return binary, nil
}

package testserver

import (
	"os"
	"os/exec"

	"github.com/chromedp/chromedp"
)

// Chromium returns how to start the machine's Chromium, Debian's package of that name. Its scroll bars are hidden, so that pictures of pages are the same everywhere.
func Chromium(t TB) []chromedp.ExecAllocatorOption {
	t.Helper()
	path, err := exec.LookPath("chromium")
	if err != nil {
		Missing(t, "browsers: install Debian's package chromium")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.DisableGPU, chromedp.Flag("disable-dev-shm-usage", true), chromedp.Flag("hide-scrollbars", true))
	if os.Getuid() == 0 {
		options = append(options, chromedp.NoSandbox)
	}
	return options
}

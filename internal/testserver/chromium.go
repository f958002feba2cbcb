package testserver

import (
	"os"

	"github.com/chromedp/chromedp"
)

// Chromium returns how to start the machine's Chromium: Debian's chromium-headless-shell, which is there in a third of the time, else the package chromium. Its scroll bars are hidden, so that pictures of pages are the same everywhere.
func Chromium(t TB) []chromedp.ExecAllocatorOption {
	t.Helper()
	path := find("chromium-headless-shell", "chromium")
	if path == "" {
		Missing(t, "browsers: install Debian's package chromium-headless-shell, or chromium")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.DisableGPU, chromedp.Flag("disable-dev-shm-usage", true), chromedp.Flag("hide-scrollbars", true))
	if os.Getuid() == 0 {
		options = append(options, chromedp.NoSandbox)
	}
	return options
}

package testserver

import (
	"context"
	"os"
	"path/filepath"
	"time"

	"github.com/chromedp/chromedp"
)

// Chromium returns a tab of the machine's Chromium, which starts with the first thing that is done there and ends with the test: Debian's chromium-headless-shell, which is there in a third of the time, else the
// package chromium. Its scroll bars are hidden, so that pictures of pages are the same everywhere.
func Chromium(t TB) context.Context {
	t.Helper()
	path := find("chromium-headless-shell", "chromium")
	if path == "" {
		Missing(t, "browsers: install Debian's package chromium-headless-shell, or chromium")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.WSURLReadTimeout(2*time.Minute), chromedp.DisableGPU, chromedp.Flag("disable-dev-shm-usage", true), chromedp.Flag("hide-scrollbars", true))
	if os.Getuid() == 0 {
		options = append(options, chromedp.NoSandbox)
	}
	ctx, cancel := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	return ctx
}

// Picture keeps the whole page of a tab in the folder that PORTICO_TEST_SCREENSHOTS names, if it does, for people to look at.
func Picture(t TB, tab context.Context, name string) {
	t.Helper()
	folder := os.Getenv("PORTICO_TEST_SCREENSHOTS")
	if folder == "" {
		return
	}
	png, err := chromedp.Run(tab, chromedp.FullScreenshot(100))
	if err == nil {
		err = os.WriteFile(filepath.Join(folder, name+".png"), png, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}

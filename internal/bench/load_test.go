package bench

import (
	"context"
	"io"
	"net"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// browser asks one server for one page, as a signed-in browser that keeps its connections does.
type browser struct {
	http   *http.Client
	url    string
	host   string // of the portal's base URL
	cookie string
}

func newBrowser(address, path, host, cookie string) *browser {
	return &browser{url: address + path, host: host, cookie: cookie, http: &http.Client{Transport: &http.Transport{
		MaxIdleConnsPerHost: 256, DisableCompression: true, DialContext: (&net.Dialer{Timeout: 5 * time.Second}).DialContext,
	}, Timeout: 60 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

func (w *browser) get(ctx context.Context) (status int, body []byte, err error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, w.url, nil)
	if err != nil {
		return 0, nil, err
	}
	r.Host = w.host
	r.Header.Set("Accept", "text/html")
	r.Header.Set("Cookie", w.cookie)
	resp, err := w.http.Do(r)
	if err != nil {
		return 0, nil, err
	}
	defer func() { _ = resp.Body.Close() }()
	body, err = io.ReadAll(resp.Body)
	return resp.StatusCode, body, err
}

// result is what a load showed.
type result struct {
	requests int
	failed   int
	took     time.Duration
	latency  []time.Duration // sorted
}

func (r result) rate() float64 { return float64(r.requests) / r.took.Seconds() }

func (r result) quantile(q float64) time.Duration {
	if len(r.latency) == 0 {
		return 0
	}
	return r.latency[min(int(q*float64(len(r.latency))), len(r.latency)-1)]
}

// flood asks over a number of connections, each as fast as it is answered.
func flood(b *testing.B, w *browser, connections int, d time.Duration) result {
	b.Helper()
	ctx, cancel := context.WithTimeout(b.Context(), d)
	defer cancel()
	var wg sync.WaitGroup
	each := make([]result, connections)
	start := time.Now()
	for i := range each {
		wg.Go(func() {
			for ctx.Err() == nil {
				each[i].ask(context.WithoutCancel(ctx), w, time.Now())
			}
		})
	}
	wg.Wait()
	return together(each, time.Since(start))
}

// pace lets browsers ask in turns at a fixed rate, whatever the answers take; latency counts from when a request was due, so that a stall is not overlooked.
func pace(b *testing.B, browsers []*browser, perSecond int, d time.Duration) result {
	b.Helper()
	n := int(d.Seconds() * float64(perSecond))
	each := make([]result, n)
	var wg sync.WaitGroup
	start := time.Now()
	for i := range n {
		due := start.Add(time.Duration(i) * time.Second / time.Duration(perSecond))
		time.Sleep(time.Until(due))
		wg.Go(func() { each[i].ask(b.Context(), browsers[i%len(browsers)], due) })
	}
	wg.Wait()
	return together(each, time.Since(start))
}

func (r *result) ask(ctx context.Context, w *browser, due time.Time) {
	status, _, err := w.get(ctx)
	r.requests++
	if err != nil || status != http.StatusOK {
		r.failed++
		return
	}
	r.latency = append(r.latency, time.Since(due))
}

func together(each []result, took time.Duration) result {
	sum := result{took: took}
	for _, r := range each {
		sum.requests += r.requests
		sum.failed += r.failed
		sum.latency = append(sum.latency, r.latency...)
	}
	slices.Sort(sum.latency)
	return sum
}

// burst asks n times at once and reports the answers' statuses; 0 stands for none.
func burst(b *testing.B, browsers []*browser, n int) (good int, r result) {
	b.Helper()
	var wg sync.WaitGroup
	var ok atomic.Int64
	each := make([]result, n*len(browsers))
	start := time.Now()
	for i, w := range browsers {
		for j := range n {
			wg.Go(func() {
				e := &each[i*n+j]
				e.ask(b.Context(), w, time.Now())
				if e.failed == 0 {
					ok.Add(1)
				}
			})
		}
	}
	wg.Wait()
	return int(ok.Load()), together(each, time.Since(start))
}

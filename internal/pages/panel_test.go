package pages

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"

	"portico/internal/token"
	"portico/web/templates"
)

// panelPage is a page with two panels: quick comes after a tenth of a second, slow after five, with err.
type panelPage struct {
	quick, slow templates.PanelModel
	words       []string
	rendered    []string // states of both at each rendering
}

func (p *panelPage) fill(r *Request, err error) error {
	make := func(wait time.Duration, word string, err error) func(context.Context) (func(), error) {
		return func(ctx context.Context) (func(), error) {
			select {
			case <-time.After(wait):
			case <-ctx.Done():
				return nil, ctx.Err()
			}
			return func() { p.words = append(p.words, word) }, err
		}
	}
	return r.Fill([]Panel{{"slow", &p.slow, make(5*time.Second, "slow", err)}, {"quick", &p.quick, make(100*time.Millisecond, "quick", nil)}}, func() error {
		p.rendered = append(p.rendered, r.Part+":"+p.quick.State+","+p.slow.State)
		return nil
	})
}

func TestPanelsComeByThemselves(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	trouble := errors.New("broken")
	for name, tt := range map[string]struct {
		until time.Duration // 0: everything is waited for
		parts []string
		err   error
		took  time.Duration
		want  []string
	}{
		"a tab":                 {300 * time.Millisecond, nil, nil, 300 * time.Millisecond, []string{":,waiting"}},
		"a frame that was slow": {-time.Second, nil, nil, panelGrace, []string{":waiting,waiting"}},
		"a program":             {0, nil, nil, 5 * time.Second, []string{":,"}},
		"one fails":             {0, nil, trouble, 5 * time.Second, []string{":,failed"}},
		"both parts":            {0, []string{"quick", "slow"}, nil, 5 * time.Second, []string{"quick:,waiting", "slow:,"}},
		"one part":              {0, []string{"quick"}, nil, 100 * time.Millisecond, []string{"quick:,waiting"}},
		"the content, late":     {300 * time.Millisecond, []string{"content"}, nil, 300 * time.Millisecond, []string{":,waiting"}},
		"all of the content":    {0, []string{"content"}, nil, 5 * time.Second, []string{":,"}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r, start := b.request(nil, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/x", nil)), time.Now()
				if r.Parts, r.Whole = tt.parts, "/x?whole=1"; tt.until != 0 {
					r.Until = start.Add(tt.until)
				}
				var p panelPage
				if err := p.fill(r, tt.err); err != nil {
					t.Fatal(err)
				}
				if took := time.Since(start); took != tt.took {
					t.Errorf("took %v, want %v", took, tt.took)
				}
				if len(p.rendered) != len(tt.want) || p.rendered[0] != tt.want[0] || p.rendered[len(tt.want)-1] != tt.want[len(tt.want)-1] {
					t.Errorf("rendered %q, want %q", p.rendered, tt.want)
				}
				if on := r.Layout.Whole != ""; on != (tt.until != 0) {
					t.Errorf("browsers without scripts are led on: %t", on)
				}
			})
		})
	}
}

// What ends the session ends the page; a failure says why, under which request, and which part to ask for again.
func TestPanelsThatFail(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	synctest.Test(t, func(t *testing.T) {
		r := b.request(nil, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/x", nil))
		var p panelPage
		if err := p.fill(r, token.ErrLoginRequired); !errors.Is(err, token.ErrLoginRequired) {
			t.Errorf("Fill = %v, want that somebody signs in", err)
		}
		r.Layout.RequestID = "7f3a"
		if err := p.fill(r, context.DeadlineExceeded); err != nil {
			t.Fatal(err)
		}
		if f := p.slow.Failure; f == nil || f.Text != "The Data Hub did not answer in time." || f.RequestID != "7f3a" || f.Part != "slow" || p.quick.Failure != nil {
			t.Errorf("the failed panel says %+v", p.slow.Failure)
		}
		defer func() {
			if recover() == nil {
				t.Error("a panic was swallowed")
			}
		}()
		_ = r.Fill([]Panel{{"x", &p.quick, func(context.Context) (func(), error) { panic("x") }}}, func() error { return nil })
	})
}

package pages

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"portico/internal/crew"
	"portico/internal/datahub"
)

// What a person may do is asked for beside what a page is about, and shapes what it offers: the Data Hub decides about each call by itself.
const (
	rightsLife  = time.Minute     // how long an answer is taken as it was
	rightsTime  = 2 * time.Second // how long a page waits for it; without one, nothing is ruled out
	rightsBytes = 500
	rightsAsked = "rights"
)

// ErrForbidden says that the person has no right to what was asked for. Nothing was changed.
var ErrForbidden = errors.New("no right to it")

// rightsOf begins to ask what the person may do, unless that is known. What it returns waits for the answer; without one it returns the last, or nil.
func (p *Pages) rightsOf(r *Request) func() datahub.Rights {
	key, now := keptKey{r.Who, rightsAsked}, time.Now()
	last, at, known := p.kept.get(key, now)
	rights, _ := last.(datahub.Rights)
	if known && now.Sub(at) < rightsLife {
		return func() datahub.Rights { return rights }
	}
	asking := crew.New()
	asking.Go(func() error {
		ctx, cancel := context.WithTimeout(r.Context(), rightsTime)
		defer cancel()
		told, err := r.Hub.Rights(ctx)
		if err == nil || tellsNothing(err) {
			rights = told
			p.kept.put(key, told, rightsBytes, now)
		}
		return nil
	})
	return func() datahub.Rights {
		_ = asking.Wait()
		return rights
	}
}

// tellsNothing reports whether err is the answer of a Data Hub that has nothing to say about rights.
func tellsNothing(err error) bool {
	_, answered := errors.AsType[*datahub.StatusError](err)
	return (answered || errors.Is(err, datahub.ErrNotFound)) && !noAnswer(err)
}

// may reports whether the person may do something, as far as is known.
func (rd *reader) may(feature string, right datahub.Right) bool {
	return rd.rights == nil || rd.rights().May(feature, right)
}

// require returns ErrForbidden for what the person may not do.
func (rd *reader) require(feature string, right datahub.Right) error {
	if !rd.may(feature, right) {
		return fmt.Errorf("%s: %w", feature, ErrForbidden)
	}
	return nil
}

// refused makes ErrForbidden of a Data Hub's refusal.
func refused(err error) error {
	if e, ok := errors.AsType[*datahub.StatusError](err); ok && e.Status == http.StatusForbidden {
		return fmt.Errorf("%w: %w", ErrForbidden, err)
	}
	return err
}

// Absent are the places of the menu that a person may not see, as far as is known without asking.
func (p *Pages) Absent(who Who) []string {
	last, _, _ := p.kept.get(keptKey{who, rightsAsked}, time.Now())
	rights, _ := last.(datahub.Rights)
	return absent(rights)
}

func absent(rights datahub.Rights) []string {
	var places []string
	for _, p := range []struct{ place, feature string }{{"sites", datahub.FeatureSites}, {"explore", datahub.FeatureSources}, {"alarms", datahub.FeatureAlarms}, {"quality", datahub.FeatureSources}} {
		if !rights.May(p.feature, datahub.RightRead) {
			places = append(places, p.place)
		}
	}
	return places
}

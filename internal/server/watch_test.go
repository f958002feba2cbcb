package server

import (
	"context"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"

	"portico/internal/session"
	"portico/internal/store/memory"
	"portico/internal/store/storetest"
)

// watched is a replica with a session that something goes on for.
type watched struct {
	*Server
	store *storetest.Faulty
	sess  *session.Session
	start time.Time
}

func newWatched(t *testing.T) *watched {
	t.Helper()
	inMemory := memory.New(nil)
	store := storetest.NewFaulty(inMemory.Sessions(), inMemory.Tokens())
	keys, err := session.NewKeyring(session.NewKey(time.Now()))
	if err != nil {
		t.Fatal(err)
	}
	cookies, err := session.NewCookies(session.Config{Store: store.Sessions(), Keys: keys})
	if err != nil {
		t.Fatal(err)
	}
	sess, err := cookies.Start(t.Context(), httptest.NewRecorder(), session.NewHandle(), session.Identity{Issuer: "https://op", Subject: "alice", SID: "s1"}, session.StartOptions{LoginStarted: time.Now()})
	if err != nil {
		t.Fatal(err)
	}
	return &watched{Server: &Server{config: Config{Cookies: cookies, Now: time.Now}}, store: store, sess: sess, start: time.Now()}
}

// wantEnd waits for the end, and compares its reason and how long it took.
func (w *watched) wantEnd(t *testing.T, ended <-chan string, reason string, most time.Duration) {
	t.Helper()
	got, ok := <-ended
	if took := time.Since(w.start); !ok || got != reason || took > most {
		t.Errorf("ended with %q, %t after %v, want %q within %v", got, ok, took, reason, most)
	}
	if _, ok := <-ended; ok {
		t.Error("a second reason")
	}
}

func TestWatchedSessionEndsElsewhere(t *testing.T) {
	for reason, end := range map[string]func(session.Store, session.ID) error{
		session.ReasonLogout: func(s session.Store, id session.ID) error {
			return s.Delete(context.Background(), id, session.ReasonLogout)
		},
		session.ReasonBackChannel: func(s session.Store, _ session.ID) error {
			_, err := s.DeleteMatching(context.Background(), session.Match{Issuer: "https://op", SID: "s1"}, session.ReasonBackChannel)
			return err
		},
	} {
		t.Run(reason, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWatched(t)
				ended := w.watchSession(t.Context(), w.sess)
				time.Sleep(10*time.Minute + time.Second)
				select {
				case got := <-ended:
					t.Fatalf("ended with %q while the session is there", got)
				default:
				}
				w.start = time.Now()
				if err := end(w.store.Sessions(), w.sess.Handle.ID()); err != nil {
					t.Fatal(err)
				}
				w.wantEnd(t, ended, reason, time.Minute)
			})
		})
	}
}

// Watching is no activity, and what the person does elsewhere is: the session ends an hour after they last did something.
func TestWatchedSessionExpires(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWatched(t)
		ended := w.watchSession(t.Context(), w.sess)
		time.Sleep(30 * time.Minute)
		seen := *w.sess
		if err := w.config.Cookies.Touch(t.Context(), &seen); err != nil {
			t.Fatal(err)
		}
		w.wantEnd(t, ended, session.ReasonExpired, 91*time.Minute)
		if took := time.Since(w.start); took < 90*time.Minute {
			t.Errorf("ended after %v, half an hour after the last use and an hour before its time", took)
		}
	})
}

func TestWatchedSessionWhileTheStoreIsDown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWatched(t)
		ended := w.watchSession(t.Context(), w.sess)
		w.store.Always(storetest.Fault{Before: storetest.Fail(nil)}, storetest.SessionLoad)
		time.Sleep(59 * time.Minute)
		select {
		case got := <-ended:
			t.Fatalf("ended with %q because the store is down", got)
		default:
		}
		w.wantEnd(t, ended, session.ReasonExpired, 61*time.Minute)
	})
}

func TestWatchEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWatched(t)
		ctx, cancel := context.WithCancel(t.Context())
		ended := w.watchSession(ctx, w.sess)
		time.Sleep(time.Hour / 2)
		cancel()
		if got, ok := <-ended; ok {
			t.Errorf("a reason %q, want none", got)
		}
	})
}

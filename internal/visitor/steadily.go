package visitor

import (
	"strings"
	"time"
)

// Steadily calls f, which asks a browser about something on its page, again while the browser says that it has just been replaced: pages fill in what comes late.
func Steadily(f func() error) error {
	for n := 1; ; n++ {
		err := f()
		if err == nil || !strings.Contains(err.Error(), "node with given id") || n == 5 {
			return err
		}
		time.Sleep(50 * time.Millisecond)
	}
}

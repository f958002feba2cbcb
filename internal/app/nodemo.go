//go:build nodemo

package app

import (
	"context"
	"errors"
	"io"

	"portico/internal/config"
)

// runDemo refuses: the program was built without published passwords, invented data and the servers that go with them.
func runDemo(context.Context, config.Demo, io.Writer, io.Writer) error {
	return errors.New("this program was built without the demo; run it from the source: go run ./cmd/web demo")
}

package config

import (
	"fmt"
	"os"
	"strings"

	"github.com/alecthomas/kong"
	"gopkg.in/yaml.v3"
)

// file is the configuration file as a kong resolver that the environment wins over.
type file map[string]any

// readFile finds --config or PORTICO_CONFIG before the command line is parsed, because the resolver must be there by then.
func readFile(args []string, getenv func(string) string) (file, error) {
	path := getenv("PORTICO_CONFIG")
	for i, a := range args {
		if v, ok := strings.CutPrefix(a, "--config="); ok {
			path = v
		} else if a == "--config" && i+1 < len(args) {
			path = args[i+1]
		}
	}
	if path == "" {
		return nil, nil
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("--config: %w", err)
	}
	f := map[string]any{}
	if err := yaml.Unmarshal(b, &f); err != nil {
		return nil, fmt.Errorf("--config: %s is not YAML with one key per flag: %w", path, err)
	}
	return f, nil
}

// Validate implements [kong.Resolver].
func (f file) Validate(*kong.Application) error { return nil }

// Resolve implements [kong.Resolver].
func (f file) Resolve(_ *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
	for _, name := range flag.Tag.Envs {
		if _, set := os.LookupEnv(name); set {
			return nil, nil
		}
	}
	switch v := f[flag.Name].(type) {
	case nil, map[string]any: // see check
		return nil, nil
	case []any:
		if !flag.IsSlice() {
			return nil, nil
		}
		return v, nil
	default:
		return fmt.Sprint(v), nil
	}
}

func flagsOf(parser *kong.Kong, command string) []*kong.Flag {
	for _, node := range parser.Model.Children {
		if node.Name == command {
			return node.Flags
		}
	}
	return nil
}

package config

import (
	"fmt"
	"io"
	"strings"

	"github.com/alecthomas/kong"
)

// Doc returns docs/config.md: each flag of `web serve` with its environment names, default and meaning, by section, and those of `web demo` where the build has it.
func Doc() (string, error) {
	parser, err := newParser(&cli{}, io.Discard, func(int) {})
	if err != nil {
		return "", err
	}
	var b strings.Builder
	b.WriteString("# Configuration\n\n")
	b.WriteString("Generated from `internal/config`; do not edit. A flag wins over the environment, the environment over the file\n")
	b.WriteString("(`--config`, YAML, keys are the flags' names without dashes in front). All mistakes are reported at once.\n")
	writeFlags(&b, flagsOf(parser, "serve"), "")
	writeFlags(&b, flagsOf(parser, "demo"), "`web demo`, which needs none of these")
	return b.String(), nil
}

// writeFlags writes a table for each group. Flags without one are in a group of their own, if it has a name.
func writeFlags(b *strings.Builder, flags []*kong.Flag, rest string) {
	group := ""
	for _, f := range flags {
		if f.Hidden || f.Name == "help" {
			continue
		}
		title := rest
		if f.Group != nil {
			title = f.Group.Title
		}
		if title != "" && title != group {
			group = title
			fmt.Fprintf(b, "\n## %s\n\n| Flag | Environment | Default | Meaning |\n| --- | --- | --- | --- |\n", group)
		}
		fmt.Fprintf(b, "| `--%s` | %s | %s | %s |\n", f.Name, codes(f.Tag.Envs), codes(defaults(f)), strings.ReplaceAll(f.Help, "|", "\\|"))
	}
}

func defaults(f *kong.Flag) []string {
	if !f.HasDefault {
		return nil
	}
	return []string{f.Default}
}

func codes(words []string) string {
	if len(words) == 0 {
		return ""
	}
	return "`" + strings.Join(words, "`, `") + "`"
}

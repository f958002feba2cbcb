package config

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
)

const mistakesMost = 50 // of the command line

// flagOf finds the flag or the word that one of kong's errors is about.
var flagOf = regexp.MustCompile(`--[a-z0-9-]+|unexpected argument (\S+)`)

// parse reads the command line and collects every mistake in it: kong stops at the first one, so what it stops at is taken away and the rest is read again.
func parse(args []string, f file, out io.Writer) (c cli, ctx *kong.Context, exited bool, mistakes error) {
	for range mistakesMost {
		c = cli{}
		switches := &switches{map[string]error{}}
		parser, err := newParser(&c, out, func(int) { exited = true }, kong.KindMapper(reflect.Bool, switches))
		if err != nil {
			return c, nil, false, err
		}
		if err := kong.Resolvers(f).Apply(parser); err != nil {
			return c, nil, false, err
		}
		ctx, err = parser.Parse(args)
		if err == nil || exited {
			for _, flag := range slices.Sorted(maps.Keys(switches.mistaken)) {
				mistakes = errors.Join(mistakes, switches.mistaken[flag])
			}
			return c, ctx, exited, mistakes
		}
		mistakes = errors.Join(mistakes, plain(err))
		rest := without(args, err)
		if len(rest) == len(args) {
			break
		}
		args = rest
	}
	return c, nil, false, mistakes
}

// switches reads what is on or off. It never fails, for the same reason as Duration.
type switches struct{ mistaken map[string]error } // flag → mistake; kong reads a value from outside twice

// Decode implements [kong.Mapper].
func (s *switches) Decode(ctx *kong.DecodeContext, target reflect.Value) error {
	if ctx.Scan.Peek().Type != kong.FlagValueToken {
		target.SetBool(true)
		return nil
	}
	text := fmt.Sprint(ctx.Scan.Pop().Value)
	on := slices.Contains([]string{"true", "1", "yes"}, strings.ToLower(text))
	if !on && !slices.Contains([]string{"false", "0", "no"}, strings.ToLower(text)) {
		s.mistaken[ctx.Value.Name] = fmt.Errorf("--%s: %.40q is neither true nor false", ctx.Value.Name, text)
	}
	target.SetBool(on)
	return nil
}

// IsBool implements kong's BoolMapper: the flag alone means that it is on.
func (*switches) IsBool() bool { return true }

// plain says in our words what kong says of a flag at the end of the line.
func plain(err error) error {
	if flag, _, ok := strings.Cut(err.Error(), `: expected `); ok && strings.Contains(err.Error(), `but got "EOL"`) {
		return fmt.Errorf("%s: has no value", flag)
	}
	return err
}

// without takes away what err is about, with its value.
func without(args []string, err error) []string {
	m := flagOf.FindStringSubmatch(err.Error())
	if m == nil {
		return args
	}
	word := m[0]
	if m[1] != "" {
		word = strings.Trim(m[1], `",`)
	}
	i := slices.IndexFunc(args, func(a string) bool { return a == word || strings.HasPrefix(a, word+"=") })
	if i < 0 {
		return args
	}
	end := i + 1
	if m[1] == "" && args[i] == word && end < len(args) && !strings.HasPrefix(args[end], "-") {
		end++
	}
	return slices.Concat(args[:i], args[end:])
}

// checkCommand says of a word that is no command what it is: it would be taken for an argument of `web serve`, whose settings are missing as well.
func checkCommand(args []string) error {
	if len(args) == 0 || args[0] == "" || strings.HasPrefix(args[0], "-") {
		return nil
	}
	parser, err := newParser(&cli{}, io.Discard, func(int) {})
	if err != nil {
		return err
	}
	if slices.ContainsFunc(parser.Model.Children, func(n *kong.Node) bool { return n.Name == args[0] }) {
		return nil
	}
	return fmt.Errorf("there is no command %.40q; web --help lists them", args[0])
}

// check reports the keys of the file that are no flag of `web serve`, and those whose value cannot be one's.
func (f file) check() error {
	parser, err := newParser(&cli{}, io.Discard, func(int) {})
	if err != nil {
		return err
	}
	flags := map[string]*kong.Flag{}
	for _, flag := range flagsOf(parser, "serve") {
		flags[flag.Name] = flag
	}
	var errs []error
	for _, key := range slices.Sorted(maps.Keys(f)) {
		flag := flags[key]
		_, isList := f[key].([]any)
		_, isObject := f[key].(map[string]any)
		switch {
		case flag == nil:
			errs = append(errs, fmt.Errorf("--config: unknown key %.100q", key))
		case f[key] == nil:
			errs = append(errs, fmt.Errorf("--config: %s has no value", key))
		case isObject || isList && !flag.IsSlice():
			errs = append(errs, fmt.Errorf("--config: %s wants one value", key))
		}
	}
	return errors.Join(errs...)
}

// Strangers returns the names in an environment that begin with PORTICO_ and mean nothing to the portal: probably mistyped ones. They are no mistakes, because an orchestrator makes such names for a service that is called
// portico, and tests make some of their own.
func Strangers(environ []string) []string {
	known := map[string]bool{}
	for _, name := range []string{"PORTICO_DATABASE_PASSWORD", "PORTICO_SESSIONS_PASSWORD"} {
		known[name] = true
	}
	parser, err := newParser(&cli{}, io.Discard, func(int) {})
	if err != nil {
		return nil
	}
	err = kong.Visit(parser.Model, func(node kong.Visitable, next kong.Next) error {
		if flag, ok := node.(*kong.Flag); ok {
			for _, name := range flag.Tag.Envs {
				known[name] = true
			}
		}
		return next(nil)
	})
	if err != nil {
		return nil
	}
	var strange []string
	for _, pair := range environ {
		name, _, _ := strings.Cut(pair, "=")
		if strings.HasPrefix(name, "PORTICO_") && !known[name] && !orchestrated.MatchString(name) {
			strange = append(strange, name)
		}
	}
	slices.Sort(strange)
	return strange
}

// orchestrated are names that Kubernetes makes for a service portico, and those of tests.
var orchestrated = regexp.MustCompile(`^PORTICO_((.*_)?SERVICE_(HOST|PORT.*)|(.*_)?PORT(_.*)?|TEST_.*)$`)

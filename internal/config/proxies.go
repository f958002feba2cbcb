package config

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"
)

// Proxies returns the networks of the proxies in front. What is no network is left out; Config.Check has reported it.
func (p Portal) Proxies() []netip.Prefix {
	var list []netip.Prefix
	for _, text := range p.TrustedProxies {
		if prefix, err := parseNetwork(text); err == nil {
			list = append(list, prefix)
		}
	}
	return list
}

func (p Portal) checkProxies() error {
	var errs []error
	for _, text := range p.TrustedProxies {
		if _, err := parseNetwork(text); err != nil {
			errs = append(errs, fmt.Errorf("--trusted-proxies: %q %w", text, err))
		}
	}
	return errors.Join(errs...)
}

// parseNetwork reads a network such as 10.0.0.0/8, or a single address. One that holds every address is refused: then anybody could say who they are.
func parseNetwork(text string) (netip.Prefix, error) {
	text = strings.TrimSpace(text)
	prefix, err := netip.ParsePrefix(text)
	if err != nil {
		address, err := netip.ParseAddr(text)
		if err != nil || address.Zone() != "" {
			return netip.Prefix{}, errors.New("is neither an address nor a network such as 10.0.0.0/8")
		}
		return netip.PrefixFrom(address.Unmap(), address.Unmap().BitLen()), nil
	}
	switch {
	case prefix.Addr().Is4In6():
		return netip.Prefix{}, errors.New("is an IPv4 network in IPv6 notation; write it as 10.0.0.0/8")
	case prefix.Bits() == 0:
		return netip.Prefix{}, errors.New("is everybody; name the networks of the proxies")
	}
	return prefix.Masked(), nil
}

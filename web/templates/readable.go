package templates

import "strings"

// readableTime turns RFC 3339 in UTC into "2026-11-22 14:21:08 UTC"; anything else stays as it is.
func readableTime(iso string) string {
	date, clock, ok := strings.Cut(strings.TrimSuffix(iso, "Z"), "T")
	if !ok || !strings.HasSuffix(iso, "Z") {
		return iso
	}
	return date + "\u00a0" + clock + "\u00a0UTC"
}

package redis

import "strings"

// EveryoneTag is the part of the key of everyone's index that is the group's.
func EveryoneTag() string {
	_, tag, _ := strings.Cut(everyone.keys()[0], "{")
	tag, _, _ = strings.Cut(tag, "}")
	return tag
}

//go:build !nodemo

package locale

var flowMessages = []message{}

//go:build nodemo

package locale

var demoMessages [][]message

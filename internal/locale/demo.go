//go:build !nodemo

package locale

// demoMessages are the sentences of the pages that only the demo has. A build without the demo has none of them.
var demoMessages = [][]message{flowMessages, tourMessages, faultMessages}

//go:build !nodemo

package demo

import _ "embed"

// Boards are the dashboards that the first company has from the start, by their ids, in the form of the portal's published schema.
//
//go:embed boards.json
var Boards []byte

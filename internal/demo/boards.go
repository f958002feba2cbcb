package demo

import _ "embed"

// BoardsAccount is the account whose people find the boards.
const BoardsAccount = "101"

// Boards are the dashboards that are there from the start: a list, in the form of the portal's published schema.
//
//go:embed boards.json
var Boards []byte

// Package faultpoint names the moments between which a sign-in, a refresh and a sign-out can break, and ends the process at one of them: in builds with the tag faultpoints,
// which tests make. In every other build its functions are empty and its names are not in the program.
package faultpoint

// Point is such a moment.
type Point string

// The points, in the order in which they are passed.
const (
	RefreshLocked   Point = "refresh.locked"   // the record is claimed
	RefreshMarked   Point = "refresh.marked"   // and marked: the refresh token may have been presented from now on
	RefreshSent     Point = "refresh.sent"     // the provider has answered, and nobody has read it
	RefreshReceived Point = "refresh.received" // new tokens are here and nowhere else
	RefreshSaved    Point = "refresh.saved"    // and in the store

	LogoutDeleted Point = "logout.deleted" // the session is deleted, the browser does not know it yet

	CallbackConsumed  Point = "callback.consumed"  // the attempt is used up, the code is not exchanged
	CallbackExchanged Point = "callback.exchanged" // tokens are here and nowhere else
	CallbackSaved     Point = "callback.saved"     // the session is in the store, the browser does not have its cookie
)

// Refresh, Logout and Callback return the points of each.
func Refresh() []Point {
	return []Point{RefreshLocked, RefreshMarked, RefreshSent, RefreshReceived, RefreshSaved}
}

// Logout returns the points of a sign-out.
func Logout() []Point { return []Point{LogoutDeleted} }

// Callback returns the points of the end of a sign-in.
func Callback() []Point { return []Point{CallbackConsumed, CallbackExchanged, CallbackSaved} }

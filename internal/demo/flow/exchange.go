package flow

import "time"

// Lane is one of the four who talk to each other.
type Lane int

// The lanes, from left to right.
const (
	Browser Lane = iota + 1
	Portal
	Identity
	Hub
)

// Step is one of the eight steps of the token flow; 0 for an exchange that is none of them.
type Step int

// The steps. The person signs in between the second and the third, where the portal sees nothing.
const (
	StepSignIn   Step = iota + 1 // the browser is sent to the identity server
	StepIdentify                 // the person says who they are, there
	StepCode                     // the browser comes back with a code
	StepTokens                   // the code becomes tokens
	StepCall                     // a call of the Data Hub with the access token
	StepExpired                  // a call that was answered 401
	StepRefresh                  // the refresh token becomes new tokens
	StepAgain                    // the very same call, with the new token
)

// Field is a name and what it has, with secrets cut short: see hide.
type Field struct {
	Name, Value string
}

// Exchange is a request and its answer, as far as it has come. Nothing in it is a secret.
type Exchange struct {
	N        int // number in its journey, from 1
	From, To Lane
	Step     Step
	Method   string
	Address  string // path for the portal, scheme, host and path for others; a query stands in Request
	Began    time.Time
	Took     time.Duration // 0 while it is under way
	Status   int           // 0: no answer, or none yet
	Failed   bool          // there will be no answer
	Request  []Field       // query, headers and form
	Response []Field       // headers and members
	Body     string        // beginning of an answer that is data
	Size     int64         // bytes of the answer's body, -1 when it was not looked at
	Token    string        // of a call: the access token, cut short
	Rotation *Rotation     // of a refresh that brought something
	Error    string        // of a token request: what OAuth calls it
	Again    int           // N of the call that this one repeats
	Waited   int           // of a refresh: how many calls wait, or waited, for it
	Claims   []Field       // of the ID token that came with it
}

// Rotation is what a token request changed, cut short.
type Rotation struct {
	OldRefresh string // "" where a code was exchanged
	NewRefresh string
	NewAccess  string
}

// Done reports whether nothing of the exchange is to come.
func (e *Exchange) Done() bool { return e.Took > 0 || e.Failed }

// Access is the access token that the portal holds, as far as its answers told.
type Access struct {
	Token   string        // cut short
	Refresh string        // cut short; "" when there is none
	Since   time.Time     // when it was asked for
	Life    time.Duration // as the identity server said
	Lost    bool          // the last refresh was refused
}

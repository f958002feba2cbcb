package templates

// ErrorKind says what went wrong. It selects the words of the error page and is the stable code that programs get.
type ErrorKind string

// The kinds of errors. Each has three texts in the catalogue: error.<kind>.title, .what and .next.
const (
	ErrorBadRequest      ErrorKind = "bad-request"     // a parameter cannot be read
	ErrorBadAddress      ErrorKind = "bad-address"     // the address itself cannot be read
	ErrorTooLarge        ErrorKind = "too-large"       // more was sent than is taken
	ErrorWrongHost       ErrorKind = "wrong-host"      // asked under a foreign host name
	ErrorForbidden       ErrorKind = "forbidden"       // no right to it
	ErrorCrossSite       ErrorKind = "cross-site"      // caused by another website
	ErrorNotFound        ErrorKind = "not-found"       // nothing there, or nothing that may be seen
	ErrorMethod          ErrorKind = "method"          // method not allowed
	ErrorTooMany         ErrorKind = "too-many"        // too many requests
	ErrorBusy            ErrorKind = "busy"            // more than the process takes at a time
	ErrorInternal        ErrorKind = "internal"        // our mistake
	ErrorStore           ErrorKind = "store"           // the session store does not answer
	ErrorSignInDown      ErrorKind = "sign-in-down"    // the identity server does not answer
	ErrorSignInSlow      ErrorKind = "sign-in-slow"    // it was asked to renew an access, and has not answered yet
	ErrorSignInRefused   ErrorKind = "sign-in-refused" // its answer could not be trusted
	ErrorSignInDenied    ErrorKind = "sign-in-denied"  // it refused the sign-in
	ErrorSignInBusy      ErrorKind = "sign-in-busy"    // it asks to come back later
	ErrorSignInClock     ErrorKind = "sign-in-clock"   // its clock and ours differ
	ErrorSignInCookie    ErrorKind = "sign-in-cookie"  // the browser did not send our cookie back
	ErrorSignInExpired   ErrorKind = "sign-in-expired" // the sign-in took too long
	ErrorSignInLoop      ErrorKind = "sign-in-loop"    // signed in again and again; stopped
	ErrorSignInLost      ErrorKind = "sign-in-lost"    // the same, though the browser returns the cookie
	ErrorSignInBrief     ErrorKind = "sign-in-brief"   // the same, though the session is there: its tokens are of no use
	ErrorSignInAccount   ErrorKind = "sign-in-account" // signed in to another account than asked for
	ErrorSignInWeak      ErrorKind = "sign-in-weak"    // not authenticated lately or strongly enough
	ErrorSignInScope     ErrorKind = "sign-in-scope"   // a scope that the portal needs was not granted
	ErrorSignInScheme    ErrorKind = "sign-in-scheme"  // the browser came by http, where no cookie of ours is kept
	ErrorSignInEnded     ErrorKind = "sign-in-ended"   // signed out centrally in the meantime
	ErrorSessionEnded    ErrorKind = "session-ended"   // a form came without a session
	ErrorHubDown         ErrorKind = "hub-down"        // the Data Hub does not answer
	ErrorHubSlow         ErrorKind = "hub-slow"        // the Data Hub did not answer in time
	ErrorHubBusy         ErrorKind = "hub-busy"        // the Data Hub asks to come back later
	ErrorHubAnswer       ErrorKind = "hub-answer"      // the Data Hub's answer cannot be read
	ErrorHubNoAccess     ErrorKind = "hub-no-access"   // the Data Hub says that the person has no right
	ErrorHubRefused      ErrorKind = "hub-refused"     // the Data Hub refuses a renewed token
	errorKindForUnknowns           = ErrorInternal     // words for kinds without their own
)

// ErrorKinds are all kinds, for tests and the gallery.
func ErrorKinds() []ErrorKind {
	return []ErrorKind{
		ErrorBadRequest, ErrorBadAddress, ErrorTooLarge, ErrorWrongHost, ErrorForbidden, ErrorCrossSite, ErrorNotFound, ErrorMethod, ErrorTooMany, ErrorBusy,
		ErrorInternal, ErrorStore, ErrorSignInDown, ErrorSignInSlow, ErrorSignInRefused, ErrorSignInDenied, ErrorSignInBusy, ErrorSignInClock, ErrorSignInCookie,
		ErrorSignInExpired, ErrorSignInLoop, ErrorSignInLost, ErrorSignInBrief, ErrorSignInAccount, ErrorSignInWeak, ErrorSignInScope, ErrorSignInScheme, ErrorSignInEnded, ErrorSessionEnded, ErrorHubDown, ErrorHubSlow, ErrorHubBusy, ErrorHubAnswer,
		ErrorHubNoAccess, ErrorHubRefused,
	}
}

// ErrorModel is an error page.
type ErrorModel struct {
	Layout    LayoutModel
	Status    int // HTTP status
	Kind      ErrorKind
	RequestID string
	Param     string      // name of the parameter at fault, "" when none
	Detail    string      // what is wrong with it
	RetryTo   string      // local path of the button, "" for none
	SignIn    SignInModel // in its place where that is a sign-in
	Missing   string      // scopes that were not granted, "" when that is not what happened
	Home      string      // the portal's public address
	Fields    []FormField // what a form held that could not be taken
	SendTo    string      // local path that the form can be sent to from here, when there are Fields
}

// FormField is a field of a form that came at the wrong moment.
type FormField struct {
	Name  string
	Value string
}

package locale

// form is how a language writes numbers and dates.
type form struct {
	decimal, group string
	singular       func(n int) bool
	weekdays       [7]string // short, Sunday first
	months         [12]string
	monthsLong     [12]string
	dayDot         string // after the day of the month
	hour, min, sec string
	day            string
}

const (
	nbsp  = "\u00a0" // no-break space
	thin  = "\u202f" // narrow no-break space
	minus = "\u2212"
	dash  = "\u2013"
)

func isOne(n int) bool       { return n == 1 || n == -1 }
func isOneOrZero(n int) bool { return n >= -1 && n <= 1 }

// forms follow CLDR for en-BE, fr-BE, nl-BE and de-BE, except that English has a decimal point and thin spaces (ISO 80000-1), as
// its readers here are used to from software.
var forms = map[Lang]*form{
	English: {
		decimal: ".", group: thin, singular: isOne,
		weekdays:   [7]string{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"},
		months:     [12]string{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"},
		monthsLong: [12]string{"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"},
		hour:       "h", min: "min", sec: "s", day: "d",
	},
	French: {
		decimal: ",", group: thin, singular: isOneOrZero,
		weekdays:   [7]string{"dim.", "lun.", "mar.", "mer.", "jeu.", "ven.", "sam."},
		months:     [12]string{"janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc."},
		monthsLong: [12]string{"janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre"},
		hour:       "h", min: "min", sec: "s", day: "j",
	},
	Dutch: {
		decimal: ",", group: ".", singular: isOne,
		weekdays:   [7]string{"zo", "ma", "di", "wo", "do", "vr", "za"},
		months:     [12]string{"jan", "feb", "mrt", "apr", "mei", "jun", "jul", "aug", "sep", "okt", "nov", "dec"},
		monthsLong: [12]string{"januari", "februari", "maart", "april", "mei", "juni", "juli", "augustus", "september", "oktober", "november", "december"},
		hour:       "u", min: "min", sec: "s", day: "d",
	},
	German: {
		decimal: ",", group: ".", singular: isOne,
		weekdays:   [7]string{"So", "Mo", "Di", "Mi", "Do", "Fr", "Sa"},
		months:     [12]string{"Jan.", "Feb.", "März", "Apr.", "Mai", "Juni", "Juli", "Aug.", "Sept.", "Okt.", "Nov.", "Dez."},
		monthsLong: [12]string{"Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November", "Dezember"},
		dayDot:     ".", hour: "Std.", min: "Min.", sec: "s", day: "T",
	},
}

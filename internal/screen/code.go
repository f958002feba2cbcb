package screen

import (
	"crypto/rand"
	"crypto/subtle"
	"strings"
)

// alphabet has the digits and letters that nobody takes for another one when they read them from a wall: without I, L, O and U. There are 32, so that a code of eight has 40 bits.
const alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

const codeLength = 8

// Code is what a screen shows and a person types: eight characters of the alphabet.
type Code string

// NewCode returns a random code.
func NewCode() Code {
	b := make([]byte, codeLength)
	_, _ = rand.Read(b)
	for i := range b {
		b[i] = alphabet[b[i]%byte(len(alphabet))] // 256 is a multiple of 32: all are as likely
	}
	return Code(b)
}

// misread are characters for which others of the alphabet are taken.
var misread = strings.NewReplacer("O", "0", "I", "1", "L", "1", "-", "", " ", "", "\u00a0", "", "\u2011", "", "\u2013", "", "\t", "")

// ParseCode reads what a person typed or pasted: in either case, with or without dashes and spaces.
func ParseCode(text string) (Code, bool) {
	if len(text) > 64 {
		return "", false
	}
	text = misread.Replace(strings.ToUpper(text))
	return Code(text), len(text) == codeLength && strings.Trim(text, alphabet) == ""
}

// String returns the code as it is shown: K7QM-2P9X.
func (c Code) String() string {
	if len(c) != codeLength {
		return string(c)
	}
	return string(c[:codeLength/2]) + "-" + string(c[codeLength/2:])
}

// equal compares codes in a time that tells nothing about either.
func (c Code) equal(other Code) bool {
	return subtle.ConstantTimeCompare([]byte(c), []byte(other)) == 1
}

// Package fold writes texts as people look for them and sort them: capitals and accents do not count.
package fold

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// letters that Unicode does not take apart, in lower case.
var letters = strings.NewReplacer("ß", "ss", "æ", "ae", "œ", "oe", "ø", "o", "ł", "l", "đ", "d", "ı", "i")

// Text returns s in lower case, without accents, and with ordinary letters and digits for small and joined ones: liège, m³ and CO₂ become liege, m3 and co2.
func Text(s string) string {
	if strings.IndexFunc(s, func(r rune) bool { return r >= utf8.RuneSelf }) < 0 {
		return strings.ToLower(s)
	}
	plain := strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return unicode.ToLower(r)
	}, norm.NFKD.String(s))
	return letters.Replace(plain)
}

// Has reports whether every one of words, which spaces part, stands somewhere in text.
func Has(text, words string) bool {
	text = Text(text)
	for w := range strings.FieldsSeq(Text(words)) {
		if !strings.Contains(text, w) {
			return false
		}
	}
	return true
}

package hub

import "strings"

// lenient turns what the platform's JSON reader forgives into JSON: names without quotes, texts in single quotes, a comma before the end.
// What is JSON already comes back as it is; anything else comes back as something that is no JSON either.
func lenient(text []byte) []byte {
	out := make([]byte, 0, len(text)+16)
	for i := 0; i < len(text); {
		switch c := text[i]; {
		case c == '"':
			end := textEnd(text, i)
			out = append(out, text[i:end]...)
			i = end
		case c == '\'':
			end := textEnd(text, i)
			out = append(out, doubleQuoted(text[i:end])...)
			i = end
		case isLetter(c):
			end := i
			for end < len(text) && (isLetter(text[end]) || '0' <= text[end] && text[end] <= '9') {
				end++
			}
			out = append(out, quotedName(text[i:end], text[end:])...)
			i = end
		case (c == '}' || c == ']') && endsWithComma(out):
			out = append(out[:lastMark(out)], c)
			i++
		default:
			out = append(out, c)
			i++
		}
	}
	return out
}

// textEnd is the index behind the text that begins at i with its quote.
func textEnd(text []byte, i int) int {
	for end := i + 1; end < len(text); end++ {
		switch text[end] {
		case '\\':
			end++
		case text[i]:
			return end + 1
		}
	}
	return len(text)
}

func doubleQuoted(text []byte) string {
	inner := strings.Trim(string(text), "'")
	return `"` + strings.ReplaceAll(strings.ReplaceAll(inner, `\'`, `'`), `"`, `\"`) + `"`
}

func isLetter(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || c == '_' || c == '$'
}

// quotedName puts a word in quotes when a colon follows it.
func quotedName(word, rest []byte) string {
	if after := strings.TrimLeft(string(rest[:min(len(rest), 64)]), " \t\r\n"); strings.HasPrefix(after, ":") {
		return `"` + string(word) + `"`
	}
	return string(word)
}

// lastMark is the index of the last byte that is no white space; -1 when there is none.
func lastMark(out []byte) int {
	for i := len(out) - 1; i >= 0; i-- {
		if !strings.ContainsRune(" \t\r\n", rune(out[i])) {
			return i
		}
	}
	return -1
}

func endsWithComma(out []byte) bool {
	i := lastMark(out)
	return i >= 0 && out[i] == ','
}

package live

import (
	"bytes"
	"strconv"
	"time"
)

// AppendFrame appends an event as it goes over the wire (HTML standard, section 9.2.6). Line breaks inside of its data make lines of their own, so that nothing in them can be taken for
// another field; names and ids are ours and have none.
func AppendFrame(b []byte, e Event) []byte {
	if e.Retry > 0 {
		b = append(b, "retry: "...)
		b = strconv.AppendInt(b, int64(e.Retry/time.Millisecond), 10)
		b = append(b, '\n')
	}
	if e.ID != "" {
		b = append(append(append(b, "id: "...), e.ID...), '\n')
	}
	b = append(append(append(b, "event: "...), e.Name...), '\n')
	data := bytes.ReplaceAll(bytes.ReplaceAll(e.Data, []byte("\r\n"), []byte("\n")), []byte("\r"), []byte("\n"))
	for line := range bytes.SplitSeq(data, []byte("\n")) {
		b = append(append(append(b, "data: "...), line...), '\n')
	}
	return append(b, '\n')
}

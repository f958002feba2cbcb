package server

import (
	"strconv"
	"strings"

	"github.com/boombuler/barcode/qr"

	"portico/web/templates"
)

// qrMargin is the quiet zone around a QR code, in modules (ISO/IEC 18004 section 9.1).
const qrMargin = 4

// qrPicture draws an address as a QR code: one path of runs of dark modules, row by row. The zero picture when the address is longer than codes are.
func qrPicture(address string) templates.QRModel {
	code, err := qr.Encode(address, qr.M, qr.Auto)
	if err != nil {
		return templates.QRModel{}
	}
	size := code.Bounds().Dx()
	var path strings.Builder
	for y := range size {
		for x := 0; x < size; x++ {
			from := x
			for x < size && dark(code.At(x, y).RGBA()) {
				x++
			}
			if n := strconv.Itoa(x - from); x > from {
				path.WriteString("M" + strconv.Itoa(from+qrMargin) + " " + strconv.Itoa(y+qrMargin) + "h" + n + "v1h-" + n + "z")
			}
		}
	}
	return templates.QRModel{Size: strconv.Itoa(size + 2*qrMargin), Path: path.String()}
}

func dark(r, _, _, _ uint32) bool { return r < 1<<15 }

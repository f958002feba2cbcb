package energy

import (
	"bytes"
	"image"
	"image/color"
	"image/draw"
	"image/png"
)

// floorPlan is a plan of the cold store as a PNG: four rooms behind a corridor, the dock with its doors, an office.
func floorPlan() []byte {
	var (
		floor  = color.RGBA{0xf4, 0xf6, 0xf8, 0xff}
		wall   = color.RGBA{0x3a, 0x46, 0x52, 0xff}
		frost  = color.RGBA{0xbf, 0xdc, 0xee, 0xff}
		cool   = color.RGBA{0xdc, 0xec, 0xf4, 0xff}
		office = color.RGBA{0xf3, 0xe6, 0xc8, 0xff}
		door   = color.RGBA{0xd9, 0x7a, 0x1e, 0xff}
		rack   = color.RGBA{0x8f, 0xa9, 0xba, 0xff}
	)
	plan := image.NewPaletted(image.Rect(0, 0, 720, 420), color.Palette{color.White, floor, wall, frost, cool, office, door, rack})
	fill := func(c color.Color, x, y, w, h int) {
		draw.Draw(plan, image.Rect(x, y, x+w, y+h), image.NewUniform(c), image.Point{}, draw.Src)
	}
	room := func(c color.Color, x, y, w, h int) {
		fill(wall, x, y, w, h)
		fill(c, x+5, y+5, w-10, h-10)
	}
	fill(color.White, 0, 0, 720, 420)
	room(floor, 10, 10, 700, 400)
	for i, c := range []color.Color{frost, frost, cool, cool} {
		x := 10 + 140*i
		room(c, x, 10, 145, 210)
		for row := range 3 {
			fill(rack, x+22+38*row, 40, 18, 130)
		}
		fill(door, x+52, 215, 40, 5)
	}
	room(office, 570, 10, 140, 210)
	fill(door, 600, 215, 40, 5)
	for i := range 5 { // the dock
		fill(door, 50+130*i, 405, 70, 5)
		fill(rack, 60+130*i, 330, 50, 40)
	}
	var b bytes.Buffer
	if err := png.Encode(&b, plan); err != nil {
		panic(err) // a picture of memory is written to memory
	}
	return b.Bytes()
}

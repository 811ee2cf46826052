package generator_test

import (
	"encoding/json"
	"testing"

	"github.com/ouro-loop/ouro/cmd/conform/internal/generator"
	"github.com/ouro-loop/ouro/cmd/conform/internal/program"
)

func BenchmarkProgram(b *testing.B) {
	b.ReportAllocs()
	var n uint64
	for b.Loop() {
		generator.Program(1, n, generator.All)
		n++
	}
}

// BenchmarkParse is the floor of a replay: what reading programs costs without running them. Its own floor is
// json.Valid, which reads the text and keeps nothing of it.
func BenchmarkParse(b *testing.B) {
	var lines [][]byte
	size := 0
	for n := range uint64(1000) {
		lines = append(lines, program.AppendJSON(nil, generator.Program(1, n, generator.All)))
		size += len(lines[n])
	}
	for _, bench := range []struct {
		name string
		read func([]byte) bool
	}{
		{"parse", func(line []byte) bool { _, err := program.Parse(line); return err == nil }},
		{"floor=json.Valid", json.Valid},
	} {
		b.Run(bench.name, func(b *testing.B) {
			b.SetBytes(int64(size / len(lines)))
			b.ReportAllocs()
			i := 0
			for b.Loop() {
				if !bench.read(lines[i%len(lines)]) {
					b.Fatal("refused")
				}
				i++
			}
		})
	}
}

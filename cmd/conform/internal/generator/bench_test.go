package generator_test

import (
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

// The floor of a replay: what reading and writing programs costs without running them.
func BenchmarkParse(b *testing.B) {
	var lines [][]byte
	size := 0
	for n := range uint64(1000) {
		lines = append(lines, program.AppendJSON(nil, generator.Program(1, n, generator.All)))
		size += len(lines[n])
	}
	b.SetBytes(int64(size / len(lines)))
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		if _, err := program.Parse(lines[i%len(lines)]); err != nil {
			b.Fatal(err)
		}
		i++
	}
}

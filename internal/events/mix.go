package events

import "math/bits"

// Mix takes v into the hash h, as wyhash does: both halves of a product of 128 bits.
func Mix(h, v uint64) uint64 {
	hi, lo := bits.Mul64(h^0x9e3779b97f4a7c15, v^0xe7037ed1a0b428db)
	return hi ^ lo
}

package loop

import (
	"encoding/binary"
	"io"
	"math/rand/v2"
)

// chance is what a program has in place of the top-level functions of math/rand, and of
// crypto/rand.
type chance struct {
	seed    uint64
	rand    *rand.Rand    // nil until it is asked for
	entropy *rand.ChaCha8 // the same
}

// Seed is where the chance of [Loop.Rand] and [Loop.Entropy] begins. If it is not given, a loop with
// a virtual clock, or one that is hermetic, begins at 1, and so does the same each time; others
// begin anywhere.
func Seed(n uint64) Option { return func(o *options) { o.seed = &n } }

func newChance(o options) chance {
	switch {
	case o.seed != nil:
		return chance{seed: *o.seed}
	case o.virtual, o.hermetic:
		return chance{seed: 1}
	}
	return chance{seed: rand.Uint64()}
}

// Rand is the loop's own chance: a program that takes no other does the same for the same [Seed].
// It belongs to the loop's goroutine. To give part of a program chance of its own, make it a
// rand.New(rand.NewPCG(l.Rand().Uint64(), 0)).
//
// asyncio has no counterpart: random.seed is for the whole process there.
func (l *Loop) Rand() *rand.Rand {
	l.mustBeMade()
	if l.chance.rand == nil {
		l.chance.rand = rand.New(rand.NewPCG(l.chance.seed, 0))
	}
	return l.chance.rand
}

// Entropy is what to read random bytes from that are the same for the same [Seed], for instance with
// uuid.NewRandomFromReader. It is apart from Rand, and never fails. It belongs to the loop's goroutine.
//
// Who knows the seed knows the bytes: keys, passwords and tokens need crypto/rand.
func (l *Loop) Entropy() io.Reader {
	l.mustBeMade()
	if l.chance.entropy == nil {
		var seed [32]byte
		binary.LittleEndian.PutUint64(seed[:], l.chance.seed)
		l.chance.entropy = rand.NewChaCha8(seed)
	}
	return l.chance.entropy
}

package random

import (
	crypto "crypto/rand"
	"io"
	old "math/rand"
	"math/rand/v2"

	"github.com/ouro-loop/ouro/coro"
	"github.com/ouro-loop/ouro/loop"
)

func chance(co *coro.Co, seed uint64) {
	_ = rand.IntN(6)                   // want `^math/rand/v2.IntN in a coroutine: use loop.Of\(co\).Rand\(\)$`
	rand.Shuffle(2, func(i, j int) {}) // want `^math/rand/v2.Shuffle in a coroutine: use loop.Of\(co\).Rand\(\)$`
	_ = rand.N(6)                      // want `^math/rand/v2.N in a coroutine`
	_ = old.Intn(6)                    // want `^math/rand.Intn in a coroutine: use loop.Of\(co\).Rand\(\)$`
	old.Seed(1)                        // want `^math/rand.Seed in a coroutine`
	draw := rand.Float64               // want `^math/rand/v2.Float64 in a coroutine`
	_ = draw()

	_ = loop.Of(co).Rand().IntN(6)
	_ = rand.New(rand.NewPCG(seed, 0)).IntN(6)
	_ = rand.NewZipf(rand.New(rand.NewPCG(seed, 0)), 2, 2, 2).Uint64()
	_ = old.New(old.NewSource(int64(seed))).Intn(6)
}

func secrets(co *coro.Co, b []byte) {
	_, _ = crypto.Read(b)                // want `^crypto/rand.Read in a coroutine: use loop.Of\(co\).Entropy\(\)$`
	_, _ = io.ReadFull(crypto.Reader, b) // want `^crypto/rand.Reader in a coroutine: use loop.Of\(co\).Entropy\(\)$`
	_ = crypto.Text()                    // want `^crypto/rand.Text in a coroutine`
	_, _ = io.ReadFull(loop.Of(co).Entropy(), b)
}

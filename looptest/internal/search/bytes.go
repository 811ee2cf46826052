package search

import "github.com/ouro-loop/ouro/looptest/internal/schedule"

// Bytes picks as bytes say, one for each choice: what a fuzzer has come up with. Where there is
// none left, the usual.
type Bytes struct{ left []byte }

// NewBytes makes the Strategy.
func NewBytes(bytes []byte) *Bytes { return &Bytes{bytes} }

func (s *Bytes) Begin() bool { return true }

func (s *Bytes) End(int, uint64) error { return nil }

func (s *Bytes) Pick(_ int, c *Choice) (int64, error) {
	if len(s.left) == 0 {
		return c.usual(), nil
	}
	b := int64(s.left[0])
	s.left = s.left[1:]
	if least := c.usual(); c.Kind == schedule.Delay && b >= aDelay && c.Most-least < maxScaled {
		return least + (c.Most-least)*(b-aDelay)/(0xff-aDelay), nil
	}
	return c.alternative(int(b) % c.N), nil
}

// Half of the bytes pick a delay that is worth a try, the other half any.
const (
	aDelay    = 0x80
	maxScaled = 1 << 55 // of what is multiplied by one of them
)

//go:build !amd64 && !arm64

package goroutine

// HasKeys says whether goroutines have keys here.
const HasKeys = false

// Key is zero where goroutines have none.
func Key() uintptr { return 0 }

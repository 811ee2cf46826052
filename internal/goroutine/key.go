//go:build amd64 || arm64

package goroutine

// HasKeys says whether goroutines have keys here.
const HasKeys = true

// Key is a number that no other goroutine has as long as the calling one lives, and that one ever
// after may: the address of what the runtime keeps of it. It takes a nanosecond or two, where Name
// takes microseconds.
func Key() uintptr

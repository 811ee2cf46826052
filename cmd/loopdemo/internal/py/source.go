package py

import _ "embed"

//go:embed py.go
var source string

// Source is the Go source of everything else here, for programs that cannot import
// it.
func Source() string { return source }

// The rivals in Go, in a module of their own so that nobody else pays for them.
module github.com/ouro-loop/ouro/bench/peers/go

go 1.26.0

require (
	github.com/arvidfm/asyncigo v0.0.1
	github.com/b97tsk/async v0.20.2
	github.com/dop251/goja v0.0.0-20250309171923-bcd7cc6bf64c
	github.com/dop251/goja_nodejs v0.0.0-20260212111938-1f56ff5bcf14
	golang.org/x/sync v0.24.0
)

require (
	github.com/dlclark/regexp2 v1.11.4 // indirect
	github.com/go-sourcemap/sourcemap v2.1.4+incompatible // indirect
	github.com/google/pprof v0.0.0-20240727154555-813a5fbdbec8 // indirect
	golang.org/x/exp v0.0.0-20240222234643-814bf88cf225 // indirect
	golang.org/x/sys v0.17.0 // indirect
	golang.org/x/text v0.16.0 // indirect
)

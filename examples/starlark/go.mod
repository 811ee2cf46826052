module github.com/ouro-loop/ouro/examples/starlark

go 1.26.0

replace github.com/ouro-loop/ouro => ../..

require (
	github.com/ouro-loop/ouro v0.0.0-00010101000000-000000000000
	github.com/stretchr/testify v1.12.1
	go.starlark.net v0.0.0-20260908191801-89a6a09411d5
)

require (
	github.com/google/btree v1.1.3 // indirect
	go.yaml.in/yaml/v3 v3.0.5 // indirect
	golang.org/x/sys v0.49.0 // indirect
)

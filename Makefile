# What there is to run. The lines below "##" are what "make" prints.

GO ?= go
STATICCHECK = $(GO) run honnef.co/go/tools/cmd/staticcheck@v0.8.2
GOLANGCI = $(GO) run github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.6.2
WASM = -exec="$$($(GO) env GOROOT)/lib/wasm/go_js_wasm_exec"

.PHONY: help check fmt vet ourovet ouroflow lint staticcheck test wasm million race e2e interop nats fuzz bench bench-looptest bench-echo bench-durable compare conform explore generate demo

help: ## this list
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

check: fmt vet ourovet ouroflow staticcheck test million race ## everything that has to pass

fmt: ## fail if a file is not formatted, or go.mod not tidy
	@test -z "$$(gofmt -l .)" || { gofmt -d .; exit 1; }
	$(GO) mod tidy -diff

vet: ## go vet, for the other systems too
	$(GO) vet ./...
	GOOS=darwin $(GO) vet ./...
	GOOS=windows $(GO) vet ./...
	GOOS=js GOARCH=wasm $(GO) vet ./...

ourovet: ## our own vet tool, and what it finds
	cd cmd/ourovet && $(GO) vet ./... && $(STATICCHECK) ./... && $(GO) test ./...
	tool=$$(mktemp) && $(GO) build -C cmd/ourovet -o $$tool . && $(GO) vet -vettool=$$tool ./...; status=$$?; rm $$tool; exit $$status

ouroflow: ## the command for durable programs
	cd cmd/ouroflow && $(GO) mod tidy -diff && $(GO) vet ./... && $(STATICCHECK) ./... && $(GO) test ./...

staticcheck: ## staticcheck
	$(STATICCHECK) ./...

lint: ## golangci-lint, as .golangci.yml has it
	$(GOLANGCI) run

test: ## the tests
	$(GO) test ./...

wasm: ## the tests, the short ones, and the demos under js/wasm, with Node
	GOOS=js GOARCH=wasm $(GO) run $(WASM) ./cmd/loopdemo run --all --virtual
	GOOS=js GOARCH=wasm $(GO) test -short $(WASM) ./coro ./executor ./future ./internal/... ./locks ./loop ./queues ./streams ./timers ./trace/... ./inspect ./cmd/loopdemo/...

million: ## the tests of the loop, with a million tasks, not 20,000, and 500 interrupts, not 60
	$(GO) test ./loop -million -interrupts 500

race: ## the tests under the race detector, in random order
	$(GO) test -race -shuffle=on ./...

e2e: ## the teaching page in Chromium, if there is one
	cd cmd/loopdemo/e2e && $(GO) vet ./... && $(GO) test -timeout 40m .

interop: ## streams and what others have written: curl, Redis, Postgres, MariaDB, OpenSSL, libraries; says what is skipped
	cd interop && $(GO) vet ./... && $(GO) test -timeout 2m -v . | grep -v '^ *=== '

nats: ## the store of durable programs in NATS JetStream, with a server and a cluster in the test
	cd durable/natsstore && $(GO) vet ./... && $(STATICCHECK) ./... && $(GO) test -race -timeout 5m ./...

fuzz: ## a minute of fuzzing for each fuzz test
	$(GO) test -run '^$$' -fuzz FuzzQueue -fuzztime 60s -fuzzminimizetime 10x ./timers
	$(GO) test -run '^$$' -fuzz FuzzReadJSON -fuzztime 60s -fuzzminimizetime 10x ./trace
	$(GO) test -run '^$$' -fuzz FuzzOf -fuzztime 60s -fuzzminimizetime 10x ./trace/explain
	$(GO) test -run '^$$' -fuzz FuzzParse -fuzztime 60s -fuzzminimizetime 10x ./cmd/conform/internal/program
	$(GO) test -run '^$$' -fuzz FuzzReplay -fuzztime 60s -fuzzminimizetime 10x ./cmd/conform/internal/replay
	$(GO) test -run '^$$' -fuzz FuzzParse -fuzztime 60s -fuzzminimizetime 10x ./looptest/internal/schedule
	$(GO) test -run '^$$' -fuzz FuzzReader -fuzztime 60s -fuzzminimizetime 10x ./streams
	$(GO) test -run '^$$' -fuzz FuzzRequests -fuzztime 60s -fuzzminimizetime 10x ./examples/httpserver
	! $(GO) test -run '^$$' -fuzz FuzzDeep -fuzztime 60s -fuzzminimizetime 10x ./looptest && rm -r looptest/testdata/fuzz # is to find what is planted

bench: ## the benchmarks, each beside its floor, and how the ratios have changed (a quarter of an hour)
	$(GO) run ./bench/compare -baseline

bench-looptest: ## how many schedules a second looptest tries on one core, and how long a year of seconds takes
	GOMAXPROCS=1 $(GO) test ./looptest -run '^$$' -bench 'Explore|Departures' -count 5
	GOMAXPROCS=1 $(GO) test ./looptest -run '^$$' -bench Year -benchtime 1x

bench-echo: ## echo servers: ours, goroutines, Tokio, uvloop, CPython, on Linux (ten minutes); flags in ECHO
	$(GO) run ./bench/echo $(ECHO)

bench-durable: ## durable programs by store, beside DBOS and Temporal's replayer, on Linux (six minutes); flags in DURABLE
	cd bench/durable && $(GO) run . $(DURABLE)

compare: ## ours beside CPython, uvloop, Node, Tokio and goroutines, into docs/benchmarks.md and the baseline (half an hour)
	$(GO) run ./bench/compare -save

conform: ## 100,000 random programs here and on CPython 3.15, or an earlier one made to follow it
	cmd/conform/run.sh fuzz 100000

explore: ## 20,000 of them, three times each, under random choices of what CPython leaves open
	cmd/conform/run.sh explore 20000

generate: ## what is recorded of loopdemo's programs, in Go and on CPython 3.13
	$(GO) generate ./cmd/loopdemo

demo: ## asyncio's tutorials, in virtual time
	$(GO) run ./cmd/loopdemo run --all --virtual

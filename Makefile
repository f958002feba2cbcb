# Portico. `make help` lists the targets.
SHELL := /bin/bash
.DEFAULT_GOAL := help

help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 12

demo: ## run the portal with demo servers: http://localhost:8080
	go run ./cmd/web demo

build: ## build bin/web
	CGO_ENABLED=0 go build -trimpath -o bin/web ./cmd/web

test: ## run every test; what runs concurrently also under the race detector
	@$(MAKE) --no-print-directory -j2 test-patient test-busy
	$(GOTEST) -timeout 20m ./internal/fleet

# What waits most of the time, for tokens to end and for servers to start, goes on beside what computes; fleet's processes need the machine for themselves.
PATIENT := internal/(interop|fleet|faultpoint|store/)

# lint has vetted everything, and no debugger looks at these.
GOTEST := go test -vet=off -ldflags=-w

test-patient:
	$(GOTEST) -p 1 -timeout 20m ./internal/interop ./internal/faultpoint ./internal/store/...

# It leaves the processor to the others, whose tokens and leases are short. -short does less of what goes one thing after the other, in which no race can be.
test-busy:
	nice -n 5 $(GOTEST) -timeout 20m $$(go list ./... | grep -vE '$(PATIENT)')
	CGO_ENABLED=1 nice -n 5 $(GOTEST) -race ./internal/token -args -explore.n=1000
	CGO_ENABLED=1 nice -n 5 $(GOTEST) -race -short ./internal/session/... ./internal/store/... ./internal/rp/... ./internal/datahub/... ./internal/server/... ./internal/pages ./internal/demo/...

generate: ## make the generated files: templ components, the style sheet, docs/config.md
	go generate ./web/... ./internal/demo/...
	go test ./internal/config -run TestDocIsCurrent -update >/dev/null

keep: ## keep the files of the version FROM, a tag, for pages that are open during the next upgrade
	rm -rf .keep && mkdir .keep && git archive $(FROM) web/static | tar -x -C .keep && go run ./web/static/keep .keep/web/static; rm -rf .keep

vendor: ## copy what others made for the browser into web/static, as tools/npm/package-lock.json names it
	cd tools/npm && npm ci --no-audit --no-fund --ignore-scripts --silent
	go run ./web/static/vendor

fmt: ## format Go and templ files
	gofmt -w cmd internal web
	go tool templ fmt web/templates internal/demo

lint: ## static analysis
	go vet ./...
	go tool -modfile=tools/go.mod staticcheck ./...

vuln: ## known vulnerabilities, if the database can be reached
	go tool -modfile=tools/go.mod govulncheck ./...

fuzz: ## run each fuzz target for a short while
	@set -e; bin=$$(mktemp -d); trap 'rm -rf $$bin' EXIT; for f in $$(grep -rlE '^func Fuzz' --include='*_test.go' internal | xargs -n1 dirname | sort -u); do \
	  $(GOTEST) -c -fuzz . -o $$bin/fuzz ./$$f; \
	  for n in $$(grep -hoE '^func Fuzz[A-Za-z0-9]+' $$f/*_test.go | cut -d' ' -f2); do echo $$f $$n; \
	    (cd $$f && $$bin/fuzz -test.run xxx -test.fuzz "^$$n$$" -test.fuzztime $(FUZZTIME) -test.fuzzminimizetime 10x -test.fuzzcachedir $$(go env GOCACHE)/fuzz/portico/$$f); done; done

FUZZTIME := 10s

bench: ## benchmarks, with their floors in the same run
	go test -timeout 40m -run xxx -bench . -benchmem ./internal/bench ./internal/datahub ./internal/chart ./internal/demo/energy ./internal/demo/hub

rolling: ## restart processes one after the other under load, on each store: FOR=5m RATE=200 STORES=sqlite,postgres,redis
	go run ./internal/bench/rolling -for=$(FOR) -rate=$(RATE) -stores=$(STORES)

FOR := 5m
RATE := 200
STORES := sqlite,postgres,redis

image: ## build the container image
	docker build --build-arg VERSION=$(shell git describe --tags --always --dirty) -t portico .

check: ## all that CI runs, in CI's order
	bash .ci/run

.PHONY: help demo build test test-patient test-busy generate keep vendor fmt lint vuln fuzz bench rolling image check

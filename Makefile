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
	go test ./... -timeout 20m
	CGO_ENABLED=1 go test -race $(RACE) -args -explore.n=1000
	CGO_ENABLED=1 go test -race ./internal/session/... ./internal/store/... ./internal/rp/... ./internal/datahub/... ./internal/server/... ./internal/pages ./internal/demo/...

RACE := ./internal/token

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
	@set -e; for f in $$(grep -rlE '^func Fuzz' --include='*_test.go' internal | xargs -n1 dirname | sort -u); do \
	  for n in $$(grep -hoE '^func Fuzz[A-Za-z0-9]+' $$f/*_test.go | cut -d' ' -f2); do go test ./$$f -run xxx -fuzz "^$$n$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 10x; done; done

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

.PHONY: help demo build test generate keep vendor fmt lint vuln fuzz bench rolling image check

# Two commands for everybody: `make run` and `make test`. The rest is for developers: `make help`.
.DEFAULT_GOAL := help
.PHONY: help run test check fmt lint bench ci clean-demo
CRATE ?= yike

help: ## This list
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' $(MAKEFILE_LIST) | expand -t 20

run: ## Build, make the demo district on first use, serve it on 127.0.0.1:8080
	@scripts/run.sh

test: ## Install what the tests need, then run every check and test
	@scripts/test.sh

check: ## One crate while working on it: make check CRATE=yike-streets
	cargo clippy --package $(CRATE) --all-targets
	cargo nextest run --package $(CRATE)

fmt: ## Format the Rust code
	cargo fmt --all

lint: ## What needs no building of tests: format, house rules, arrows, dependencies, scripts, clippy
	@scripts/test.sh shellcheck fmt tidy arrows deny clippy

bench: ## Criterion benchmarks of the street kernels
	cargo bench --package yike-streets

ci: ## Exactly what the continuous integration runs
	.ci/run

clean-demo: ## Throw the demo district away; the next `make run` makes a new one
	rm -rf data

# The commands of the README. `make run` and `make test` suffice to begin.

SHELL := /bin/bash
RELEASE := swift build -c release --static-swift-stdlib
PREFIX ?= /usr/local
DESTDIR ?=
SWIFT_FLAGS ?=
SOURCES := Package.swift Sources Tests

.PHONY: run build test bench format lint install package clean

run: build
	@exec "$$($(RELEASE) --show-bin-path)/tocsin" up --config.dir config --storage.path data

build:
	@scripts/install-dependencies build run
	$(RELEASE) --product tocsin

test:
	@scripts/install-dependencies build run test
	swift build --build-tests $(SWIFT_FLAGS)
	scripts/run-tests $(SWIFT_FLAGS)

bench:
	@scripts/install-dependencies build run
	$(RELEASE) --product tocsin-bench
	@"$$($(RELEASE) --show-bin-path)/tocsin-bench"

format:
	swift format --in-place --recursive --parallel $(SOURCES)

lint:
	swift format lint --strict --recursive --parallel $(SOURCES)

install: build
	scripts/install "$$($(RELEASE) --show-bin-path)/tocsin" "$(DESTDIR)" "$(PREFIX)"

package: build
	scripts/package "$$($(RELEASE) --show-bin-path)/tocsin" .build/packages

clean:
	rm -rf .build

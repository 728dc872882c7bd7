# Ledger. `make help` lists the targets.
#
# FLAVOUR=release|debug|asan|tsan|fuzz|cov and CC=gcc|clang choose a build;
# each lives in its own build/<flavour>/, so none ever mixes with another.

FLAVOUR ?= release
CC := $(if $(filter default,$(origin CC)),gcc,$(CC))
B := build/$(FLAVOUR)

include mk/flags.mk
include mk/deps.mk
include mk/build.mk
include mk/stack.mk
include mk/test.mk
include mk/install.mk

.DEFAULT_GOAL := build
.DELETE_ON_ERROR:

.PHONY: help
help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-12s %s\n", $$1, $$2}' Makefile mk/*.mk

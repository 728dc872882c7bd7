# Everything below tests/. The suites run against sanitized binaries unless said otherwise.

TEST_FLAVOUR ?= asan
SPEC ?= ../shared/mustache

# What the fuzzers do with one input is tried on their corpus in every run.
FUZZ_SRC := $(filter-out tests/fuzz/fuzz_main.c,$(wildcard tests/fuzz/*.c))
UNIT_SRC := $(wildcard tests/unit/*.c tests/golden/*.c) $(FUZZ_SRC)
$(B)/bin/unit-tests: $(call objects,$(UNIT_SRC) worker/retry.c) $(LIB)
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -Wl,--wrap=arena_alloc,--wrap=realloc -o $@ $^ $(PKG_LIBS) -lcriterion

CONFORMANCE_SRC := $(wildcard tests/conformance/*.c)
$(B)/bin/mustache-conformance: $(call objects,$(CONFORMANCE_SRC)) $(LIB)
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $^ $(PKG_LIBS)

FUZZ ?= canonical
SECONDS ?= 60
$(B)/bin/fuzz: $(call objects,tests/fuzz/fuzz_main.c $(FUZZ_SRC)) $(LIB)
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -fsanitize=fuzzer -o $@ $^ $(PKG_LIBS)

.PHONY: fuzz fuzz-run
fuzz: deps-check ## fuzz FUZZ=canonical (a row of tests/fuzz/targets.c) for SECONDS=60, with clang, ASan and UBSan
	@$(MAKE) --no-print-directory FLAVOUR=fuzz CC=clang FUZZ=$(FUZZ) SECONDS=$(SECONDS) fuzz-run

# What is found new is kept below build/; an input that fails is written there too.
fuzz-run: $(B)/bin/fuzz
	@mkdir -p $(B)/corpus/$(FUZZ)
	FUZZ=$(FUZZ) $< -max_total_time=$(SECONDS) -max_len=8192 -timeout=10 -print_final_stats=1 \
		$(patsubst %,-dict=%,$(wildcard tests/fuzz/$(FUZZ).dict)) -artifact_prefix=$(B)/fuzz-$(FUZZ)- \
		$(B)/corpus/$(FUZZ) tests/fuzz/corpus/$(FUZZ) $(wildcard tests/vectors/$(FUZZ))

.PHONY: test test-programs check torture lint lint-run format conformance conformance-run bench
test-programs: programs $(addprefix $(B)/bin/,unit-tests mustache-conformance bench-bare bench-translate)

# deps-check comes first and in a make of its own: only then is there a pkg-config to ask.
test: deps-check ## every suite; SUITES="unit integration" runs only those
	@$(MAKE) --no-print-directory FLAVOUR=$(TEST_FLAVOUR) CC=$(CC) check

check:
	@MAKE="$(MAKE)" CC="$(CC)" FLAVOUR="$(FLAVOUR)" SPEC="$(SPEC)" \
		TORTURE_SECONDS="$(TORTURE_SECONDS)" tests/run $(SUITES)

torture: deps-check ## kill workers and MariaDB for SECONDS=60 while events flow in; TORTURE_SEED=n again
	@$(MAKE) --no-print-directory FLAVOUR=$(TEST_FLAVOUR) CC=$(CC) SUITES="build torture" \
		TORTURE_SECONDS=$(SECONDS) check

lint: deps-check ## format, cppcheck, clang-tidy, our own rules
	@$(MAKE) --no-print-directory FLAVOUR=$(FLAVOUR) CC=$(CC) lint-run

lint-run: $(GEN)
	@LINT_FLAGS="$(CPPFLAGS_BASE) -std=c17 $(PKG_CFLAGS)" tests/lint/run

format: ## put every C file into the house's form
	find lib cgi worker ctl tests -name node_modules -prune -o -name '*.[ch]' -print | xargs clang-format -i

conformance: deps-check ## the Mustache specification's cases in SPEC=dir
	@$(MAKE) --no-print-directory FLAVOUR=$(FLAVOUR) CC=$(CC) SPEC="$(SPEC)" conformance-run

conformance-run: $(B)/bin/mustache-conformance
	@if [ -d "$(SPEC)" ]; then $< "$(SPEC)"; \
	else echo "conformance: no directory $(SPEC); say SPEC=dir"; exit 1; fi

# The intake benchmark's yardstick: libfcgi and Connector/C, nothing of ours.
$(B)/bin/bench-bare: $(call objects,tests/bench/bare.c)
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $^ $(PKG_LIBS)

$(B)/bin/bench-translate: $(call objects,tests/bench/translate.c) $(LIB)
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $^ $(PKG_LIBS)

bench: build ## measure; BENCH=name for one of tests/bench/
	@$(MAKE) --no-print-directory FLAVOUR=$(FLAVOUR) CC=$(CC) $(B)/bin/bench-bare $(B)/bin/bench-translate
	@BENCH_BIN=$(B)/bin tests/bench/run $(BENCH)

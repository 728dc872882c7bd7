# Every source file is found by its folder; adding a file needs no edit here.

LIB_SRC := $(wildcard lib/*/*.c)
LIB := $(B)/libledger.a
SQL_QUERIES := $(wildcard sql/queries/*.sql)
GEN := $(B)/gen/statements.h $(B)/gen/statements.c

# `make V=1` shows whole commands; otherwise one short line each.
Q := $(if $(V),,@)
say = $(if $(V),:,printf '  %-4s %s\n' $(1) $(2))

objects = $(patsubst %.c,$(B)/obj/%.o,$(1))

PROGRAMS := ledger-webhook ledger-connect ledger-dashboard ledger-worker ledgerctl
SRC_ledger-webhook := $(wildcard cgi/webhook/*.c)
# The two programs with pages.
SITE := $(wildcard cgi/pages/*.c)
SRC_ledger-connect := $(wildcard cgi/connect/*.c) $(SITE)
SRC_ledger-dashboard := $(wildcard cgi/dashboard/*.c) $(SITE)
SRC_ledger-worker := $(wildcard worker/*.c)
# ledgerctl previews and compares with the pipeline that posts.
PIPELINE := $(filter-out worker/main.c worker/thread.c worker/sweep.c worker/thin.c,$(wildcard worker/*.c))
SRC_ledgerctl := $(wildcard ctl/*.c) $(PIPELINE)

# The sandboxes share nothing with lib/: they must not inherit its mistakes.
SANDBOXES := sandbox-sage sandbox-shop
SANDBOX_COMMON := $(wildcard tests/sandbox/common/*.c)
SRC_sandbox-sage := $(wildcard tests/sandbox/sage/*.c) $(SANDBOX_COMMON)
SRC_sandbox-shop := $(wildcard tests/sandbox/shop/*.c) $(SANDBOX_COMMON)

.PHONY: build
build: deps-check ## compile every program, warnings are errors
	@$(MAKE) --no-print-directory FLAVOUR=$(FLAVOUR) CC=$(CC) programs

.PHONY: programs
programs: $(addprefix $(B)/bin/,$(PROGRAMS) $(SANDBOXES))

$(B)/gen/statements.h $(B)/gen/statements.c &: $(SQL_QUERIES) mk/statements.awk
	@mkdir -p $(@D)
	@$(call say,GEN,$(B)/gen/statements)
	$(Q)awk -v header=$(B)/gen/statements.h -v source=$(B)/gen/statements.c -f mk/statements.awk $(SQL_QUERIES)

$(B)/gen/statements.o: $(B)/gen/statements.c
	@$(call say,CC,$@)
	$(Q)$(CC) $(ALL_CFLAGS) -include lib/base/banned.h -MMD -MP -c -o $@ $<

$(B)/obj/tests/sandbox/%.o: tests/sandbox/%.c
	@mkdir -p $(@D)
	@$(call say,CC,$<)
	$(Q)$(CC) $(filter-out -Ilib -Icgi,$(ALL_CFLAGS)) -Itests/sandbox -MMD -MP -c -o $@ $<

$(B)/obj/%.o: %.c | $(GEN)
	@mkdir -p $(@D)
	@$(call say,CC,$<)
	$(Q)$(CC) $(ALL_CFLAGS) -include lib/base/banned.h -MMD -MP -c -o $@ $<

$(LIB): $(call objects,$(LIB_SRC)) $(B)/gen/statements.o
	@rm -f $@
	@$(call say,AR,$@)
	$(Q)$(AR) rcs $@ $^

define program_rule
$(B)/bin/$(1): $(call objects,$(SRC_$(1))) $(LIB)
	@mkdir -p $$(@D)
	@$$(call say,LD,$$@)
	$$(Q)$$(CC) $$(ALL_CFLAGS) $$(ALL_LDFLAGS) -o $$@ $(call objects,$(SRC_$(1))) $(LIB) $$(PKG_LIBS)
endef
$(foreach p,$(PROGRAMS),$(eval $(call program_rule,$(p))))

define sandbox_rule
$(B)/bin/$(1): $(call objects,$(SRC_$(1)))
	@mkdir -p $$(@D)
	@$$(call say,LD,$$@)
	$$(Q)$$(CC) $$(ALL_CFLAGS) $$(ALL_LDFLAGS) -o $$@ $$^ -ljson-c -lcrypto -lcurl -lfcgi
endef
$(foreach p,$(SANDBOXES),$(eval $(call sandbox_rule,$(p))))

.PHONY: clean
clean: ## remove everything that was built
	rm -rf build

-include $(shell find build -type f -path '*/obj/*' -name '*.d' 2>/dev/null)

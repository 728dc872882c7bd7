# Compiler and linker flags, one set per flavour.

WARNINGS := -Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes \
            -Wvla -Wformat=2 -Wnull-dereference -Wundef -Wpointer-arith -Werror
CPPFLAGS_BASE := -D_GNU_SOURCE -Ilib -Icgi -I$(B)/gen
CFLAGS_BASE := -std=c17 $(WARNINGS) -fno-strict-aliasing -fstack-protector-strong -pthread -g
LDFLAGS_BASE := -pthread -Wl,--as-needed

# gcc and clang disagree on -Wnull-dereference under sanitizers: the instrumented
# code branches on null, and gcc then warns about its own branches.
CFLAGS_release := -O2 -D_FORTIFY_SOURCE=2 -fPIE -fstack-clash-protection
LDFLAGS_release := -pie -Wl,-z,relro,-z,now,-z,noexecstack
CFLAGS_debug := -O0
CFLAGS_asan := -O1 -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all -Wno-null-dereference
LDFLAGS_asan := -fsanitize=address,undefined
CFLAGS_tsan := -O1 -fno-omit-frame-pointer -fsanitize=thread -Wno-null-dereference
LDFLAGS_tsan := -fsanitize=thread
CFLAGS_fuzz := -O1 -fno-omit-frame-pointer -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all
LDFLAGS_fuzz := -fsanitize=address,undefined
CFLAGS_cov := -O0 --coverage
LDFLAGS_cov := --coverage

ifeq ($(origin CFLAGS_$(FLAVOUR)),undefined)
$(error FLAVOUR=$(FLAVOUR) is none of release debug asan tsan fuzz cov)
endif

# Expanded when used, not when read: the packages may not be installed yet.
PKGS := libmariadb libcurl json-c openssl libcrypt libidn2 libqrencode
PKG_CFLAGS = $(shell pkg-config --cflags $(PKGS))
PKG_LIBS = $(shell pkg-config --libs $(PKGS)) -lfcgi

ALL_CFLAGS = $(CPPFLAGS_BASE) $(CFLAGS_BASE) $(CFLAGS_$(FLAVOUR)) $(PKG_CFLAGS) $(CFLAGS)
ALL_LDFLAGS = $(LDFLAGS_BASE) $(LDFLAGS_$(FLAVOUR)) $(LDFLAGS)

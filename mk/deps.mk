# What a bare Debian 12 lacks. `make deps` installs it; every other target runs
# deps/check first, which is silent and instant when nothing is missing.

DEB_BUILD := gcc make pkg-config libfcgi-dev libcurl4-openssl-dev libmariadb-dev libjson-c-dev libssl-dev libcrypt-dev libidn2-dev libqrencode-dev
DEB_RUN := nginx-light mariadb-server spawn-fcgi multiwatch curl jq
DEB_TEST := libcriterion-dev clang clang-tidy clang-format cppcheck libclang-rt-14-dev tidy wrk systemd openssl nodejs npm chromium
DEB_ALL := $(DEB_BUILD) $(DEB_RUN) $(DEB_TEST)
SUDO := $(if $(filter 0,$(shell id -u)),,sudo)

.PHONY: deps deps-check
deps: ## install the Debian packages that are missing
	@mk/deps.sh "$(SUDO)" $(DEB_ALL)

deps-check:
	@mk/deps.sh "$(SUDO)" $(DEB_ALL)

# Production. `make install DESTDIR=… SERVER_NAME=…` lays the files out; it starts nothing,
# creates no user and touches no database: docs/operations.md says what follows.

SERVER_NAME ?= ledger.example.com
LIBEXEC := /usr/lib/ledger
SHARE := /usr/share/ledger
ETC := /etc/ledger
UNITS := /usr/lib/systemd/system

INSTALLED := ledger-webhook ledger-connect ledger-dashboard ledger-worker
FILL = sed -e 's|@LIBEXEC@|$(LIBEXEC)|g; s|@ETC_CRON@|/etc/cron.d/ledger|g; s|@ETC@|$(ETC)|g' \
	-e '/^@HARDENING@$$/{r deploy/systemd/hardening.conf' -e 'd}'
FILL_NGINX = sed -e 's|@ETC@|/etc/nginx/ledger|g; s|@SOCK@|/run/ledger|g; s|@STATIC@|$(SHARE)/static|g' \
	-e 's|@LOG@|/var/log/nginx/ledger.log|g; s|@SERVER_NAME@|$(SERVER_NAME)|g'

.PHONY: install install-programs install-files
install: build install-programs install-files ## production files below DESTDIR, SERVER_NAME=host

install-programs:
	install -d $(DESTDIR)$(LIBEXEC) $(DESTDIR)/usr/bin
	install -m 755 $(addprefix $(B)/bin/,$(INSTALLED)) $(DESTDIR)$(LIBEXEC)/
	install -m 755 $(B)/bin/ledgerctl $(DESTDIR)/usr/bin/

# Files that an operator edits are written only when they are not there yet.
install-files:
	install -d $(addprefix $(DESTDIR),$(SHARE) $(UNITS) /usr/lib/sysusers.d /etc/cron.d /etc/nginx/ledger /etc/nginx/sites-available)
	install -d -m 750 $(DESTDIR)$(ETC)
	install -d -m 700 $(DESTDIR)$(ETC)/keys
	cp -R templates static sql data $(DESTDIR)$(SHARE)/
	for unit in deploy/systemd/*.socket deploy/systemd/*.service; do \
		$(FILL) $$unit >$(DESTDIR)$(UNITS)/$${unit##*/} || exit 1; done
	$(FILL) deploy/systemd/ledger.sysusers >$(DESTDIR)/usr/lib/sysusers.d/ledger.conf
	$(FILL) deploy/cron/ledger >$(DESTDIR)/etc/cron.d/ledger
	install -m 644 deploy/ledger.conf.example $(DESTDIR)$(ETC)/
	[ -e $(DESTDIR)$(ETC)/ledger.conf ] || install -m 640 deploy/ledger.conf.example $(DESTDIR)$(ETC)/ledger.conf
	install -m 644 nginx/*.conf $(DESTDIR)/etc/nginx/ledger/
	$(FILL_NGINX) nginx/ledger.conf.in >$(DESTDIR)/etc/nginx/sites-available/ledger
	$(FILL_NGINX) nginx/redirect.conf.in >>$(DESTDIR)/etc/nginx/sites-available/ledger
	[ -e $(DESTDIR)/etc/nginx/ledger/listen.conf ] || \
		$(FILL_NGINX) nginx/listen-tls.conf.in >$(DESTDIR)/etc/nginx/ledger/listen.conf
	[ -e $(DESTDIR)/etc/nginx/ledger/monitor-listen.conf ] || \
		cp nginx/monitor-listen.conf.in $(DESTDIR)/etc/nginx/ledger/monitor-listen.conf

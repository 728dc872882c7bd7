# Private stacks. `make demo` lives in .run/demo, `make up` in .run: what was played
# with never mixes with real books.

STACK := deploy/stack/stack

.PHONY: up down demo
up: build ## start a private stack for the credentials in .run/ledger.conf
	@$(STACK) up --dir .run --bin $(B)/bin $(if $(PORT),--port $(PORT))

down: ## end the stacks of `make up` and `make demo`
	@$(STACK) down --dir .run/demo
	@$(STACK) down --dir .run

demo: build ## start a private stack with sandboxes and post a day's invoices
	@deploy/demo --bin $(B)/bin

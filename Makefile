# Two commands: `make run` and `make test`. Each first sets up what it needs inside this folder (launcher/setup.py).
# Settings may follow a target, as in `make run PORT=8001`; PYTHON=… picks the interpreter.

python = .venv/bin/python
set-up = @sh launcher/setup.sh
compile = @$(python) -m uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate
babel = @$(python) -m babel.messages.frontend

.PHONY: run test check bench pictures audit backup restore rotate-keys scan translations requirements clean

run:
	$(set-up) run
	@$(python) -m launcher.run

test:
	$(set-up) test
	@$(python) -m pytest -n 2 --dist worksteal $(ARGS)

check:
	$(set-up) check
	@$(python) -m ruff check .
	@$(python) -m ruff format --check .
	@$(python) -m mypy
	@$(python) -c "from importlinter.cli import lint_imports_command; lint_imports_command()" --no-logo
	@$(python) -m launcher.advisories

# The first figures stand in docs/performance.md.
bench:
	$(set-up) bench
	@$(python) -m tests.bench $(ARGS)

# Every page as everybody sees it, in var/pictures; ARGS names pages (endpoints) if not all are wanted.
pictures:
	$(set-up) test
	@$(python) -m tests.pictures $(ARGS)

# Compares the seats taken with the bookings that claim them, and looks whether the audit log was altered.
audit:
	$(set-up) run
	@$(python) -m launcher.command seats audit
	@$(python) -m launcher.command audit verify

# Seals all personal data with another key; the site has to be stopped (docs/operating.md, "Another key").
rotate-keys:
	$(set-up) run
	@$(python) -m launcher.rotate_keys

# Everything that the database holds, in one sealed file: in var/backups, or where FILE says.
backup:
	$(set-up) run
	@$(python) -m launcher.command backup create $(FILE)

# Puts it back, with letters paused: FILE=… names the backup, ARGS=--replace deletes what is there. `make run` is stopped.
restore:
	$(set-up) run
	@$(python) -m launcher.command backup restore $(FILE) $(ARGS)

# Wapiti, which is no part of the application, goes over a fresh demo; WHO=visitor, or another e-mail address of it.
scan:
	$(set-up) run
	@$(python) -m launcher.scan $(WHO)

# Collects the sentences of code and templates into the .po files, for a translator.
translations:
	$(set-up) run
	$(babel) --quiet extract --mapping-file pyproject.toml --keyword sentence --keyword sentences:1,2 \
		--sort-output --no-location --no-wrap --output-file .setup-stamps/messages.pot .
	$(babel) --quiet update --no-fuzzy-matching --no-wrap --ignore-obsolete \
		--input-file .setup-stamps/messages.pot --output-dir exchange_app/translations

# Writes requirements/*.txt anew from pyproject.toml, with the newest versions it allows.
requirements:
	$(set-up) check
	$(compile) --upgrade --output-file requirements/run.txt pyproject.toml
	$(compile) --upgrade --constraints requirements/run.txt --group test --group check --group compile \
		--output-file requirements/dev.txt pyproject.toml
	$(compile) --upgrade --group node --output-file requirements/node.txt

clean:
	@rm -rf .venv .setup-stamps node_modules exchange_app/static/vendor
	@rm -rf .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
	@find exchange_app -name '*.mo' -delete
	@echo "Cleaned. The data in var/ is untouched."

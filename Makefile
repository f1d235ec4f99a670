# Two commands: `make run` and `make test`. Each first sets up what it needs inside this folder (launcher/setup.py).
# Settings may follow a target, as in `make run PORT=8001`; PYTHON=… picks the interpreter.

python = .venv/bin/python
flask = $(python) -m flask --app wsgi

.PHONY: run test check bench audit translations requirements clean

run:
	@sh launcher/setup.sh run
	@$(python) -m launcher.run

test:
	@sh launcher/setup.sh test
	@$(python) -m pytest -n 2 $(ARGS)

check:
	@sh launcher/setup.sh check
	@$(python) -m ruff check .
	@$(python) -m ruff format --check .
	@$(python) -m mypy
	@$(python) -c "from importlinter.cli import lint_imports_command; lint_imports_command()"

bench:
	@sh launcher/setup.sh bench
	@$(python) -m tests.bench $(ARGS)

audit:
	@sh launcher/setup.sh run
	@$(flask) seats audit

translations:
	@sh launcher/setup.sh run
	@$(python) -m launcher.translations

requirements:
	@sh launcher/setup.sh check
	@$(python) -m launcher.requirements

clean:
	@rm -rf .venv .setup-stamps node_modules exchange_app/static/vendor
	@rm -rf .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} + ; find exchange_app -name '*.mo' -delete
	@echo "Cleaned. The data in var/ is untouched."

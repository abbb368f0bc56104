PYTHON ?= python3

all: lint test

setup run test test-full lint lab lock readme words bench:
	@$(PYTHON) tasks.py $@

.PHONY: all setup run test test-full lint lab lock readme words bench

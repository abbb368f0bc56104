PYTHON ?= python3

all: lint test

setup run test lint lab lock readme words bench:
	@$(PYTHON) tasks.py $@

.PHONY: all setup run test lint lab lock readme words bench

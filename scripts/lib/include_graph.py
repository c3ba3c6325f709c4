#!/usr/bin/env python3
"""Reads every #include "..." of the tree and checks the edges between folders
against the table of docs/architecture.md. --check fails on a forbidden edge;
--print shows the real graph; --dot draws it."""
import os
import re
import sys

# folder -> folders it may include from. The most specific folder name counts
# (a prefix of the path). Keep in step with docs/architecture.md.
BASE = ["base"]
MODEL = BASE + ["model"]
PROTO = MODEL + ["proto"]
PARSER_LOW = MODEL + ["parser/diagnostic", "parser/yaml", "parser/repository_view"]
SYNTAX = PARSER_LOW + ["parser/expression", "parser/variables"]
EXECUTORS_API = PROTO + ["executors/executor"]
RUNNER_LEAF = EXECUTORS_API + ["runner/coordinator"]
ALLOWED = {
    "base": [],
    "model": BASE,
    "proto": MODEL,
    "parser/diagnostic": BASE,
    "parser/repository_view": BASE,
    "parser/yaml": MODEL + ["parser/diagnostic"],
    "parser/merge": PARSER_LOW,
    "parser/expression": PARSER_LOW,
    "parser/variables": PARSER_LOW,
    "parser/entry": SYNTAX,
    "parser/select": SYNTAX + ["parser/entry"],
    "parser/plan": SYNTAX + ["parser/entry", "parser/select"],
    "parser/include": SYNTAX + ["parser/merge", "parser/select", "parser/load", "parser/entry"],
    "parser/load": SYNTAX + ["parser/include", "parser/merge", "parser/select"],
    "agent/session": MODEL,
    "agent": MODEL + ["agent/session"],
    "executors/executor": PROTO,
    "executors/shell": EXECUTORS_API + ["agent/session"],
    "executors/dummy": EXECUTORS_API,
    "runner/coordinator": EXECUTORS_API,
    "runner/script": EXECUTORS_API,
    "runner/trace": RUNNER_LEAF,
    "runner/artifacts": RUNNER_LEAF,
    "runner/cache": RUNNER_LEAF + ["runner/artifacts"],
    "runner/config/settings": RUNNER_LEAF + ["runner/build", "runner/config", "runner/script"],
    "runner/config": MODEL + ["runner/script"],
    "runner/registration": MODEL + ["runner/config", "runner/script"],
    "runner/build": RUNNER_LEAF + ["runner/script", "runner/trace", "runner/artifacts", "runner/cache"],
    "server/core": PROTO + ["parser"],
    "local": PROTO + ["runner", "server", "executors", "parser"],
    "terminal": MODEL,
    "cli": ["*"],
    "tests": ["*"],
    "bench": ["*"],
}
TOP = {name.split("/")[0] for name in ALLOWED}


def sources():
    for top in sorted(TOP):
        for folder, _, names in os.walk(top):
            for name in sorted(names):
                if name.endswith((".hpp", ".cpp")):
                    yield os.path.join(folder, name)


def module(path):
    """The longest key of ALLOWED that is this file (without its ending) or a folder above it."""
    stem = os.path.splitext(path)[0]
    while stem:
        if stem in ALLOWED:
            return stem
        stem = os.path.dirname(stem)
    return None


def permitted(source, target):
    for allowed in ALLOWED[source]:
        if allowed == "*" or target == allowed or target.startswith(allowed + "/"):
            return True
    return source == target


def main():
    edges = {}
    problems = []
    for path in sources():
        source = module(path)
        if source is None:
            problems.append(f"{path}: belongs to no folder of the architecture table")
            continue
        with open(path, encoding="utf-8") as lines:
            for number, line in enumerate(lines, 1):
                match = re.match(r'\s*#\s*include\s+"([^"]+)"', line)
                if not match:
                    continue
                beside = os.path.join(os.path.dirname(path), match.group(1))
                target = module(beside if os.path.exists(beside) else match.group(1))
                if target is None:
                    problems.append(f"{path}:{number}: {match.group(1)} is in no folder of the architecture table")
                    continue
                if target != source:
                    edges.setdefault((source, target), f"{path}:{number}")
                if not permitted(source, target):
                    problems.append(f"{path}:{number}: {source} must not include from {target} ({match.group(1)})")
    if "--print" in sys.argv:
        for (source, target), example in sorted(edges.items()):
            print(f"{source} -> {target}  ({example})")
    if "--dot" in sys.argv:
        print("digraph includes {")
        for source, target in sorted(edges):
            print(f'  "{source}" -> "{target}";')
        print("}")
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    os.chdir(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
    sys.exit(main())

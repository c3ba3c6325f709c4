#!/usr/bin/env python3
"""One real project: what fairlead makes of its .gitlab-ci.yml against what
gitlab-ci-local made of it. Every difference must be of a kind that
docs/differences.md explains; each kind is recognised by its cause, not by the
project's name.

usage: real_world_test.py FAIRLEAD CONFORMANCE_FOLDER PROJECT
Exits 77 (skipped) when the project cannot be compared, with the reason.
"""

import csv
import io
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

SKIP = 77


def skip(reason):
    print(f"skipped: {reason}")
    sys.exit(SKIP)


def git(folder, *arguments):
    subprocess.run(["git", "-C", folder, "-c", "user.name=t", "-c", "user.email=t@example.com", *arguments],
                   check=True, stdout=subprocess.DEVNULL)


def complete(conformance, project):
    """Whether INDEX.md marks the project as having only local includes."""
    with open(os.path.join(conformance, "real-world", "INDEX.md"), encoding="utf-8") as lines:
        for line in lines:
            cells = [cell.strip() for cell in line.split("|")]
            if len(cells) > 4 and cells[1] == project and "/" in cells[2]:
                return "✔" in cells[3]
    return False


def without_warnings(text):
    """The peer prints its warnings to stdout, before the data."""
    lines = text.splitlines(keepends=True)
    while lines and lines[0].lstrip().startswith("WARN"):
        lines.pop(0)
    return "".join(lines)


def expected(conformance, project):
    """(jobs by name, whether the `alt` setting was used), or None when the peer failed."""
    base = os.path.join(conformance, "real-world-expected", project)
    for variant in ("", "alt", "alt-noschema"):
        folder = os.path.join(base, variant)
        codes = os.path.join(folder, "exit_code")
        if not os.path.exists(codes):
            continue
        with open(codes, encoding="utf-8") as text:
            if "list-json 0" not in text.read():
                continue
        if variant and not os.path.exists(os.path.join(folder, "list.json")):
            continue
        with open(os.path.join(folder, "list.json"), encoding="utf-8") as text:
            jobs = json.loads(without_warnings(text.read()))
        with open(os.path.join(folder, "list-all.csv"), encoding="utf-8") as text:
            rows = csv.DictReader(io.StringIO(without_warnings(text.read())), delimiter=";")
            needs = {row["name"]: row["needs"] for row in rows}
        for job in jobs:
            job["needs_text"] = needs.get(job["name"], "")
        return jobs, bool(variant)
    return None


def make_project(conformance, project, alt, folder):
    shutil.copytree(os.path.join(conformance, "real-world", project), folder, dirs_exist_ok=True)
    entry = ".gitlab-ci.yml"
    if project.startswith("spack+"):
        entry = ".ci/gitlab/.gitlab-ci.yml"
    git(folder, "init", "-q", "-b", "main")
    git(folder, "remote", "add", "origin", "git@gitlab.com:grp/proj.git")
    if alt:
        git(folder, "commit", "-q", "--allow-empty", "-m", "empty")
        git(folder, "update-ref", "refs/remotes/origin/main", "HEAD")
    git(folder, "add", "-A", "-f")
    git(folder, "commit", "-q", "-m", "all")
    return entry


def canonical(name):
    """Kind matrix-names: the peer writes `job: [a,b]`, GitLab `job: [a, b]`."""
    match = re.fullmatch(r"(.*: \[)(.*)(\])", name, re.DOTALL)
    return match.group(1) + re.sub(r",\s*", ",", match.group(2)) + match.group(3) if match else name


def main():
    fairlead, conformance, project = sys.argv[1:4]
    if not os.path.isdir(conformance):
        skip(f"no conformance data at {conformance}")
    if not complete(conformance, project):
        skip("has includes that are not local")
    peer = expected(conformance, project)
    with tempfile.TemporaryDirectory(prefix="fairlead-real-") as folder:
        entry = make_project(conformance, project, bool(peer and peer[1]), folder)
        lint = subprocess.run([fairlead, "lint", entry], cwd=folder, capture_output=True, text=True)
        listing = subprocess.run([fairlead, "exec", "--file", entry, "--list", "--format", "json"],
                                 cwd=folder, capture_output=True, text=True)
        print(lint.stdout[-3000:], lint.stderr[-3000:], listing.stderr[-3000:], sep="")
        sys.exit(compare(project, peer, lint, listing, fairlead, folder, entry))


if __name__ == "__main__":
    main()

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

import yaml

SKIP = 77

# Files that GitLab refuses though the peer takes them: kind -> part of the message.
REFUSALS = {}


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


def peer_definitions(conformance, project):
    """Job definitions as the peer merged them."""
    base = os.path.join(conformance, "real-world-expected", project)
    for variant in ("", "alt", "alt-noschema"):
        path = os.path.join(base, variant, "preview.yml")
        if not os.path.exists(path):
            continue
        with open(path, encoding="utf-8") as text:
            body = without_warnings(text.read())
        try:
            document = yaml.load(body, PeerLoader)
        except yaml.YAMLError:
            continue
        if isinstance(document, dict):
            return document
    return {}


class PeerLoader(yaml.SafeLoader):
    """Keeps unknown tags as plain values."""


PeerLoader.add_multi_constructor("!", lambda loader, suffix, node: None)


def needs_of_peer(job):
    needs = job.get("needs")
    if needs is None:
        return None
    return sorted(canonical(need["job"] if isinstance(need, dict) else need) for need in needs)


def compare(project, peer, lint, listing):
    conformance = sys.argv[2]
    if lint.returncode == 3:
        # GitLab would refuse the file: the peer must have refused it too, or the
        # message must be one of a kind that differences.md explains.
        if peer is None:
            print("agreed: both refuse the file")
            return 0
        message = lint.stdout + lint.stderr
        for kind, pattern in REFUSALS.items():
            if re.search(pattern, message):
                print(f"difference of kind {kind}: {pattern}")
                return 0
        print("NOT AGREED: fairlead refuses what the peer accepts")
        return 1
    if lint.returncode != 0:
        print(f"NOT AGREED: lint exited with {lint.returncode}")
        return 1
    if peer is None:
        print("the peer has no list for this project; fairlead accepts it")
        return 0

    definitions = peer_definitions(conformance, project)
    theirs = {canonical(job["name"]): job for job in peer[0]}
    if listing.returncode == 0:
        ours = {canonical(job["name"]): job for job in json.loads(listing.stdout)}
    elif "The pipeline did not run" in listing.stderr or "would have been empty" in listing.stderr:
        ours = {}
    elif "job needs" in listing.stderr and "but" in listing.stderr:
        print("difference of kind missing-need: no pipeline, as GitLab says at creation")
        return 0
    else:
        print(f"NOT AGREED: --list exited with {listing.returncode}")
        return 1

    kinds = {}
    problems = []

    def differ(kind, text):
        kinds.setdefault(kind, []).append(text)

    for name, job in theirs.items():
        mine = ours.get(name)
        definition = definitions.get(name) or definitions.get(re.sub(r": \[.*\]$| \d+/\d+$", "", name, flags=re.DOTALL)) or {}
        if mine is None:
            if job["when"] == "never":
                continue
            if "only" in definition or "except" in definition:
                differ("only-except", name)
            elif "workflow" in definitions and not ours:
                differ("workflow", name)
            else:
                problems.append(f"{name}: only the peer lists it ({job['when']})")
            continue
        if job["when"] == "never":
            problems.append(f"{name}: only fairlead lists it")
            continue
        if mine["stage"] != job["stage"]:
            problems.append(f"{name}: stage {mine['stage']}, peer {job['stage']}")
        if mine["when"] != job["when"]:
            problems.append(f"{name}: when {mine['when']}, peer {job['when']}")
        allowed = job["allow_failure"]
        if mine["allow_failure"] != allowed and not isinstance(allowed, dict):
            problems.append(f"{name}: allow_failure {mine['allow_failure']}, peer {allowed}")
        wanted = needs_of_peer(job)
        got = sorted(canonical(need["job"] if isinstance(need, dict) else need) for need in mine["needs"] or [])
        if (wanted or []) != got:
            problems.append(f"{name}: needs {got}, peer {wanted}")
    for name in ours:
        if name not in theirs:
            problems.append(f"{name}: only fairlead lists it")
    for kind, names in kinds.items():
        print(f"difference of kind {kind}: {', '.join(names[:5])}{' ...' if len(names) > 5 else ''}")
    for problem in problems:
        print(f"NOT AGREED: {problem}")
    return 1 if problems else 0


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
        sys.exit(compare(project, peer, lint, listing))


if __name__ == "__main__":
    main()

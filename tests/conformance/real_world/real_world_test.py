#!/usr/bin/env python3
"""One real project: what fairlead makes of its .gitlab-ci.yml against what
gitlab-ci-local (the peer) made of it. Every difference must be of a kind that
docs/differences.md explains; each kind is recognised by its cause, not by the
project's name.

usage: real_world_test.py FAIRLEAD CONFORMANCE_FOLDER PROJECT
       real_world_test.py --names CONFORMANCE_FOLDER   the projects that can be compared
Exits 77 (skipped) when there is no conformance data.
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
# A load of any of these files takes a small part of a second.
PATIENCE = 60

# What the peer says of files that GitLab takes (kind `peer-refuses`).
PEER_REFUSES = [
    r"RHS \(.*\) must be a regex pattern",  # $A =~ "text"
    r"YAMLException: deficient indentation",  # } of a flow mapping left of its content
    r"needs: entries cannot be empty",  # an anchor to a list inside needs
    r"Cannot read properties of null",  # image: null at the root
]
NOT_JOBS = {"default", "include", "before_script", "image", "services", "after_script", "variables", "stages",
            "cache", "workflow", "spec"}


# -- the test data --

def rows_of_index(conformance):
    """project -> (cell of its includes, cell of its static count)."""
    rows = {}
    with open(os.path.join(conformance, "real-world", "INDEX.md"), encoding="utf-8") as lines:
        for line in lines:
            cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line)]
            if len(cells) > 5 and re.fullmatch(r"[\d,]+ / [\d,]+", cells[2]):
                rows[cells[1]] = (cells[3], cells[4])
    return rows


def all_includes_local(cell):
    """✔ means that everything lies in the folder; a project's own components are no local includes."""
    if "✔" not in cell:
        return False
    return not any(re.search(r"\b(component|project|template|remote)\b", clause)
                   for clause in cell.split(";") if "in the children only" not in clause)


def without_warnings(text):
    """The peer prints its warnings to stdout, before the data."""
    lines = text.splitlines(keepends=True)
    for number, line in enumerate(lines):
        if line.rstrip() in ("[", "[]", "---") or line.startswith("name;"):
            return "".join(lines[number:])
    return text


class Peer:
    """What the peer printed: jobs by name (None where it failed), its merged
    definitions, and everything that it complained about."""

    def __init__(self, conformance, project):
        self.jobs = None
        self.alt = False
        self.definitions = {}
        self.complaints = ""
        for variant in ("", "alt", "alt-noschema"):
            folder = os.path.join(conformance, "real-world-expected", project, variant)
            if self.jobs is None and os.path.exists(os.path.join(folder, "exit_code")):
                self.read(folder, variant)

    def read(self, folder, variant):
        self.complaints += self.text(folder, "stderr.txt")
        if "list-json 0" not in self.text(folder, "exit_code"):
            return
        self.alt = bool(variant)
        jobs = json.loads(without_warnings(self.text(folder, "list.json")))
        rows = csv.DictReader(io.StringIO(without_warnings(self.text(folder, "list-all.csv"))), delimiter=";")
        listed = [row["name"] for row in rows]
        assert sorted(listed) == sorted(job["name"] for job in jobs), "the peer's two lists are not of one run"
        self.jobs = {canonical(job["name"]): job for job in jobs}
        self.definitions = read_yaml(without_warnings(self.text(folder, "preview.yml"))) or {}

    @staticmethod
    def text(folder, name):
        with open(os.path.join(folder, name), encoding="utf-8") as text:
            return text.read()

    def definition(self, name):
        """The merged definition that a job or a copy of a job came from."""
        base = re.sub(r": \[.*\]$| \d+/\d+$", "", name, flags=re.DOTALL)
        return self.definitions.get(name) or self.definitions.get(base) or {}


def read_yaml(text):
    import yaml  # not needed for --names, which runs when CMake configures

    class Loader(yaml.SafeLoader):
        """Unknown tags are no concern here."""

    Loader.add_multi_constructor("!", lambda loader, suffix, node: None)
    return yaml.load(text, Loader)


# -- running --

def git(folder, *arguments):
    subprocess.run(["git", "-C", folder, "-c", "user.name=t", "-c", "user.email=t@example.com", *arguments],
                   check=True, stdout=subprocess.DEVNULL)


def make_project(conformance, project, alt, folder):
    """The setting in which the peer ran. Returns the entry file's name."""
    shutil.copytree(os.path.join(conformance, "real-world", project), folder, dirs_exist_ok=True)
    entries = [name for name in (".gitlab-ci.yml", ".ci/gitlab/.gitlab-ci.yml")
               if os.path.exists(os.path.join(folder, name))]
    git(folder, "init", "-q", "-b", "main")
    git(folder, "remote", "add", "origin", "git@gitlab.com:grp/proj.git")
    if alt:
        git(folder, "commit", "-q", "--allow-empty", "-m", "empty")
        git(folder, "update-ref", "refs/remotes/origin/main", "HEAD")
    git(folder, "add", "-A", "-f")
    git(folder, "commit", "-q", "-m", "all")
    return entries[0]


class Fairlead:
    def __init__(self, binary, folder, entry):
        self.binary, self.folder, self.entry = binary, folder, entry

    def run(self, *arguments):
        return subprocess.run([self.binary, *arguments], cwd=self.folder, capture_output=True, text=True,
                              timeout=PATIENCE)

    def lint(self):
        return self.run("lint", self.entry)

    def list(self, entry=None):
        """(jobs by name, or None when there is no pipeline; what was said)"""
        result = self.run("exec", "--file", entry or self.entry, "--list", "--format", "json")
        if result.returncode == 0:
            return {canonical(job["name"]): job for job in json.loads(result.stdout)}, ""
        return None, result.stderr

    def preview(self):
        result = self.run("exec", "--file", self.entry, "--preview")
        assert result.returncode == 0, f"--preview exited with {result.returncode}: {result.stderr}"
        return read_yaml(result.stdout)

    def list_unconditionally(self):
        """The jobs when only, except and workflow keep none out."""
        merged = {key: value for key, value in self.preview().items() if key != "workflow" and not key.startswith(".")}
        for definition in merged.values():
            if isinstance(definition, dict):
                for key in ("only", "except", "extends"):  # extends was followed already
                    definition.pop(key, None)
        with open(os.path.join(self.folder, "all.yml"), "w", encoding="utf-8") as out:
            json.dump(merged, out)  # JSON is YAML
        return self.list("all.yml")


# -- comparing --

def canonical(name):
    """Kind `copies`: the peer writes `job: [a,b]` and `job: [1/2]`, GitLab `job: [a, b]` and `job 1/2`."""
    match = re.fullmatch(r"(.*): \[(.*)\]", name, re.DOTALL)
    if not match:
        return name
    if re.fullmatch(r"\d+/\d+", match.group(2)):
        return f"{match.group(1)} {match.group(2)}"
    return f"{match.group(1)}: [" + re.sub(r",\s*", ",", match.group(2)) + "]"


def copies_of(name, names):
    """`name`, or the copies that `parallel` makes of it."""
    if name in names:
        return [name]
    return [other for other in names if re.fullmatch(re.escape(name) + r"(: \[.*\]| \d+/\d+)", other, re.DOTALL)] or [name]


class Comparison:
    def __init__(self, peer):
        self.peer = peer
        self.kinds = {}
        self.problems = []

    def differ(self, kind, name):
        self.kinds.setdefault(kind, []).append(name)

    def job(self, name, mine, theirs):
        definition = self.peer.definition(name)
        if mine["name"] != theirs["name"]:
            self.differ("copies", name)
        self.field(name, "stage", mine["stage"], theirs["stage"])
        self.field(name, "when", mine["when"], theirs["when"])
        allowed = theirs["allow_failure"]
        # Some exit codes may be allowed: known only when the job has failed.
        allowed = False if isinstance(allowed, dict) else allowed
        if mine["allow_failure"] and not allowed and definition.get("when") == "manual" \
                and definition.get("allow_failure") is None:
            self.differ("manual-is-optional", name)
        else:
            self.field(name, "allow_failure", mine["allow_failure"], allowed)
        self.needs(name, mine["needs"], theirs.get("needs"))

    def needs(self, name, mine, theirs):
        got = sorted(canonical(need["job"] if isinstance(need, dict) else need) for need in mine or [])
        wanted = sorted(canonical(need["job"] if isinstance(need, dict) else need) for need in theirs or [])
        every = sorted({copy for need in wanted for copy in copies_of(need, self.peer.jobs)})
        present = [need for need in every if need in got or not self.absent_optional(name, need)]
        if got == present != every:
            self.differ("optional-needs", name)
        elif got == every != wanted:
            self.differ("copies", name)
        else:
            self.field(name, "needs", got, wanted)
        if not got and not wanted:
            # No needs at all waits for the stages before; an empty list does not.
            self.field(name, "needs given", mine is not None, theirs is not None)

    def absent_optional(self, name, need):
        """Whether `name` can do without `need`, which no rule adds."""
        given = self.peer.definition(name).get("needs") or []
        optional = {item["job"] for item in given if isinstance(item, dict) and item.get("optional")}
        return need in optional and self.peer.jobs.get(need, {"when": "never"})["when"] == "never"

    def field(self, name, field, mine, theirs):
        if mine != theirs:
            self.problems.append(f"{name}: {field} {mine}, peer {theirs}")

    def jobs(self, project):
        ours, said = project.list()
        if ours is None and "The pipeline did not run" not in said and "would have been empty" not in said:
            self.problems.append(f"--list failed: {said}")
            return
        hidden = {}
        for name, theirs in self.peer.jobs.items():
            mine = (ours or {}).get(name)
            if mine is not None and theirs["when"] != "never":
                self.job(name, mine, theirs)
            elif mine is not None:
                self.problems.append(f"{name}: only fairlead lists it")
            elif theirs["when"] != "never":
                hidden[name] = theirs
        self.problems += [f"{name}: only fairlead lists it" for name in ours or {} if name not in self.peer.jobs]
        if hidden:
            self.hidden(hidden, said, *project.list_unconditionally())

    def hidden(self, hidden, said, everything, problem):
        """Jobs that conditions keep out which the peer does not look at: the
        cause is shown by taking these conditions away."""
        if everything is None:
            self.problems.append(f"--list without only, except and workflow failed: {problem}")
            return
        for name, theirs in hidden.items():
            if name not in everything:
                self.problems.append(f"{name}: only the peer lists it ({theirs['when']})")
                continue
            definition = self.peer.definition(name)
            if "The pipeline did not run. Review the workflow:rules" in said or "only" in definition or "except" in definition:
                self.differ("conditions", name)
            else:
                self.problems.append(f"{name}: only the peer lists it, for no known cause")
            self.job(name, everything[name], theirs)


def conditional_keys(project):
    """Keys of files that the entry file includes under a condition, which the count has in any case."""
    with open(os.path.join(project.folder, project.entry), encoding="utf-8") as text:
        includes = read_yaml(text.read()).get("include") or []
    keys = set()
    for item in includes if isinstance(includes, list) else [includes]:
        if isinstance(item, dict) and "rules" in item and "local" in item:
            with open(os.path.join(project.folder, item["local"].lstrip("/")), encoding="utf-8") as text:
                keys.update(read_yaml(text.read()))
    return keys


def compare_keys(comparison, project, count):
    """The merged file must have the keys that were counted independently."""
    if not re.fullmatch(r"\d+/\d+", count):
        return
    keys = [key for key in set(project.preview()) | conditional_keys(project) if key not in NOT_JOBS]
    visible = sum(1 for key in keys if not str(key).startswith("."))
    comparison.field("merged file", "visible jobs/hidden keys", f"{visible}/{len(keys) - visible}", count)


def compare(project, peer, count):
    comparison = Comparison(peer)
    lint = project.lint()
    print(lint.stdout[-3000:], lint.stderr[-3000:], sep="")
    if lint.returncode == 3:
        schema = re.search(r"'(\w+)' property is not expected to be here", peer.complaints)
        if peer.jobs is None:
            print("agreed: both refuse the file")
        elif schema and f"contains unknown keys: {schema.group(1)}" in lint.stdout + lint.stderr:
            print("agreed: the peer refuses the file for the same key; its list was made with the checks off")
        else:
            comparison.problems.append("fairlead refuses what the peer accepts")
    elif lint.returncode != 0:
        comparison.problems.append(f"lint exited with {lint.returncode}")
    else:
        compare_keys(comparison, project, count)
        if peer.jobs is not None:
            comparison.jobs(project)
        elif any(re.search(pattern, peer.complaints) for pattern in PEER_REFUSES):
            comparison.differ("peer-refuses", "the file")
            everything, problem = project.list_unconditionally()
            if everything is None and "would have been empty" not in problem:
                comparison.problems.append(f"--list failed: {problem}")
        else:
            comparison.problems.append("fairlead accepts what the peer refuses")
    return comparison


def main():
    if sys.argv[1] == "--names":
        for name, (includes, _) in rows_of_index(sys.argv[2]).items():
            if all_includes_local(includes):
                print(name)
        return 0
    binary, conformance, name = sys.argv[1:4]
    if not os.path.isdir(os.path.join(conformance, "real-world")):
        print(f"skipped: no conformance data at {conformance}")
        return SKIP
    peer = Peer(conformance, name)
    with tempfile.TemporaryDirectory(prefix="fairlead-real-") as folder:
        entry = make_project(conformance, name, peer.alt, folder)
        comparison = compare(Fairlead(os.path.abspath(binary), folder, entry), peer, rows_of_index(conformance)[name][1])
    for kind, names in comparison.kinds.items():
        print(f"difference of kind {kind} ({len(names)}): {', '.join(names[:5])}{' ...' if len(names) > 5 else ''}")
    for problem in comparison.problems:
        print(f"NOT AGREED: {problem}")
    return 1 if comparison.problems else 0


if __name__ == "__main__":
    sys.exit(main())

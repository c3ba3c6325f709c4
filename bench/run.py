#!/usr/bin/env python3
"""Measures what docs/performance.md promises, each as a ratio to a peer or a floor
taken in the same run, and prints a Markdown table (JSON with --json).

usage: bench/run.py FAIRLEAD_BINARY [--json] [--quick]
"""

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

import pipelines

QUIET = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE}


def seconds(command, repeat, **options):
    """Median wall time of a command that must succeed."""
    times = []
    for _ in range(repeat):
        began = time.perf_counter()
        done = subprocess.run(command, **{**QUIET, **options})
        times.append(time.perf_counter() - began)
        if done.returncode != 0:
            sys.exit(f"{' '.join(map(str, command))} exited with {done.returncode}: {done.stderr.decode()[-2000:]}")
    return statistics.median(times)


def git_project(parent, name):
    folder = os.path.join(parent, name)
    os.mkdir(folder)
    subprocess.run(["git", "init", "-q", "-b", "main", folder], check=True)
    return folder


def commit(folder):
    subprocess.run(["git", "-C", folder, "add", "-A"], check=True)
    subprocess.run(["git", "-C", folder, "-c", "user.name=bench", "-c", "user.email=bench@example.com", "commit",
                    "-qm", "bench"], check=True)


def ms(value):
    return f"{value * 1000:.1f} ms"


def measure(fairlead, repeat):
    rows = []
    with tempfile.TemporaryDirectory(prefix="fairlead-bench-") as work:
        floor = seconds(["/bin/true"], repeat * 5)
        start = seconds([fairlead, "--version"], repeat * 5)
        rows.append(("start (`--version`)", ms(start), f"`/bin/true` {ms(floor)}", f"+{ms(start - floor)}", "≤ 8 ms",
                     start - floor <= 0.008))

        wrapper = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "scripts", "fairlead")
        subprocess.run([wrapper, "--version"], check=True, **{**QUIET, "stderr": None})
        wrapped = seconds([wrapper, "--version"], repeat * 5)
        rows.append(("`scripts/fairlead`, nothing to build", ms(wrapped), f"the binary {ms(start)}",
                     f"+{ms(wrapped - start)}", "≤ 30 ms", wrapped - start <= 0.030))

        lint = {}
        for count in (100, 1000, 2000):
            folder = git_project(work, f"lint-{count}")
            pipelines.write_flat(folder, count)
            lint[count] = seconds([fairlead, "lint", ".gitlab-ci.yml"], repeat, cwd=folder)
        folder = git_project(work, "lint-10000")
        pipelines.write_split(folder, 10000, 2500)
        lint[10000] = seconds([fairlead, "lint", ".gitlab-ci.yml"], repeat, cwd=folder)
        rows.append(("lint 100 jobs", ms(lint[100]), "", "", "", True))
        rows.append(("lint 2,000 jobs of 540 bytes", ms(lint[2000]), "", "", "≤ 100 ms", lint[2000] <= 0.100))
        ratio = lint[10000] / lint[1000]
        rows.append(("lint 10,000 jobs in 4 includes", ms(lint[10000]), f"1,000 jobs {ms(lint[1000])}",
                     f"{ratio:.1f} ×", "≤ 12 ×", ratio <= 12))
        folder = os.path.join(work, "lint-2000")
        commit(folder)
        listing = seconds([fairlead, "exec", "--list"], repeat, cwd=folder)
        rows.append(("`exec --list`, 2,000 jobs", ms(listing), f"lint {ms(lint[2000])}",
                     f"{listing / lint[2000]:.1f} ×", "", True))

        folder = git_project(work, "exec")
        pipelines.write_shell_jobs(folder, 100)
        for number in range(10):
            with open(os.path.join(folder, f"file-{number}"), "w", encoding="utf-8") as out:
                out.write("content\n")
        commit(folder)
        floors, runs = [], []
        for _ in range(max(3, repeat)):  # interleaved, so that both see the same machine
            began = time.perf_counter()
            for number in range(100):
                subprocess.run(["bash", "-c", f"echo {number}"], check=True, **QUIET)
            floors.append(time.perf_counter() - began)
            runs.append(seconds([fairlead, "exec", "--concurrency", "1", "--quiet"], 1, cwd=folder))
        floor, run = statistics.median(floors), statistics.median(runs)
        rows.append(("exec, 100 shell jobs, concurrency 1", ms(run), f"100 × `bash -c` {ms(floor)}",
                     f"{run / floor:.2f} ×", "≤ 2 ×", run <= 2 * floor))
        parallel = seconds([fairlead, "exec", "--quiet"], max(3, repeat), cwd=folder)
        rows.append(("the same at the default concurrency", ms(parallel), "concurrency 1", f"{parallel / run:.2f} ×",
                     "", True))
        rows += measure_peer(work, fairlead)
    return rows


def measure_peer(work, fairlead):
    """gitlab-ci-local from npm, where Node 22 or later can run it."""
    node = shutil.which("node")
    version = subprocess.run([node, "--version"], capture_output=True, text=True).stdout if node else ""
    if not version or int(version[1:].split(".")[0]) < 22:
        return [("gitlab-ci-local", "not measured", f"needs Node 22 or later, here {version.strip() or 'none'}", "", "", True)]
    folder = os.path.join(work, "npm")
    os.mkdir(folder)
    if subprocess.run(["npm", "install", "--silent", "--no-audit", "--no-fund", "gitlab-ci-local@4.75.1"], cwd=folder).returncode:
        return [("gitlab-ci-local", "not measured", "npm could not install it", "", "", True)]
    peer = os.path.join(folder, "node_modules", ".bin", "gitlab-ci-local")
    rows = []
    project = os.path.join(work, "lint-2000")
    subprocess.run(["git", "-C", project, "remote", "add", "origin", "git@gitlab.example.com:group/project.git"], check=True)
    theirs = seconds([peer, "--list"], 1, cwd=project)
    ours = seconds([fairlead, "exec", "--list"], 3, cwd=project)
    rows.append(("list 2,000 jobs", ms(ours), f"gitlab-ci-local {ms(theirs)}", f"1/{theirs / ours:.0f}", "", True))
    project = os.path.join(work, "exec")
    subprocess.run(["git", "-C", project, "remote", "add", "origin", "git@gitlab.example.com:group/project.git"], check=True)
    theirs = seconds([peer, "--concurrency", "1"], 1, cwd=project)
    ours = seconds([fairlead, "exec", "--concurrency", "1", "--quiet"], 3, cwd=project)
    rows.append(("exec of 100 shell jobs", ms(ours), f"gitlab-ci-local {ms(theirs)}", f"1/{theirs / ours:.0f}", "", True))
    return rows


def main():
    arguments = [word for word in sys.argv[1:] if not word.startswith("--")]
    if len(arguments) != 1:
        sys.exit(__doc__.strip().splitlines()[-1])
    rows = measure(os.path.abspath(arguments[0]), 3 if "--quick" in sys.argv else 9)
    if "--json" in sys.argv:
        keys = ("what", "result", "against", "ratio", "goal", "met")
        print(json.dumps([dict(zip(keys, row)) for row in rows], indent=2, ensure_ascii=False))
        return
    print("| what | result | against | ratio | goal | met |\n|---|---|---|---|---|---|")
    for what, result, against, ratio, goal, met in rows:
        print(f"| {what} | {result} | {against} | {ratio} | {goal} | {('yes' if met else 'NO') if goal else ''} |")


if __name__ == "__main__":
    main()

"""What the end-to-end cases share: a project in a temporary folder, and the
real `fairlead` with an environment of its own (home, cache, git settings)."""

import json
import os
import shutil
import signal
import subprocess
import tempfile
import textwrap
import time
import unittest

FAIRLEAD = os.environ["FAIRLEAD"]
SOURCE = os.environ["FAIRLEAD_SOURCE"]
CONFORMANCE = os.environ.get("FAIRLEAD_CONFORMANCE", os.path.join(SOURCE, "..", "shared", "conformance"))
# No event takes this long; a case that waits so long has failed.
PATIENCE = 60


def wait_for(condition, what):
    """Looks until `condition()` is true; fails after PATIENCE."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        time.sleep(0.01)
    raise AssertionError(f"waited {PATIENCE} s in vain: {what}")


def processes_with(marker):
    """Process ids whose environment or arguments hold `marker`, but not ours."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        if int(pid) == os.getpid():
            continue
        for name in ("environ", "cmdline"):
            try:
                with open(f"/proc/{pid}/{name}", "rb") as content:
                    if marker.encode() in content.read():
                        with open(f"/proc/{pid}/stat", encoding="latin-1") as stat:
                            if stat.read().rsplit(")", 1)[1].split()[0] != "Z":
                                found.append(int(pid))
                        break
            except OSError:
                continue
    return found


class Result:
    def __init__(self, code, out, err):
        self.code, self.out, self.err = code, out, err

    def json(self):
        return json.loads(self.out)

    def events(self, kind=None):
        events = [json.loads(line) for line in self.out.splitlines()]
        return [event for event in events if kind is None or event["event"] == kind]

    def output_of(self, job):
        return [event["text"] for event in self.events("output") if event["job"] == job]

    def final(self):
        """name -> the job's object in the last event."""
        return {job["job"]: job for job in self.events("pipeline_finished")[0]["jobs"]}

    def __str__(self):
        return f"exit code {self.code}\n--- stdout\n{self.out}\n--- stderr\n{self.err}"


class Case(unittest.TestCase):
    def setUp(self):
        self.work = tempfile.mkdtemp(prefix="fairlead-e2e-")
        self.addCleanup(self._remove)
        self.project = os.path.join(self.work, "project")
        self.shared = os.path.join(self.work, "shared")  # jobs meet here; $SHARED
        os.mkdir(self.project)
        os.mkdir(self.shared)
        self.env = {
            "PATH": os.environ["PATH"],
            "HOME": self.work,
            "XDG_CACHE_HOME": os.path.join(self.work, "cache"),
            "USER": "tester",
            "LC_ALL": "C.UTF-8",
            "TERM": "xterm",
            "GIT_CONFIG_GLOBAL": os.path.join(self.work, "gitconfig"),
            "GIT_CONFIG_NOSYSTEM": "1",
            "SHARED": self.shared,
        }
        for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS", "LSAN_OPTIONS"):
            if name in os.environ:
                self.env[name] = os.environ[name]
        with open(self.env["GIT_CONFIG_GLOBAL"], "w", encoding="utf-8") as out:
            out.write("[user]\n\tname = Test Er\n\temail = tester@example.com\n[protocol \"file\"]\n\tallow = always\n")

    def _remove(self):
        left = processes_with(self.shared)
        for pid in left:
            try:
                os.kill(pid, signal.SIGKILL)
            except OSError:
                pass
        shutil.rmtree(self.work, ignore_errors=True)
        self.assertEqual(left, [], "processes were left running")

    # -- making projects --

    def write(self, name, text, mode=None):
        path = os.path.join(self.project, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        data = text if isinstance(text, bytes) else textwrap.dedent(text).encode()
        with open(path, "wb") as out:
            out.write(data)
        if mode is not None:
            os.chmod(path, mode)
        return path

    def read(self, name, folder=None):
        with open(os.path.join(folder or self.project, name), encoding="utf-8") as text:
            return text.read()

    def git(self, *arguments, cwd=None):
        return subprocess.run(["git", *arguments], cwd=cwd or self.project, env=self.env, check=True,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True).stdout.strip()

    def commit(self, message="first"):
        if not os.path.exists(os.path.join(self.project, ".git")):
            self.git("init", "-q", "-b", "main")
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", message)

    def pipeline(self, text, **files):
        """A committed project with this .gitlab-ci.yml."""
        self.write(".gitlab-ci.yml", text)
        for name, content in files.items():
            self.write(name, content)
        self.commit()

    # -- running --

    def start(self, *arguments, **more):
        return subprocess.Popen([FAIRLEAD, *arguments], cwd=more.pop("cwd", self.project), env={**self.env, **more.pop("env", {})},
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                encoding="utf-8", errors="surrogateescape", **more)

    def finish(self, process):
        try:
            out, err = process.communicate(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            out, err = process.communicate()
            self.fail(f"fairlead did not end\n{out}\n{err}")
        return Result(process.returncode, out, err)

    def fairlead(self, *arguments, **more):
        return self.finish(self.start(*arguments, **more))

    def exec(self, *arguments, code=0, **more):
        result = self.fairlead("exec", *arguments, **more)
        self.assertEqual(result.code, code, str(result))
        return result

    def run_json(self, *arguments, code=0, **more):
        return self.exec("--format", "json", *arguments, code=code, **more)

    def statuses(self, result):
        return {name: job["status"] for name, job in result.final().items()}

    def marker(self, name):
        return os.path.join(self.shared, name)

    def touch(self, name):
        with open(self.marker(name), "w", encoding="utf-8"):
            pass

    def wait_marker(self, name):
        wait_for(lambda: os.path.exists(self.marker(name)), f"no job wrote {name}")

    def assertNothingLeft(self):
        wait_for(lambda: not processes_with(self.shared), "processes are left running")

    def conformance(self, *parts):
        path = os.path.join(CONFORMANCE, *parts)
        if not os.path.exists(path):
            self.skipTest(f"there is no {path}")
        return path

"""exec: pipelines that run, from the first job to the exit code."""

import os
import signal
import sys
import unittest
import zipfile

from harness import PATIENCE, Case, wait_for

FIVE_STAGES = """
    stages: [test, build, integration, staging, production]
    unit: {stage: test, script: echo unit}
    package: {stage: build, script: echo package}
    to_integration: {stage: integration, script: echo integration}
    to_staging: {stage: staging, script: echo staging, when: manual}
    to_production: {stage: production, script: echo production, rules: [{when: manual}]}
"""


class Gates(Case):
    def test_five_stages_run_in_order_and_wait_at_the_blocking_gate(self):
        self.pipeline(FIVE_STAGES)
        result = self.run_json()
        self.assertEqual(self.statuses(result), {"unit": "success", "package": "success", "to_integration": "success",
                                                 "to_staging": "manual", "to_production": "manual"})
        end = result.events("pipeline_finished")[0]
        self.assertEqual(end["status"], "manual")
        self.assertEqual(end["gates"], [{"job": "to_staging", "blocking": False}, {"job": "to_production", "blocking": True}])
        done = [event["job"] for event in result.events("job_status") if event["status"] == "success"]
        self.assertEqual(done, ["unit", "package", "to_integration"])

    def test_optional_gates_alone_end_in_success_and_are_listed(self):
        self.pipeline(FIVE_STAGES.replace("rules: [{when: manual}]", "when: manual"))
        result = self.exec()
        self.assertIn("success in", result.out)
        self.assertIn("Not played: to_staging, to_production", result.out)
        self.assertEqual(self.run_json().events("pipeline_finished")[0]["status"], "success")

    def test_manual_presses_gates(self):
        self.pipeline(FIVE_STAGES)
        result = self.run_json("--manual", "to_staging")
        self.assertEqual(self.statuses(result)["to_staging"], "success")
        self.assertEqual(self.statuses(result)["to_production"], "manual")
        result = self.run_json("--manual", "to_staging", "--manual", "to_production")
        self.assertEqual(set(self.statuses(result).values()), {"success"})
        self.assertEqual(result.events("pipeline_finished")[0]["status"], "success")

    def test_naming_a_manual_job_presses_its_gate(self):
        self.pipeline(FIVE_STAGES)
        self.assertEqual(self.statuses(self.run_json("to_staging")), {"to_staging": "success"})

    def test_a_gate_before_later_jobs_lets_them_run_once_pressed(self):
        self.pipeline("""
            stages: [gate, after]
            gate: {stage: gate, script: echo, rules: [{when: manual}]}
            after: {stage: after, script: echo}
        """)
        self.assertEqual(self.statuses(self.run_json()), {"gate": "manual", "after": "created"})
        self.assertEqual(self.statuses(self.run_json("--manual", "gate")), {"gate": "success", "after": "success"})


class Scheduling(Case):
    def test_jobs_of_a_stage_run_side_by_side(self):
        # Each waits for the other: one after the other they would never end.
        wait = 'touch $SHARED/$CI_JOB_NAME; for i in $(seq 600); do [ -e $SHARED/%s ] && exit 0; sleep 0.05; done; exit 1'
        self.pipeline(f"a: {{script: '{wait % 'b'}'}}\nb: {{script: '{wait % 'a'}'}}\n")
        self.assertEqual(set(self.statuses(self.run_json("--concurrency", "2")).values()), {"success"})

    def test_concurrency_one_runs_one_job_at_a_time(self):
        self.pipeline("job:\n  parallel: 5\n  script: 'mkdir $SHARED/busy && rmdir $SHARED/busy'\n")
        self.assertEqual(set(self.statuses(self.run_json("--concurrency", "1")).values()), {"success"})

    def test_needs_start_a_job_before_its_stage(self):
        # `early` is two stages later, and `slow` waits for it.
        self.pipeline("""
            stages: [one, two, three]
            slow: {stage: one, script: 'for i in $(seq 600); do [ -e $SHARED/early ] && exit 0; sleep 0.05; done; exit 1'}
            fast: {stage: one, script: echo}
            middle: {stage: two, needs: [fast], script: echo}
            early: {stage: three, needs: [middle], script: touch $SHARED/early}
        """)
        self.assertEqual(set(self.statuses(self.run_json("--concurrency", "2")).values()), {"success"})

    def test_a_failure_skips_what_follows_and_runs_on_failure(self):
        self.pipeline("""
            stages: [a, b]
            bad: {stage: a, script: exit 7}
            next: {stage: b, script: echo}
            rescue: {stage: b, script: echo, when: on_failure}
            always: {stage: b, script: echo, when: always}
        """)
        result = self.run_json(code=1)
        self.assertEqual(self.statuses(result), {"bad": "failed", "next": "skipped", "rescue": "success", "always": "success"})
        self.assertEqual(result.final()["bad"]["exit_code"], 7)
        self.assertEqual(result.final()["bad"]["failure_reason"], "script_failure")

    def test_allow_failure_by_exit_code(self):
        self.pipeline("""
            allowed: {script: exit 3, allow_failure: {exit_codes: [3, 4]}}
            plain: {script: exit 1, allow_failure: true}
        """)
        result = self.run_json()
        self.assertEqual(self.statuses(result), {"allowed": "failed", "plain": "failed"})
        self.write(".gitlab-ci.yml", "other: {script: exit 5, allow_failure: {exit_codes: [3, 4]}}\n")
        self.exec(code=1)

    def test_retry_runs_the_job_again(self):
        self.pipeline("""
            flaky:
              retry: 2
              script:
                - echo x >> $SHARED/tries
                - test $(wc -l < $SHARED/tries) -ge 3
        """)
        result = self.run_json()
        self.assertEqual(result.final()["flaky"]["status"], "success")
        self.assertEqual(result.final()["flaky"]["attempt"], 3)
        self.assertEqual(len(self.read("tries", self.shared).splitlines()), 3)

    def test_timeout_ends_a_job_with_all_its_processes(self):
        self.pipeline("slow: {timeout: 1s, script: 'sleep 1000 & sleep 1000'}\n")
        result = self.run_json(code=1)
        self.assertEqual(result.final()["slow"]["failure_reason"], "job_execution_timeout")
        self.assertLess(result.final()["slow"]["duration"], 30)
        self.assertNothingLeft()

    def test_delayed_jobs_wait_for_their_time(self):
        self.pipeline("later: {script: echo, when: delayed, start_in: 1 second}\n")
        result = self.run_json()
        statuses = [event["status"] for event in result.events("job_status")]
        self.assertIn("scheduled", statuses)
        self.assertEqual(statuses[-1], "success")

    def test_chosen_jobs_run_without_the_rest(self):
        self.pipeline("""
            stages: [a, b]
            first: {stage: a, script: exit 1}
            second: {stage: b, script: echo}
            third: {stage: b, needs: [first], script: echo}
        """)
        self.assertEqual(self.statuses(self.run_json("second")), {"second": "success"})
        self.assertEqual(self.statuses(self.run_json("third")), {"third": "success"})
        self.assertEqual(self.statuses(self.run_json("third", "--needs", code=1)), {"first": "failed", "third": "skipped"})

    def test_trigger_jobs_are_named_and_left_out(self):
        self.pipeline("job: {script: echo}\nchild: {trigger: {include: child.yml}}\n", **{"child.yml": "x: {script: echo}\n"})
        result = self.run_json()
        self.assertIn('trigger job "child" is not run', result.err)
        self.assertEqual(self.statuses(result), {"job": "success"})


class Files(Case):
    def test_artifacts_flow_and_are_kept(self):
        self.pipeline("""
            stages: [make, use]
            make:
              stage: make
              script:
                - mkdir -p out/deep && echo content > out/deep/file && echo no > out/skip.log && ln -s deep out/link
              artifacts: {paths: [out/], exclude: [out/*.log]}
            use:
              stage: use
              script: ['test "$(cat out/link/file)" = content', 'test ! -e out/skip.log']
            none:
              stage: use
              dependencies: []
              script: test ! -e out
        """)
        result = self.run_json()
        (archive,) = result.final()["make"]["artifacts"]
        self.assertTrue(os.path.getsize(archive) > 0, archive)
        with zipfile.ZipFile(archive) as content:
            self.assertIn("out/deep/file", content.namelist())
            self.assertNotIn("out/skip.log", content.namelist())
        shown = [line for line in self.exec().out.splitlines() if line.startswith("    artifacts: ")]
        self.assertEqual(len(shown), 1)
        self.assertTrue(os.path.exists(shown[0].split(": ", 1)[1]), shown)

    def test_artifacts_of_a_failed_job_when_wanted(self):
        self.pipeline("""
            stages: [a, b]
            bad: {stage: a, script: ['echo log > log', exit 1], artifacts: {when: on_failure, paths: [log]}}
            look: {stage: b, when: always, script: cat log}
        """)
        self.assertEqual(self.statuses(self.run_json(code=1)), {"bad": "failed", "look": "success"})

    def test_dotenv_reports_feed_later_jobs(self):
        self.pipeline("""
            stages: [a, b]
            version: {stage: a, script: 'echo VERSION=1.2.3 > build.env', artifacts: {reports: {dotenv: build.env}}}
            use: {stage: b, script: test "$VERSION" = 1.2.3}
        """)
        self.assertEqual(self.statuses(self.run_json()), {"version": "success", "use": "success"})

    def test_cache_is_kept_between_runs(self):
        self.pipeline("""
            job:
              cache: {key: k, paths: [cached/]}
              script: [ls cached || true, mkdir -p cached, 'echo x >> cached/runs', cp cached/runs $SHARED/runs]
        """)
        for runs in (1, 2, 3):
            self.exec()
            self.assertEqual(len(self.read("runs", self.shared).splitlines()), runs)

    def test_each_job_has_the_working_tree_as_it_is(self):
        self.pipeline("""
            job:
              script:
                - test "$(cat tracked)" = changed
                - test "$(cat new)" = untracked
                - test ! -e ignored
                - test ! -e deleted
                - test -x tool && test ! -x tracked
                - test "$(readlink link)" = tracked
                - test "$(cat 'with blank')" = blank
                - test "$(wc -c < big)" = 300000
                - echo more >> tracked
                - git describe --tags
                - test -z "$(git diff --name-only -- tool)"
                - test "$(git diff --name-only -- tracked)" = tracked
        """, tracked="original\n", deleted="x", **{"with blank": "blank", ".gitignore": "ignored\n", "big": "x" * 300000})
        self.write("tool", "#!/bin/sh\n", 0o755)
        os.symlink("tracked", self.project + "/link")
        self.commit("second")
        self.git("tag", "-a", "v1", "-m", "v1")
        self.write("tracked", "changed\n")
        self.write("new", "untracked\n")
        self.write("ignored", "x")
        os.remove(self.project + "/deleted")
        before = self.git("status", "--porcelain")
        self.exec()
        self.assertEqual(self.read("tracked"), "changed\n")
        self.assertEqual(self.git("status", "--porcelain"), before)
        # Copies are gone; what is left is the cache folder.
        found = [name for _, _, files in os.walk(self.work + "/cache") for name in files if name == "with blank"]
        self.assertEqual(found, [])

    def test_in_place_runs_in_the_working_tree(self):
        self.pipeline("job: {script: 'echo $CI_PROJECT_DIR > made'}\n")
        self.exec("--in-place")
        self.assertEqual(self.read("made").strip(), os.path.realpath(self.project))
        self.assertEqual(self.git("status", "--porcelain"), "?? made")

    def test_submodules_that_are_checked_out_come_along(self):
        library = os.path.join(self.work, "library")
        os.mkdir(library)
        self.git("init", "-q", "-b", "main", cwd=library)
        with open(library + "/code.c", "w", encoding="utf-8") as out:
            out.write("int x;\n")
        self.git("add", "-A", cwd=library)
        self.git("commit", "-qm", "library", cwd=library)
        self.pipeline("job: {script: cat third/code.c}\n")
        self.git("submodule", "add", "-q", library, "third")
        self.commit("submodule")
        self.exec()

    def test_a_linked_work_tree_is_a_repository_too(self):
        self.pipeline("job: {script: 'git log -1 --format=%s'}\n")
        tree = os.path.join(self.work, "tree")
        self.git("worktree", "add", "-q", "-b", "side", tree)
        result = self.run_json(cwd=tree)
        self.assertIn("first", result.output_of("job"))
        self.assertEqual(result.events("pipeline_started")[0]["ref"], "side")

    def test_a_folder_without_git_works_and_says_what_is_missing(self):
        self.write(".gitlab-ci.yml", "job: {script: cat file}\n")
        self.write("file", "here")
        result = self.exec()
        self.assertIn("here", result.out)
        self.assertIn("it is not a git repository", result.err)

    def test_run_from_a_hook_the_users_repository_is_not_touched(self):
        self.pipeline("job: {script: ['git commit -q --allow-empty -m inside', 'test -z \"$GIT_DIR\"']}\n")
        head = self.git("rev-parse", "HEAD")
        self.exec(env={"GIT_DIR": self.project + "/.git", "GIT_INDEX_FILE": self.project + "/.git/index", "GIT_WORK_TREE": self.project})
        self.assertEqual(self.git("rev-parse", "HEAD"), head)

    def test_two_runs_of_one_project_at_once(self):
        self.pipeline("job: {script: 'touch $SHARED/$RUN; for i in $(seq 600); do [ -e $SHARED/$OTHER ] && exit 0; sleep 0.05; done; exit 1'}\n")
        one = self.start("exec", "--variable", "RUN=one", "--variable", "OTHER=two")
        two = self.start("exec", "--variable", "RUN=two", "--variable", "OTHER=one")
        for process in (one, two):
            result = self.finish(process)
            self.assertEqual(result.code, 0, str(result))


class Interrupting(Case):
    def interruptible(self):
        self.pipeline("""
            stages: [a, b]
            slow:
              stage: a
              script: ['touch $SHARED/started', 'sleep 1000']
              after_script: ['touch $SHARED/cleaned-$CI_JOB_STATUS']
            never: {stage: b, script: echo}
        """)

    def test_ctrl_c_cancels_politely_and_after_script_runs(self):
        self.interruptible()
        process = self.start("exec", "--format", "json")
        self.wait_marker("started")
        process.send_signal(signal.SIGINT)
        result = self.finish(process)
        self.assertEqual(result.code, 130, str(result))
        self.assertTrue(os.path.exists(self.marker("cleaned-canceled")), str(result))
        self.assertEqual(self.statuses(result), {"slow": "canceled", "never": "canceled"})
        self.assertTrue(result.events("pipeline_finished")[0]["interrupted"])
        self.assertNothingLeft()

    def test_twice_cancels_hard(self):
        self.pipeline("""
            stubborn:
              script:
                - trap "touch $SHARED/asked" TERM
                - touch $SHARED/started
                - 'while true; do sleep 0.1; done'
        """)
        process = self.start("exec")
        self.wait_marker("started")
        process.send_signal(signal.SIGINT)
        wait_for(lambda: os.path.exists(self.marker("asked")) or process.poll() is not None, "TERM did not reach the script")
        process.send_signal(signal.SIGINT)
        result = self.finish(process)
        self.assertEqual(result.code, 130, str(result))
        self.assertNothingLeft()

    def test_a_signal_that_is_ignored_stays_ignored(self):
        self.pipeline("job: {script: ['touch $SHARED/started', 'for i in $(seq 600); do [ -e $SHARED/go ] && exit 0; sleep 0.05; done; exit 1']}\n")
        process = self.start("exec", preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN))  # as nohup does
        self.wait_marker("started")
        process.send_signal(signal.SIGHUP)
        self.touch("go")
        result = self.finish(process)
        self.assertEqual(result.code, 0, str(result))

    def test_a_killed_fairlead_leaves_no_job_behind(self):
        self.interruptible()
        process = self.start("exec")
        self.wait_marker("started")
        process.kill()
        process.communicate(timeout=PATIENCE)
        self.assertNothingLeft()


class Showing(Case):
    def test_off_a_terminal_lines_are_prefixed_and_plain(self):
        self.pipeline("job: {script: ['printf \"\\033[31mred\\033[0m\\n\"', 'echo two']}\n")
        result = self.exec()
        self.assertNotIn("\x1b", result.out)
        self.assertNotIn("section_start", result.out)
        self.assertIn("[job] red\n", result.out)
        self.assertIn("[job] two\n", result.out)
        self.assertIn("== job: success in", result.out)

    def test_quiet_shows_the_summary_only(self):
        self.pipeline("good: {script: echo hidden}\nbad: {script: ['echo shown', exit 1]}\n")
        result = self.exec("--quiet", code=1)
        self.assertNotIn("hidden", result.out)
        self.assertIn("shown", result.out)
        self.assertIn("bad", result.out)

    def test_json_is_one_event_per_line(self):
        self.pipeline("job: {script: 'echo hello'}\n")
        result = self.run_json()
        self.assertEqual(result.events()[0]["event"], "pipeline_started")
        self.assertEqual(result.events()[-1]["event"], "pipeline_finished")
        self.assertIn("hello", result.output_of("job"))
        for event in result.events():
            self.assertRegex(event["time"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")

    def test_image_and_services_are_said_to_be_ignored_once_per_job(self):
        self.pipeline("""
            image: python:3.7
            a: {script: [echo, echo], services: [mysql:5.6, {name: redis, alias: r}]}
            b: {script: echo}
        """)
        warnings = self.run_json().events("warning")
        self.assertEqual(len([w for w in warnings if 'image "python:3.7" is not used' in w["message"]]), 2)
        services = [w for w in warnings if "services are not started" in w["message"]]
        self.assertEqual([w["job"] for w in services], ["a"])
        self.assertIn("mysql:5.6, redis", services[0]["message"])
        plain = self.exec("a").out
        self.assertEqual((plain.count("python:3.7"), plain.count("redis")), (1, 1), plain)

    def test_coverage_is_read_from_the_log(self):
        self.pipeline("job: {script: 'echo total 87.5 percent', coverage: '/total \\d+\\.\\d+/'}\n")
        result = self.run_json()
        self.assertEqual(result.final()["job"]["coverage"], 87.5)
        self.assertIn("coverage 87.50%", self.exec().out)

    def test_the_summary_repeats_what_failed_and_where_its_log_is(self):
        self.pipeline("job: {script: ['echo the reason', exit 9]}\n")
        result = self.exec("--quiet", code=1)
        self.assertIn("the reason", result.out)
        self.assertIn("exit status 9", result.out)
        log = [line.split("log: ")[1] for line in result.out.splitlines() if "log: " in line]
        self.assertEqual(len(log), 1, result.out)
        self.assertIn("the reason", self.read(log[0]))

    def test_given_variables_win_over_the_file(self):
        self.pipeline("variables: {A: file}\njob: {variables: {A: job}, script: 'test \"$A\" = given'}\n")
        self.exec("--variable", "A=given")

    def test_variables_of_a_file_may_be_masked_files_and_raw(self):
        self.write("v.yml", """
            KEY: {value: hunter2hunter2, masked: true}
            CERT: {value: "line 1\\nline 2\\n", type: file}
            RAW: {value: $KEY, raw: true}
        """)
        self.pipeline("""
            job:
              script:
                - echo "key $KEY"
                - printf %s "$KEY" | head -c 7; sleep 0.1; printf %s "$KEY" | tail -c 7; echo
                - cat "$CERT"
                - echo "raw $RAW"
        """)
        lines = self.run_json("--variables-file", "v.yml").output_of("job")
        self.assertNotIn("hunter2", "".join(lines))
        for line in ("key [MASKED]", "[MASKED]", "line 1", "line 2", "raw $KEY"):
            self.assertIn(line, lines)

    def test_git_in_a_job_does_not_find_the_repository_around_the_cache(self):
        self.write(".gitlab-ci.yml", "job: {script: 'git rev-parse --show-toplevel || echo none'}\n")
        self.git("init", "-q", "-b", "main")  # no commit, so jobs get no .git
        self.git("init", "-q", "-b", "main", cwd=self.work)
        self.assertIn("none", self.run_json().output_of("job"))

    def test_predefined_variables_tell_the_truth(self):
        self.pipeline("job: {script: 'env | grep ^CI_ | sort > $SHARED/env'}\n")
        self.exec()
        values = dict(line.split("=", 1) for line in self.read("env", self.shared).splitlines() if "=" in line)
        self.assertEqual(values["CI_COMMIT_SHA"], self.git("rev-parse", "HEAD"))
        self.assertEqual(values["CI_COMMIT_BRANCH"], "main")
        self.assertEqual(values["CI_PROJECT_NAME"], "project")
        self.assertEqual(values["CI_COMMIT_TITLE"], "first")
        self.assertTrue(values["CI_PROJECT_DIR"].endswith("/project"))


@unittest.skipUnless(sys.platform == "linux", "pseudo terminals as Linux has them")
class OnATerminal(Case):
    def on_terminal(self, *arguments, answers=(), env=None, size=(24, 80)):
        """Runs with a pseudo terminal; types each answer when its text has appeared."""
        import fcntl
        import pty
        import struct
        import termios

        pid, fd = pty.fork()
        if pid == 0:
            try:
                os.chdir(self.project)
                os.execve(os.environ["FAIRLEAD"], ["fairlead", "exec", *arguments], {**self.env, **(env or {})})
            finally:
                os._exit(99)
        fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", *size, 0, 0))
        waiting = list(answers)
        seen = b""
        searched = 0
        signal.alarm(PATIENCE)
        while True:
            try:
                more = os.read(fd, 65536)
            except OSError:  # EIO: the other side is closed
                break
            if not more:
                break
            seen += more
            if waiting and waiting[0][0].encode() in seen[searched:]:
                searched = len(seen)
                os.write(fd, waiting.pop(0)[1].encode())
        signal.alarm(0)
        _, status = os.waitpid(pid, 0)
        os.close(fd)
        self.assertEqual(waiting, [], seen.decode(errors="replace"))
        return os.waitstatus_to_exitcode(status), seen.decode(errors="replace")

    def test_a_live_view_and_a_summary(self):
        self.pipeline("job: {script: 'echo hello from the job'}\n")
        code, text = self.on_terminal()
        self.assertEqual(code, 0, text)
        self.assertIn("\x1b[?25l", text)
        self.assertTrue(text.rstrip().endswith("\x1b[?25h") or "\x1b[?25h" in text)
        self.assertIn("Pipeline #1 success in", text)

    def test_no_color_is_respected(self):
        self.pipeline("job: {script: 'printf \"\\033[31mred\\033[0m\\n\"; exit 1'}\n")
        code, text = self.on_terminal(env={"NO_COLOR": "1"})
        self.assertEqual(code, 1, text)
        self.assertNotRegex(text, "\x1b\\[[0-9;]*m")

    def test_it_asks_which_gate_to_press(self):
        self.pipeline(FIVE_STAGES)
        code, text = self.on_terminal(answers=[("Press which?", "nonsense\n"), ("Press which?", "2\n"), ("Press which?", "to_staging\n")])
        self.assertEqual(code, 0, text)
        self.assertEqual(text.count('"nonsense" names no gate.'), 1)
        self.assertIn("success in", text)
        self.assertNotIn("Not played", text)

    def test_enter_leaves_the_gates_as_they_are(self):
        self.pipeline(FIVE_STAGES)
        code, text = self.on_terminal(answers=[("Press which?", "\n")])
        self.assertEqual(code, 0, text)
        self.assertIn("Waiting at: to_production", text)

    def test_ctrl_c_at_the_question_ends_it(self):
        self.pipeline(FIVE_STAGES)
        code, text = self.on_terminal(answers=[("Press which?", "\x03")])
        self.assertEqual(code, 130, text)

    def test_ctrl_c_while_a_job_runs(self):
        self.pipeline("slow: {script: ['echo it has begun', 'sleep 1000'], after_script: ['touch $SHARED/cleaned']}\n")
        code, text = self.on_terminal(answers=[("it has begun", "\x03")])
        self.assertEqual(code, 130, text)
        self.assertNothingLeft()

    def test_a_job_cannot_wreck_the_screen(self):
        self.pipeline("job: {script: ['printf \"\\033[2J\\033]0;title\\007\\033[?1049h\\033[5;5Hx\\n\"', 'exit 1']}\n")
        _, text = self.on_terminal()
        self.assertNotIn("\x1b[2J", text)
        self.assertNotIn("\x1b]0;", text)
        self.assertNotIn("\x1b[?1049h", text)

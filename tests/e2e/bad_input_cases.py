"""Bad input: each case gets a clear message, the right exit code, and no loss."""

import os
import subprocess
import tempfile

from harness import Case, wait_for


class Configuration(Case):
    def refused(self, *fragments, arguments=("lint",)):
        self.git("init", "-q", "-b", "main")
        result = self.fairlead(*arguments)
        self.assertEqual(result.code, 3, str(result))
        for fragment in fragments:
            self.assertIn(fragment, result.out + result.err)
        # exec says the same.
        other = self.fairlead("exec")
        self.assertEqual(other.code, 3, str(other))
        for fragment in fragments:
            self.assertIn(fragment, other.err)
        return result

    def test_a_file_of_one_gigabyte_is_refused_unread(self):
        path = self.write(".gitlab-ci.yml", "job: {script: echo}\n")
        os.truncate(path, 1 << 30)  # sparse
        self.refused(".gitlab-ci.yml", "1073741824")

    def test_billion_laughs(self):
        lines = ["a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]"]
        for level in range(1, 12):
            lines.append(f"a{level}: &a{level} [" + ", ".join([f"*a{level - 1}"] * 9) + "]")
        self.write(".gitlab-ci.yml", "\n".join(lines) + "\njob: {script: *a11}\n")
        self.refused(".gitlab-ci.yml")

    def test_ten_thousand_levels_of_nesting(self):
        self.write(".gitlab-ci.yml", "job: {script: " + "[" * 10000 + "]" * 10000 + "}\n")
        self.refused(".gitlab-ci.yml")

    def test_invalid_utf8(self):
        self.write(".gitlab-ci.yml", b"job:\n  script: echo \xff\xfe\n")
        self.refused(".gitlab-ci.yml:2")

    def test_a_nul_byte(self):
        self.write(".gitlab-ci.yml", b"job:\n  script: echo \0 x\n")
        self.refused(".gitlab-ci.yml:2")

    def test_tabs_as_indentation(self):
        self.write(".gitlab-ci.yml", "job:\n\tscript: echo\n")
        self.refused(".gitlab-ci.yml:2")

    def test_crlf_line_ends_are_fine(self):
        self.write(".gitlab-ci.yml", b"job:\r\n  script:\r\n    - echo 'it runs'\r\n    - |\r\n      echo two\r\n      echo three\r\n")
        self.commit()
        result = self.run_json()
        self.assertIn("it runs", result.output_of("job"))
        self.assertIn("three", result.output_of("job"))

    def test_duplicate_keys_are_a_warning_and_the_last_wins(self):
        self.pipeline("job: {script: echo first}\njob: {script: echo last}\n")
        lint = self.fairlead("lint")
        self.assertEqual(lint.code, 0, str(lint))
        self.assertIn("warning", lint.out)
        self.assertIn(".gitlab-ci.yml:2", lint.out)
        self.assertIn("last", self.run_json().output_of("job"))

    def test_a_directory_named_like_the_file(self):
        os.mkdir(self.project + "/.gitlab-ci.yml")
        self.refused(".gitlab-ci.yml is a directory")

    def test_a_fifo_named_like_the_file(self):
        os.mkfifo(self.project + "/.gitlab-ci.yml")
        self.refused("not a regular file")

    def test_no_file_at_all_is_usage(self):
        self.git("init", "-q", "-b", "main")
        for command in ("lint", "exec"):
            result = self.fairlead(command)
            self.assertEqual(result.code, 2, str(result))
            self.assertIn("there is no .gitlab-ci.yml", result.err)

    def test_an_empty_file(self):
        self.write(".gitlab-ci.yml", "")
        self.refused(".gitlab-ci.yml")

    def test_an_include_that_is_not_there(self):
        self.write(".gitlab-ci.yml", "include: missing.yml\njob: {script: echo}\n")
        self.refused("missing.yml")

    def test_an_unreadable_include(self):
        if os.geteuid() == 0:
            # For root nothing is unreadable but what is no file.
            os.mkdir(self.project + "/part.yml")
        else:
            self.write("part.yml", "x: {script: echo}\n", 0o000)
        self.write(".gitlab-ci.yml", "include: part.yml\njob: {script: echo}\n")
        self.refused("part.yml")

    def test_every_problem_is_shown_with_its_place(self):
        self.write(".gitlab-ci.yml", """
            one:
              scriptt: echo
            two:
              script: 5
            three:
              script: echo
              needs: [fou]
            four:
              script: echo
        """)
        self.git("init", "-q", "-b", "main")
        result = self.fairlead("lint", "--format", "json")
        self.assertEqual(result.code, 3, str(result))
        self.assertFalse(result.json()["valid"])
        problems = result.json()["files"][0]["problems"]
        self.assertGreaterEqual(len(problems), 3, str(result))
        for problem in problems:
            self.assertEqual(problem["file"], ".gitlab-ci.yml")
            self.assertGreater(problem["line"], 0, problem)
        text = self.fairlead("lint").out
        self.assertIn("^", text)  # the caret below the line


class Lint(Case):
    def test_valid_files_say_so(self):
        self.pipeline("job: {script: echo}\n")
        result = self.fairlead("lint")
        self.assertEqual((result.code, result.out), (0, ".gitlab-ci.yml is valid\n"))
        self.assertEqual(self.fairlead("lint", "--format", "json").json()["valid"], True)

    def test_several_files_are_each_judged(self):
        self.pipeline("job: {script: echo}\n", **{"bad.yml": "job: {script: 5}\n"})
        result = self.fairlead("lint", ".gitlab-ci.yml", "bad.yml")
        self.assertEqual(result.code, 3, str(result))
        self.assertIn(".gitlab-ci.yml is valid", result.out)
        self.assertIn("bad.yml is not valid", result.out)

    def test_a_missing_file_is_usage(self):
        self.pipeline("job: {script: echo}\n")
        result = self.fairlead("lint", "nowhere.yml")
        self.assertEqual(result.code, 2, str(result))
        self.assertIn("there is no file nowhere.yml", result.err)

    def test_a_directory_is_a_clear_error(self):
        self.pipeline("job: {script: echo}\n")
        os.mkdir(self.project + "/folder")
        result = self.fairlead("lint", "folder")
        self.assertEqual(result.code, 3, str(result))
        self.assertIn("folder is a directory", result.out + result.err)

    def test_includes_start_at_the_repository_of_the_file(self):
        self.pipeline("include: ci/a.yml\n", **{"ci/a.yml": "include: ci/b.yml\n", "ci/b.yml": "job: {script: echo}\n"})
        result = self.fairlead("lint", self.project + "/ci/a.yml", cwd=self.work)
        self.assertEqual(result.code, 0, str(result))


class Explain(Case):
    def test_the_rule_that_matched_and_the_values_it_saw(self):
        self.pipeline("""
            job:
              script: echo
              rules:
                - if: $CI_COMMIT_BRANCH == "release"
                - if: $CI_COMMIT_BRANCH == "main" && $MODE == "full"
                  when: manual
        """)
        result = self.fairlead("explain", "job", "--variable", "MODE=full")
        self.assertEqual(result.code, 0, str(result))
        self.assertIn('Job "job" (stage test) is in the pipeline', result.out)
        self.assertIn("rule 2 at .gitlab-ci.yml:6", result.out)
        self.assertIn('$MODE is "full"', result.out)
        data = self.fairlead("explain", "job", "--format", "json").json()
        self.assertFalse(data["in_pipeline"])
        self.assertEqual([rule["matched"] for rule in data["selection"]["rules"]], [False, False])
        self.assertEqual(data["selection"]["rules"][1]["conditions"][0]["variables"]["MODE"], None)

    def test_where_each_keyword_came_from(self):
        self.pipeline("""
            include: ci/base.yml
            default:
              tags: [linux]
            job:
              extends: .base
              variables: {OWN: "1"}
              script:
                - !reference [.shared, script]
        """, **{"ci/base.yml": """
            .base:
              variables: {BASE: "2"}
              image: debian
            .shared:
              script: [echo shared]
        """})
        data = self.fairlead("explain", "job", "--format", "json").json()
        by_name = {keyword["keyword"]: keyword for keyword in data["keywords"]}
        self.assertEqual((by_name["variables:OWN"]["file"], by_name["variables:OWN"]["line"]), (".gitlab-ci.yml", 7))
        self.assertEqual((by_name["variables:BASE"]["file"], by_name["variables:BASE"]["line"]), ("ci/base.yml", 3))
        self.assertIn({"step": "extends", "what": ".base"}, by_name["variables:BASE"]["via"])
        self.assertEqual(by_name["tags"]["line"], 4)
        self.assertIn("default", [step["step"] for step in by_name["tags"]["via"]])
        text = self.fairlead("explain", "job").out
        self.assertIn("ci/base.yml:4", text)
        self.assertIn("by extends .base", text)

    def test_an_unknown_job_is_usage_with_the_nearest(self):
        self.pipeline("compile: {script: echo}\n")
        result = self.fairlead("explain", "compil")
        self.assertEqual(result.code, 2, str(result))
        self.assertIn('did you mean "compile"?', result.err)


class Jobs(Case):
    def test_a_job_killed_by_a_signal(self):
        self.pipeline("job: {script: 'echo before; kill -9 $$'}\nother: {script: echo fine}\n")
        result = self.run_json(code=1)
        self.assertIn("before", result.output_of("job"))
        self.assertEqual(self.statuses(result), {"job": "failed", "other": "success"})
        self.assertEqual(result.final()["job"]["exit_code"], 137)

    def test_a_script_that_closes_its_output(self):
        self.pipeline("job: {script: ['echo before', 'exec >&- 2>&-', 'touch $SHARED/went-on']}\n")
        result = self.run_json()
        self.assertIn("before", result.output_of("job"))
        self.assertTrue(os.path.exists(self.marker("went-on")))

    def test_what_a_job_leaves_in_the_background_ends_with_it(self):
        self.pipeline("""
            job:
              script:
                - sleep 1000 &
                - setsid sleep 1001 &
                - (setsid sh -c 'sleep 1002 & exec sleep 1003' >/dev/null 2>&1 &)
                - nohup sh -c '(sleep 1004 &) ; exit' >/dev/null 2>&1
                - echo done
        """)
        result = self.run_json()
        self.assertIn("done", result.output_of("job"))
        self.assertLess(result.final()["job"]["duration"], 50)
        self.assertNothingLeft()

    def test_any_bytes_in_the_output_are_kept_in_the_log(self):
        self.pipeline("job: {script: [\"printf 'a\\\\000b\\\\377c\\\\n'\", exit 1]}\n")
        result = self.run_json(code=1)
        self.assertTrue(any(line.startswith("a") and line.endswith("c") for line in result.output_of("job")), str(result))

    def test_a_megabyte_in_one_line_arrives_whole(self):
        self.pipeline("job: {script: \"head -c 1000000 /dev/zero | tr '\\\\0' x; echo\"}\n")
        text = "".join(line for line in self.run_json().output_of("job") if set(line) == {"x"})
        self.assertEqual(len(text), 1000000)

    def test_stdout_that_is_full_is_said_and_the_pipeline_goes_on(self):
        self.pipeline("job: {script: 'echo text; touch $SHARED/ran'}\n")
        with open("/dev/full", "w", encoding="utf-8") as full:
            process = subprocess.run([os.environ["FAIRLEAD"], "exec"], cwd=self.project, env=self.env, stdout=full,
                                     stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True, check=False, timeout=60)
        self.assertEqual(process.returncode, 1, process.stderr)
        self.assertIn("No space left on device", process.stderr)
        self.assertTrue(os.path.exists(self.marker("ran")))

    def test_what_cannot_be_printed_is_a_failure_of_every_command(self):
        self.pipeline("job: {script: echo}\n")
        for command in (["lint"], ["explain", "job"], ["exec", "--list"], ["exec", "--preview"], ["exec", "--graph"]):
            with open("/dev/full", "w", encoding="utf-8") as full:
                process = subprocess.run([os.environ["FAIRLEAD"], *command], cwd=self.project, env=self.env, stdout=full,
                                         stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True, check=False, timeout=60)
            self.assertEqual(process.returncode, 1, command)
            self.assertIn("No space left on device", process.stderr, command)

    def test_with_stdout_closed_no_other_file_is_written_to(self):
        self.pipeline("job: {script: ['ls -l /proc/self/fd/', 'touch $SHARED/ran']}\n")
        process = subprocess.run(["sh", "-c", 'exec "$0" exec >&- 2>"$SHARED/err"', os.environ["FAIRLEAD"]],
                                 cwd=self.project, env=self.env, stdin=subprocess.DEVNULL, check=False, timeout=60)
        self.assertEqual(process.returncode, 1)
        with open(self.marker("err"), encoding="utf-8") as err:
            self.assertIn("cannot write the output: Bad file descriptor", err.read())
        self.assertTrue(os.path.exists(self.marker("ran")))

    def test_a_dotenv_report_that_is_none_is_refused_at_once_with_the_reason(self):
        self.pipeline("job: {script: 'echo no dotenv > x.env', artifacts: {reports: {dotenv: x.env}}}\n")
        result = self.run_json(code=1)
        self.assertNotIn("Retrying", result.out)
        self.assertTrue(any("Invalid Format" in line for line in result.output_of("job")), str(result))

    def test_a_reader_that_goes_away_does_not_stop_the_jobs(self):
        self.pipeline("job: {script: 'for i in $(seq 2000); do echo line $i; done; touch $SHARED/ran'}\n")
        process = self.start("exec")
        process.stdout.close()
        process.stdout = None
        wait_for(lambda: process.poll() is not None, "exec did not end")
        self.assertTrue(os.path.exists(self.marker("ran")))
        process.stderr.close()

    def test_a_full_disk_while_the_log_is_written(self):
        if os.geteuid() != 0:
            self.skipTest("mounting a small file system needs root")
        folder = tempfile.mkdtemp(prefix="fairlead-full-", dir=self.work)
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", folder], check=False, capture_output=True, text=True)
        if mounted.returncode != 0:
            self.skipTest(f"cannot mount a tmpfs here: {mounted.stderr.strip()}")
        self.addCleanup(subprocess.run, ["umount", "-l", folder], check=False)
        self.pipeline("""
            noisy: {script: ['for i in $(seq 40000); do echo "line $i of a log that does not fit on the disk"; done', 'touch $SHARED/ran']}
        """)
        result = self.fairlead("exec", env={"FAIRLEAD_CACHE_DIR": folder})
        text = result.out + result.err
        self.assertIn(result.code, (0, 1), str(result)[-3000:])
        self.assertIn("No space left on device", text)
        self.assertNothingLeft()

    def test_a_cache_folder_that_cannot_be_made_names_the_remedy(self):
        self.pipeline("job: {script: echo}\n")
        self.write("file", "")
        result = self.exec(code=1, env={"FAIRLEAD_CACHE_DIR": self.project + "/file/below"})
        self.assertIn("FAIRLEAD_CACHE_DIR", result.err)

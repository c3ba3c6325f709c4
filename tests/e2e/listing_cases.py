"""exec --list, --preview, --graph: what is said of a pipeline without running it."""

import json
import shutil

from harness import Case

DAG = """
    stages: [build, test, deploy]
    compile:
      stage: build
      tags: [linux]
      script: make
    unit:
      script: make test
      needs: [compile]
      allow_failure: true
    lint:
      stage: test
      needs: []
      script: make lint
    ship:
      stage: deploy
      script: make ship
      when: manual
      environment: production
"""


class Listing(Case):
    def test_json_has_exactly_these_fields_in_pipeline_order(self):
        self.pipeline(DAG)
        listed = self.exec("--list", "--format", "json").json()
        self.assertEqual([list(job) for job in listed],
                         [["name", "stage", "when", "allow_failure", "needs", "tags", "environment"]] * 4)
        self.assertEqual(listed, [
            {"name": "compile", "stage": "build", "when": "on_success", "allow_failure": False, "needs": None,
             "tags": ["linux"], "environment": None},
            {"name": "unit", "stage": "test", "when": "on_success", "allow_failure": True, "needs": ["compile"],
             "tags": [], "environment": None},
            {"name": "lint", "stage": "test", "when": "on_success", "allow_failure": False, "needs": [],
             "tags": [], "environment": None},
            {"name": "ship", "stage": "deploy", "when": "manual", "allow_failure": True, "needs": None,
             "tags": [], "environment": "production"},
        ])

    def test_table_has_one_line_per_job(self):
        self.pipeline(DAG)
        lines = self.exec("--list").out.splitlines()
        self.assertEqual(len(lines), 5)
        self.assertEqual(lines[0].split(), ["NAME", "STAGE", "WHEN", "ALLOW", "FAILURE", "NEEDS", "TAGS", "ENVIRONMENT"])
        self.assertEqual(lines[2].split(), ["unit", "test", "on_success", "yes", "[compile]"])

    def test_listing_runs_and_writes_nothing(self):
        self.pipeline("job:\n  script: touch $SHARED/ran\n")
        self.exec("--list")
        self.exec("--preview")
        self.exec("--graph")
        self.assertEqual(__import__("os").listdir(self.shared), [])
        self.assertEqual(self.git("status", "--porcelain", "--ignored"), "")

    def test_seed_on_master_has_its_five_jobs(self):
        shutil.copy(self.conformance("seed", "gitlab-ci.yml"), self.project + "/.gitlab-ci.yml")
        self.commit()
        listed = self.exec("--source", "push", "--ref", "master", "--list", "--format", "json").json()
        self.assertEqual([(job["name"], job["stage"], job["when"], job["tags"]) for job in listed], [
            ("test_all", "test", "on_success", []),
            ("build_image", "build", "on_success", ["build"]),
            ("deploy_rpc_integration", "deploy_integration", "on_success", ["deploy-integration"]),
            ("deploy_staging", "deploy_staging", "manual", ["deploy-production"]),
            ("deploy_production", "deploy_production", "manual", ["deploy-production"]),
        ])
        lint = self.fairlead("lint")
        self.assertEqual(lint.code, 0, str(lint))

    def test_seed_on_another_branch_has_only_test_all(self):
        shutil.copy(self.conformance("seed", "gitlab-ci.yml"), self.project + "/.gitlab-ci.yml")
        self.commit()
        listed = self.exec("--source", "push", "--ref", "feature", "--list", "--format", "json").json()
        self.assertEqual([job["name"] for job in listed], ["test_all"])

    def test_jobs_stages_and_needs_choose(self):
        self.pipeline(DAG)

        def names(*arguments):
            return [job["name"] for job in self.exec(*arguments, "--list", "--format", "json").json()]

        self.assertEqual(names("unit"), ["unit"])
        self.assertEqual(names("unit", "--needs"), ["compile", "unit"])
        self.assertEqual(names("--stage", "test"), ["unit", "lint"])
        self.assertEqual(names("--stage", "build", "--stage", "deploy"), ["compile", "ship"])
        self.assertEqual(names("lint", "--stage", "build"), ["compile", "lint"])
        self.assertEqual(names("ship", "--needs"), ["compile", "unit", "lint", "ship"])

    def test_all_copies_of_a_parallel_job_go_by_its_name(self):
        self.pipeline("job:\n  parallel: 3\n  script: echo\nother:\n  script: echo\n")
        names = [job["name"] for job in self.exec("job", "--list", "--format", "json").json()]
        self.assertEqual(names, ["job 1/3", "job 2/3", "job 3/3"])
        names = [job["name"] for job in self.exec("job 2/3", "--list", "--format", "json").json()]
        self.assertEqual(names, ["job 2/3"])

    def test_a_wrong_job_name_is_usage_with_the_nearest(self):
        self.pipeline(DAG)
        result = self.exec("compil", "--list", code=2)
        self.assertIn('there is no job "compil"; did you mean "compile"?', result.err)

    def test_a_job_kept_out_by_rules_says_so(self):
        self.pipeline("job:\n  script: echo\n  rules:\n    - if: $CI_COMMIT_TAG\nother:\n  script: echo\n")
        result = self.exec("job", code=2)
        self.assertIn('job "job" is not in this pipeline', result.err)
        self.assertIn("fairlead explain", result.err)

    def test_wrong_flags_are_usage(self):
        self.pipeline(DAG)
        for arguments in (["--no-such-flag"], ["--format", "xml"], ["--list", "--preview"], ["--graph=svg"],
                          ["--concurrency", "0"], ["--variable", "no-equals"], ["--needs"], ["--source", "pull"],
                          ["--manual", "compile"], ["--manual", "nobody"], ["--stage", "nowhere"],
                          ["--list", "--in-place"], ["--cwd", "/no/such/folder"], ["--file", "missing.yml"],
                          ["--variables-file", "missing.env"], ["--source", "tag"]):
            result = self.exec(*arguments, code=2)
            self.assertEqual(result.out, "", arguments)
            self.assertIn("fairlead exec: ", result.err, arguments)

    def test_preview_is_the_merged_file_and_lists_the_same(self):
        self.pipeline("""
            include: ci/jobs.yml
            default:
              tags: [linux]
            .base:
              variables: {A: "1"}
            job:
              extends: .base
              script: [echo "$A", !reference [.more, script]]
        """, **{"ci/jobs.yml": ".more:\n  script: [echo more]\nextra:\n  script: echo\n"})
        before = self.exec("--list", "--format", "json").json()
        preview = self.exec("--preview").out
        self.assertIn("echo more", preview)
        self.assertNotIn("!reference", preview)
        self.write(".gitlab-ci.yml", preview)
        self.assertEqual(self.exec("--list", "--format", "json").json(), before)

    def test_graph_in_its_three_forms(self):
        self.pipeline(DAG)
        text = self.exec("--graph").out
        self.assertIn("├─ unit  ← compile", text)
        self.assertIn("└─ lint (starts at once)", text)
        # The word after --graph is a job, not a form.
        self.assertEqual(self.exec("--graph", "unit").out, "test\n└─ unit (starts at once)\n")
        mermaid = self.exec("--graph=mermaid").out
        self.assertTrue(mermaid.startswith("flowchart LR\n"))
        self.assertIn("j0 --> j1", mermaid)
        dot = self.exec("--graph=dot").out
        self.assertTrue(dot.startswith("digraph pipeline {"))
        self.assertIn('"compile" -> "unit";', dot)

    def test_sources_and_refs_decide(self):
        self.pipeline("""
            on_tag: {script: echo, rules: [{if: $CI_COMMIT_TAG}]}
            on_mr: {script: echo, rules: [{if: '$CI_PIPELINE_SOURCE == "merge_request_event" && $CI_MERGE_REQUEST_TARGET_BRANCH_NAME == "main"'}]}
            on_schedule: {script: echo, rules: [{if: $CI_PIPELINE_SOURCE == "schedule"}]}
            on_web: {script: echo, rules: [{if: $CI_PIPELINE_SOURCE == "web"}]}
            on_api: {script: echo, rules: [{if: $CI_PIPELINE_SOURCE == "api"}]}
            on_main: {script: echo, rules: [{if: '$CI_PIPELINE_SOURCE == "push" && $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH'}]}
            on_feature: {script: echo, rules: [{if: $CI_COMMIT_BRANCH =~ /^feature/}]}
        """)
        self.git("tag", "v1")

        def names(*arguments):
            return [job["name"] for job in self.exec(*arguments, "--list", "--format", "json").json()]

        self.assertEqual(names(), ["on_main"])
        self.assertEqual(names("--source", "tag"), ["on_tag"])
        self.assertEqual(names("--ref", "v1"), ["on_tag"])
        self.assertEqual(names("--source", "tag", "--ref", "v9"), ["on_tag"])
        self.assertEqual(names("--source", "merge_request_event"), ["on_mr"])
        self.assertEqual(names("--source", "schedule"), ["on_schedule"])
        self.assertEqual(names("--source", "web"), ["on_web"])
        self.assertEqual(names("--source", "api"), ["on_api"])
        self.assertEqual(names("--ref", "feature/x"), ["on_feature"])

    def test_variables_reach_rules(self):
        self.pipeline("""
            a: {script: echo, rules: [{if: $WANT == "a"}]}
            b: {script: echo, rules: [{if: $WANT == "b"}]}
        """)
        self.write("vars.env", "# a comment\nexport WANT='b'\n")
        self.write("vars.yml", "WANT: a\n")

        def names(*arguments):
            return [job["name"] for job in self.exec(*arguments, "--list", "--format", "json").json()]

        self.assertEqual(names("--variable", "WANT=a"), ["a"])
        self.assertEqual(names("--variables-file", "vars.env"), ["b"])
        self.assertEqual(names("--variables-file", "vars.yml"), ["a"])
        self.assertEqual(names("--variables-file", "vars.env", "--variable", "WANT=a"), ["a"])
        broken = self.write("broken.env", "WANT=b\nnot a line\n")
        self.assertIn("broken.env:2: expected KEY=VALUE", self.exec("--variables-file", broken, code=2).err)

    def test_changes_compare_with_what_the_remote_has(self):
        self.pipeline("""
            docs: {script: echo, rules: [{changes: [docs/**/*]}]}
            code: {script: echo, rules: [{changes: [src/*]}]}
            all: {script: echo}
        """)

        def names(*arguments):
            return [job["name"] for job in self.exec(*arguments, "--list", "--format", "json").json()]

        # Nothing was pushed yet: as for a new branch everything counts.
        self.assertEqual(names(), ["docs", "code", "all"])
        self.git("update-ref", "refs/remotes/origin/main", "HEAD")
        self.assertEqual(names(), ["all"])
        self.write("src/new.c", "int x;")  # not even added yet
        self.assertEqual(names(), ["code", "all"])
        self.commit("second")
        self.write("docs/a/b.md", "text")
        self.assertEqual(names(), ["docs", "code", "all"])
        self.assertEqual(names("--source", "schedule"), ["docs", "code", "all"])

    def test_a_pipeline_that_rules_leave_empty_says_so(self):
        self.pipeline("job:\n  script: echo\n  rules:\n    - if: $NEVER\n")
        result = self.exec("--list", code=3)
        self.assertIn("would have been empty", result.err)

    def test_a_folder_inside_the_project_means_the_project(self):
        self.pipeline("job:\n  script: echo\n", **{"deep/er/file": "x"})
        result = self.exec("--list", "--format", "json", cwd=self.project + "/deep/er")
        self.assertEqual([job["name"] for job in result.json()], ["job"])

    def test_another_file_by_name(self):
        self.pipeline("job:\n  script: echo\n", **{"ci/other.yml": "other:\n  script: echo\n"})
        result = self.exec("--file", "ci/other.yml", "--list", "--format", "json")
        self.assertEqual([job["name"] for job in json.loads(result.out)], ["other"])

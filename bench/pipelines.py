"""Makes the pipelines that the benchmarks measure. Same arguments, same bytes."""

import os

JOB = """\
{name}:
  extends: .{base}
  stage: {stage}
  variables:
    COMPONENT: "component-{number}"
    TARGET_PATH: "services/component-{number}/deploy"
  script:
    - echo "building $COMPONENT for $CI_COMMIT_REF_NAME in stage $CI_JOB_STAGE"
    - ./scripts/run.sh --component "$COMPONENT" --path "$TARGET_PATH" --quiet
  rules:
    - if: $CI_COMMIT_BRANCH == "main" && $COMPONENT != "component-none"
      variables:
        DEPLOY: "yes"
    - if: $CI_PIPELINE_SOURCE == "merge_request_event"
      when: never
{needs}"""

BASES = """\
.build:
  image: debian:12
  tags: [linux]
  retry: 1
  timeout: 1h 30m
.test:
  extends: .build
  interruptible: true
"""

STAGES = ["prepare", "build", "test", "package", "deploy"]


def jobs(count, first=0):
    """`count` jobs of about 540 bytes with extends, rules and needs."""
    for number in range(first, first + count):
        stage = STAGES[number % len(STAGES)]
        needs = ""
        if number % len(STAGES):
            needs = f"  needs:\n    - job: job-{number - 1}\n      artifacts: false\n"
        yield JOB.format(name=f"job-{number}", base="test" if number % 2 else "build", stage=stage,
                         number=number, needs=needs)


def header():
    return "stages: [" + ", ".join(STAGES) + "]\n" + BASES


def write_flat(folder, count):
    """One file with `count` jobs."""
    with open(os.path.join(folder, ".gitlab-ci.yml"), "w", encoding="utf-8") as out:
        out.write(header())
        out.writelines(jobs(count))


def write_split(folder, count, per_file):
    """`count` jobs in local includes of `per_file` jobs: GitLab takes 2 MiB a file."""
    names = []
    for first in range(0, count, per_file):
        name = f"part-{first}.yml"
        names.append(name)
        with open(os.path.join(folder, name), "w", encoding="utf-8") as out:
            out.writelines(jobs(min(per_file, count - first), first))
    with open(os.path.join(folder, ".gitlab-ci.yml"), "w", encoding="utf-8") as out:
        out.write("include:\n" + "".join(f"  - local: {name}\n" for name in names) + header())


def write_shell_jobs(folder, count):
    """`count` jobs with one trivial command each."""
    with open(os.path.join(folder, ".gitlab-ci.yml"), "w", encoding="utf-8") as out:
        for number in range(count):
            out.write(f"job-{number}:\n  script: echo {number}\n")

// SPDX-License-Identifier: Apache-2.0
#include "terminal/frame.hpp"

#include <gtest/gtest.h>

#include <fmt/core.h>

#include "terminal/text.hpp"
#include "tests/unit/terminal/fixtures.hpp"

namespace fairlead::terminal {
namespace {

using model::Status;

constexpr Style kPlain{.color = false, .unicode = true};
constexpr Style kAscii{.color = false, .unicode = false};

RunView five_jobs() {
  RunView run;
  run.set_pipeline(pipeline());
  run.set_job(job(1, "lint", "test", Status::success));
  run.set_job(job(2, "unit", "test", Status::running));
  JobReport flaky = job(3, "flaky", "test", Status::failed);
  flaky.allow_failure = true;
  flaky.message = "exit status 2";
  run.set_job(flaky);
  run.set_job(job(4, "build", "build", Status::created));
  JobReport gate = job(5, "deploy", "deploy", Status::manual);
  gate.allow_failure = true;
  run.set_job(gate);
  return run;
}

TEST(Frame, OneLinePerJobWithTheTailBelowWhatRuns) {
  RunView run = five_jobs();
  run.add_output(
      2,
      "section_start:1:get_sources\r\x1b[0KGetting source\nmany\nlines\nsection_end:2:get_sources\r\x1b[0K");
  run.add_output(2, "section_start:2:step_script\r\x1b[0K$ make test\ncompiling\n50%\r75%");
  EXPECT_EQ(joined(render_frame(run, {.columns = 60, .rows = 24}, kPlain, at(13))), R"(
Pipeline #7  main (push)  2/5 jobs  13s
✓ lint    test    2.5s     success
● unit    test    12s      running
    ▸ Getting source
    │ $ make test
    │ compiling
    │ 75%
! flaky   test    2.5s     failed: exit status 2 (allowed)
· build   build            waiting
▷ deploy  deploy           manual gate, optional
)");
}

TEST(Frame, AsciiWhereTheLocaleHasNoUtf8) {
  const std::string frame = joined(render_frame(five_jobs(), {.columns = 60, .rows = 24}, kAscii, at(13)));
  EXPECT_EQ(frame, R"(
Pipeline #7  main (push)  2/5 jobs  13s
+ lint    test    2.5s     success
* unit    test    12s      running
! flaky   test    2.5s     failed: exit status 2 (allowed)
. build   build            waiting
? deploy  deploy           manual gate, optional
)");
  for (const char c : frame) EXPECT_GE(c, 0) << "not ASCII";
}

TEST(Frame, WhatHasNoRoomIsCountedTheRunningStay) {
  RunView run;
  run.set_pipeline(pipeline());
  for (int i = 1; i <= 30; ++i)
    run.set_job(job(i, fmt::format("job-{}", i), "test",
                    i == 20  ? Status::running
                    : i < 20 ? Status::success
                             : Status::created));
  EXPECT_EQ(joined(render_frame(run, {.columns = 60, .rows = 6}, kPlain, at(5))), R"(
Pipeline #7  main (push)  19/30 jobs  5.0s
● job-20  test  4.0s     running
· job-21  test           waiting
· job-22  test           waiting
27 more: 8 created, 19 success
)");
}

TEST(Frame, NeverWiderOrHigherThanTheScreen) {
  RunView run = five_jobs();
  run.add_output(2, "\x1b[32m日本語 wide text that goes on and on and on\x1b[0m\ta tab\n");
  for (std::size_t columns = 1; columns < 70; ++columns)
    for (std::size_t rows = 1; rows < 14; ++rows) {
      const auto lines = render_frame(run, {.columns = columns, .rows = rows}, Style{}, at(5));
      EXPECT_LE(lines.size(), std::max<std::size_t>(rows - 1, 1)) << columns << "x" << rows;
      for (const std::string& line : lines) EXPECT_LE(display_width(line), columns) << line;
    }
}

TEST(Frame, NoColourMeansNoEscapeSequenceAtAll) {
  RunView run = five_jobs();
  run.add_output(2, "\x1b[32mgreen\x1b[0m\n");
  for (const std::string& line : render_frame(run, {.columns = 80, .rows = 24}, kPlain, at(5)))
    EXPECT_EQ(line.find('\x1b'), std::string::npos) << line;
}

TEST(Frame, AJobNameCannotMoveTheCursor) {
  RunView run;
  run.set_pipeline(pipeline());
  run.set_job(job(1, "evil\x1b[2J\n", "te\rst", Status::running));
  const std::string frame = joined(render_frame(run, {.columns = 80, .rows = 24}, kPlain, at(5)));
  EXPECT_EQ(frame.find('\x1b'), std::string::npos);
  EXPECT_EQ(frame.find('\r'), std::string::npos);
  EXPECT_NE(frame.find("evil?[2J?"), std::string::npos);
}

TEST(Frame, ARetryShowsItsAttemptAndStartsWithAnEmptyTail) {
  RunView run;
  run.set_pipeline(pipeline());
  run.set_job(job(1, "unit", "test", Status::running));
  run.add_output(1, "first try\n");
  run.set_job(job(1, "unit", "test", Status::failed));
  run.set_job(job(2, "unit", "test", Status::running));
  EXPECT_EQ(joined(render_frame(run, {.columns = 60, .rows = 24}, kPlain, at(5))), R"(
Pipeline #7  main (push)  0/1 jobs  5.0s
● unit  test  4.0s     running, attempt 2
)");
}

TEST(Summary, ShowsDurationsCoverageArtifactsLastLinesAndGates) {
  RunView run = five_jobs();
  JobReport unit = job(2, "unit", "test", Status::failed);
  unit.message = "exit status 1";
  unit.log = "/cache/2/trace";
  run.add_output(2,
                 "section_start:2:step_script\r\x1b[0K$ make test\nexpected 1, got "
                 "2\nsection_end:3:step_script\r\x1b[0Ksection_start:3:upload\r\x1b[0KUploading\nsection_end:"
                 "3:upload\r\x1b[0K");
  run.set_job(unit);
  JobReport build = job(4, "build", "build", Status::success);
  build.coverage = 87.5;
  build.artifacts = {"/cache/4/artifacts.zip"};
  run.set_job(build);
  JobReport blocking = job(6, "release", "deploy", Status::manual);
  run.set_job(blocking);
  PipelineReport done = pipeline(Status::failed);
  done.finished = at(20);
  run.set_pipeline(done);
  EXPECT_EQ(joined(render_summary(run, 80, kPlain, at(25), 2)), R"(
Last lines of unit:
    │ $ make test
    │ expected 1, got 2

✓ lint     test    2.5s     success
✗ unit     test    2.5s     failed: exit status 1
    log: /cache/2/trace
! flaky    test    2.5s     failed: exit status 2 (allowed)
✓ build    build   2.5s     success, coverage 87.50%
    artifacts: /cache/4/artifacts.zip
▷ deploy   deploy           manual gate, optional
▷ release  deploy           manual gate, blocks the pipeline

Pipeline #7 failed in 20s
Waiting at: release (--manual JOB presses a gate)
Not played: deploy (--manual JOB presses a gate)
)");
}

}  // namespace
}  // namespace fairlead::terminal

// SPDX-License-Identifier: Apache-2.0
#include "terminal/reporter.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include <cstdlib>
#include <sstream>

#include "tests/unit/terminal/fixtures.hpp"

namespace fairlead::terminal {
namespace {

using model::Status;

struct Fixture {
  VirtualClock clock;
  std::string text;
  Output output = [this](std::string_view more) { text += more; };

  std::vector<nlohmann::json> events() const {
    std::vector<nlohmann::json> out;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) out.push_back(nlohmann::json::parse(line));
    return out;
  }
};

void play(Reporter& reporter) {
  reporter.pipeline_started(pipeline(),
                            {job(1, "a", "test", Status::created), job(2, "b", "test", Status::created)});
  reporter.job_changed(job(1, "a", "test", Status::pending));
  reporter.job_changed(job(1, "a", "test", Status::running));
  reporter.notice(1, "image is not used");
  reporter.job_output(1, "section_start:1:step_script\r\x1b[0K\x1b[32m$ echo hi\x1b[0m\nh");
  reporter.job_output(1, "i\nno newline");
  JobReport failed = job(1, "a", "test", Status::failed);
  failed.message = "exit status 3";
  failed.exit_code = 3;
  failed.failure_reason = model::FailureReason::script_failure;
  reporter.job_changed(failed);
  reporter.job_changed(job(2, "b", "test", Status::skipped));
  PipelineReport done = pipeline(Status::failed);
  done.finished = at(4);
  reporter.pipeline_finished(done, 1);
}

TEST(PlainReporter, PrefixesLinesAndNeedsNoTerminal) {
  Fixture f;
  const auto reporter =
      make_plain_reporter(f.output, {.quiet = false, .style = {.color = false, .unicode = true}}, f.clock);
  play(*reporter);
  EXPECT_EQ("\n" + f.text, R"(
== Pipeline #7: main (push), 2 jobs
== a: running
[a] WARNING: image is not used
[a] $ echo hi
[a] hi
[a] no newline
== a: failed: exit status 3 in 2.5s
== b: skipped

✗ a     test  2.5s     failed: exit status 3
» b     test           skipped

Pipeline #7 failed in 4.0s
)");
}

TEST(PlainReporter, QuietLeavesTheSummaryWithTheLastLinesOfFailedJobs) {
  Fixture f;
  const auto reporter =
      make_plain_reporter(f.output, {.quiet = true, .style = {.color = false, .unicode = true}}, f.clock);
  play(*reporter);
  EXPECT_EQ("\n" + f.text, R"(
Last lines of a:
    │ $ echo hi
    │ hi
    │ no newline

✗ a     test  2.5s     failed: exit status 3
» b     test           skipped

Pipeline #7 failed in 4.0s
)");
}

TEST(PlainReporter, OutputOfJobsIsNotMixedWithinALine) {
  Fixture f;
  const auto reporter = make_plain_reporter(f.output, {}, f.clock);
  reporter->pipeline_started(pipeline(),
                             {job(1, "a", "test", Status::running), job(2, "b", "test", Status::running)});
  f.text.clear();
  reporter->job_output(1, "one ");
  reporter->job_output(2, "two\n");
  reporter->job_output(1, "three\n");
  EXPECT_EQ(f.text, "[b] two\n[a] one three\n");
}

TEST(JsonReporter, OneEventPerLineInOrder) {
  Fixture f;
  const auto reporter = make_json_reporter(f.output, false, f.clock);
  play(*reporter);
  const auto events = f.events();
  std::vector<std::string> kinds;
  for (const auto& event : events) kinds.push_back(event["event"]);
  EXPECT_EQ(kinds,
            (std::vector<std::string>{"pipeline_started", "job_status", "job_status", "warning", "output",
                                      "output", "output", "job_status", "job_status", "pipeline_finished"}));
  EXPECT_EQ(events[4]["text"], "$ echo hi");
  EXPECT_EQ(events[6]["text"], "no newline");
  EXPECT_EQ(events[7]["status"], "failed");
  EXPECT_EQ(events[7]["exit_code"], 3);
  EXPECT_EQ(events[7]["failure_reason"], "script_failure");
  EXPECT_EQ(events.back()["exit_code"], 1);
  EXPECT_EQ(events.back()["jobs"].size(), 2U);
  EXPECT_EQ(events[0]["time"], "2023-11-14T22:13:20.000Z");
}

TEST(JsonReporter, QuietKeepsEverythingButTheOutput) {
  Fixture f;
  const auto reporter = make_json_reporter(f.output, true, f.clock);
  play(*reporter);
  for (const auto& event : f.events()) EXPECT_NE(event["event"], "output");
}

TEST(JsonReporter, AnyBytesGiveValidJson) {
  Fixture f;
  const auto reporter = make_json_reporter(f.output, false, f.clock);
  reporter->pipeline_started(pipeline(), {job(1, "n\xff", "test", Status::running)});
  std::string all;
  for (int c = 0; c < 256; ++c) all += static_cast<char>(c);
  reporter->job_output(1, all + "\n");
  EXPECT_GE(f.events().size(), 2U);
}

TEST(LiveReporter, RedrawsInPlaceAndGivesTheCursorBack) {
  Fixture f;
  const LiveOptions options{.style = {.color = false, .unicode = true},
                            .size = [] { return ScreenSize{.columns = 60, .rows = 24}; }};
  {
    const auto reporter = make_live_reporter(f.output, options, f.clock);
    EXPECT_TRUE(reporter->wants_ticks());
    reporter->pipeline_started(pipeline(), {job(1, "a", "test", Status::running)});
    EXPECT_NE(f.text.find("\x1b[?25l"), std::string::npos);
    f.text.clear();
    reporter->job_output(1, "hello\n");
    EXPECT_EQ(f.text, "");  // drawing waits for the next tick
    reporter->tick(at(2));
    // Two lines were there; each is cleared alone, see LiveReporter::erase.
    EXPECT_NE(f.text.find("\x1b[2F\x1b[2K\x1b[B\x1b[2K\x1b[B\x1b[2A"), std::string::npos);
    EXPECT_EQ(f.text.find("\x1b[J"), std::string::npos);
    EXPECT_NE(f.text.find("│ hello"), std::string::npos);
    f.text.clear();
  }
  EXPECT_EQ(f.text, "\x1b[?25h");
}

TEST(LiveReporter, ANarrowerScreenIsClearedWhole) {
  Fixture f;
  std::size_t columns = 60;
  const LiveOptions options{.style = {.color = false, .unicode = true},
                            .size = [&] { return ScreenSize{.columns = columns, .rows = 24}; }};
  const auto reporter = make_live_reporter(f.output, options, f.clock);
  reporter->pipeline_started(pipeline(), {job(1, "a", "test", Status::running)});
  // The frame has lines of 44 and 30 columns; on 20 columns they wrap to 3 and 2 rows.
  columns = 20;
  f.text.clear();
  reporter->job_output(1, "x\n");
  reporter->tick(at(2));
  const std::size_t at_up = f.text.find("\x1b[");
  ASSERT_NE(at_up, std::string::npos);
  EXPECT_EQ(f.text.find("\x1b[2F"), std::string::npos) << "wrapped rows were not counted";
}

TEST(LiveReporter, AsksForGatesAndGoesOnBelowTheAnswer) {
  Fixture f;
  const LiveOptions options{.style = {.color = false, .unicode = true}, .size = [] { return ScreenSize{}; }};
  const auto reporter = make_live_reporter(f.output, options, f.clock);
  JobReport gate = job(1, "deploy", "deploy", Status::manual);
  gate.allow_failure = true;
  reporter->pipeline_started(pipeline(), {gate});
  ASSERT_TRUE(reporter->ask({gate}, at(1), ""));
  EXPECT_NE(f.text.find("1  deploy (optional)"), std::string::npos);
  f.text.clear();
  reporter->tick(at(9));
  EXPECT_EQ(f.text, "") << "drew over the question";
  reporter->answered();
  reporter->tick(at(10));
  EXPECT_EQ(f.text.find("\x1b[2K"), std::string::npos) << "erased the answer";
}

TEST(Style, NoColorAndDumbTerminalsAreRespected) {
  ::setenv("TERM", "xterm", 1);
  ::unsetenv("NO_COLOR");
  EXPECT_TRUE(style_of_environment(true).color);
  EXPECT_FALSE(style_of_environment(false).color);
  ::setenv("NO_COLOR", "1", 1);
  EXPECT_FALSE(style_of_environment(true).color);
  ::setenv("NO_COLOR", "", 1);  // empty means unset (no-color.org)
  EXPECT_TRUE(style_of_environment(true).color);
  ::setenv("TERM", "dumb", 1);
  EXPECT_FALSE(style_of_environment(true).color);
}

}  // namespace
}  // namespace fairlead::terminal

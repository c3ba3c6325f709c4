// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.hpp"

// What a runner and its supervisor say to each other over a socket pair.
//
// A frame is: length (u32, of what follows), type (u8), fields in order.
// Integers are little-endian; strings and lists have a u32 count in front. A
// frame is at most kMaxFrame long; a longer or malformed one ends the session,
// for both ends come from the same build (Hello tells when they do not).
//
// One stage runs at a time. Runner: StartStage, ScriptPart..., RunStage;
// supervisor: Output..., StageEnded (or StageFailed alone, when the shell could
// not be started).
namespace fairlead::agent {

inline constexpr std::uint32_t kProtocolVersion = 1;
inline constexpr std::size_t kMaxFrame = std::size_t{1} << 20;
// The longest text that a ScriptPart or Output carries.
inline constexpr std::size_t kMaxPart = std::size_t{64} << 10;
// All parts of one script together.
inline constexpr std::size_t kMaxScript = std::size_t{64} << 20;
// Output that may be unacknowledged before the job has to wait.
inline constexpr std::uint64_t kSpoolBytes = std::uint64_t{4} << 20;

// ---- runner to supervisor ----

struct StartStage {
  std::string program;            // the shell, an absolute path; it reads its script from stdin
  std::vector<std::string> argv;  // with argv[0], the name that the shell gives itself in messages
  std::string cwd;
  bool separate_streams = false;  // else stdout and stderr share one pipe, which keeps their order
};
struct ScriptPart {
  std::string_view bytes;
};
struct RunStage {};
// All output before `offset` of this stage is safe and may be dropped.
struct Acknowledge {
  std::uint64_t offset = 0;
};
// TERM to all processes of the job, KILL after the grace; zero: KILL at once.
// May be repeated with a shorter grace.
struct StopStage {
  std::uint64_t grace_ms = 0;
};
// Ends the job: everything is killed and reaped, Finished is said, and the
// supervisor exits. Closing the socket does the same without an answer.
struct Finish {};

// ---- supervisor to runner ----

// Once, in front of the first other message: alone it would only wake the
// runner for nothing.
struct Hello {
  std::uint32_t version = kProtocolVersion;
};
enum class Stream : std::uint8_t { out = 0, err = 1 };
struct Output {
  std::uint64_t offset = 0;  // in the stage's output, streams counted together
  Stream stream = Stream::out;
  std::int64_t wall_ns = 0;  // since 1970, when the bytes were read
  std::string_view bytes;
};
// After the last Output. Either the exit code or a signal (then code is 0).
struct StageEnded {
  std::uint32_t code = 0;
  std::uint32_t signal = 0;
  std::uint64_t size = 0;    // of all output
  bool stopped = false;      // a StopStage was in effect
  std::uint32_t killed = 0;  // how many processes that outlived the shell were killed
};
struct StageFailed {
  std::uint32_t error = 0;  // errno
  std::string message;
};
struct Finished {
  std::vector<std::uint32_t> survivors;  // processes that could not be killed (another user's)
};

using Message = std::variant<StartStage, ScriptPart, RunStage, Acknowledge, StopStage, Finish, Hello, Output,
                             StageEnded, StageFailed, Finished>;

// Appends one frame.
void encode(const Message& message, std::string& to);

// Takes the next whole frame off the front of `bytes`; nullopt when there is
// none yet. string_views in the message point into `bytes`.
Result<std::optional<Message>> decode(std::string_view& bytes);

}  // namespace fairlead::agent

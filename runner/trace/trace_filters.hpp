// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"

namespace fairlead::runner {

// What is done to a job's output before it becomes trace bytes.
struct TraceFilterOptions {
  std::vector<std::string> masked_values;        // of masked variables and secrets; also masked trimmed
  std::vector<std::string> token_mask_prefixes;  // the server's; GitLab's own are always there
  bool mask_default_tokens = true;               // FF_MASK_ALL_DEFAULT_TOKENS
  bool timestamps = false;                       // FF_TIMESTAMPS
  std::uint64_t output_limit = 4096 * 1024;      // bytes; 0: none
};

// Where bytes come from. Each source has filters of its own, so that a secret
// that is written to one stream while the other writes too is still found.
enum class TraceSource : std::uint8_t { runner /* 00O */, job_out /* 01O */, job_err /* 01E */ };

// Raw output in, final trace bytes out: values masked, URL parameters masked,
// tokens masked, invalid UTF-8 replaced, stamped, limited; with the CRC-32 and
// the count of what came out.
//
// The bytes are a pure function of the inputs and their times: any way of
// cutting the input gives the same bytes (with timestamps on, a write is a
// unit; see Timestamper), and a copy restored from save() continues exactly
// where the saved one stood. No clock, no I/O, no thread.
class TraceFilters {
 public:
  explicit TraceFilters(const TraceFilterOptions& options);
  TraceFilters(TraceFilters&&) noexcept;
  TraceFilters& operator=(TraceFilters&&) noexcept;
  ~TraceFilters();

  // Appends to `out` what is certain by now; a tail that may be the start of
  // a secret is held back until more comes or flush() is called.
  void write(TraceSource source, WallTime time, std::string_view bytes, std::string& out);
  // Ends the source's current text: nothing is held back afterwards.
  void flush(TraceSource source, WallTime time, std::string& out);

  // More values to mask from here on; those of the options stay.
  void add_masked(const std::vector<std::string>& values);

  std::uint32_t checksum() const;  // CRC-32 (IEEE) of all bytes that came out
  std::uint64_t bytesize() const;
  bool limit_reached() const;

  // Everything but the options and added values, as opaque bytes. It holds the tails that are
  // kept back, so it is as secret as the job's variables.
  std::string save() const;
  // data_loss when the bytes do not fit these options; the object is then unchanged.
  Result<void> restore(std::string_view state);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace fairlead::runner

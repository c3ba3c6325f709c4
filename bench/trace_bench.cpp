// SPDX-License-Identifier: Apache-2.0
// Bytes a second through a job's trace filters: 20 secrets, all token
// prefixes, stamps, CRC-32. Goals (docs/performance.md): a real log at least
// 200 MB/s, the worst case at least 50 MB/s.
#include <benchmark/benchmark.h>

#include <random>
#include <string>

#include "runner/trace/trace_filters.hpp"

namespace {

using fairlead::runner::TraceFilterOptions;
using fairlead::runner::TraceFilters;
using fairlead::runner::TraceSource;

constexpr std::size_t kSize = 16 << 20;
constexpr std::size_t kFrame = 32 << 10;

TraceFilterOptions options(bool stamps) {
  std::mt19937 random(1);
  TraceFilterOptions made;
  constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
  for (int i = 0; i < 20; ++i) {
    std::string value;
    for (int k = 0, length = 12 + i; k < length; ++k) value.push_back(letters[random() % letters.size()]);
    made.masked_values.push_back(std::move(value));
  }
  made.timestamps = stamps;
  made.output_limit = 0;
  return made;
}

// Lines as compilers, test runners and package managers print them.
std::string real_log() {
  const std::vector<std::string> lines = {
      "[ 42%] Building CXX object src/CMakeFiles/core.dir/net/http_client.cpp.o\n",
      "npm warn deprecated glob@7.2.3: Glob versions prior to v9 are no longer supported\n",
      "\033[32m  \xE2\x9C\x93\033[0m renders the list of projects when the user is signed in (12 ms)\n",
      "Get:14 http://deb.example.org/debian bookworm/main amd64 libstdc++6 amd64 12.2.0-14 [613 kB]\n",
      "2026-08-01T10:12:13.456Z INFO  [main] c.e.service.OrderService - order 4711 stored in 13 ms\n",
      "ok      example.com/project/internal/server 3.214s  coverage: 81.2% of statements\n",
      "    at Object.<anonymous> (/builds/group/project/test/unit/client.test.js:118:23)\n",
      "remote: Counting objects: 100% (1284/1284), done.\n",
      "\n",
      "Downloading https://repo.example.org/maven2/org/slf4j/slf4j-api/2.0.9/slf4j-api-2.0.9.jar?v=1&x=2\n"};
  std::mt19937 random(2);
  std::string text;
  while (text.size() < kSize) text += lines[random() % lines.size()];
  return text;
}

// Text that is nearly a secret all the time: starts of secrets, of tokens and
// of URL parameters, and bytes that are no UTF-8.
std::string worst_log() {
  const TraceFilterOptions with = options(false);
  const std::vector<std::string> starts = {"?private_toke", "&x-amz-security-toke", "gl",   "glpa",
                                           "glsoa",         "_gitlab_sessio",       "\xFF", "\xE2\x82"};
  std::mt19937 random(3);
  std::string text;
  while (text.size() < kSize) {
    if (random() % 4 == 0) {
      text += starts[random() % starts.size()];
    } else {
      const std::string& secret = with.masked_values[random() % with.masked_values.size()];
      text += secret.substr(0, 1 + random() % (secret.size() - 1));
    }
  }
  return text;
}

std::string secrets_only() {
  const TraceFilterOptions with = options(false);
  std::mt19937 random(4);
  std::string text;
  while (text.size() < kSize) text += with.masked_values[random() % with.masked_values.size()] + " ";
  return text;
}

void run(benchmark::State& state, const std::string& text, bool stamps) {
  const auto time = fairlead::system_clock().wall_now();
  std::string out;
  for (auto _ : state) {
    TraceFilters filters(options(stamps));
    for (std::size_t at = 0; at < text.size(); at += kFrame) {
      out.clear();
      filters.write(TraceSource::job_out, time, std::string_view(text).substr(at, kFrame), out);
      benchmark::DoNotOptimize(out.data());
    }
    filters.flush(TraceSource::job_out, time, out);
    benchmark::DoNotOptimize(filters.checksum());
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * text.size()));
}

void real_stamped(benchmark::State& state) { run(state, real_log(), true); }
void real_plain(benchmark::State& state) { run(state, real_log(), false); }
void worst_stamped(benchmark::State& state) { run(state, worst_log(), true); }
void worst_plain(benchmark::State& state) { run(state, worst_log(), false); }
void secrets_stamped(benchmark::State& state) { run(state, secrets_only(), true); }
// What one job pays before its first byte.
void start_up(benchmark::State& state) {
  const TraceFilterOptions with = options(false);
  for (auto _ : state) benchmark::DoNotOptimize(TraceFilters(with).bytesize());
}

BENCHMARK(real_stamped)->Unit(benchmark::kMillisecond);
BENCHMARK(real_plain)->Unit(benchmark::kMillisecond);
BENCHMARK(worst_stamped)->Unit(benchmark::kMillisecond);
BENCHMARK(worst_plain)->Unit(benchmark::kMillisecond);
BENCHMARK(secrets_stamped)->Unit(benchmark::kMillisecond);
BENCHMARK(start_up)->Unit(benchmark::kMicrosecond);

}  // namespace

BENCHMARK_MAIN();

// SPDX-License-Identifier: Apache-2.0
#include "runner/trace/trace_filters.hpp"

#include <zlib.h>

#include <array>

#include "runner/trace/maskers.hpp"
#include "runner/trace/text_filters.hpp"

namespace fairlead::runner {

namespace {

constexpr std::uint64_t kStateVersion = 1;
constexpr std::size_t kPiece = 64 * 1024;  // of input at a time: all buffers stay in the cache

// One source's filters, in the order in which bytes pass them.
struct Lane {
  Lane(unsigned stream, char type, const TraceFilterOptions& options,
       const std::shared_ptr<const PatternSet>& values, const std::shared_ptr<const PatternSet>& prefixes)
      : values_masker(values),
        url_masker(url_parameter_patterns()),
        token_masker(prefixes),
        stamper(stream, type),
        stamped(options.timestamps) {}

  ValueMasker values_masker;
  UrlParameterMasker url_masker;
  TokenMasker token_masker;
  Utf8Repair utf8;
  Timestamper stamper;
  bool stamped;

  void save(StateWriter& state) const {
    values_masker.save(state);
    url_masker.save(state);
    token_masker.save(state);
    utf8.save(state);
    stamper.save(state);
  }
  void restore(StateReader& state) {
    values_masker.restore(state);
    url_masker.restore(state);
    token_masker.restore(state);
    utf8.restore(state);
    stamper.restore(state);
  }
};

}  // namespace

struct TraceFilters::Impl {
  struct State {
    std::array<Lane, 3> lanes;
    OutputLimit limit;
    std::uint32_t crc = 0;
    std::uint64_t size = 0;
  };

  explicit Impl(const TraceFilterOptions& given)
      : options(given), values(masked_value_patterns(given.masked_values)), state(make_state()) {}

  State make_state() const {
    const auto prefixes = token_prefix_patterns(options.token_mask_prefixes, options.mask_default_tokens);
    return State{{Lane(0, 'O', options, values, prefixes), Lane(1, 'O', options, values, prefixes),
                  Lane(1, 'E', options, values, prefixes)},
                 OutputLimit(options.output_limit)};
  }

  // From masked values on: `text` is what the value masker gave.
  void rest(Lane& lane, WallTime time, std::string_view text, bool flush, std::string& out) {
    by_url.clear();
    lane.url_masker.push(text, by_url);
    by_token.clear();
    lane.token_masker.push(by_url, by_token);
    valid.clear();
    lane.utf8.push(by_token, valid);
    if (flush) {
      lane.url_masker.flush();
      lane.token_masker.flush();
      lane.utf8.flush(valid);
    }
    std::string* final = &valid;
    if (lane.stamped) {
      lines.clear();
      lane.stamper.push(time, valid, lines);
      if (flush) lane.stamper.flush(lines);
      final = &lines;
    }
    const std::size_t before = out.size();
    state.limit.push(*final, out);
    state.crc = static_cast<std::uint32_t>(
        crc32_z(state.crc, reinterpret_cast<const Bytef*>(out.data()) + before, out.size() - before));
    state.size += out.size() - before;
  }

  TraceFilterOptions options;
  std::shared_ptr<const PatternSet> values;
  State state;
  std::string by_value, by_url, by_token, valid, lines;  // between filters; kept for their memory
};

TraceFilters::TraceFilters(const TraceFilterOptions& options) : impl_(std::make_unique<Impl>(options)) {}
TraceFilters::TraceFilters(TraceFilters&&) noexcept = default;
TraceFilters& TraceFilters::operator=(TraceFilters&&) noexcept = default;
TraceFilters::~TraceFilters() = default;

void TraceFilters::write(TraceSource source, WallTime time, std::string_view bytes, std::string& out) {
  Lane& lane = impl_->state.lanes[static_cast<std::size_t>(source)];
  while (!bytes.empty() && !impl_->state.limit.reached()) {
    const std::string_view piece = bytes.substr(0, kPiece);
    bytes.remove_prefix(piece.size());
    if (lane.values_masker.idle()) {
      impl_->rest(lane, time, piece, false, out);
    } else {
      impl_->by_value.clear();
      lane.values_masker.push(piece, impl_->by_value);
      impl_->rest(lane, time, impl_->by_value, false, out);
    }
  }
}

void TraceFilters::flush(TraceSource source, WallTime time, std::string& out) {
  Lane& lane = impl_->state.lanes[static_cast<std::size_t>(source)];
  impl_->by_value.clear();
  lane.values_masker.flush(impl_->by_value);
  impl_->rest(lane, time, impl_->by_value, true, out);
}

void TraceFilters::add_masked(const std::vector<std::string>& values) {
  auto& all = impl_->options.masked_values;
  all.insert(all.end(), values.begin(), values.end());
  impl_->values = masked_value_patterns(all);
  for (Lane& lane : impl_->state.lanes) lane.values_masker.set_values(impl_->values);
}

std::uint32_t TraceFilters::checksum() const { return impl_->state.crc; }
std::uint64_t TraceFilters::bytesize() const { return impl_->state.size; }
bool TraceFilters::limit_reached() const { return impl_->state.limit.reached(); }

std::string TraceFilters::save() const {
  StateWriter writer;
  writer.number(kStateVersion);
  for (const Lane& lane : impl_->state.lanes) lane.save(writer);
  impl_->state.limit.save(writer);
  writer.number(impl_->state.crc);
  writer.number(impl_->state.size);
  return writer.take();
}

Result<void> TraceFilters::restore(std::string_view bytes) {
  StateReader reader(bytes);
  if (reader.number() != kStateVersion)
    return make_error(ErrorCode::data_loss, "the saved state of the trace filters is of another version");
  Impl::State state = impl_->make_state();
  for (Lane& lane : state.lanes) lane.restore(reader);
  state.limit.restore(reader);
  state.crc = static_cast<std::uint32_t>(reader.number());
  state.size = reader.number();
  if (!reader.ok() || !reader.at_end())
    return make_error(ErrorCode::data_loss, "the saved state of the trace filters is damaged");
  impl_->state = std::move(state);
  return {};
}

}  // namespace fairlead::runner

// SPDX-License-Identifier: Apache-2.0
#include "agent/session/protocol.hpp"

#include <cstring>
#include <type_traits>

namespace fairlead::agent {
namespace {

// The type byte is the alternative's place in Message.
template <class T, std::size_t I = 0>
constexpr std::uint8_t type_of() {
  if constexpr (std::is_same_v<T, std::variant_alternative_t<I, Message>>) {
    return static_cast<std::uint8_t>(I);
  } else {
    return type_of<T, I + 1>();
  }
}

class Writer {
 public:
  explicit Writer(std::string& to) : to_(to) {}

  template <class T>
    requires std::is_integral_v<T>
  void operator()(T value) {
    for (std::size_t i = 0; i < sizeof(T); ++i) {
      to_ += static_cast<char>(static_cast<std::make_unsigned_t<T>>(value) >> (8 * i));
    }
  }
  void operator()(bool value) { (*this)(static_cast<std::uint8_t>(value)); }
  void operator()(Stream value) { (*this)(static_cast<std::uint8_t>(value)); }
  void operator()(std::string_view text) {
    (*this)(static_cast<std::uint32_t>(text.size()));
    to_ += text;
  }
  void operator()(const std::string& text) { (*this)(std::string_view(text)); }
  template <class T>
  void operator()(const std::vector<T>& list) {
    (*this)(static_cast<std::uint32_t>(list.size()));
    for (const T& item : list) (*this)(item);
  }

 private:
  std::string& to_;
};

// Reads fields off a frame; after the first that does not fit all are default.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}

  bool whole() const { return good_ && bytes_.empty(); }

  template <class T>
    requires std::is_integral_v<T>
  void operator()(T& value) {
    if (!has(sizeof(T))) return;
    std::make_unsigned_t<T> result = 0;
    for (std::size_t i = 0; i < sizeof(T); ++i) {
      const auto byte = static_cast<unsigned char>(bytes_[i]);
      result = static_cast<std::make_unsigned_t<T>>(result |
                                                    (static_cast<std::make_unsigned_t<T>>(byte) << (8 * i)));
    }
    value = static_cast<T>(result);
    bytes_.remove_prefix(sizeof(T));
  }
  void operator()(bool& value) {
    std::uint8_t byte = 0;
    (*this)(byte);
    if (byte > 1) good_ = false;
    value = byte == 1;
  }
  void operator()(Stream& value) {
    std::uint8_t byte = 0;
    (*this)(byte);
    if (byte > 1) good_ = false;
    value = byte == 1 ? Stream::err : Stream::out;
  }
  void operator()(std::string_view& text) {
    std::uint32_t size = 0;
    (*this)(size);
    if (!has(size)) return;
    text = bytes_.substr(0, size);
    bytes_.remove_prefix(size);
  }
  void operator()(std::string& text) {
    std::string_view view;
    (*this)(view);
    text = view;
  }
  template <class T>
  void operator()(std::vector<T>& list) {
    std::uint32_t count = 0;
    (*this)(count);
    // Each item takes at least four bytes, so the frame bounds the list.
    if (!has(std::size_t{count} * 4)) return;
    list.resize(count);
    for (T& item : list) (*this)(item);
  }

 private:
  bool has(std::size_t size) {
    if (bytes_.size() < size) good_ = false;
    return good_;
  }

  std::string_view bytes_;
  bool good_ = true;
};

// The fields of each message in wire order, once for both directions.
template <class M, class F>
void fields(M& m, F&& f) {
  using T = std::remove_const_t<M>;
  if constexpr (std::is_same_v<T, StartStage>) {
    f(m.program), f(m.argv), f(m.cwd), f(m.separate_streams);
  } else if constexpr (std::is_same_v<T, ScriptPart>) {
    f(m.bytes);
  } else if constexpr (std::is_same_v<T, Acknowledge>) {
    f(m.offset);
  } else if constexpr (std::is_same_v<T, StopStage>) {
    f(m.grace_ms);
  } else if constexpr (std::is_same_v<T, Hello>) {
    f(m.version);
  } else if constexpr (std::is_same_v<T, Output>) {
    f(m.offset), f(m.stream), f(m.wall_ns), f(m.bytes);
  } else if constexpr (std::is_same_v<T, StageEnded>) {
    f(m.code), f(m.signal), f(m.size), f(m.stopped), f(m.killed);
  } else if constexpr (std::is_same_v<T, StageFailed>) {
    f(m.error), f(m.message);
  } else if constexpr (std::is_same_v<T, Finished>) {
    f(m.survivors);
  } else {
    static_assert(std::is_same_v<T, RunStage> || std::is_same_v<T, Finish>);
  }
}

template <std::size_t I = 0>
Result<std::optional<Message>> decode_body(std::uint8_t type, std::string_view body) {
  if constexpr (I < std::variant_size_v<Message>) {
    if (type != I) return decode_body<I + 1>(type, body);
    std::variant_alternative_t<I, Message> message;
    Reader reader(body);
    fields(message, reader);
    if (!reader.whole()) {
      return make_error(ErrorCode::data_loss, "malformed frame of type " + std::to_string(type));
    }
    return std::optional<Message>(std::move(message));
  } else {
    return make_error(ErrorCode::data_loss, "unknown frame type " + std::to_string(type));
  }
}

}  // namespace

void encode(const Message& message, std::string& to) {
  const std::size_t start = to.size();
  Writer writer(to);
  writer(std::uint32_t{0});  // the length, when it is known
  std::visit(
      [&](const auto& m) {
        writer(type_of<std::remove_cvref_t<decltype(m)>>());
        fields(m, writer);
      },
      message);
  std::string length;
  Writer length_writer(length);
  length_writer(static_cast<std::uint32_t>(to.size() - start - 4));
  to.replace(start, 4, length);
}

Result<std::optional<Message>> decode(std::string_view& bytes) {
  if (bytes.size() < 4) return std::optional<Message>();
  std::uint32_t length = 0;
  Reader(bytes.substr(0, 4))(length);
  if (length == 0 || length > kMaxFrame) {
    return make_error(ErrorCode::data_loss, "frame of " + std::to_string(length) + " bytes");
  }
  if (bytes.size() - 4 < length) return std::optional<Message>();
  const std::string_view frame = bytes.substr(4, length);
  bytes.remove_prefix(4 + std::size_t{length});
  return decode_body(static_cast<std::uint8_t>(frame[0]), frame.substr(1));
}

}  // namespace fairlead::agent

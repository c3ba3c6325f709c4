// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <locale.h>

#include <memory>
#include <string>

#include "base/result.hpp"

// What reader and writer share around libarchive. For their sources only.
namespace fairlead::runner {

struct FreeReader {
  void operator()(archive* handle) const { archive_read_free(handle); }
};
struct FreeWriter {
  void operator()(archive* handle) const { archive_write_free(handle); }
};
struct FreeEntry {
  void operator()(archive_entry* entry) const { archive_entry_free(entry); }
};
using ReaderHandle = std::unique_ptr<archive, FreeReader>;
using WriterHandle = std::unique_ptr<archive, FreeWriter>;
using EntryHandle = std::unique_ptr<archive_entry, FreeEntry>;

// libarchive converts names by the thread's locale; the C locale would turn
// every letter beyond ASCII into an error. A name that is no UTF-8 is the
// other way round: only as bytes without a meaning does it survive.
class NameLocale {
 public:
  explicit NameLocale(bool utf8 = true) : before_(::uselocale(named(utf8))) {}
  NameLocale(const NameLocale&) = delete;
  NameLocale& operator=(const NameLocale&) = delete;
  ~NameLocale() { ::uselocale(before_); }

 private:
  static locale_t named(bool utf8) {
    // Null (no such locale) lets uselocale change nothing.
    static const locale_t letters = ::newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
    static const locale_t bytes = ::newlocale(LC_CTYPE_MASK, "C", nullptr);
    return utf8 ? letters : bytes;
  }
  locale_t before_;
};

inline Error archive_failure(archive* handle, ErrorCode code, std::string what) {
  const char* text = archive_error_string(handle);
  return make_error(code, std::move(what) + ": " + (text != nullptr ? text : "unknown error"));
}

}  // namespace fairlead::runner

// SPDX-License-Identifier: Apache-2.0
#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <cstdlib>

#include "runner/artifacts/archive_writer.hpp"
#include "runner/artifacts/extract.hpp"
#include "tree.hpp"

namespace fairlead::runner {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

struct Entry {
  std::string name;
  std::string content;
  mode_t type = AE_IFREG;
  std::string link;
};

// An archive as an attacker would make it: any names, in any order.
fs::path craft(const fs::path& at, const std::vector<Entry>& entries, bool tar = false) {
  archive* writer = archive_write_new();
  if (tar)
    archive_write_set_format_pax_restricted(writer);
  else
    archive_write_set_format_zip(writer);
  archive_write_open_filename(writer, at.c_str());
  for (const Entry& entry : entries) {
    archive_entry* header = archive_entry_new();
    archive_entry_set_pathname(header, entry.name.c_str());
    archive_entry_set_mode(header, entry.type | 0644);
    archive_entry_set_size(header, static_cast<la_int64_t>(entry.content.size()));
    if (entry.type == AE_IFLNK) archive_entry_set_symlink(header, entry.link.c_str());
    if (entry.type == AE_IFREG && !entry.link.empty()) archive_entry_set_hardlink(header, entry.link.c_str());
    archive_write_header(writer, header);
    archive_write_data(writer, entry.content.data(), entry.content.size());
    archive_entry_free(header);
  }
  archive_write_close(writer);
  archive_write_free(writer);
  return at;
}

std::vector<std::string> names_in(const fs::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    names.push_back(entry.path().lexically_relative(folder).string());
  std::sort(names.begin(), names.end());
  return names;
}

class RoundTrip : public testing::TestWithParam<ArchiveFormat> {};

TEST_P(RoundTrip, KeepsModesLinksTimesFoldersAndNames) {
  const TempDir root = make_tree({"bin/tool",
                                  "dir/sub/\xC3\xBC"
                                  "ber \xE2\x82\xAC.txt",
                                  "bad\xFFname"});
  const TempDir into = make_tree({});
  put(root.path() / "big", std::string(3'000'000, 'x') + "end");
  put(root.path() / "empty", "");
  fs::create_directory(root.path() / "hollow");
  fs::create_symlink("../bin/tool", root.path() / "dir" / "link");
  fs::create_symlink("/nowhere", root.path() / "dangling");
  ::chmod((root.path() / "bin/tool").c_str(), 0755);
  ::chmod((root.path() / "dir/sub").c_str(), 0555);
  const timespec times[2] = {{1'600'000'000, 0}, {1'600'000'001, 0}};
  ::utimensat(AT_FDCWD, (root.path() / "bin/tool").c_str(), times, 0);

  const Collected collected = collect_files({{"."}, {}, false}, root.path());
  const TempDir place = make_tree({});
  const fs::path archive = place.path() / "a";
  auto written = write_archive(collected.files, root.path(), archive, {.format = GetParam()});
  ASSERT_TRUE(written.ok()) << written.error().to_string();
  auto extracted = extract_archive(archive, into.path());
  ASSERT_TRUE(extracted.ok()) << extracted.error().to_string();

  EXPECT_EQ(names_in(into.path()), names_in(root.path()));
  EXPECT_EQ(get(into.path() / "big"), get(root.path() / "big"));
  EXPECT_EQ(fs::read_symlink(into.path() / "dir/link"), "../bin/tool");
  EXPECT_EQ(fs::read_symlink(into.path() / "dangling"), "/nowhere");
  struct stat info;
  ASSERT_EQ(::stat((into.path() / "bin/tool").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 07777, 0755U);
  EXPECT_EQ(info.st_mtim.tv_sec, 1'600'000'001);
  ASSERT_EQ(::stat((into.path() / "dir/sub").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 07777, 0555U);
  EXPECT_EQ(extracted->files, 7U);
}

INSTANTIATE_TEST_SUITE_P(Archive, RoundTrip, testing::Values(ArchiveFormat::zip, ArchiveFormat::tar_zstd),
                         [](const auto& info) {
                           return info.param == ArchiveFormat::zip ? "Zip" : "TarZstd";
                         });

TEST(ArchiveWriter, UnzipReadsOurZip) {
  const TempDir root = make_tree({"a/b", "c"});
  const TempDir place = make_tree({});
  const Collected collected = collect_files({{"."}, {}, false}, root.path());
  ASSERT_TRUE(write_archive(collected.files, root.path(), place.path() / "a.zip", {}).ok());
  EXPECT_EQ(std::system(("unzip -tq '" + (place.path() / "a.zip").string() + "' >/dev/null").c_str()), 0);
}

TEST(ArchiveWriter, GzipIsOneMemberAFile) {
  const TempDir root = make_tree({"r/one.xml", "r/two.xml"});
  const TempDir place = make_tree({});
  const Collected collected = collect_files({{"r"}, {}, false}, root.path());
  const fs::path archive = place.path() / "junit.gz";
  ASSERT_TRUE(write_archive(collected.files, root.path(), archive, {.format = ArchiveFormat::gzip}).ok());
  gzFile file = gzopen(archive.c_str(), "rb");
  char text[100] = {};
  EXPECT_EQ(gzread(file, text, sizeof text), 18);
  gzclose(file);
  EXPECT_STREQ(text, "r/one.xmlr/two.xml");
}

TEST(ArchiveWriter, RawIsExactlyOneFile) {
  const TempDir root = make_tree({"one", "two"});
  const TempDir place = make_tree({});
  const fs::path out = place.path() / "raw";
  const auto write = [&](const char* pattern) {
    const Collected collected = collect_files({{pattern}, {}, false}, root.path());
    return write_archive(collected.files, root.path(), out, {.format = ArchiveFormat::raw});
  };
  ASSERT_TRUE(write("one").ok());
  EXPECT_EQ(get(out), "one");
  EXPECT_THAT(write("*").error().message,
              HasSubstr("only one file can be sent as raw, but the paths match 2"));
  EXPECT_FALSE(fs::exists(out)) << "nothing half-made stays";
}

TEST(ArchiveWriter, FileNamesAreAsGitLabsRunnerMakesThem) {
  EXPECT_EQ(archive_filename("job/name", ArchiveFormat::zip), "name.zip");
  EXPECT_EQ(archive_filename("", ArchiveFormat::gzip), "default.gz");
  EXPECT_EQ(archive_filename("x", ArchiveFormat::tar_zstd), "x.tar.zst");
  EXPECT_EQ(archive_filename("gl-sast.json", ArchiveFormat::raw), "gl-sast.json");
}

class Escape : public testing::TestWithParam<bool> {
 protected:
  Result<Extracted> extract(const std::vector<Entry>& entries) {
    return extract_archive(craft(place.path() / "evil", entries, GetParam()), inside());
  }
  fs::path inside() { return place.path() / "project"; }
  void SetUp() override { fs::create_directory(inside()); }
  // What lies beside the project is untouched.
  void TearDown() override {
    EXPECT_THAT(names_in(place.path()), testing::Each(testing::AnyOf("evil", "outside", "outside/keep",
                                                                     testing::StartsWith("project"))));
  }
  TempDir place = make_tree({"outside/keep"});
};

TEST_P(Escape, DotDotIsRefused) {
  auto result = extract({{"good", "1"}, {"../evil-file", "x"}});
  ASSERT_FALSE(result.ok());
  EXPECT_THAT(result.error().message, HasSubstr("leaves the project folder: ../evil-file"));
  EXPECT_FALSE(extract({{"a/../../evil-file", "x"}}).ok());
}

TEST_P(Escape, AbsoluteNamesAreRefused) {
  EXPECT_THAT(extract({{"/tmp/fairlead-evil-file", "x"}}).error().message, HasSubstr("absolute path"));
  EXPECT_FALSE(fs::exists("/tmp/fairlead-evil-file"));
}

TEST_P(Escape, ALinkToTheOutsideIsNotWrittenThrough) {
  auto result = extract({{"way", "", AE_IFLNK, "../outside"}, {"way/new", "x"}});
  ASSERT_FALSE(result.ok());
  EXPECT_THAT(result.error().message, HasSubstr("through way"));
  EXPECT_FALSE(fs::exists(place.path() / "outside/new"));
  result = extract({{"abs", "", AE_IFLNK, (place.path() / "outside").string()}, {"abs/deeper/new", "x"}});
  EXPECT_FALSE(result.ok());
  EXPECT_FALSE(fs::exists(place.path() / "outside/deeper"));
}

TEST_P(Escape, ALinkThatIsThereAlreadyIsReplacedNotFollowed) {
  fs::create_symlink("../outside/keep", inside() / "file");
  ASSERT_TRUE(extract({{"file", "new"}}).ok());
  EXPECT_EQ(get(place.path() / "outside/keep"), "outside/keep");
  EXPECT_EQ(get(inside() / "file"), "new");
  EXPECT_FALSE(fs::is_symlink(inside() / "file"));
}

TEST_P(Escape, ALinkWithinTheProjectMayBeFollowed) {
  fs::create_directory(inside() / "real");
  fs::create_directory_symlink("real", inside() / "alias");
  auto result = extract({{"alias/file", "x"}});
  ASSERT_TRUE(result.ok()) << result.error().to_string();
  EXPECT_EQ(get(inside() / "real/file"), "x");
}

INSTANTIATE_TEST_SUITE_P(Extract, Escape, testing::Bool(),
                         [](const auto& info) { return info.param ? "Tar" : "Zip"; });

TEST(Extract, HardLinksAndDevicesAreLeftOutWithAWarning) {
  const TempDir place = make_tree({});
  fs::create_directory(place.path() / "in");
  auto result = extract_archive(
      craft(place.path() / "a", {{"pipe", "", AE_IFIFO}, {"hard", "", AE_IFREG, "/etc/passwd"}, {"ok", "1"}},
            true),
      place.path() / "in");
  ASSERT_TRUE(result.ok()) << result.error().to_string();
  EXPECT_THAT(result->warnings,
              testing::ElementsAre(HasSubstr("pipe: not extracted"), HasSubstr("hard: not extracted")));
  EXPECT_EQ(names_in(place.path() / "in"), std::vector<std::string>{"ok"});
}

TEST(Extract, DamageIsAnErrorAndLeavesNoHalfFile) {
  const TempDir place = make_tree({});
  fs::create_directory(place.path() / "in");
  std::string noise;
  unsigned seed = 1;
  for (int i = 0; i < 200'000; ++i)
    noise.push_back(static_cast<char>((seed = seed * 1103515245 + 12345) >> 16));
  craft(place.path() / "a", {{"first", "1"}, {"second", noise}});
  std::string bytes = get(place.path() / "a");
  for (std::size_t i = 100'000; i < 100'100; ++i) bytes[i] = static_cast<char>(~bytes[i]);
  put(place.path() / "a", bytes);
  put(place.path() / "in/second", "as it was");
  auto result = extract_archive(place.path() / "a", place.path() / "in");
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().code, ErrorCode::data_loss);
  EXPECT_THAT(result.error().message, HasSubstr("damaged at second"));
  EXPECT_EQ(get(place.path() / "in/second"), "as it was");
  EXPECT_EQ(names_in(place.path() / "in"), (std::vector<std::string>{"first", "second"}));
}

TEST(Extract, WhatIsNoArchiveIsSaidSo) {
  const TempDir place = make_tree({"text"});
  EXPECT_THAT(extract_archive(place.path() / "text", place.path()).error().to_string(),
              HasSubstr("nrecognized archive"));
  EXPECT_EQ(extract_archive(place.path() / "missing", place.path()).error().code, ErrorCode::not_found);
}

TEST(Extract, LimitsHold) {
  const TempDir place = make_tree({});
  fs::create_directory(place.path() / "in");
  craft(place.path() / "a", {{"one", std::string(1'000'000, '0')}, {"two", "2"}});
  const auto extract = [&](const ExtractLimits& limits) {
    return extract_archive(place.path() / "a", place.path() / "in", {}, limits);
  };
  EXPECT_EQ(extract({.bytes = 999'999}).error().code, ErrorCode::limit_exceeded);
  EXPECT_EQ(extract({.entries = 1}).error().code, ErrorCode::limit_exceeded);
  EXPECT_TRUE(extract({.entries = 2, .bytes = 1'000'001}).ok());
}

TEST(Extract, ACancelEndsIt) {
  const TempDir place = make_tree({});
  craft(place.path() / "a", {{"one", "1"}});
  CancelSource source;
  source.cancel();
  EXPECT_EQ(extract_archive(place.path() / "a", place.path(), source.token()).error().code,
            ErrorCode::cancelled);
}

}  // namespace
}  // namespace fairlead::runner

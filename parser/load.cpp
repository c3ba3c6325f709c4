// SPDX-License-Identifier: Apache-2.0
#include "parser/load.hpp"

#include <utility>

#include "parser/include/includer.hpp"
#include "parser/merge/extends.hpp"
#include "parser/merge/reference.hpp"
#include "parser/yaml/documents.hpp"

// The order of the steps is GitLab's: read, include, extends, !reference. A
// step that found errors ends the load, since what follows would only report
// their consequences.
namespace fairlead::parser {

namespace {

// Everything that reads the document may copy what is shared in it; GitLab's
// own bound for all files together is 300 MiB.
constexpr std::size_t kMostExpandedBytes = 64 * 1024 * 1024;

}  // namespace

LoadedDocument load_document(const std::string& name, std::string text, IncludeSource& source,
                             const LoadContext& context, SourceFiles& files, Diagnostics& diagnostics) {
  LoadedDocument loaded;
  const FileId file = files.add(name, std::move(text));
  if (yaml::is_blank(files.text(file))) {
    diagnostics.error("Please provide content of .gitlab-ci.yml", Mark{.file = file});
    return loaded;
  }
  const yaml::ConfigText config = yaml::read_config_text(files, file, diagnostics);
  if (config.failure) {
    diagnostics.add(*config.failure);
    return loaded;
  }
  if (!include::check_no_interpolation(config, diagnostics)) return loaded;

  ListVariables variables(context.variables);
  Conditions conditions(context.repository);
  const include::LocationContext locations{source, variables, conditions, diagnostics};
  merge::Budget budget;
  include::Includer includer(locations, files, budget);
  const std::size_t errors_before = diagnostics.error_count();
  const auto failed = [&] { return diagnostics.error_count() != errors_before; };

  yaml::NodePtr root = includer.expand(config.content);
  loaded.included = includer.included();
  if (!root || failed()) return loaded;
  root = merge::apply_extends(root, budget, diagnostics);
  if (!root || failed()) return loaded;
  root = merge::resolve_references(root, diagnostics);
  if (failed() || !merge::check_expanded_size(root, kMostExpandedBytes, diagnostics)) return loaded;
  loaded.root = std::move(root);
  return loaded;
}

}  // namespace fairlead::parser

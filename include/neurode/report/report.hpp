#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "neurode/record/reader.hpp"

namespace neurode::report {

/// What wrote a result file: `neurode run`, `neurode compare -o`, `neurode analyze -o`.
enum class FileKind { run, comparison, analysis };
/// Nothing for files of other programs.
std::optional<FileKind> kind_of(const record::Reader& reader);

/// One page for one result file, or for several side by side. It holds all it needs, and loads nothing from anywhere.
/// Works from the files alone; memory is bounded whatever their size, and the page stays below 6 MB: what is recorded
/// is thinned to what a screen shows, extremes kept.
/// @throws FileError for a file that cannot be read; UsageError for one that is no result of neurode
std::string page(const std::vector<std::filesystem::path>& files);

/// The same into a file. @throws FileError where it cannot be written, or is there and `overwrite` is false
void write_page(const std::vector<std::filesystem::path>& files, const std::filesystem::path& output, bool overwrite);

}  // namespace neurode::report

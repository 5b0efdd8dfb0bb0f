#include "neurode/core/scenario_folder.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <system_error>

#include "neurode/core/errors.hpp"
#include "neurode/core/limits.hpp"

namespace neurode {

namespace fs = std::filesystem;

/// Is `path` in `folder` or below it? Both are canonical.
static bool lies_within(const fs::path& path, const fs::path& folder) {
  return std::mismatch(folder.begin(), folder.end(), path.begin(), path.end()).first == folder.end();
}

std::optional<fs::path> ScenarioFolder::file(const Value& named, Diagnostics& diagnostics) const {
  const std::string& name = named.string();
  const auto refuse = [&](std::string problem, std::string found, std::string allowed) {
    diagnostics.add({named.where, named.key, std::move(problem), std::move(found), std::move(allowed), ""});
    return std::nullopt;
  };
  if (name.empty() || name.find('\0') != std::string::npos || name.size() > limits::kPathBytes) {
    return refuse("is no name of a file", named.to_toml(60),
                  fmt::format("1 to {} characters, none of them U+0000", limits::kPathBytes));
  }
  const fs::path path = path_ / name;
  std::error_code error;
  if (reach_ == Reach::folder) {
    // Of a relative path that is not there weakly_canonical() makes nothing absolute.
    const fs::path real = fs::weakly_canonical(fs::absolute(path), error);
    const fs::path within = error ? fs::path() : fs::weakly_canonical(fs::absolute(path_.empty() ? "." : path_), error);
    if (error) return refuse("cannot be followed: " + error.message(), named.to_toml(60), "a file that can be read");
    if (!lies_within(real, within)) {
      const fs::path normal = fs::path(name).lexically_normal();
      const bool open = normal.is_absolute() || *normal.begin() == "..";  // a symbolic link is not
      return refuse("leads out of the folder of this file",
                    named.to_toml(60) + (open ? "" : ", which is " + real.string()),
                    "one in that folder or below it; any with --allow-outside");
    }
  }
  const fs::file_status status = fs::status(path, error);
  if (fs::exists(status) && !fs::is_regular_file(status) && !fs::is_directory(status)) {
    return refuse("is no ordinary file", named.to_toml(60), "a file, no device and no pipe");
  }
  files_->insert(path);
  return path;
}

const Array* ScenarioFolder::array(const Value& named) const {
  if (!arrays_) return nullptr;
  const auto at = arrays_->find(named.string());
  return at == arrays_->end() ? nullptr : &at->second;
}

std::string read_text_file(const fs::path& path, std::uint64_t most, bool any_kind) {
  std::error_code none;
  const fs::file_status status = fs::status(path, none);
  if (fs::is_directory(status)) throw FileError(path.string(), "is a folder, not a file");
  if (!any_kind && fs::exists(status) && !fs::is_regular_file(status)) {
    throw FileError(path.string(), "is no ordinary file");
  }
  const auto refuse_size = [&] {
    throw FileError(path.string(), fmt::format("has more than {} bytes of text, the most that is read", most));
  };
  std::uint64_t size = 0;
  if (fs::is_regular_file(status)) {
    size = fs::file_size(path, none);
    if (!none && size > most) refuse_size();
  }
  errno = 0;
  std::ifstream in(path, std::ios::binary);
  if (!in) throw FileError(path.string(), "cannot be opened: " + std::system_category().message(errno));
  std::string text;
  constexpr std::size_t kPiece = 1 << 16;
  if (!none) text.reserve(size + 1);
  while (in) {
    const std::size_t had = text.size();
    text.resize(had + kPiece);
    in.read(text.data() + had, kPiece);
    text.resize(had + static_cast<std::size_t>(in.gcount()));
    if (text.size() > most) refuse_size();
  }
  if (in.bad()) throw FileError(path.string(), "cannot be read to its end");
  return text;
}

}  // namespace neurode

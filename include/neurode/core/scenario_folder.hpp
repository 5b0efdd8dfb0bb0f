#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "neurode/core/diagnostics.hpp"
#include "neurode/core/value.hpp"

namespace neurode {

/// Which files a scenario may name: those in its folder and below it, or any.
enum class Reach { folder, anywhere };

/// Numbers in memory, row-major, that a scenario names in the place of a file.
struct Array {
  std::vector<std::size_t> shape;
  std::shared_ptr<const double> numbers;
};
/// By the name that stands in the scenario, "array:data.inputs".
using Arrays = std::map<std::string, Array>;

/// The folder of a scenario. A scenario may come from a stranger: the files it names stay within its folder, whatever
/// "..", absolute paths and symbolic links say, unless the user allows more.
class ScenarioFolder {
 public:
  ScenarioFolder(std::filesystem::path path = {}, Reach reach = Reach::folder,
                 std::shared_ptr<const Arrays> arrays = nullptr)
      : path_(std::move(path)), reach_(reach), arrays_(std::move(arrays)) {}
  ScenarioFolder(const char* path) : ScenarioFolder(std::filesystem::path(path)) {}

  /// The file that a key's value names, told from the folder; whether it is there is left to whoever opens it. Nothing
  /// if it may not be read (reported): it leads out of the folder, or is a device, a pipe or a socket.
  std::optional<std::filesystem::path> file(const Value& named, Diagnostics& diagnostics) const;
  /// The array that a key's value names; null: it names a file.
  const Array* array(const Value& named) const;
  /// As messages tell it.
  std::string told(const Value& named) const { return (path_ / named.string()).string(); }

  /// The files that were asked for, by this object and its copies, in the order of their names.
  const std::set<std::filesystem::path>& files() const { return *files_; }
  const std::filesystem::path& path() const { return path_; }
  Reach reach() const { return reach_; }

 private:
  std::filesystem::path path_;
  Reach reach_;
  std::shared_ptr<const Arrays> arrays_;
  std::shared_ptr<std::set<std::filesystem::path>> files_ = std::make_shared<std::set<std::filesystem::path>>();
};

/// What the user lets a scenario do.
struct Allowed {
  Reach reach = Reach::folder;
  bool large = false;  ///< need more memory or disk than there is, by the estimates
};

/// A scenario's file, what it may do, and the arrays that it may name. With a `text` there is no file: the path is for
/// messages, and its folder is where the files are that the text names.
struct ScenarioFile {
  std::filesystem::path path;
  Allowed allowed = {};
  std::shared_ptr<const Arrays> arrays = nullptr;
  std::optional<std::string> text = {};

  ScenarioFile(std::filesystem::path p, Allowed a = {}) : path(std::move(p)), allowed(a) {}
  ScenarioFile(const std::string& p) : path(p) {}
  ScenarioFile(const char* p) : path(p) {}
  ScenarioFolder folder() const { return {path.parent_path(), allowed.reach, arrays}; }
};

/// The whole of a text file of at most `most` bytes. @throws FileError if it cannot be read, is larger, or (unless
/// `any_kind`) is a device, a pipe or a socket
std::string read_text_file(const std::filesystem::path& path, std::uint64_t most, bool any_kind = false);

}  // namespace neurode

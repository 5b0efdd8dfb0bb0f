#pragma once

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include "neurode/core/diagnostics.hpp"
#include "neurode/core/parameters.hpp"

namespace neurode::network::test {

/// Values as the scenario reader makes them, at s.toml:3:7 with key "k".
inline Value value(decltype(Value::data) data) {
  Value v;
  v.data = std::move(data);
  v.where = v.key_where = {"s.toml", 3, 7};
  v.key = "k";
  return v;
}
inline Value num(double x) { return value(x); }
inline Value num(int n) { return value(std::int64_t{n}); }
inline Value flag(bool b) { return value(b); }
inline Value text(const char* s) { return value(std::string(s)); }
inline Value list(std::vector<Value> vs) { return value(Value::List(std::move(vs))); }
inline Value numbers(std::initializer_list<double> xs) {
  Value::List out;
  for (const double x : xs) out.push_back(num(x));
  return value(std::move(out));
}
inline Value table(std::vector<std::pair<std::string, Value>> entries) {
  return value(Value::Table(std::move(entries)));
}

/// All messages, one a line.
inline std::string messages(const Diagnostics& ds) {
  std::string out;
  for (const auto& d : ds.items()) out += (out.empty() ? "" : "\n") + d.format();
  return out;
}

inline Parameters parameters(const ParameterTable& specs, const Value& settings) {
  Diagnostics ds;
  Parameters p = read_parameters(specs, settings, "test", ds);
  INFO(messages(ds));
  REQUIRE(ds.empty());
  return p;
}

/// A folder of files that goes away with the object.
class Folder {
 public:
  Folder() {
    static int count = 0;
    path_ = std::filesystem::temp_directory_path() /
            ("neurode_test_" + std::to_string(reinterpret_cast<std::uintptr_t>(this)) + "_" + std::to_string(++count));
    std::filesystem::create_directories(path_);
  }
  ~Folder() {
    std::error_code none;
    std::filesystem::remove_all(path_, none);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  std::filesystem::path write(const std::string& name, const std::string& content) const {
    std::ofstream(path_ / name, std::ios::binary) << content;
    return path_ / name;
  }
  const std::filesystem::path& path() const { return path_; }
  /// Messages with this folder's path cut off file names.
  std::string messages(const Diagnostics& ds) const {
    std::string out = test::messages(ds);
    const std::string prefix = path_.string() + "/";
    for (auto at = out.find(prefix); at != std::string::npos; at = out.find(prefix)) out.erase(at, prefix.size());
    return out;
  }

 private:
  std::filesystem::path path_;
};

}  // namespace neurode::network::test

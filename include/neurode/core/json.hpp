#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "neurode/core/value.hpp"

namespace neurode {

/// `s` as a JSON string, quotes included. Bytes that are no UTF-8 become U+FFFD.
std::string json_quoted(std::string_view s);

/// Writes JSON text piece by piece; commas, line breaks and indentation come by themselves.
///
///     JsonWriter w;
///     w.begin_object().member("name", "tsit5").key("order").begin_array().value(5).value(4).end_array().end_object();
///
/// Numbers read back to the same double; what is not finite is written as null, as JSON has no such numbers.
/// Misuse (a value where a key is wanted, an unbalanced end) throws std::logic_error.
class JsonWriter {
 public:
  /// `indent` blanks a level; 0 writes everything on one line.
  explicit JsonWriter(int indent = 2) : indent_(indent) {}

  JsonWriter& begin_object();
  JsonWriter& end_object();
  JsonWriter& begin_array();
  JsonWriter& end_array();
  JsonWriter& key(std::string_view name);

  JsonWriter& value(std::string_view s);
  JsonWriter& value(const char* s) { return value(std::string_view(s)); }
  JsonWriter& value(const std::string& s) { return value(std::string_view(s)); }
  JsonWriter& value(double x);
  JsonWriter& value(bool b);
  JsonWriter& value(std::int64_t n);
  JsonWriter& value(std::uint64_t n);
  JsonWriter& value(int n) { return value(std::int64_t{n}); }
  JsonWriter& value(const Value& v);  ///< none as null, tables as objects
  JsonWriter& null();
  /// Text that is JSON already, as a value; and members ("a": 1, "b": 2) into the object that is open.
  JsonWriter& json(std::string_view text);
  JsonWriter& json_members(std::string_view text);

  template <class T>
  JsonWriter& member(std::string_view name, const T& x) {
    return key(name).value(x);
  }

  /// The text so far; whole once everything that was begun has ended.
  const std::string& text() const { return out_; }

 private:
  struct Level {
    bool object;
    bool empty;
  };
  JsonWriter& begin(bool object);
  JsonWriter& end(bool object);
  JsonWriter& raw(std::string_view s);
  void before_value();
  void before_key();
  void new_line();

  int indent_;
  std::string out_;
  std::vector<Level> levels_;
  bool after_key_ = false;
};

}  // namespace neurode

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "neurode/core/diagnostics.hpp"

namespace neurode {

/// A value a user wrote (TOML's types without dates), with the place it stands and its dotted key.
struct Value {
  using List = std::vector<Value>;
  using Table = std::vector<std::pair<std::string, Value>>;  ///< in the order of the file

  std::variant<std::monostate, bool, std::int64_t, double, std::string, List, Table> data;
  Location where;      ///< of the value
  Location key_where;  ///< of its key; `where` again for elements of a list
  std::string key;     ///< dotted, e.g. "population.hidden.bias.init"
  int text_line = 0;   ///< of a string: where its first character stands, behind the quotes; 0 where unknown
  int text_column = 0;

  // Defined where Value is complete: clang 14 looks into the variant for them here, and finds pairs of what is not yet.
  Value();
  Value(const Value&);
  Value(Value&&) noexcept;
  Value& operator=(const Value&);
  Value& operator=(Value&&) noexcept;
  ~Value();

  bool is_none() const { return std::holds_alternative<std::monostate>(data); }
  bool is_bool() const { return std::holds_alternative<bool>(data); }
  bool is_integer() const { return std::holds_alternative<std::int64_t>(data); }
  bool is_number() const { return is_integer() || std::holds_alternative<double>(data); }
  bool is_string() const { return std::holds_alternative<std::string>(data); }
  bool is_list() const { return std::holds_alternative<List>(data); }
  bool is_table() const { return std::holds_alternative<Table>(data); }

  bool boolean() const { return std::get<bool>(data); }
  std::int64_t integer() const { return std::get<std::int64_t>(data); }
  /// The number, integers converted.
  double number() const {
    return is_integer() ? static_cast<double>(std::get<std::int64_t>(data)) : std::get<double>(data);
  }
  const std::string& string() const { return std::get<std::string>(data); }
  const List& list() const { return std::get<List>(data); }
  List& list() { return std::get<List>(data); }
  const Table& table() const { return std::get<Table>(data); }
  Table& table() { return std::get<Table>(data); }

  /// The entry `name` of a table, or null where there is none (or this is no table).
  const Value* find(std::string_view name) const;
  Value* find(std::string_view name);

  /// What it is, as error messages say it: "a string", "an integer", "a list of 3", ...
  std::string kind_name() const;
  /// Kind and text, as messages show what was found: `the string "abc"`, `-0.1`, `a list of 3, [1, 2, 3]`.
  std::string describe() const;
  /// The value as TOML writes it on one line; long lists and tables shortened to `limit` characters.
  std::string to_toml(std::size_t limit = static_cast<std::size_t>(-1)) const;
};

/// A key as TOML writes it: bare, or in quotes where it must be.
std::string key_text(const std::string& name);

/// A string as TOML writes it on one line, in quotes.
std::string quoted_text(const std::string& s);

/// A number as TOML and JSON write it so that reading it gives the same double; "nan", "inf" as TOML has them.
std::string number_text(double x);

}  // namespace neurode

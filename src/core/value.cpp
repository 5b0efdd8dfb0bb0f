#include "neurode/core/value.hpp"

#include <fmt/format.h>

#include <cmath>

namespace neurode {

Value::Value() = default;
Value::Value(const Value&) = default;
Value::Value(Value&&) noexcept = default;
Value& Value::operator=(const Value&) = default;
Value& Value::operator=(Value&&) noexcept = default;
Value::~Value() = default;

const Value* Value::find(std::string_view name) const {
  if (!is_table()) return nullptr;
  for (const auto& [k, v] : table()) {
    if (k == name) return &v;
  }
  return nullptr;
}

Value* Value::find(std::string_view name) { return const_cast<Value*>(static_cast<const Value*>(this)->find(name)); }

std::string Value::kind_name() const {
  if (is_none()) return "nothing";
  if (is_bool()) return "a boolean";
  if (is_integer()) return "an integer";
  if (is_number()) return "a number";
  if (is_string()) return "a string";
  if (is_list()) return fmt::format("a list of {}", list().size());
  return "a table";
}

std::string Value::describe() const {
  constexpr std::size_t kShown = 60;
  if (is_none()) return "nothing";
  if (is_string()) return "the string " + to_toml(kShown);
  if (is_list() || is_table()) return kind_name() + ", " + to_toml(kShown);
  return to_toml(kShown);
}

std::string number_text(double x) {
  if (std::isnan(x)) return "nan";
  if (std::isinf(x)) return x > 0 ? "inf" : "-inf";
  std::string s = fmt::format("{}", x);
  if (s.find_first_of(".e") == std::string::npos) s += ".0";
  return s;
}

std::string quoted_text(const std::string& s) {
  std::string out = "\"";
  for (const char c : s) {
    const auto u = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\t') {
      out += "\\t";
    } else if (u < 0x20 || u == 0x7f) {
      out += fmt::format("\\u{:04x}", u);
    } else {
      out += c;
    }
  }
  return out + '"';
}

static bool is_bare_key(const std::string& k) {
  return !k.empty() &&
         k.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-") == std::string::npos;
}

std::string key_text(const std::string& name) { return is_bare_key(name) ? name : quoted_text(name); }

std::string Value::to_toml(std::size_t limit) const {
  std::string out;
  if (is_bool()) {
    out = boolean() ? "true" : "false";
  } else if (is_integer()) {
    out = std::to_string(integer());
  } else if (is_number()) {
    out = number_text(number());
  } else if (is_string()) {
    out = quoted_text(string());
  } else if (is_list()) {
    out = "[";
    for (const auto& v : list()) {
      if (out.size() > 1) out += ", ";
      out += v.to_toml(limit);
      if (out.size() > limit) break;
    }
    out += "]";
  } else if (is_table()) {
    out = "{ ";
    bool first = true;
    for (const auto& [k, v] : table()) {
      out += fmt::format("{}{} = {}", first ? "" : ", ", key_text(k), v.to_toml(limit));
      first = false;
      if (out.size() > limit) break;
    }
    out += first ? "}" : " }";
  }
  if (out.size() <= limit) return out;
  std::size_t end = limit;
  while (end > 0 && (static_cast<unsigned char>(out[end]) & 0xC0U) == 0x80U) --end;  // not inside a UTF-8 character
  return out.substr(0, end) + "...";
}

}  // namespace neurode

#include "neurode/core/json.hpp"

#include <fmt/format.h>

#include <cmath>
#include <stdexcept>

#include "neurode/core/utf8.hpp"

namespace neurode {

std::string json_quoted(std::string_view s) {
  std::string out = "\"";
  while (!s.empty()) {
    const auto c = static_cast<unsigned char>(s.front());
    const std::size_t n = utf8_length(s);
    if (n == 0) {
      out += "\\ufffd";
    } else if (c == '"' || c == '\\') {
      out += '\\';
      out += s.front();
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\t') {
      out += "\\t";
    } else if (c < 0x20 || c == 0x7f) {
      out += fmt::format("\\u{:04x}", c);
    } else {
      out += s.substr(0, n);
    }
    s.remove_prefix(n == 0 ? 1 : n);
  }
  return out + '"';
}

void JsonWriter::new_line() {
  if (indent_ <= 0) return;
  out_ += '\n';
  out_.append(static_cast<std::size_t>(indent_) * levels_.size(), ' ');
}

void JsonWriter::before_value() {
  if (after_key_) {
    after_key_ = false;
    return;
  }
  if (levels_.empty()) {
    if (!out_.empty()) throw std::logic_error("JsonWriter: a second value at the top");
    return;
  }
  if (levels_.back().object) throw std::logic_error("JsonWriter: a value where a key is wanted");
  if (!levels_.back().empty) out_ += indent_ > 0 ? "," : ", ";
  levels_.back().empty = false;
  new_line();
}

JsonWriter& JsonWriter::raw(std::string_view s) {
  before_value();
  out_ += s;
  return *this;
}

JsonWriter& JsonWriter::begin(bool object) {
  before_value();
  out_ += object ? '{' : '[';
  levels_.push_back({object, true});
  return *this;
}

JsonWriter& JsonWriter::end(bool object) {
  if (levels_.empty() || levels_.back().object != object || after_key_) {
    throw std::logic_error("JsonWriter: an end without its beginning");
  }
  const bool empty = levels_.back().empty;
  levels_.pop_back();
  if (!empty) new_line();
  out_ += object ? '}' : ']';
  return *this;
}

JsonWriter& JsonWriter::begin_object() { return begin(true); }
JsonWriter& JsonWriter::end_object() { return end(true); }
JsonWriter& JsonWriter::begin_array() { return begin(false); }
JsonWriter& JsonWriter::end_array() { return end(false); }

void JsonWriter::before_key() {
  if (levels_.empty() || !levels_.back().object || after_key_)
    throw std::logic_error("JsonWriter: a key outside an object");
  if (!levels_.back().empty) out_ += indent_ > 0 ? "," : ", ";
  levels_.back().empty = false;
  new_line();
}

JsonWriter& JsonWriter::key(std::string_view name) {
  before_key();
  out_ += json_quoted(name) + ": ";
  after_key_ = true;
  return *this;
}

JsonWriter& JsonWriter::json(std::string_view text) { return raw(text); }

JsonWriter& JsonWriter::json_members(std::string_view text) {
  before_key();
  out_ += text;
  return *this;
}

JsonWriter& JsonWriter::value(std::string_view s) { return raw(json_quoted(s)); }
JsonWriter& JsonWriter::value(double x) { return raw(std::isfinite(x) ? number_text(x) : "null"); }
JsonWriter& JsonWriter::value(bool b) { return raw(b ? "true" : "false"); }
JsonWriter& JsonWriter::value(std::int64_t n) { return raw(std::to_string(n)); }
JsonWriter& JsonWriter::value(std::uint64_t n) { return raw(std::to_string(n)); }
JsonWriter& JsonWriter::null() { return raw("null"); }

JsonWriter& JsonWriter::value(const Value& v) {
  if (v.is_none()) return null();
  if (v.is_bool()) return value(v.boolean());
  if (v.is_integer()) return value(v.integer());
  if (v.is_number()) return value(v.number());
  if (v.is_string()) return value(std::string_view(v.string()));
  if (v.is_list()) {
    begin_array();
    for (const auto& element : v.list()) value(element);
    return end_array();
  }
  begin_object();
  for (const auto& [name, element] : v.table()) key(name).value(element);
  return end_object();
}

}  // namespace neurode

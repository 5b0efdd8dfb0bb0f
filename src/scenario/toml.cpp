// The one place that sees toml++. Header-only on purpose: no ABI to agree on, and no exceptions from the parser.
#undef TOML_HEADER_ONLY
#undef TOML_SHARED_LIB
#define TOML_HEADER_ONLY 1
#define TOML_EXCEPTIONS 0
#define TOML_ENABLE_FORMATTERS 0
#include <fmt/format.h>

// toml++ 3.3 asserts what bad input breaks ("[=]": no key begins so), and assumes it where NDEBUG is defined, which
// makes it undefined. With neither, it comes to its own error message.
#pragma push_macro("NDEBUG")
#undef NDEBUG
#define TOML_ASSERT(expr) static_assert(true)
// Nor may it call unreachable what is reached: by letters from U+00A1 to U+0499 where a blank could stand.
#if __has_include(<toml++/impl/unicode.h>)
#include <toml++/impl/forward_declarations.h>
#include <toml++/impl/preprocessor.h>
#pragma push_macro("TOML_UNREACHABLE")
#undef TOML_UNREACHABLE
#define TOML_UNREACHABLE return false
#include <toml++/impl/unicode.h>
#pragma pop_macro("TOML_UNREACHABLE")
#endif
#include <toml++/toml.h>
#pragma pop_macro("NDEBUG")

#include <algorithm>
#include <optional>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "neurode/core/limits.hpp"
#include "neurode/scenario/read.hpp"

namespace neurode::scenario {

namespace {

/// Byte offsets of places in the text. toml++ counts columns in code points.
class SourceMap {
 public:
  explicit SourceMap(const std::string& text) : text_(text) {
    lines_.push_back(0);
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (text[i] == '\n') lines_.push_back(i + 1);
    }
  }

  /// Where the first character of a string stands, given the place of its opening quote.
  std::pair<int, int> text_place(int line, int column) const {
    std::size_t i = offset(line, column);
    if (i >= text_.size() || (text_[i] != '"' && text_[i] != '\'')) return {0, 0};
    const char quote = text_[i];
    if (text_.compare(i, 3, std::string(3, quote)) != 0) return {line, column + 1};
    i += 3;
    column += 3;
    if (text_.compare(i, 1, "\n") == 0 || text_.compare(i, 2, "\r\n") == 0) return {line + 1, 1};
    return {line, column};
  }

 private:
  static constexpr int kStride = 256;

  std::size_t offset(int line, int column) const {
    if (line < 1 || column < 1 || static_cast<std::size_t>(line) > lines_.size()) return text_.size();
    const auto& known = landmarks(line);
    const auto k = std::min(static_cast<std::size_t>((column - 1) / kStride), known.size() - 1);
    std::size_t i = known[k];
    for (int left = column - 1 - static_cast<int>(k) * kStride; left > 0 && i < text_.size(); --left) i = next(i);
    return i;
  }

  std::size_t next(std::size_t i) const {
    ++i;
    while (i < text_.size() && (static_cast<unsigned char>(text_[i]) & 0xC0U) == 0x80U) ++i;
    return i;
  }

  /// Where every kStride-th character of a line stands: without them, a long line of strings would be gone through once
  /// for each of them.
  const std::vector<std::size_t>& landmarks(int line) const {
    if (line == landmarks_of_) return landmarks_;
    landmarks_of_ = line;
    landmarks_.clear();
    const auto k = static_cast<std::size_t>(line);
    const std::size_t end = k < lines_.size() ? lines_[k] : text_.size();
    std::size_t i = lines_[k - 1];
    if (line == 1 && text_.compare(0, 3, "\xEF\xBB\xBF") == 0) i = 3;
    landmarks_.push_back(i);
    for (int n = 1; i < end; ++n) {
      i = next(i);
      if (n % kStride == 0) landmarks_.push_back(i);
    }
    return landmarks_;
  }

  const std::string& text_;
  std::vector<std::size_t> lines_;
  mutable int landmarks_of_ = 0;
  mutable std::vector<std::size_t> landmarks_;
};

/// The line where tables and lists nest deeper than allowed, if there is one: toml++ would recurse as deeply. Each
/// bracket counts, and each dot of a key: `a.b = [[1]]` is four deep.
std::optional<int> line_of_deep_nesting(const std::string& text) {
  int line = 1, depth = 0;
  std::vector<int> dots = {0};  // of the key that is read, in each bracket that is open
  char quote = 0;
  bool triple = false, comment = false;
  const auto drop_dots = [&] {
    depth -= dots.back();
    dots.back() = 0;
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\n') {
      ++line;
      if (!triple && dots.size() == 1) drop_dots();
      comment = false;
      if (!triple) quote = 0;
    } else if (comment) {
      continue;
    } else if (quote != 0) {
      if (c == '\\' && quote == '"') {
        if (i + 1 < text.size() && text[i + 1] != '\n') ++i;
      } else if (c == quote && !triple) {
        quote = 0;
      } else if (c == quote && text.compare(i, 3, std::string(3, quote)) == 0) {
        quote = 0;
        triple = false;
        i += 2;
      }
    } else if (c == '"' || c == '\'') {
      quote = c;
      triple = text.compare(i, 3, std::string(3, c)) == 0;
      if (triple) i += 2;
    } else if (c == '#') {
      comment = true;
    } else if (c == ',') {
      drop_dots();
    } else if (c == '[' || c == '{') {
      ++depth;
      dots.push_back(0);
    } else if ((c == ']' || c == '}') && dots.size() > 1) {
      drop_dots();
      --depth;
      dots.pop_back();
    } else if (c == '.') {
      ++depth;
      ++dots.back();
    }
    if (depth > limits::kNesting) return line;
  }
  return std::nullopt;
}

std::string child_key(const std::string& parent, const std::string& name) {
  return parent.empty() ? key_text(name) : parent + "." + key_text(name);
}

class Converter {
 public:
  Converter(const std::string& text, const std::string& file, Diagnostics& diagnostics)
      : map_(text), file_(file), diagnostics_(diagnostics) {}

  Value convert(const toml::node& node, const std::string& key, const std::optional<Location>& key_where) {
    Value v;
    if (++values_ > limits::kScenarioValues) {
      if (values_ == limits::kScenarioValues + 1) {
        diagnostics_.add({place(node.source()), "", "here the scenario gets too many values", "",
                          fmt::format("up to {}; large data stand in files beside it", limits::kScenarioValues), ""});
      }
      return v;
    }
    v.where = place(node.source());
    v.key_where = key_where ? *key_where : v.where;
    v.key = key;
    if (const auto* b = node.as_boolean()) {
      v.data = b->get();
    } else if (const auto* n = node.as_integer()) {
      v.data = n->get();
    } else if (const auto* x = node.as_floating_point()) {
      v.data = x->get();
    } else if (const auto* s = node.as_string()) {
      v.data = s->get();
      std::tie(v.text_line, v.text_column) = map_.text_place(v.where.line, v.where.column);
    } else if (const auto* list = node.as_array()) {
      v.data = elements(*list, key);
    } else if (const auto* table = node.as_table()) {
      v.data = entries(*table, key);
    } else {
      diagnostics_.add({v.where, key, "dates and times have no meaning here", "", "a number, or a string", ""});
    }
    return v;
  }

 private:
  Location place(const toml::source_region& region) const {
    return {file_, static_cast<int>(region.begin.line), static_cast<int>(region.begin.column)};
  }

  Value::List elements(const toml::array& list, const std::string& key) {
    Value::List out;
    out.reserve(list.size());
    for (const auto& element : list) {
      out.push_back(convert(element, fmt::format("{}[{}]", key, out.size()), std::nullopt));
    }
    return out;
  }

  /// toml++ sorts keys by name; the order of the file comes back from their places.
  Value::Table entries(const toml::table& table, const std::string& key) {
    Value::Table out;
    if (table.size() > limits::kTableKeys) {
      diagnostics_.add({place(table.source()), key, "has too many keys", fmt::format("{}", table.size()),
                        fmt::format("up to {}", limits::kTableKeys), ""});
      return out;
    }
    out.reserve(table.size());
    for (const auto& [k, node] : table) {
      const std::string name(k.str());
      if (name.size() > limits::kNameBytes) {
        diagnostics_.add({place(k.source()), key, "has a key that is too long", fmt::format("{} bytes", name.size()),
                          fmt::format("up to {}", limits::kNameBytes), ""});
        continue;
      }
      out.emplace_back(name, convert(node, child_key(key, name), place(k.source())));
    }
    std::stable_sort(out.begin(), out.end(), [](const auto& a, const auto& b) {
      return std::tie(a.second.key_where.line, a.second.key_where.column) <
             std::tie(b.second.key_where.line, b.second.key_where.column);
    });
    return out;
  }

  SourceMap map_;
  const std::string& file_;
  Diagnostics& diagnostics_;
  std::size_t values_ = 0;
};

/// "Error while parsing X: Y" in our words.
std::string kind_words(std::string_view description) {
  constexpr std::string_view kPrefix = "Error while parsing ";
  if (!description.starts_with(kPrefix)) return fmt::format("is not valid TOML: {}", description);
  description.remove_prefix(kPrefix.size());
  std::string out = "is not valid TOML, in a";
  out += description.find_first_of("aeiou") == 0 ? "n " : " ";
  for (const char c : description) {
    if (c == '\n') {
      out += "\\n";
    } else {
      out += c;
    }
  }
  // toml++ reads the form of a number itself: what fails after that is too large or too small.
  constexpr std::string_view kNoValue = "could not be interpreted as a value";
  if (out.ends_with(kNoValue)) out.replace(out.size() - kNoValue.size(), kNoValue.size(), "is too large or too small");
  return out;
}

}  // namespace

Value parse_toml(const std::string& text, const std::string& file, Diagnostics& diagnostics) {
  Value root;
  root.data = Value::Table{};
  root.where = root.key_where = {file, 0, 0};
  if (text.size() > limits::kScenarioBytes) {
    diagnostics.add({{file, 0, 0},
                     "",
                     "is too long for a scenario",
                     fmt::format("{} bytes", text.size()),
                     fmt::format("up to {}; large data stand in files beside it", limits::kScenarioBytes),
                     ""});
    return root;
  }
  if (const auto line = line_of_deep_nesting(text)) {
    diagnostics.add({{file, *line, 1},
                     "",
                     "is nested too deeply",
                     "",
                     fmt::format("up to {} tables, lists and parts of keys in each other", limits::kNesting),
                     ""});
    return root;
  }
  const toml::parse_result result = toml::parse(std::string_view(text), std::string_view(file));
  if (!result) {
    const auto& at = result.error().source().begin;
    diagnostics.add({{file, static_cast<int>(at.line), static_cast<int>(at.column)},
                     "",
                     kind_words(result.error().description()),
                     "",
                     "",
                     ""});
    return root;
  }
  root = Converter(text, file, diagnostics).convert(result.table(), "", std::nullopt);
  root.where = root.key_where = {file, 0, 0};
  return root;
}

}  // namespace neurode::scenario

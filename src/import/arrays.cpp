#include "import/arrays.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <optional>

#include "neurode/core/limits.hpp"

namespace neurode::importing {

namespace {

constexpr int kMaxElements = 10000;
constexpr std::int64_t kMaxIndex = 1'000'000'000;

std::optional<int> integer(std::string_view s) {
  while (!s.empty() && is_blank(s.front())) s.remove_prefix(1);
  while (!s.empty() && is_blank(s.back())) s.remove_suffix(1);
  if (!s.empty() && s.front() == '+') s.remove_prefix(1);
  int value = 0;
  const auto [end, error] = std::from_chars(s.data(), s.data() + s.size(), value);
  if (error != std::errc() || end != s.data() + s.size() || s.empty()) return std::nullopt;
  return value;
}

struct Range {
  int first = 0, last = 0;
  std::size_t open = 0, close = 0;  ///< of its brackets
  std::int64_t count() const { return std::abs(std::int64_t{last} - first) + 1; }
};

class Expander {
 public:
  explicit Expander(Diagnostics& diagnostics) : diagnostics_(diagnostics) {}

  void statement(const Line& line) {
    if (is_comment(line)) return put(line), void();
    const std::size_t end = std::min(line.text.find('#'), line.text.size()), before = out.size();
    const Line code = head(line, end);
    if (code.text.find("..") == std::string::npos) {
      put(substituted(code, std::nullopt));
    } else if (const auto range = first_range(code)) {
      copies(code, *range);
    }
    if (out.size() > before) out[before].append(tail(line, end));
  }

  void block(const Line& opening, const std::vector<Line>& body) {
    const auto range = first_range(opening);
    if (!range) return;
    const int step = range->first <= range->last ? 1 : -1;
    for (int j = range->first;; j += step) {
      for (const auto& line : body) {
        if (is_comment(line)) {
          if (j == range->first) put(line);
          continue;
        }
        const bool first = j == range->first;
        put(substituted(first ? line : head(line, line.text.find('#')), j));
        out.back().repeated = !first;
      }
      if (j == range->last) break;
    }
  }

  std::vector<Line> out;

 private:
  /// @throws ScenarioError where there is no room for more: nothing that follows would be worth its time
  void put(Line line) {
    constexpr std::size_t kOfLine = 64;  // whatever its text
    bytes_ += line.text.size() + kOfLine;
    if (bytes_ > limits::kExpandedBytes) {
      fault(line, 0, "arrays make the file too long from here on", "",
            fmt::format("up to {} bytes, written out", limits::kExpandedBytes));
      diagnostics_.throw_if_any();
    }
    out.push_back(std::move(line));
  }

  void fault(const Line& line, std::size_t offset, std::string problem, std::string found, std::string allowed) {
    diagnostics_.add({line.at(offset), "", std::move(problem), std::move(found), std::move(allowed), ""});
  }

  std::optional<Range> range_at(const Line& line, std::size_t dots) {
    Range r;
    r.open = line.text.rfind('[', dots);
    r.close = line.text.find(']', dots);
    if (r.open == std::string::npos || r.close == std::string::npos) {
      fault(line, dots, "\"..\" belongs between brackets", "", "a range like x[1..10]");
      return std::nullopt;
    }
    const std::string_view s = line.text;
    const auto first = integer(s.substr(r.open + 1, dots - r.open - 1));
    const auto last = integer(s.substr(dots + 2, r.close - dots - 2));
    if (!first || !last) {
      fault(line, r.open, "the ends of a range must be integers",
            fmt::format("\"{}\"", s.substr(r.open, r.close - r.open + 1)), "a range like [1..10]");
      return std::nullopt;
    }
    r.first = *first;
    r.last = *last;
    if (r.count() > kMaxElements) {
      fault(line, r.open, fmt::format("an array of {} elements", r.count()), "",
            fmt::format("at most {}", kMaxElements));
      return std::nullopt;
    }
    return r;
  }

  /// The first range of a line; all others must be the same.
  std::optional<Range> first_range(const Line& line) {
    std::optional<Range> range;
    for (std::size_t dots = line.text.find(".."); dots != std::string::npos; dots = line.text.find("..", dots + 2)) {
      const auto next = range_at(line, dots);
      if (!next) return std::nullopt;
      if (range && (range->first != next->first || range->last != next->last)) {
        fault(line, next->open, "two different ranges in one statement", "", "one range a statement");
        return std::nullopt;
      }
      if (!range) range = next;
    }
    return range;
  }

  void copies(Line line, const Range& range) {
    for (std::size_t dots; (dots = line.text.find("..")) != std::string::npos;) {
      const std::size_t open = line.text.rfind('[', dots), close = line.text.find(']', dots);
      Line index = line.part(open, 1);
      index.text = "[j]";
      index.places.assign(3, line.places[open]);
      Line next = head(line, open);
      next.append(index);
      next.append(tail(line, close + 1));
      line = std::move(next);
    }
    const int step = range.first <= range.last ? 1 : -1;
    for (int j = range.first;; j += step) {
      put(substituted(line, j));
      out.back().repeated = j != range.first;
      if (j == range.last) break;
    }
  }

  /// Pieces with their blanks.
  static Line head(const Line& line, std::size_t end) {
    Line out = line;
    out.text.resize(std::min(end, line.text.size()));
    out.places.resize(out.text.size());
    return out;
  }
  static Line tail(const Line& line, std::size_t begin) {
    Line out = line;
    out.text.erase(0, begin);
    out.places.erase(out.places.begin(), out.places.begin() + static_cast<std::ptrdiff_t>(begin));
    return out;
  }

  /// What [...] amounts to, or nothing where it is no index of an array.
  static std::optional<int> index(std::string_view s, std::optional<int> j) {
    while (!s.empty() && is_blank(s.front())) s.remove_prefix(1);
    if (s.empty() || (s.front() != 'j' && s.front() != 'J')) return integer(s);
    if (!j) return std::nullopt;
    s.remove_prefix(1);
    while (!s.empty() && is_blank(s.front())) s.remove_prefix(1);
    if (s.empty()) return *j;
    const char op = s.front();
    const auto n = integer(s.substr(1));
    if (!n || (op != '+' && op != '-' && op != '*')) return std::nullopt;
    const std::int64_t a = *j, b = *n, result = op == '+' ? a + b : op == '-' ? a - b : a * b;
    if (std::abs(result) > kMaxIndex) return std::nullopt;
    return static_cast<int>(result);
  }

  Line substituted(const Line& line, std::optional<int> j) {
    Line result;
    result.file = line.file;
    for (std::size_t i = 0; i < line.text.size(); ++i) {
      const std::size_t close = line.text[i] == '[' ? line.text.find(']', i) : std::string::npos;
      if (line.text[i] == '#') return result.append(tail(line, i)), result;
      if (line.text[i] == '[' && close == std::string::npos) {
        fault(line, i, "missing \"]\" for this \"[\"", "", "an index like [j+1] or [3]");
      } else if (line.text[i] == '[') {
        const std::string inner = line.text.substr(i + 1, close - i - 1);
        if (const auto n = index(inner, j)) {
          if (*n < 0 && !result.text.empty() && is_name_part(result.text.back())) {
            fault(line, i, fmt::format("the index is {}: XPPAUT would read a difference", *n),
                  fmt::format("\"[{}]\"", inner), "indices from 0; neighbours at the ends on lines of their own");
          }
          const std::string digits = std::to_string(*n);
          result.text += digits;
          result.places.insert(result.places.end(), digits.size(), line.places[i]);
          i = close;
          continue;
        }
        if (!lower(result.text).ends_with("int")) {  // int[...]: of an integral, told elsewhere
          fault(line, i, "no index of an array", fmt::format("\"[{}]\"", inner),
                j ? "[j], [j+1], [j-1], [j*2] or [3]" : "[3]; [j] belongs into a statement with a range [1..10]");
          i = close;
          continue;
        }
      }
      result.text += line.text[i];
      result.places.push_back(line.places[i]);
    }
    return result;
  }

  Diagnostics& diagnostics_;
  std::size_t bytes_ = 0;
};

}  // namespace

std::vector<Line> expand_arrays(const std::vector<Line>& lines, Diagnostics& diagnostics) {
  Expander expander(diagnostics);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const bool block = lines[i].text.starts_with("%") && !is_comment(lines[i]);
    if (!block) {
      expander.statement(lines[i]);
      continue;
    }
    std::size_t end = i + 1;
    while (end < lines.size() && !lines[end].text.starts_with("%")) ++end;
    if (end == lines.size()) {
      diagnostics.add({lines[i].at(0), "", "the block is never closed", "", "a line \"%\" behind its statements", ""});
    }
    expander.block(lines[i], {lines.begin() + static_cast<std::ptrdiff_t>(i + 1),
                              lines.begin() + static_cast<std::ptrdiff_t>(end)});
    i = end;
  }
  return std::move(expander.out);
}

}  // namespace neurode::importing

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <cstdlib>

#include "network/data/csv_source.hpp"
#include "neurode/core/errors.hpp"
#include "neurode/core/limits.hpp"
#include "neurode/core/scenario_folder.hpp"

namespace neurode::network {

namespace {

bool is_blank(char c) { return c == ' ' || c == '\t'; }

std::string_view trimmed(std::string_view s) {
  while (!s.empty() && is_blank(s.front())) s.remove_prefix(1);
  while (!s.empty() && is_blank(s.back())) s.remove_suffix(1);
  return s;
}

/// Cuts text into rows of cells (RFC 4180).
class Cutter {
 public:
  Cutter(std::string_view text, std::string file, Diagnostics& diagnostics)
      : text_(text), file_(std::move(file)), diagnostics_(diagnostics) {
    if (text_.starts_with("\xEF\xBB\xBF")) text_.remove_prefix(3);  // the mark some editors put before UTF-8
    while (skip_line_that(true)) {
    }
  }

  /// Reads the next row that is not blank; false at the end.
  bool next(std::vector<std::string>& cells, std::vector<int>& columns, int& line) {
    cells.clear();
    columns.clear();
    while (skip_line_that(false)) {
    }
    if (at_end() || too_much()) return false;
    line = line_;
    for (;;) {
      columns.push_back(static_cast<int>(at_ - line_start_) + 1);
      cells.push_back(cell());
      if (at_end()) return true;
      if (cells.size() > limits::kColumns) {
        diagnostics_.add(
            {{file_, line, 0}, "", "the row has too many cells", "", fmt::format("up to {}", limits::kColumns), ""});
        return false;
      }
      if (text_[at_] != ',') break;
      ++at_;
    }
    end_line();
    return true;
  }

 private:
  /// Lines and columns are told as ints.
  bool too_much() {
    const bool long_line = text_.substr(at_, limits::kLineBytes + 1).find_first_of("\r\n") == std::string_view::npos &&
                           text_.size() - at_ > limits::kLineBytes;
    if (!long_line && line_ < limits::kLines) return false;
    diagnostics_.add({{file_, line_, 0},
                      "",
                      long_line ? "the line is too long" : "the file has too many lines",
                      "",
                      fmt::format("lines of up to {} bytes, up to {} of them", limits::kLineBytes, limits::kLines),
                      ""});
    return true;
  }

  bool at_end() const { return at_ >= text_.size(); }
  bool at_line_end() const { return at_end() || text_[at_] == '\n' || text_[at_] == '\r'; }

  void end_line() {
    if (at_end()) return;
    at_ += text_.substr(at_).starts_with("\r\n") ? 2 : 1;
    ++line_;
    line_start_ = at_;
  }

  /// Skips the line if it is blank (or a comment, where those are allowed).
  bool skip_line_that(bool may_be_comment) {
    if (at_end()) return false;
    std::size_t p = at_;
    while (p < text_.size() && is_blank(text_[p])) ++p;
    const bool blank = p >= text_.size() || text_[p] == '\n' || text_[p] == '\r';
    if (!blank && !(may_be_comment && text_[p] == '#')) return false;
    while (!at_line_end()) ++at_;
    end_line();
    return true;
  }

  std::string cell() {
    const std::size_t begin = at_;
    while (!at_end() && is_blank(text_[at_])) ++at_;
    if (!at_end() && text_[at_] == '"') return quoted();
    while (!at_line_end() && text_[at_] != ',') ++at_;
    return std::string(trimmed(text_.substr(begin, at_ - begin)));
  }

  std::string quoted() {
    const Location open{file_, line_, static_cast<int>(at_ - line_start_) + 1};
    std::string out;
    for (++at_; !at_end(); ++at_) {
      const char c = text_[at_];
      if (c == '"') {
        if (!text_.substr(at_).starts_with("\"\"")) break;
        ++at_;
      } else if (c == '\n') {
        ++line_;
        line_start_ = at_ + 1;
      }
      out += c;
    }
    if (at_end()) {
      diagnostics_.add({open, "", "the quote is never closed", "", "a second \" at the end of the cell", ""});
      return out;
    }
    const std::size_t rest = ++at_;
    while (!at_line_end() && text_[at_] != ',') ++at_;
    if (const auto more = trimmed(text_.substr(rest, at_ - rest)); !more.empty()) {
      diagnostics_.add({{file_, line_, static_cast<int>(rest - line_start_) + 1},
                        "",
                        "text behind the closing quote",
                        fmt::format("\"{}\"", more),
                        "a comma or the end of the line; a quote inside quotes is doubled",
                        ""});
    }
    return out;
  }

  std::string_view text_;
  std::string file_;
  Diagnostics& diagnostics_;
  std::size_t at_ = 0, line_start_ = 0;
  int line_ = 1;
};

std::string cells_text(std::size_t n) { return fmt::format("{} cell{}", n, n == 1 ? "" : "s"); }

}  // namespace

Csv read_csv(const std::filesystem::path& path, bool header, Diagnostics& diagnostics) {
  const std::string text = read_text_file(path, limits::kTextDataBytes);
  const std::string file = path.string();
  Csv csv;
  const std::size_t faults = diagnostics.size();
  Cutter cutter(text, file, diagnostics);
  std::vector<std::string> cells;
  std::vector<int> columns;
  int line = 0, first_line = 0;
  std::size_t width = 0;
  while (diagnostics.size() - faults < kMostCellFaults && cutter.next(cells, columns, line)) {
    if (first_line == 0) {
      first_line = line;
      width = cells.size();
      if (header) {
        csv.header = cells;
        continue;
      }
    }
    if (cells.size() != width) {
      diagnostics.add({{file, line, 0},
                       "",
                       fmt::format("the row has {}", cells_text(cells.size())),
                       "",
                       fmt::format("{}, as line {} has", cells_text(width), first_line),
                       ""});
      continue;
    }
    csv.rows.push_back(cells);
    csv.columns.push_back(columns);
    csv.lines.push_back(line);
  }
  if (first_line == 0 && diagnostics.size() == faults) {
    diagnostics.add(
        {{file, 0, 0}, "", "the file is empty", "", header ? "a line of column names, then rows" : "rows", ""});
  }
  return csv;
}

std::optional<double> parse_number(std::string_view text) {
  text = trimmed(text);
  if (text.starts_with('+') && !text.starts_with("+-")) text.remove_prefix(1);
  double x = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, x);
  if (stop != end || text.empty() || error == std::errc::invalid_argument) return std::nullopt;
  // Too large or too small: from_chars does not say which, strtod does.
  if (error == std::errc::result_out_of_range) return std::strtod(std::string(text).c_str(), nullptr);
  return x;
}

bool csv_number(const Csv& csv, const std::filesystem::path& path, std::size_t row, std::size_t col, double& out,
                Diagnostics& diagnostics) {
  const std::string& cell = csv.rows[row][col];
  const auto x = parse_number(cell);
  if (x && std::isfinite(*x)) {
    out = *x;
    return true;
  }
  const std::string name =
      csv.header.empty() ? fmt::format("column {}", col) : fmt::format("column \"{}\"", csv.header[col]);
  const char* problem = x ? "must be finite" : cell.empty() ? "is empty" : "must be a number";
  diagnostics.add({{path.string(), csv.lines[row], csv.columns[row][col]},
                   name,
                   problem,
                   cell.empty() ? "" : '"' + cell + '"',
                   "a finite number",
                   ""});
  return false;
}

Matrix read_csv_matrix(const std::filesystem::path& path, bool header, Diagnostics& diagnostics) {
  const std::size_t faults = diagnostics.size();
  const Csv csv = read_csv(path, header, diagnostics);
  if (diagnostics.size() > faults) return {};
  if (csv.rows.empty()) {
    diagnostics.add({{path.string(), 0, 0}, "", "the file has no rows of numbers", "", "at least one row", ""});
    return {};
  }
  const std::size_t columns = csv.rows.front().size();
  Matrix out(static_cast<Index>(csv.rows.size()), static_cast<Index>(columns));
  for (std::size_t i = 0; i < csv.rows.size(); ++i) {
    for (std::size_t j = 0; j < columns; ++j) {
      csv_number(csv, path, i, j, out(static_cast<Index>(i), static_cast<Index>(j)), diagnostics);
      if (diagnostics.size() - faults >= kMostCellFaults) return {};
    }
  }
  return diagnostics.size() > faults ? Matrix() : out;
}

void report_unreadable(const Value& path, const FileError& error, Diagnostics& diagnostics) {
  diagnostics.add(
      {path.where, path.key, error.what(), "", "a file that can be read; paths start at the scenario's folder", ""});
}

std::optional<Csv> read_csv_from(const Value& path, const ScenarioFolder& folder, bool header,
                                 Diagnostics& diagnostics) {
  const auto file = folder.file(path, diagnostics);
  if (!file) return std::nullopt;
  try {
    return read_csv(*file, header, diagnostics);
  } catch (const FileError& error) {
    report_unreadable(path, error, diagnostics);
    return std::nullopt;
  }
}

}  // namespace neurode::network

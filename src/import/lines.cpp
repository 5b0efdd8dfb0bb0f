#include "import/lines.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <sstream>

#include "import/arrays.hpp"
#include "neurode/core/errors.hpp"
#include "neurode/core/limits.hpp"
#include "neurode/core/scenario_folder.hpp"

namespace neurode::importing {

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_name_start(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_name_part(char c) { return is_name_start(c) || is_digit(c); }

std::string lower(std::string_view s) {
  std::string out(s);
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return out;
}

Location Line::at(std::size_t offset) const {
  if (places.empty()) return {file, 0, 0};
  if (offset < places.size()) return {file, places[offset].line, places[offset].column};
  return {file, places.back().line, places.back().column + 1};
}

Line Line::part(std::size_t begin, std::size_t count) const {
  begin = std::min(begin, text.size());
  std::size_t end = std::min(text.size(), count == std::string::npos ? text.size() : begin + count);
  while (begin < end && is_blank(text[begin])) ++begin;
  while (end > begin && is_blank(text[end - 1])) --end;
  Line out;
  out.file = file;
  out.repeated = repeated;
  out.text = text.substr(begin, end - begin);
  const auto first = places.begin() + static_cast<std::ptrdiff_t>(begin);
  out.places.assign(first, first + static_cast<std::ptrdiff_t>(end - begin));
  // An empty part still has a place, for messages.
  if (out.places.empty() && !places.empty()) out.places.push_back(places[std::min(begin, places.size() - 1)]);
  return out;
}

void Line::append(const Line& other) {
  places.resize(text.size());
  text += other.text;
  places.insert(places.end(), other.places.begin(),
                other.places.begin() + static_cast<std::ptrdiff_t>(other.text.size()));
}

bool is_comment(const Line& line) {
  const char first = line.text.empty() ? '#' : line.text[0];
  return first == '#' || first == '"' || (first == '%' && line.text.find("..") == std::string::npos);
}

namespace {

constexpr int kMaxIncludes = 20;

/// A physical line, tabs kept, the end of the line and a comment mark of UTF-8 left off.
Line physical(std::string text, int number, const std::string& file) {
  if (number == 1 && text.starts_with("\xEF\xBB\xBF")) text.erase(0, 3);
  Line out;
  out.file = file;
  int column = 0;
  for (const char c : text) {
    if ((static_cast<unsigned char>(c) & 0xC0U) != 0x80U) ++column;  // columns count characters (UTF-8)
    out.places.push_back({number, column});
  }
  out.text = std::move(text);
  return out;
}

class Splitter {
 public:
  Splitter(Diagnostics& diagnostics, Reach reach) : diagnostics_(diagnostics), reach_(reach) {}

  /// Returns false once `done` was met.
  bool read(std::istream& in, const std::filesystem::path& path) {
    int number = 0;
    Line line;
    bool goes_on = false, more = true;
    for (std::string text; more;) {
      more = static_cast<bool>(std::getline(in, text));
      if (more) {
        Line next = physical(text, ++number, path.string());
        const auto back = next.part(0).text;
        const bool joins = !back.empty() && back.back() == '\\' && !is_comment(next.part(0));
        if (joins) next = next.part(0, next.text.rfind('\\'));
        if (goes_on) {
          line.append(next);
        } else {
          line = std::move(next);
        }
        goes_on = joins;
        if (joins) continue;
      } else if (!goes_on) {
        break;
      }
      if (!take(line.part(0), path)) return false;
    }
    return true;
  }

  std::vector<Line> lines;

 private:
  bool take(const Line& line, const std::filesystem::path& path) {
    if (lower(line.text).starts_with("#include")) return include(line, path);
    lines.push_back(line);
    const std::string word = lower(line.text.substr(0, line.text.find_first_of(" \t")));
    return word != "done" && word != "d" && word != "#done";
  }

  bool include(const Line& line, const std::filesystem::path& path) {
    const Line name = line.part(8);
    if (name.text.empty() || depth_ >= kMaxIncludes) {
      diagnostics_.add({line.at(0), "",
                        name.text.empty() ? "\"#include\" needs the name of a file" : "too many includes", "",
                        "#include FILE", ""});
      return true;
    }
    Value named;
    named.where = line.at(0);
    named.data = name.text;
    const auto file = ScenarioFolder(path.parent_path(), reach_).file(named, diagnostics_);
    if (!file) return true;
    std::string text;
    try {
      text = read_text_file(*file, limits::kImportBytes);
    } catch (const FileError& e) {
      throw FileError(e.what(), fmt::format("{} includes it", line.at(0).text()));
    }
    bytes_ += text.size() + 1;
    if (bytes_ > limits::kImportBytes) {
      throw FileError(file->string(), fmt::format("makes what {} includes more than {} bytes", line.at(0).text(),
                                                  limits::kImportBytes));
    }
    std::istringstream in(text);
    ++depth_;
    read(in, *file);  // `done` ends the included file alone
    --depth_;
    return true;
  }

  Diagnostics& diagnostics_;
  Reach reach_;
  std::size_t bytes_ = 0;
  int depth_ = 0;
};

}  // namespace

std::vector<Line> split_lines(const std::string& text, const std::filesystem::path& path, Diagnostics& diagnostics,
                              Reach reach) {
  if (text.size() > limits::kImportBytes) {
    throw FileError(path.string(), fmt::format("is too long: up to {} bytes are read", limits::kImportBytes));
  }
  Splitter splitter(diagnostics, reach);
  std::istringstream in(text);
  splitter.read(in, path);
  return expand_arrays(splitter.lines, diagnostics);
}

}  // namespace neurode::importing

// Matrix Market, CSV and HDF5 files of connections.
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstring>
#include <fstream>
#include <limits>
#include <optional>

#include "network/connectivity/connection_list.hpp"
#include "neurode/core/errors.hpp"
#include "neurode/core/limits.hpp"
#include "neurode/record/numbers.hpp"

namespace neurode::network {

namespace {

/// A file of text, line by line: of any length, but no line longer than memory should hold.
class Lines {
 public:
  explicit Lines(const std::filesystem::path& path) : path_(path.string()) {
    std::error_code none;
    const auto status = std::filesystem::status(path, none);
    if (std::filesystem::is_directory(status)) throw FileError(path_, "is a folder, not a file");
    if (std::filesystem::exists(status) && !std::filesystem::is_regular_file(status)) {
      throw FileError(path_, "is no ordinary file");
    }
    errno = 0;
    in_.open(path, std::ios::binary);
    if (!in_) throw FileError(path_, std::string("cannot be read: ") + std::strerror(errno));
    size = std::filesystem::file_size(path, none);
    if (none || size > limits::kTextDataBytes) {
      throw FileError(path_,
                      fmt::format("has more than {} bytes of text, the most that is read", limits::kTextDataBytes));
    }
  }

  bool next(std::string& text) {
    text.clear();
    if (line == limits::kLines) throw FileError(path_, fmt::format("has more than {} lines", limits::kLines));
    int c = in_.get();
    if (c == std::char_traits<char>::eof()) return false;
    for (; c != std::char_traits<char>::eof() && c != '\n'; c = in_.get()) {
      if (text.size() >= limits::kLineBytes) {
        throw FileError(path_, fmt::format("line {} is longer than {} bytes", line + 1, limits::kLineBytes));
      }
      text += static_cast<char>(c);
    }
    ++line;
    return true;
  }

  std::uint64_t size = 0;
  int line = 0;

 private:
  std::string path_;
  std::ifstream in_;
};

std::string lower(std::string s) {
  for (char& c : s) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return s;
}

/// Words between blanks, or (where `comma`) cells between commas, blanks and quotes around them dropped.
std::vector<std::string_view> cells(std::string_view line, bool comma) {
  constexpr std::string_view kBlank = " \t\r\"";
  std::vector<std::string_view> out;
  while (true) {
    const auto first = line.find_first_not_of(kBlank);
    if (!comma && first == std::string_view::npos) return out;
    if (first != std::string_view::npos) line.remove_prefix(first);
    const auto end = std::min(line.size(), comma ? line.find(',') : line.find_first_of(kBlank));
    auto cell = line.substr(0, end);
    const auto last = cell.find_last_not_of(kBlank);
    out.push_back(cell.substr(0, last == std::string_view::npos ? 0 : last + 1));
    if (end == line.size()) return out;
    line.remove_prefix(end + 1);
  }
}

std::optional<double> number(std::string_view text) {
  if (!text.empty() && text.front() == '+') text.remove_prefix(1);
  double x = 0;
  const auto r = std::from_chars(text.data(), text.data() + text.size(), x);
  if (r.ptr != text.data() + text.size() || text.empty()) return {};
  if (r.ec == std::errc::result_out_of_range) return std::numeric_limits<double>::infinity();
  return x;
}

/// The numbers of a line; reports the first cell that is none.
bool numbers(const std::vector<std::string_view>& words, int line, std::vector<double>& out, ConnectionList& list) {
  out.clear();
  for (const auto word : words) {
    const auto x = number(word);
    if (!x) {
      list.fault(line, "must be a number", fmt::format("\"{}\"", word), "");
      return false;
    }
    out.push_back(*x);
  }
  return true;
}

}  // namespace

/// @par Source  R. F. Boisvert, R. Pozo, K. A. Remington, The Matrix Market exchange formats, NISTIR 5935 (1996)
void read_matrix_market(const std::filesystem::path& path, ConnectionList& list) {
  Lines in(path);
  std::string text;
  in.next(text);
  std::vector<std::string> head;
  for (const auto word : cells(text, false)) head.push_back(lower(std::string(word)));
  const auto one_of = [&](std::size_t k, std::initializer_list<const char*> names) {
    return std::any_of(names.begin(), names.end(), [&](const char* n) { return head[k] == n; });
  };
  if (head.size() != 5 || head[0] != "%%matrixmarket" || head[1] != "matrix" || head[2] != "coordinate" ||
      !one_of(3, {"real", "integer", "pattern"}) || !one_of(4, {"general", "symmetric", "skew-symmetric"})) {
    return list.fault(1, "is no Matrix Market header for a sparse matrix", "\"" + text.substr(0, 60) + "\"",
                      "%%MatrixMarket matrix coordinate, then real, integer or pattern, then general, symmetric or "
                      "skew-symmetric");
  }
  const bool pattern = head[3] == "pattern";
  const double mirror = head[4] == "symmetric" ? 1 : head[4] == "skew-symmetric" ? -1 : 0;
  list.weighted = !pattern;
  std::vector<double> x;
  bool sized = false;
  std::size_t wanted = 0, found = 0;
  while (!list.full() && in.next(text)) {
    const int line = in.line;
    const auto words = cells(text, false);
    if (words.empty() || words[0].front() == '%') continue;
    const std::size_t width = sized && pattern ? 2 : 3;
    if (words.size() != width) {
      list.fault(line, "has the wrong number of words", fmt::format("{}", words.size()), fmt::format("{}", width));
      continue;
    }
    if (!numbers(words, line, x, list)) continue;
    if (!sized) {
      sized = true;
      if (x[0] != static_cast<double>(list.post()) || x[1] != static_cast<double>(list.pre())) {
        return list.fault(
            line, "the matrix has the wrong shape", fmt::format("{} x {}", x[0], x[1]),
            fmt::format("{} x {} (rows: neurons that receive, columns: neurons that send)", list.post(), list.pre()));
      }
      constexpr std::size_t kShortest = 4;  // bytes of an entry: "1 1" and the end of its line
      wanted = x[2] >= 0 && x[2] < 1e15 ? static_cast<std::size_t>(x[2]) : 0;
      list.reserve(std::min<std::size_t>(wanted, in.size / kShortest) * (mirror != 0 ? 2 : 1));
      continue;
    }
    ++found;
    const double weight = pattern ? 1 : x[2];
    list.add(x[0], x[1], weight, line, 1);
    if (mirror != 0 && x[0] != x[1]) list.add(x[1], x[0], mirror * weight, line, 1);
  }
  if (!sized) list.fault(in.line, "the file ends before the line of sizes", "", "rows columns entries");
  if (sized && found != wanted && !list.full()) {
    list.fault(in.line, "the file has another number of entries than it says", fmt::format("{}", found),
               fmt::format("{}", wanted));
  }
}

void read_triples(const std::filesystem::path& path, ConnectionList& list) {
  Lines in(path);
  std::string text;
  int pre = 0, post = 1, weight = 2;
  std::size_t width = 0;
  std::vector<double> x;
  while (!list.full() && in.next(text)) {
    const int line = in.line;
    const auto words = cells(text, true);
    if ((words.size() == 1 && words[0].empty()) || text.front() == '#') continue;
    if (width == 0) {
      width = words.size();
      if (!number(words[0])) {
        pre = post = weight = -1;
        for (std::size_t k = 0; k < words.size(); ++k) {
          const std::string name = lower(std::string(words[k]));
          (name == "pre" ? pre : name == "post" ? post : weight) = static_cast<int>(k);
        }
      }
      if (pre < 0 || post < 0 || width < 2 || width > 3 || (width == 3 && weight < 0)) {
        return list.fault(line, "these are no columns of connections", "\"" + text.substr(0, 60) + "\"",
                          "pre, post and, if wanted, weight");
      }
      list.weighted = width == 3;
      if (!number(words[0])) continue;
    }
    if (words.size() != width) {
      list.fault(line, "has the wrong number of cells", fmt::format("{}", words.size()), fmt::format("{}", width));
    } else if (numbers(words, line, x, list)) {
      const auto at = [&](int k) { return x[static_cast<std::size_t>(k)]; };
      list.add(at(post), at(pre), list.weighted ? at(weight) : 1, line, 0);
    }
  }
}

void read_hdf5(const std::filesystem::path& path, const std::string& dataset, ConnectionList& list) {
  const std::string folder = dataset.empty() || dataset == "/" ? "" : dataset + "/";
  const std::string file = path.string();
  if (!dataset.empty() && record::has_numbers(path, dataset)) {
    const auto w = record::read_numbers(path, dataset);
    if (w.shape !=
        std::vector<std::size_t>{static_cast<std::size_t>(list.post()), static_cast<std::size_t>(list.pre())}) {
      return list.fault(
          0, "dataset \"" + dataset + "\" has the wrong shape", fmt::format("{}", fmt::join(w.shape, " x ")),
          fmt::format("{} x {} (rows: neurons that receive, columns: neurons that send)", list.post(), list.pre()));
    }
    list.weighted = true;
    for (std::size_t k = 0; k < w.values.size() && !list.full(); ++k) {
      const std::size_t i = k / w.shape[1], j = k % w.shape[1];
      if (w.values[k] != 0) list.add(static_cast<double>(i), static_cast<double>(j), w.values[k], 0, 0);
    }
    return;
  }
  for (const char* name : {"pre", "post"}) {
    if (record::has_numbers(path, folder + name)) continue;
    return list.fault(0, fmt::format("has no dataset \"{}{}\"", folder, name), "",
                      "a matrix named by `dataset` (to x from), or datasets pre, post and, if wanted, weight");
  }
  const auto pre = record::read_numbers(path, folder + "pre"), post = record::read_numbers(path, folder + "post");
  list.weighted = record::has_numbers(path, folder + "weight");
  const auto weight = list.weighted ? record::read_numbers(path, folder + "weight") : record::Numbers{};
  const std::size_t n = pre.values.size();
  if (post.values.size() != n || (list.weighted && weight.values.size() != n)) {
    return list.fault(0, "the datasets pre, post and weight have different lengths",
                      fmt::format("{}, {}{}", n, post.values.size(),
                                  list.weighted ? fmt::format(" and {}", weight.values.size()) : std::string()),
                      "one number a connection in each");
  }
  list.reserve(n);
  for (std::size_t k = 0; k < n && !list.full(); ++k) {
    list.add(post.values[k], pre.values[k], list.weighted ? weight.values[k] : 1, 0, 0);
  }
}

}  // namespace neurode::network

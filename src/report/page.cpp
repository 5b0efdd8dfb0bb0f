// The page: its parts in order, styles and scripts in it, and nothing that is loaded from anywhere.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <fstream>
#include <list>
#include <stdexcept>

#include "neurode/core/embedded.hpp"
#include "neurode/core/errors.hpp"
#include "neurode/record/recorder.hpp"
#include "neurode/run/simulate.hpp"
#include "report/html.hpp"
#include "report/parts.hpp"

namespace neurode::report {

const std::vector<EmbeddedText>& embedded_styles();   // src/report/page/*.css
const std::vector<EmbeddedText>& embedded_scripts();  // src/report/page/*.js

namespace {

constexpr std::size_t kNumbers = 300'000;        ///< in all figures: about ten bytes each
constexpr std::size_t kTextBytes = 800'000;      ///< of scenarios as they were run
constexpr std::size_t kSetOutBytes = 1'000'000;  ///< of what is set out of a scenario
constexpr std::size_t kPageBytes = 5'500'000;    ///< beyond which a result is told in the table alone

/// A hash as Content-Security-Policy has it: base64 of its bytes.
std::string base64_of_hex(const std::string& hex) {
  static constexpr char kLetters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t at = 0; at < hex.size(); at += 6) {  // 3 bytes: 4 letters
    const std::string part = hex.substr(at, 6);
    unsigned bits = static_cast<unsigned>(std::stoul(part, nullptr, 16)) << (24 - 4 * part.size());
    const std::size_t letters = part.size() / 2 + 1;
    for (std::size_t k = 0; k < 4; ++k, bits <<= 6) out += k < letters ? kLetters[(bits >> 18) & 63U] : '=';
  }
  return out;
}

std::string sources(const std::vector<EmbeddedText>& texts) {
  std::string out;
  for (const auto& t : texts) out += " 'sha256-" + base64_of_hex(t.sha256) + "'";
  return out;
}

/// What begins each page. The policy lets the page's own styles and scripts run and nothing else: no text of a file
/// becomes a script, whatever is in it, and nothing is asked of any network.
std::string head(const std::string& title) {
  std::string out = fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src data:; style-src{}; "
      "script-src{}; base-uri 'none'; form-action 'none'\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta name=\"color-scheme\" content=\"light dark\">\n<meta name=\"generator\" content=\"neurode {}\">\n"
      "<title>{}</title>\n",
      sources(embedded_styles()), sources(embedded_scripts()), escaped(run::version()), escaped(title));
  for (const auto& t : embedded_styles()) out += "<style>" + std::string(t.text) + "</style>\n";
  return out + "</head>\n";
}

class Page {
 public:
  explicit Page(const std::vector<std::filesystem::path>& files) {
    for (const auto& file : files) sources_.emplace_back(file);
    numbers_ = kNumbers / (sources_.size() + (sources_.size() > 1 ? 1 : 0));
    text_ = kTextBytes / sources_.size();
  }

  std::string html() {
    const std::string title =
        sources_.size() == 1 ? sources_.front().title() : fmt::format("{} results of neurode", sources_.size());
    std::string out = head(title) + "<body>\n<main>\n";
    if (sources_.size() == 1) {
      out += one(sources_.front());
    } else {
      const std::string compared = several();
      out += "<header><h1>" + escaped(title) + "</h1></header>\n" + compared;
      std::size_t k = 0, left_out = 0;
      for (const auto& s : sources_) {
        const std::string part =
            fmt::format("<details class=\"result\" id=\"run-{}\"{}><summary>{}: {}</summary>\n{}</details>\n", ++k,
                        compared.empty() ? " open" : "", escaped(s.name), escaped(s.title()), one(s));
        if (out.size() + part.size() <= kPageBytes) {
          out += part;
        } else {
          ++left_out;
        }
      }
      if (left_out > 0) out += fmt::format("<p class=\"note\">{} more results have no room here.</p>\n", left_out);
    }
    out += "</main>\n";
    for (const auto& t : embedded_scripts()) out += "<script>" + std::string(t.text) + "</script>\n";
    return out + "</body>\n</html>\n";
  }

 private:
  static std::string section(const std::string& title, const std::string& content) {
    return content.empty() ? "" : fmt::format("<section>\n<h2>{}</h2>\n{}</section>\n", title, content);
  }

  std::string figures_html(const std::vector<Figure>& figures) {
    std::string out;
    for (std::size_t k = 0; k < figures.size(); ++k) {
      const bool begins = k == 0 || figures[k].group != figures[k - 1].group;
      const bool ends = k + 1 == figures.size() || figures[k].group != figures[k + 1].group;
      if (begins && !figures[k].group.empty()) out += "<h3>" + escaped(figures[k].group) + "</h3>\n";
      if (begins) out += "<div class=\"figures\">\n";
      out += figure_html(figures[k], fmt::format("figure-{}", ++figures_));
      if (ends) out += "</div>\n";
    }
    return out;
  }

  static std::string subtitle(const Source& s) {
    const char* what = s.kind == FileKind::run          ? "run"
                       : s.kind == FileKind::comparison ? "comparison of integrators"
                                                        : "analysis";
    std::string out = what;
    if (s.kind == FileKind::analysis) out = "analysis: " + s.text("study");
    const std::string file = s.text("scenario_file");
    return escaped(out + (file.empty() ? "" : " of " + file) + ", by neurode " + s.text("neurode_version"));
  }

  /// Question, answer, cost, provenance of one file.
  std::string one(const Source& s) {
    std::string out =
        "<header><h1>" + escaped(s.title()) + "</h1><p class=\"subtitle\">" + subtitle(s) + "</p></header>\n";
    std::vector<std::string> left_out;
    std::string answered;
    if (s.kind == FileKind::run) {
      answered = answer(s) + figures_html(run_figures(s, numbers_, left_out));
    } else if (s.kind == FileKind::comparison) {
      answered = figures_html(comparison_figures(s)) + comparison_tables(s);
    } else {
      answered = figures_html(study_figures(s, numbers_)) + study_tables(s);
    }
    if (!left_out.empty()) {
      answered += fmt::format("<p class=\"note\">Not drawn: {}; neurode export has them.</p>\n",
                              escaped(shortened(fmt::format("{}", fmt::join(left_out, ", ")), 2000)));
    }
    std::string asked = question(s);
    if (asked.size() > kSetOutBytes / sources_.size()) {
      asked = "<p class=\"note\">The scenario is too large to be set out here; its text stands below.</p>\n";
    }
    out += section("Question", asked) + section("Answer", answered);
    if (s.kind == FileKind::run) out += section("Cost", cost(s));
    return out + section("Provenance", provenance(s, text_));
  }

  std::string several() {
    std::vector<const Source*> runs;
    for (const auto& s : sources_) {
      if (s.kind == FileKind::run) runs.push_back(&s);
    }
    if (runs.size() < 2) return "";
    return section("Side by side", side_by_side(runs) + figures_html(overlaid(runs, numbers_)));
  }

  std::list<Source> sources_;
  std::size_t numbers_, text_;
  int figures_ = 0;
};

}  // namespace

std::string page(const std::vector<std::filesystem::path>& files) {
  if (files.empty()) throw std::invalid_argument("a page of no file");
  return Page(files).html();
}

void write_page(const std::vector<std::filesystem::path>& files, const std::filesystem::path& output, bool overwrite) {
  std::error_code error;
  for (const auto& file : files) {
    if (std::filesystem::equivalent(file, output, error)) {
      throw UsageError(output.string() +
                       ": the page would take the place of the result it tells of; name another file");
    }
  }
  record::check_writable(output, overwrite);  // before minutes of work
  const std::string html = page(files);
  // Where something stands already it stays until all of the page is there.
  auto target = std::filesystem::weakly_canonical(output, error);
  if (error) target = output;
  const auto part =
      target.parent_path() / ("." + target.filename().string() + "." + std::to_string(getpid()) + ".part");
  std::ofstream out(part, std::ios::binary | std::ios::trunc);
  out << html;
  out.close();
  if (out) std::filesystem::rename(part, target, error);
  if (!out || error) {
    std::error_code ignored;
    std::filesystem::remove(part, ignored);
    throw FileError(output.string(), "cannot be written" + (error ? ": " + error.message() : std::string()));
  }
}

}  // namespace neurode::report

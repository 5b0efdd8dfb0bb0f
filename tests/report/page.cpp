// Whole pages: kinds of files, hostile texts, size.
#include <doctest/doctest.h>

#include <cmath>
#include <fstream>
#include <iterator>
#include <limits>
#include <regex>

#include "neurode/core/embedded.hpp"
#include "neurode/core/errors.hpp"
#include "neurode/record/recorder.hpp"
#include "neurode/report/report.hpp"
#include "record/scratch.hpp"

using namespace neurode;
using record::Attributes;

namespace neurode::report {
const std::vector<EmbeddedText>& embedded_styles();
const std::vector<EmbeddedText>& embedded_scripts();
}  // namespace neurode::report

namespace {

constexpr const char* kScenario = R"toml(schema = 1
title = "one cell"
[population.cell]
model = "fitzhugh_nagumo"
bias = 0.5
tau = 12.0
[integrator]
method = "tsit5"
[time]
end = 10.0
)toml";

Attributes of_run() {
  return {{"neurode_version", std::string("0.1.0")},
          {"outcome", std::string("reached_end")},
          {"message", std::string("all well")},
          {"scenario_file", std::string("cell.toml")},
          {"steps", std::int64_t{17}},
          {"wall_seconds", 0.25}};
}

/// A result of a run: `width` neurons over `points` times, and a figure `name`.
void write_run(const std::filesystem::path& path, Attributes attributes, const std::string& scenario,
               const std::string& name = "loss", std::size_t width = 3, std::size_t points = 20) {
  std::vector<record::Variable> variables(2);
  variables[0].name = name;
  variables[0].axis = 0;
  variables[0].long_name = name;
  variables[1].name = "cell.v";
  variables[1].axis = 0;
  variables[1].dimensions = {"cell"};
  record::Recorder r(path, {{"cell", width, {}}}, {{"time", "ms"}}, variables, std::move(attributes), {});
  r.attribute("scenario", scenario);
  std::vector<double> v(width);
  for (std::size_t k = 0; k < points; ++k) {
    const double t = static_cast<double>(k);
    for (std::size_t i = 0; i < width; ++i) v[i] = std::sin(0.01 * t + static_cast<double>(i));
    const double loss = std::exp(-t);
    const std::span<const double> both[] = {{&loss, 1}, v};
    r.append(0, t, both);
  }
  r.close();
}

/// A result with `variables` of `width` neurons each.
void write_wide(const std::filesystem::path& path, std::size_t variables, std::size_t width, std::size_t points) {
  std::vector<record::Variable> all(variables);
  for (std::size_t k = 0; k < variables; ++k) {
    all[k].name = "cell.x" + std::to_string(k);
    all[k].axis = 0;
    all[k].dimensions = {"cell"};
  }
  record::Recorder r(path, {{"cell", width, {}}}, {{"time", "ms"}}, all, of_run(), {});
  std::vector<double> x(width);
  const std::vector<std::span<const double>> same(variables, x);
  for (std::size_t k = 0; k < points; ++k) {
    for (std::size_t i = 0; i < width; ++i) x[i] = std::sin(0.37 * static_cast<double>(k * i));
    r.append(0, static_cast<double>(k), same);
  }
  r.close();
}

std::size_t count(const std::string& text, const std::string& what) {
  std::size_t n = 0;
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++n;
  return n;
}

std::string refusal(const std::vector<std::filesystem::path>& files) {
  try {
    report::page(files);
  } catch (const UsageError& e) {
    return e.what();
  }
  return "";
}

}  // namespace

TEST_CASE("kinds of files are known by what is in them") {
  const Scratch scratch;
  const auto kind = [&](Attributes attributes, const std::string& name) {
    const auto path = scratch / "k.h5";
    std::filesystem::remove(path);
    write_run(path, std::move(attributes), "", name);
    return report::kind_of(record::Reader(path));
  };
  using report::FileKind;
  const std::pair<std::string, record::Attribute> version = {"neurode_version", std::string("0.1.0")};
  CHECK(kind(of_run(), "loss") == FileKind::run);
  CHECK(kind({version, {"study", std::string("scan")}}, "p") == FileKind::analysis);
  CHECK(kind({version, {"reference_method", std::string("dop853")}}, "integrator") == FileKind::comparison);
  CHECK_FALSE(kind({version, {"reference_method", std::string("dop853")}}, "rtol"));
  CHECK_FALSE(kind({version}, "loss"));
  CHECK_FALSE(kind({{"outcome", std::string("reached_end")}}, "loss"));
  CHECK(refusal({scratch / "k.h5"}).find("is no result of neurode") != std::string::npos);
  CHECK_THROWS_AS(report::page({scratch / "missing.h5"}), FileError);
}

TEST_CASE("a page says what was asked, what came of it, what it took and where it is from") {
  const Scratch scratch;
  write_run(scratch / "r.h5", of_run(), kScenario);
  const std::string page = report::page({scratch / "r.h5"});
  for (const char* said :
       {"<h1>one cell</h1>", "<h2>Question</h2>", "<h2>Answer</h2>", "<h2>Cost</h2>", "<h2>Provenance</h2>", "all well",
        "R. FitzHugh", "<strong>12.0</strong>", "<dt>steps</dt><dd>17</dd>", "<dt>wall time</dt><dd>250 ms</dd>",
        "<mfrac>", "fitzhugh_nagumo", "Ch. Tsitouras"}) {
    CAPTURE(said);
    CHECK(page.find(said) != std::string::npos);
  }
  CHECK(count(page, "<figure") == 2);
  CHECK(page == report::page({scratch / "r.h5"}));  // nothing of the moment is in it
}

TEST_CASE("no text of a file becomes markup or script") {
  const Scratch scratch;
  const std::string evil = "</script></title><script>alert(1)</script><img src=x onerror=alert(2)>\"' onload='x";
  Attributes attributes = of_run();
  for (auto& [name, value] : attributes) {
    if (std::holds_alternative<std::string>(value)) value = evil + name;
  }
  attributes.emplace_back("title", evil);
  attributes.emplace_back("build", evil);
  attributes.emplace_back("overrides", evil + "\n" + evil);
  attributes.emplace_back("data_files", evil);
  std::string quoted = evil;
  for (auto at = quoted.find('"'); at != std::string::npos; at = quoted.find('"', at + 2)) quoted.insert(at, 1, '\\');
  std::string scenario = kScenario;
  scenario.replace(scenario.find("one cell"), 8, quoted);
  std::string name = evil;  // netCDF has no "/" in names
  for (auto at = name.find('/'); at != std::string::npos; at = name.find('/')) name.replace(at, 1, "|");
  write_run(scratch / "r.h5", attributes, scenario, name);
  write_run(scratch / "broken.h5", attributes, evil, name);
  for (const auto& files :
       {std::vector{scratch / "r.h5"}, {scratch / "broken.h5"}, {scratch / "r.h5", scratch / "broken.h5"}}) {
    const std::string page = report::page(files);
    CHECK(count(page, "alert(1)") > 4);
    CHECK(count(page, "<script>alert") == 0);
    CHECK(count(page, "<img") == 0);
    CHECK(count(page, "<script>") == report::embedded_scripts().size());
    CHECK(count(page, "<script") == report::embedded_scripts().size() + count(page, "<figure"));
    CHECK(count(page, "</script") == count(page, "<script"));
  }
}

TEST_CASE("the policy lets the page's own scripts run, by their hashes, and nothing be loaded") {
  const Scratch scratch;
  write_run(scratch / "r.h5", of_run(), kScenario);
  const std::string page = report::page({scratch / "r.h5"});
  std::smatch policy;
  REQUIRE(std::regex_search(page, policy, std::regex("Content-Security-Policy\" content=\"([^\"]*)\"")));
  const std::string text = policy[1];
  CHECK(text.starts_with("default-src 'none'; img-src data:; style-src 'sha256-"));
  CHECK(count(text, "'sha256-") == report::embedded_scripts().size() + report::embedded_styles().size());
  CHECK(text.find("unsafe") == std::string::npos);
  CHECK(text.find("http") == std::string::npos);
  CHECK(std::regex_search(text, std::regex("'sha256-[A-Za-z0-9+/]{43}='")));
  for (const auto& t : report::embedded_scripts()) CHECK(std::string(t.sha256).size() == 64);
  const std::regex address("(src|href|action)=\"(?!#)[^\"]*\"");
  CHECK_FALSE(std::regex_search(page, address));
}

TEST_CASE("a page stays small, whatever the file's size; several share the room") {
  const Scratch scratch;
  write_run(scratch / "wide.h5", of_run(), kScenario, "loss", 3000, 900);
  write_run(scratch / "long.h5", of_run(), kScenario, "loss", 4, 200'000);
  const std::string wide = report::page({scratch / "wide.h5"}), lasting = report::page({scratch / "long.h5"});
  CHECK(wide.size() > 300'000);
  CHECK(wide.size() < 3'000'000);
  CHECK(lasting.size() > 150'000);
  CHECK(lasting.size() < 1'000'000);
  CHECK(lasting.find("200000 points, thinned") != std::string::npos);
  std::vector<std::filesystem::path> many(30, scratch / "wide.h5");
  CHECK(report::page(many).size() < 6'000'000);
  write_wide(scratch / "full.h5", 20, 300, 700);
  const std::string full = report::page({scratch / "full.h5"});
  CHECK(full.size() > 1'000'000);
  CHECK(full.size() < 5'000'000);
  CHECK(full.find("Not drawn: ") != std::string::npos);
  Attributes talkative = of_run();
  std::get<std::string>(talkative[2].second) = std::string(400'000, 'x');
  write_run(scratch / "t.h5", talkative, kScenario);
  const std::string crowd = report::page(std::vector(20, scratch / "t.h5"));
  CHECK(crowd.size() < 6'000'000);
  CHECK(crowd.find("7 more results have no room here.") != std::string::npos);
  std::string long_scenario = kScenario;
  while (long_scenario.size() < 3'000'000) long_scenario += "# a comment that goes on and on\n";
  write_run(scratch / "talk.h5", of_run(), long_scenario);
  CHECK(report::page({scratch / "talk.h5"}).size() < 2'000'000);
}

TEST_CASE("several runs: what differs, and their figures on one pair of axes") {
  const Scratch scratch;
  std::string other = kScenario;
  other.replace(other.find("tau = 12.0"), 10, "tau = 15.0");
  write_run(scratch / "a.h5", of_run(), kScenario);
  write_run(scratch / "b.h5", of_run(), other);
  const std::string page = report::page({scratch / "a.h5", scratch / "b.h5"});
  CHECK(page.find("<h2>Side by side</h2>") != std::string::npos);
  CHECK(page.find("<p>1 key of the scenarios differs.</p>") != std::string::npos);
  CHECK(page.find("<code>population.cell.tau</code>") != std::string::npos);
  CHECK(page.find("\"name\": \"tau = 12.0\"") != std::string::npos);
  CHECK(page.find("\"name\": \"tau = 15.0\"") != std::string::npos);
  CHECK(count(page, "<details class=\"result\"") == 2);
  CHECK(report::page({scratch / "a.h5", scratch / "a.h5"}).find("The scenarios do not differ.") != std::string::npos);
}

TEST_CASE("a page is written as a whole, and over nothing") {
  const Scratch scratch;
  write_run(scratch / "r.h5", of_run(), kScenario);
  const auto out = scratch / "r.html";
  report::write_page({scratch / "r.h5"}, out, false);
  std::ifstream in(out, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(in), {}};
  CHECK((bytes == report::page({scratch / "r.h5"})));
  CHECK_THROWS_AS(report::write_page({scratch / "r.h5"}, out, false), FileError);
  report::write_page({scratch / "r.h5"}, out, true);
  CHECK_THROWS_AS(report::write_page({scratch / "r.h5"}, scratch / "no" / "r.html", true), FileError);
}

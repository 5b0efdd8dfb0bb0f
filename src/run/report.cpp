#include "neurode/run/report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "neurode/core/value.hpp"

namespace neurode::run {

double Fact::off() const { return expected ? std::abs(value - *expected) : 0; }
bool Fact::holds() const { return !expected || off() <= *within; }

Report::Report(const std::vector<scenario::FactSection>& sections, learning::Problem& problem,
               const NamedMonitors& names, Diagnostics& diagnostics) {
  for (const auto& s : sections) {
    Line line;
    line.fact.name = s.name;
    line.fact.within = s.within;
    line.of = s.of;
    const std::size_t before = diagnostics.size();
    line.value = std::make_unique<Monitor>(s.value, problem, diagnostics, &names);
    line.fact.unit = line.value->unit();
    if (s.expected) {
      line.expected = std::make_unique<Monitor>(*s.expected, problem, diagnostics, &names);
      const auto& unit = line.expected->unit();
      if (diagnostics.size() == before && !unit.empty() && unit != line.fact.unit) {
        diagnostics.add(
            {s.expected->origin, s.expected->key, fmt::format("is in {}", unit), "",
             line.fact.unit.empty() ? "a number without a unit" : "a number, or what is in " + line.fact.unit, ""});
      }
    }
    lines_.push_back(std::move(line));
  }
}

bool Report::follows() const {
  return std::any_of(lines_.begin(), lines_.end(), [](const Line& l) { return l.of != "last"; });
}

void Report::Line::take(double x) {
  if (!begun) first = least = largest = x;
  begun = true;
  if (std::isnan(x)) undefined = true;
  least = std::min(least, x);
  largest = std::max(largest, x);
  drift = std::max(drift, std::abs(x - first));
}

double Report::Line::result() const {
  if (of == "first") return first;
  if (undefined) return std::numeric_limits<double>::quiet_NaN();
  return of == "min" ? least : of == "max" ? largest : drift;
}

void Report::take(double t, const double* x) {
  for (auto& l : lines_) {
    if (l.of != "last") l.take(l.value->evaluate(t, x));
  }
}

void Report::save(ByteWriter& out) const {
  out.put(static_cast<std::uint64_t>(lines_.size()));
  for (const auto& l : lines_) {
    for (const bool b : {l.begun, l.undefined}) out.put(b);
    for (const double x : {l.first, l.least, l.largest, l.drift}) out.put(x);
  }
}

void Report::load(ByteReader& in) {
  if (in.get<std::uint64_t>() != lines_.size()) throw BytesError("another number of facts to report");
  for (auto& l : lines_) {
    for (bool* b : {&l.begun, &l.undefined}) in.get(*b);
    for (double* x : {&l.first, &l.least, &l.largest, &l.drift}) in.get(*x);
  }
}

std::vector<Fact> Report::facts(double t, const double* x) {
  std::vector<Fact> out;
  for (auto& l : lines_) {
    Fact f = l.fact;
    f.value = l.of == "last" ? l.value->evaluate(t, x) : l.result();
    if (l.expected) f.expected = l.expected->evaluate(t, x);
    if (!l.expected && f.within) f.expected = 0;
    out.push_back(std::move(f));
  }
  return out;
}

std::vector<std::string> report_lines(const std::vector<Fact>& facts) {
  std::size_t names = 0, values = 0;
  std::vector<std::string> texts;
  // Letters of UTF-8, not bytes: fmt pads by width itself.
  const auto width = [](const std::string& s) {
    return static_cast<std::size_t>(
        std::count_if(s.begin(), s.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
  };
  for (const auto& f : facts) {
    texts.push_back(fmt::format("{:.12g}{}", f.value, f.unit.empty() ? "" : " " + f.unit));
    names = std::max(names, width(f.name));
    if (f.expected) values = std::max(values, width(texts.back()));
  }
  std::vector<std::string> out;
  for (std::size_t k = 0; k < facts.size(); ++k) {
    const Fact& f = facts[k];
    std::string line = f.name + std::string(names - width(f.name) + 2, ' ') + texts[k];
    if (f.expected) {
      line +=
          fmt::format("{}  expected {:.12g} within {:g}, off by {:.2g}: {}", std::string(values - width(texts[k]), ' '),
                      *f.expected, *f.within, f.off(), f.holds() ? "holds" : "DOES NOT HOLD");
    }
    out.push_back(std::move(line));
  }
  return out;
}

namespace {

// Names are lines of one text: they may hold anything that an attribute's name may not.
constexpr const char* kNames = "report";
constexpr const char* kUnits = "report_units";
constexpr const char* kValues = "report_values";
constexpr const char* kExpected = "report_expected";
constexpr const char* kWithin = "report_within";
constexpr const char* kHolds = "report_holds";

std::vector<std::string> split_lines(const std::string& text) {
  std::vector<std::string> out(1);
  for (const char c : text) {
    if (c == '\n') {
      out.emplace_back();
    } else {
      out.back() += c;
    }
  }
  return out;
}

}  // namespace

void write_report(record::Sink& sink, const std::vector<Fact>& facts) {
  if (facts.empty()) return;
  constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
  std::string names, units;
  std::vector<double> values, expected, within;
  std::vector<std::int64_t> holds;
  for (const auto& f : facts) {
    names += (values.empty() ? "" : "\n") + f.name;
    units += (values.empty() ? "" : "\n") + f.unit;
    values.push_back(f.value);
    expected.push_back(f.expected.value_or(kNone));
    within.push_back(f.expected ? f.within.value_or(kNone) : kNone);
    holds.push_back(f.expected ? f.holds() : -1);
  }
  sink.attribute(kNames, names);
  sink.attribute(kUnits, units);
  sink.attribute(kValues, values);
  sink.attribute(kExpected, expected);
  sink.attribute(kWithin, within);
  sink.attribute(kHolds, holds);
}

std::vector<Fact> read_report(const record::Reader& reader) {
  const auto text = [&](const char* name) {
    const auto* a = reader.attribute(name);
    const auto* s = a ? std::get_if<std::string>(a) : nullptr;
    return s ? split_lines(*s) : std::vector<std::string>();
  };
  // One number may come back as a number, not a list.
  const auto numbers = [&](const char* name) -> std::vector<double> {
    const auto* a = reader.attribute(name);
    if (a == nullptr) return {};
    if (const auto* v = std::get_if<std::vector<double>>(a)) return *v;
    if (const auto* x = std::get_if<double>(a)) return {*x};
    return {};
  };
  const auto names = text(kNames), units = text(kUnits);
  const auto values = numbers(kValues), expected = numbers(kExpected), within = numbers(kWithin);
  std::vector<Fact> out;
  const std::size_t n = names.size();
  if (units.size() != n || values.size() != n || expected.size() != n || within.size() != n) return out;
  for (std::size_t k = 0; k < n; ++k) {
    Fact f;
    f.name = names[k];
    f.unit = units[k];
    f.value = values[k];
    if (!std::isnan(within[k])) {
      f.expected = expected[k];
      f.within = within[k];
    }
    out.push_back(std::move(f));
  }
  return out;
}

bool is_report_attribute(const std::string& name) {
  for (const char* known : {kNames, kUnits, kValues, kExpected, kWithin, kHolds}) {
    if (name == known) return true;
  }
  return false;
}

}  // namespace neurode::run

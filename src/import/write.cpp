#include <fmt/format.h>

#include <algorithm>

#include "import/model.hpp"
#include "neurode/core/value.hpp"

namespace neurode::importing {

namespace {

constexpr std::size_t kInlineEntries = 6, kLineLength = 110;

class Writer {
 public:
  void line(const std::string& s) { out_ += s + "\n"; }
  void blank() { out_ += "\n"; }
  void header(const std::string& name) { out_ += fmt::format("\n[{}]\n", name); }
  void key(const std::string& name, const std::string& value) { line(fmt::format("{} = {}", name, value)); }
  void comment(const std::string& s) { line(s.empty() ? "#" : "# " + s); }

  /// { a = 1, b = 2 }
  static std::string inline_table(const std::vector<std::pair<std::string, double>>& values) {
    std::string out;
    for (const auto& [n, v] : values) out += fmt::format("{}{} = {}", out.empty() ? "" : ", ", n, number_text(v));
    return "{ " + out + " }";
  }

  /// [a, b]: broken into lines of bearable length.
  void list(const std::string& name, const std::vector<std::string>& elements) {
    std::string row = name + " = [";
    for (std::size_t i = 0; i < elements.size(); ++i) {
      const std::string next = elements[i] + (i + 1 < elements.size() ? ", " : "]");
      if (row.size() + next.size() > kLineLength && row.find('"') != std::string::npos) {
        line(row.substr(0, row.find_last_not_of(' ') + 1));
        row = "  ";
      }
      row += next;
    }
    line(row);
  }

  std::string take() { return std::move(out_); }

 private:
  std::string out_;
};

/// Inside """...""": no quote or backslash of a comment may end or bend it.
std::string escaped(const std::string& s) {
  std::string out;
  for (const char c : s) {
    if (c == '\\' || c == '"') out += '\\';
    const auto u = static_cast<unsigned char>(c);
    out += (u < 0x20 || u == 0x7f) ? ' ' : c;
  }
  return out;
}

/// In a # comment of TOML: no control characters.
std::string plain(std::string s) {
  for (char& c : s) {
    const auto u = static_cast<unsigned char>(c);
    if (u < 0x20 || u == 0x7f) c = ' ';
  }
  return s;
}

void write_head(Writer& w, const std::string& file, const OdeFile& ode, const std::vector<Remark>& remarks) {
  w.comment(fmt::format("From {}, a file of XPPAUT's, by neurode import.", plain(file)));
  if (!remarks.empty()) {
    w.comment("");
    for (const auto& r : remarks) {
      w.comment(plain(fmt::format("{}:{}: {}", r.where.line, r.where.column, r.text)));
    }
  }
  if (ode.head.size() > 1) {
    w.comment("");
    for (std::size_t i = 1; i < ode.head.size(); ++i) w.comment(plain(ode.head[i]));
  }
}

std::string initial_text(const Model& m, const std::string& state, double value) {
  for (const auto& [drawn, ends] : m.drawn) {
    if (drawn != state) continue;
    return fmt::format("{{ init = \"uniform\", low = {}, high = {} }}", number_text(ends.first),
                       number_text(ends.second));
  }
  return number_text(value);
}

void write_model(Writer& w, const std::string& name, const Model& m) {
  w.header("model." + name);
  w.line("equations = \"\"\"");
  for (const auto& e : m.equations) {
    for (const auto& c : e.comments) w.comment(escaped(c));
    const std::string left = e.is_rate ? fmt::format("d{}/dt", e.name) : e.name;
    const std::string remark = e.remark.empty() ? "" : "  # " + escaped(e.remark);
    w.line(fmt::format("{} = {}{}", left, to_text(e.value), remark));
  }
  w.line("\"\"\"");
  w.key("inputs", "[]");
  if (m.noisy) w.key("noise", "\"ito\"");
  if (!m.threshold.empty()) {
    w.key("threshold", quoted_text(m.threshold));
    w.key("reset", quoted_text(m.reset));
  }
  if (m.initial.size() <= kInlineEntries && m.drawn.empty()) {
    w.key("initial", Writer::inline_table(m.initial));
  } else {
    w.header(fmt::format("model.{}.initial", name));
    for (const auto& [state, value] : m.initial) w.key(state, initial_text(m, state, value));
  }
  if (!m.parameters.empty()) w.header(fmt::format("model.{}.parameters", name));
  for (const auto& p : m.parameters) {
    for (const auto& c : p.comments) w.comment(plain(c));
    const std::string value = number_text(p.value);
    w.key(p.name, p.help.empty() ? value : fmt::format("{{ default = {}, help = {} }}", value, quoted_text(p.help)));
  }
  for (const auto& s : m.presets) {
    w.header(fmt::format("model.{}.presets.{}", name, s.name));
    if (!s.parameters.empty()) w.key("parameters", Writer::inline_table(s.parameters));
    if (!s.initial.empty()) w.key("initial", Writer::inline_table(s.initial));
  }
}

}  // namespace

std::string write_scenario(const std::string& name, const std::string& file, const OdeFile& ode, const Model& model,
                           const Settings& settings, const std::vector<Remark>& remarks) {
  Writer w;
  write_head(w, file, ode, remarks);
  w.blank();
  w.key("schema", "1");
  w.key("title", quoted_text(ode.head.empty() ? name : plain(ode.head[0])));
  if (!settings.seed.empty()) w.key("seed", settings.seed);
  write_model(w, name, model);
  w.header("population." + name);
  w.key("model", quoted_text(name));
  if (!model.history.empty()) {
    std::string list;
    for (const auto& [state, value] : model.history) {
      const bool text = value.find_first_not_of("-+.0123456789e") != std::string::npos;
      list += fmt::format("{}{} = {}", list.empty() ? "" : ", ", state, text ? quoted_text(value) : value);
    }
    w.key("history", "{ " + list + " }");
  }
  w.header("integrator");
  for (const auto& [key, value] : settings.integrator) w.key(key, value);
  w.header("time");
  for (const auto& [key, value] : settings.time) w.key(key, value);
  if (!model.stop.empty()) w.key("stop", fmt::format("{{ when = {} }}", quoted_text(model.stop)));
  w.header("record");
  w.key("every", settings.every);
  if (!model.recorded.empty()) {
    std::vector<std::string> list;
    if (model.records_states) list.push_back(quoted_text(name));
    for (const auto& r : model.recorded) list.push_back(quoted_text(name + "." + r));
    w.list("variables", list);
  }
  return w.take();
}

}  // namespace neurode::importing

#include "import/statements.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

namespace neurode::importing {

using Kind = Statement::Kind;

std::vector<std::pair<Line, Line>> split_list(const Line& line) {
  std::vector<std::pair<Line, Line>> out;
  const std::string& s = line.text;
  const auto separator = [&](std::size_t i) { return is_blank(s[i]) || s[i] == ','; };
  const auto skip = [&](std::size_t i) {
    while (i < s.size() && is_blank(s[i])) ++i;
    return i;
  };
  for (std::size_t i = 0; i < s.size();) {
    if (separator(i)) {
      ++i;
      continue;
    }
    std::size_t end = i;
    while (end < s.size() && s[end] != '=' && !separator(end)) ++end;
    const Line name = line.part(i, end - i);
    i = skip(end);
    Line value = line.part(s.size());
    if (i < s.size() && s[i] == '=') {
      i = skip(i + 1);
      end = i;
      while (end < s.size() && !separator(end)) ++end;
      value = line.part(i, end - i);
      i = end;
    }
    out.emplace_back(name, value);
  }
  return out;
}

LeadingNumber leading_number(const Line& value) {
  const std::string& s = value.text;
  const std::size_t start = s.starts_with("+") ? 1 : 0;
  LeadingNumber n;
  const auto [end, error] = std::from_chars(s.data() + start, s.data() + s.size(), n.value);
  n.whole = error == std::errc() && end == s.data() + s.size();
  if (error != std::errc()) n.value = 0;
  return n;
}

namespace {

bool is_name(std::string_view s) {
  return !s.empty() && is_name_start(s[0]) && std::all_of(s.begin(), s.end(), is_name_part);
}

std::string comment_text(const std::string& s) {
  std::size_t i = 0;
  while (i < s.size() && (s[i] == '#' || s[i] == '"' || s[i] == '%' || is_blank(s[i]))) ++i;
  std::size_t end = s.size();
  while (end > i && is_blank(s[end - 1])) --end;
  return s.substr(i, end - i);
}

class Reader {
 public:
  Reader(const std::vector<Line>& lines, Diagnostics& diagnostics, std::vector<Remark>& remarks)
      : lines_(lines), diagnostics_(diagnostics), remarks_(remarks) {}

  OdeFile run() {
    for (; next_ < lines_.size() && !done_; ++next_) {
      const Line& line = lines_[next_];
      if (is_comment(line)) {
        comment(line);
        continue;
      }
      begun_ = true;
      const std::size_t before = file_.statements.size();
      Line text = line;
      if (const auto mark = line.text.find('#');
          mark != std::string::npos && line.text.find("int{") == std::string::npos) {
        remark_ = comment_text(line.text.substr(mark));
        text = line.part(0, mark);
      }
      statement(text);
      if (file_.statements.size() > before) {
        file_.statements[before].comments = std::move(comments_);
        file_.statements[before].remark = std::move(remark_);
      }
      comments_.clear();
      remark_.clear();
    }
    return std::move(file_);
  }

 private:
  void comment(const Line& line) {
    const std::string text = comment_text(line.text);
    if (line.text.starts_with("\"") && line.text.find('{') != std::string::npos && !told_actions_) {
      told_actions_ = true;
      leave_out(line, "what comments in \"{...}\" do when they are clicked");
    }
    if (line.text.empty()) {
      if (!begun_ && !file_.head.empty()) begun_ = true;
      return;
    }
    if (!text.empty()) (begun_ ? comments_ : file_.head).push_back(text);
  }

  void leave_out(const Line& line, const std::string& what) { remarks_.push_back({line.at(0), "left out: " + what}); }
  void fault(const Location& where, std::string problem, std::string found = "", std::string allowed = "") {
    diagnostics_.add({where, "", std::move(problem), std::move(found), std::move(allowed), ""});
  }

  Statement& add(Kind kind, const Line& name, Line value) {
    if (!is_name(name.text)) {
      fault(name.at(0), fmt::format("\"{}\" is no name", name.text), "",
            "letters, digits and _, beginning with a letter");
    }
    Statement s;
    s.kind = kind;
    s.name = name.text;
    s.where = name.at(0);
    s.repeated = name.repeated;
    s.value = std::move(value);
    file_.statements.push_back(std::move(s));
    return file_.statements.back();
  }

  void statement(const Line& line) {
    const std::string& s = line.text;
    if (s[0] == '@') return list(Kind::option, line.part(1));
    const std::string tight = [&] {
      std::string out;
      for (const char c : s) out += is_blank(c) ? "" : std::string(1, c);
      return lower(out);
    }();
    if (tight.starts_with("0=")) {
      return fault(line.at(0), "an algebraic equation has no counterpart in neurode", "",
                   "rates NAME'=FORMULA; solve it for its unknown by hand");
    }
    if (!begun_statements_ && is_digit(s[0]) && tight.find_first_not_of("0123456789") == std::string::npos) {
      done_ = true;
      return fault(line.at(0), "this is XPPAUT's old format, which begins with the number of equations", "",
                   "the format with NAME'=FORMULA; \"xppaut FILE -convert\" rewrites it");
    }
    begun_statements_ = true;
    const std::size_t at = s.find_first_of(" \t=/'(");
    if (at == std::string::npos) return command(line, line.part(s.size()));
    std::size_t sign = at;
    while (sign < s.size() && is_blank(s[sign])) ++sign;
    const Line word = line.part(0, at);
    if (sign > at && !goes_on(s, sign)) return command(word, line.part(sign));
    switch (s[sign]) {
      case '=':
        if (s[0] == '!') return void(add(Kind::derived, line.part(1, at - 1), line.part(sign + 1)));
        return void(add(Kind::fixed, word, line.part(sign + 1)));
      case '/':
        return rate(line, word, sign);
      case '\'':
        return right_side(Kind::rate, line, word, s.find('=', sign));
      default:
        return parenthesis(line, word, sign);
    }
  }

  /// Does a name with a blank behind it go on as a statement: =, ', /dt= or (...)=?
  static bool goes_on(const std::string& s, std::size_t at) {
    if (at == s.size()) return false;
    if (s[at] != '(') return s[at] == '=' || s[at] == '\'' || s[at] == '/';
    const std::size_t close = s.find(')', at);
    const std::size_t next = close == std::string::npos ? close : s.find_first_not_of(" \t", close + 1);
    return next != std::string::npos && s[next] == '=';
  }

  void right_side(Kind kind, const Line& line, const Line& name, std::size_t equals) {
    if (equals == std::string::npos)
      return fault(line.at(0), "\"=\" is missing", "", "NAME'=FORMULA or dNAME/dt=FORMULA");
    add(kind, name, line.part(equals + 1));
  }

  void rate(const Line& line, const Line& word, std::size_t slash) {
    const std::size_t equals = line.text.find('=', slash);
    const std::string dt = equals == std::string::npos ? "" : lower(line.part(slash + 1, equals - slash - 1).text);
    if (lower(word.text)[0] != 'd' || word.text.size() < 2 || dt != "dt") {
      return fault(line.at(0), "a rate is written dNAME/dt=FORMULA or NAME'=FORMULA", fmt::format("\"{}\"", line.text));
    }
    add(Kind::rate, word.part(1), line.part(equals + 1));
  }

  void parenthesis(const Line& line, const Line& word, std::size_t open) {
    const std::size_t close = line.text.find(')', open);
    const std::size_t equals = close == std::string::npos ? close : line.text.find_first_not_of(" \t", close + 1);
    if (equals == std::string::npos || line.text[equals] != '=') {
      return fault(line.at(open), "this is no statement", fmt::format("\"{}\"", line.text),
                   "NAME(0)=VALUE, NAME(ARGUMENT,...)=FORMULA, NAME'=FORMULA or NAME=FORMULA");
    }
    std::string inner;
    for (const char c : line.text.substr(open + 1, close - open - 1)) inner += is_blank(c) ? "" : std::string(1, c);
    inner = lower(inner);
    const Line value = line.part(equals + 1);
    if (inner == "0") return void(add(Kind::initial, word, value).arguments = {"0"});
    if (inner == "t+1") {
      return fault(word.at(0), fmt::format("\"{}(t+1)=\" is a map, which has no counterpart in neurode", word.text), "",
                   "differential equations NAME'=FORMULA");
    }
    const std::string formula = lower(value.text);
    if (inner == "t" && (formula.find("int{") != std::string::npos || formula.find("int[") != std::string::npos)) {
      return fault(word.at(0), "an integral over the past (Volterra equation) has no counterpart in neurode");
    }
    Statement& f = add(Kind::function, word, value);
    for (std::size_t i = 0; i <= inner.size();) {
      const std::size_t comma = std::min(inner.find(',', i), inner.size());
      f.arguments.push_back(inner.substr(i, comma - i));
      if (!is_name(f.arguments.back())) {
        fault(line.at(open), fmt::format("\"{}\" is no name of an argument", f.arguments.back()), "",
              "NAME(ARGUMENT,...)=FORMULA");
      }
      i = comma + 1;
    }
  }

  void list(Kind kind, const Line& line) {
    for (const auto& [name, value] : split_list(line)) add(kind, name, value).repeated = line.repeated;
  }

  /// Commands are known by their first letters, as in XPPAUT.
  void command(const Line& word, const Line& rest) {
    const std::string w = lower(word.text);
    const auto is = [&](std::string_view letters) { return w.starts_with(letters); };
    if (is("d")) return void(done_ = true);
    if (is("p")) return list(Kind::parameter, rest);
    if (is("n")) return list(Kind::number, rest);
    if (is("w")) return list(Kind::wiener, rest);
    if (is("i")) return list(Kind::initial, rest);
    if (is("au")) return named(Kind::auxiliary, word, rest);
    if (is("gr")) return multi_line(rest, "a group");
    if (is("g")) return event(rest);
    if (is("ma")) return multi_line(rest, "a Markov chain");
    if (is("ta")) return table(rest);
    if (is("on")) return list(Kind::only, rest);
    if (is("o")) return leave_out(word, fmt::format("options in the file \"{}\"", rest.text));
    if (is("se")) return preset(rest);
    if (is("so")) return named(Kind::unknown, word, rest, "the unknown of an algebraic equation");
    if (is("sp")) return named(Kind::unknown, word, rest, "a network");
    if (is("ve")) return named(Kind::unknown, word, rest, "a vector");
    if (is("v")) {
      return fault(word.at(0), "an integral over the past (Volterra equation) has no counterpart in neurode");
    }
    if (is("b")) return leave_out(word, "a boundary condition");
    if (is("ex")) return leave_out(word, "the exchange with a library");
    fault(word.at(0), "this is no statement", fmt::format("\"{}\"", word.text),
          "par, number, init, aux, wiener, global, set, NAME'=FORMULA, NAME=FORMULA, ...");
  }

  void named(Kind kind, const Line& word, const Line& rest, std::string reason = "") {
    const std::size_t equals = rest.text.find('=');
    if (equals == std::string::npos && kind != Kind::unknown) {
      fault(word.at(0), fmt::format("\"=\" is missing behind \"{}\"", word.text), "",
            fmt::format("{} NAME=FORMULA", word.text));
      return;
    }
    Line name = rest.part(0, equals);
    if (kind == Kind::auxiliary && !is_name(name.text) && !name.empty()) {
      const std::string written = name.text;
      for (char& c : name.text) c = is_name_part(c) ? c : '_';
      if (!is_name_start(name.text[0])) name.text = "aux_" + name.text;
      remarks_.push_back({name.at(0), fmt::format("changed: \"{}\" is called \"{}\"", written, name.text)});
    }
    Statement& s = add(kind, name, rest.part(std::min(equals, rest.text.size() - 1) + 1));
    s.reason = std::move(reason);
  }

  /// NAME COUNT and as many lines that follow.
  void multi_line(const Line& rest, std::string reason) {
    const auto words = split_list(rest);
    if (words.size() < 2) return fault(rest.at(0), "a name and a number of lines are missing", "", "markov NAME COUNT");
    add(Kind::unknown, words[0].first, rest).reason = std::move(reason);
    next_ += static_cast<std::size_t>(std::max(0.0, leading_number(words[1].first).value));
  }

  void table(const Line& rest) {
    const std::size_t end = rest.text.find_first_of(" \t");
    const Line name = rest.part(0, end);
    Line body = rest.part(end == std::string::npos ? rest.text.size() : end);
    if (!body.text.starts_with("%")) {
      add(Kind::unknown, name, body).reason = "a table from a file";
      return;
    }
    body = body.part(1);
    for (int k = 0; k < 3; ++k) body = body.part(std::min(body.text.find_first_of(" \t"), body.text.size()));
    remarks_.push_back(
        {name.at(0), fmt::format("changed: the table \"{}\" is the formula itself, without a grid", name.text)});
    add(Kind::function, name, body).arguments = {"t"};
  }

  void preset(const Line& rest) {
    const std::size_t open = rest.text.find('{'), close = rest.text.find('}');
    if (open == std::string::npos || close == std::string::npos || close < open) {
      return fault(rest.at(0), "braces are missing", "", "set NAME {a=1,b=2}");
    }
    add(Kind::preset, rest.part(0, open), rest.part(open + 1, close - open - 1));
  }

  /// SIGN {CONDITION} {ASSIGNMENTS}; the first braces may be missing.
  void event(const Line& rest) {
    static constexpr auto kForm = "global SIGN {CONDITION} {NAME=FORMULA;...}";
    const std::string& s = rest.text;
    const std::size_t after = s.find_first_of(" \t{");
    const Line sign = rest.part(0, after);
    if (!leading_number(sign).whole) {
      return fault(rest.at(0), "the sign is missing", fmt::format("\"{}\"", sign.text),
                   "1, -1 or 0; " + std::string(kForm));
    }
    const std::size_t begin = after == std::string::npos ? after : s.find_first_not_of(" \t", after);
    if (begin == std::string::npos) return fault(rest.at(0), "the condition is missing", "", kForm);
    const bool braces = s[begin] == '{';
    const std::size_t end = s.find(braces ? '}' : '{', begin);
    const std::size_t open = end == std::string::npos ? end : s.find('{', end);
    const std::size_t close = open == std::string::npos ? open : s.find('}', open);
    if (close == std::string::npos) return fault(rest.at(begin), "braces are missing", "", kForm);
    Statement e;
    e.kind = Kind::event;
    e.where = rest.at(0);
    e.sign = sign;
    e.condition = rest.part(begin + (braces ? 1 : 0), end - begin - (braces ? 1 : 0));
    e.value = rest.part(open + 1, close - open - 1);
    file_.statements.push_back(std::move(e));
  }

  const std::vector<Line>& lines_;
  Diagnostics& diagnostics_;
  std::vector<Remark>& remarks_;
  OdeFile file_;
  std::vector<std::string> comments_;
  std::string remark_;
  std::size_t next_ = 0;
  bool done_ = false, begun_ = false, begun_statements_ = false, told_actions_ = false;
};

}  // namespace

OdeFile read_statements(const std::vector<Line>& lines, Diagnostics& diagnostics, std::vector<Remark>& remarks) {
  return Reader(lines, diagnostics, remarks).run();
}

}  // namespace neurode::importing

// Bifurcation diagrams.
#include <algorithm>
#include <cmath>

#include "report/study.hpp"

namespace neurode::report {

namespace {

constexpr std::size_t kMostStates = 4;

/// A curve over a parameter in two parts: solid where stable, dashed where not; joined where that changes.
class Branches {
 public:
  Branches(std::string name, int colour) : name_(std::move(name)), colour_(colour) {}
  void begin() { before_ = -1; }
  void add(double p, double v, bool stable) {
    auto& mine = parts_[stable ? 0 : 1];
    if (before_ != stable) {
      mine.first.push_back(NAN), mine.second.push_back(NAN);
      if (before_ >= 0) mine.first.push_back(p_), mine.second.push_back(v_);
    }
    mine.first.push_back(p), mine.second.push_back(v);
    before_ = stable, p_ = p, v_ = v;
  }
  void into(Figure& f) {
    for (const int k : {0, 1}) {
      if (parts_[k].first.empty()) continue;
      f.series.push_back(points(name_ + (k == 0 ? ", stable" : ", unstable"), parts_[k].first, parts_[k].second,
                                k == 0 ? "solid" : "dashed", "none"));
      f.series.back().colour = colour_;
    }
  }

 private:
  std::string name_;
  int colour_, before_ = -1;
  double p_ = 0, v_ = 0;
  std::pair<std::vector<double>, std::vector<double>> parts_[2];
};

/// Marked points of one kind each: Hopf, folds, ...
void add_specials(Figure& f, const Columns& c, const std::string& kind, const std::vector<double>& p,
                  const std::vector<double>& v) {
  static const char* const kMarks[] = {"dot", "square", "ring", "cross"};
  for (std::size_t k = 0; k < std::min(p.size(), v.size()); ++k) {
    const std::string word = c.word(kind, k);
    if (word.empty() || word == "none" || word == "start" || word == "end") continue;
    auto at = std::find_if(f.series.begin(), f.series.end(), [&](const auto& s) { return s.name == word; });
    if (at == f.series.end()) {
      f.series.push_back(points(word, {}, {}, "none", kMarks[f.series.size() % 4]));
      at = f.series.end() - 1;
    }
    at->x.push_back(p[k]);
    at->y.push_back(v[k]);
  }
}

}  // namespace

Series points(const std::string& name, std::vector<double> x, std::vector<double> y, const char* line,
              const char* marks) {
  Series s;
  s.name = name;
  s.x = std::move(x);
  s.y = std::move(y);
  s.line = line;
  s.marks = marks;
  return s;
}

std::vector<Figure> bifurcations(const Source& source, const Columns& c) {
  std::vector<Figure> out;
  const auto states = source.lines("states");
  const auto &p = c.numbers("p"), &unstable = c.numbers("unstable"), &op = c.numbers("orbit_p"),
             &orbit_unstable = c.numbers("orbit_unstable"), &branch = c.numbers("orbit_branch");
  const Axis parameter = {source.text("parameter"), "", false};
  const auto orbits = [&](Figure& f, const std::vector<const std::vector<double>*>& values) {
    Branches lines("orbit", 1);
    for (const auto* v : values) {
      double before = NAN;
      for (std::size_t k = 0; k < std::min({op.size(), orbit_unstable.size(), branch.size(), v->size()}); ++k) {
        if (branch[k] != before) lines.begin();
        before = branch[k];
        lines.add(op[k], (*v)[k], orbit_unstable[k] == 0);
      }
    }
    lines.into(f);
  };
  for (std::size_t s = 0; s < std::min(c.length("x", 1), kMostStates); ++s) {
    Figure f;
    const std::string name = s < states.size() ? states[s] : std::to_string(s);
    f.title = "Rest and periodic orbits: " + name;
    f.x = parameter;
    f.y = {name, "", false};
    const auto x = c.column("x", s), low = c.column("orbit_low", s), high = c.column("orbit_high", s);
    Branches rest("rest", 0);
    for (std::size_t k = 0; k < std::min({p.size(), x.size(), unstable.size()}); ++k) {
      rest.add(p[k], x[k], unstable[k] == 0);
    }
    rest.into(f);
    orbits(f, {&high, &low});
    add_specials(f, c, "kind", p, x);
    add_specials(f, c, "orbit_kind", op, high);
    f.caption = "Solid: stable; dashed: unstable. Of a periodic orbit the smallest and the largest value are shown.";
    out.push_back(std::move(f));
  }
  if (!op.empty()) {
    Figure f;
    f.title = "Periods";
    f.x = parameter;
    f.y = {"period", c.unit("orbit_period"), false};
    orbits(f, {&c.numbers("orbit_period")});
    out.push_back(std::move(f));
  }
  return out;
}

}  // namespace neurode::report

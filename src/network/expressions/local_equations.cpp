// Local learning rules: text to expressions.
#include "network/expressions/local_equations.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "network/expressions/separation.hpp"
#include "neurode/core/registry.hpp"
#include "neurode/equations/parse.hpp"
#include "neurode/network/instantiate.hpp"

namespace neurode::network {

using equations::Node;
using Site = LocalEquations::Site;
using Kind = LocalEquations::Reduction::Kind;

namespace {

struct Word {
  const char *name, *mark;
  Kind kind;
};
constexpr std::array<Word, 4> kReductions{{{"mean", "%mean", Kind::mean},
                                           {"sum_post", "%sum_post", Kind::sum_post},
                                           {"sum_pre", "%sum_pre", Kind::sum_pre},
                                           {"sum_up_to", "%sum_up_to", Kind::sum_up_to}}};

const char* prefix(Site site) { return site == Site::pre ? "pre." : site == Site::post ? "post." : "w."; }

class RuleReader {
 public:
  RuleReader(equations::Graph& graph, const scenario::PlasticitySection& rule, Diagnostics& diagnostics)
      : graph_(graph), rule_(rule), diagnostics_(diagnostics) {}

  LocalEquations run() {
    read_states();
    if (read_equations()) finish_rates();
    read_events();
    return std::move(out_);
  }

 private:
  void fault(const Location& where, std::string problem, std::string found, std::string allowed,
             std::string suggestion = "", const std::string& key = "") {
    diagnostics_.add({where, key.empty() ? rule_.equations.key : key, std::move(problem), std::move(found),
                      std::move(allowed), std::move(suggestion)});
  }

  void read_states() {
    for (const auto& [name, site] : rule_.states) {
      LocalEquations::State s;
      s.name = name;
      s.site = site.string() == "pre" ? Site::pre : site.string() == "post" ? Site::post : Site::connection;
      s.symbol = graph_.symbol(prefix(s.site) + name);
      sided_[graph_.symbol(name).id] = s.symbol;
      names_.push_back(name);
      out_.states.push_back(s);
    }
    for (const auto& [name, v] : rule_.initial) {
      if (auto* s = find(name)) {
        s->initial = v.number();
      } else {
        fault(v.key_where, "\"" + name + "\" is no state of the rule", "",
              names_.empty() ? "nothing (there is no key \"states\")" : quoted_list(names_), nearest_name(name, names_),
              v.key);
      }
    }
  }

  LocalEquations::State* find(const std::string& name) {
    for (auto& s : out_.states) {
      if (s.name == name) return &s;
    }
    return nullptr;
  }

  /// False where the text has faults after which its names are not known.
  bool read_equations() {
    const std::size_t before = diagnostics_.size();
    const auto set = equations::parse_equations(graph_, rule_.equations, local_rule_options(graph_), diagnostics_);
    statements_ = equations::resolve_definitions(graph_, set, rule_.equations, diagnostics_);
    const bool read = diagnostics_.size() == before;
    std::vector<std::string> known = parameters();
    for (const auto& s : statements_) out_.of_bias = out_.of_bias || (s.is_rate && s.name == "b");
    known.emplace_back(out_.of_bias ? "b" : "w");
    if (!out_.of_bias) known.emplace_back("pre");
    known.insert(known.end(), {"post", "t"});
    known.insert(known.end(), names_.begin(), names_.end());
    const std::vector<std::string> given = known;
    const std::string moved = out_.of_bias ? "b" : "w";
    if (out_.of_bias) sided_[graph_.symbol("b").id] = graph_.symbol("post.b");
    std::vector<std::string> rates;
    for (const auto& s : statements_) {
      if (s.is_rate) {
        rates.push_back(s.name);
        if (s.name == moved || find(s.name)) continue;
        known.push_back(s.name);
        fault(s.where, fmt::format("nothing says where the state \"{}\" lives", s.name), fmt::format("d{}/dt", s.name),
              fmt::format("states = {{ {} = \"post\" }}, \"pre\" or \"connection\"; besides d{}/dt", s.name, moved),
              nearest_name(s.name, names_));
      } else if (std::find(given.begin(), given.end(), s.name) != given.end()) {
        fault(s.where, "\"" + s.name + "\" is a parameter, a state or a name of every rule already", "",
              "a name of its own");
      } else {
        known.push_back(s.name);
      }
    }
    const bool moves = std::find(rates.begin(), rates.end(), moved) != rates.end();
    const bool jumps = !rule_.on_pre.text.empty() || !rule_.on_post.text.empty();
    if (!moves && !jumps && read) {
      fault(rule_.equations.origin, "the rule has no equation for the weight", "",
            "dw/dt = an expression of w, pre, post and parameters (db/dt for a bias), or on_pre and on_post");
    }
    for (const auto& s : out_.states) {
      if (std::find(rates.begin(), rates.end(), s.name) != rates.end() || !read) continue;
      fault(rule_.equations.origin, fmt::format("there is no equation for the state \"{}\"", s.name), "",
            fmt::format("d{0}/dt = ... (= 0 where spikes alone move it)", s.name));
    }
    if (read) check_uses(graph_, set.uses, known, rule_.equations.key, diagnostics_);
    return read;
  }

  std::vector<std::string> parameters() const {
    std::vector<std::string> names;
    for (const auto& p : rule_.parameters) names.push_back(p.name);
    return names;
  }

  /// Rates in terms of sided symbols, sums and means taken out, each held against where it belongs.
  void finish_rates() {
    out_.rate = graph_.constant(0);
    for (const auto& s : statements_) {
      if (!s.is_rate) continue;
      where_ = s.where;
      const Node rate = reduced(equations::substitute(graph_, s.value, sided_));
      if (auto* state = find(s.name)) {
        state->rate = rate;
        check_site(rate, state->site, fmt::format("d{}/dt", s.name));
      } else if (s.name == (out_.of_bias ? "b" : "w")) {
        out_.rate = rate;
        if (out_.of_bias) check_site(rate, Site::post, "db/dt");
      }
    }
  }

  void check_site(Node rate, Site site, const std::string& what) {
    if (site == Site::connection) return;
    const unsigned allowed = site == Site::pre ? Separation::kPre : Separation::kPost;
    if ((Separation(graph_).sides(rate) & ~allowed) == 0) return;
    const std::string side = site == Site::pre ? "pre" : "post", other = site == Site::pre ? "post" : "pre";
    fault(where_,
          fmt::format("{} belongs to a neuron, and depends on what belongs to {}", what,
                      out_.of_bias ? "others" : "single connections or to the neurons at their other end"),
          "",
          out_.of_bias ? "b, post, states at \"post\""
                       : fmt::format("{0}, states at \"{0}\", and sum_{1}(...) over the connections", side, other));
  }

  const Word* word_of(Node n) {
    if (graph_[n].op != equations::Op::where || graph_[graph_[n].a].op != equations::Op::symbol) return nullptr;
    for (const auto& r : kReductions) {
      if (graph_.name(graph_[n].a) == r.mark) return &r;
    }
    return nullptr;
  }

  Node reduced(Node root) {
    std::vector<std::pair<Node, bool>> open = {{root, false}};
    while (!open.empty()) {  // inner ones first
      const auto [n, seen] = open.back();
      open.pop_back();
      if (done_.count(n.id) != 0) continue;
      const auto data = graph_[n];
      const Word* word = word_of(n);
      if (!seen) {
        open.emplace_back(n, true);
        const std::array<Node, 3> operands{data.a, data.b, data.c};
        for (int k = 0; k < equations::arity(data.op); ++k) {
          if (!word || k == 1) open.emplace_back(operands[static_cast<std::size_t>(k)], false);
        }
      } else if (word) {
        done_[n.id] = reduction(*word, equations::substitute(graph_, data.b, done_));
      } else {
        done_[n.id] = equations::substitute(graph_, n, done_);
      }
    }
    return done_[root.id];
  }

  Node reduction(const Word& word, Node argument) {
    if (out_.of_bias && word.kind != Kind::mean) {
      fault(where_, fmt::format("{}(...) sums over connections, and a bias has none", word.name), "", "mean(...)");
      return argument;
    }
    const unsigned sides = Separation(graph_).sides(argument);
    if (out_.sums_up_to(graph_, argument)) {
      fault(where_, fmt::format("sum_up_to(...) cannot stand within {}(...)", word.name), "",
            "sum_up_to(...) in dw/dt and in rates of states at \"connection\"");
    }
    if (word.kind == Kind::mean && (sides & ~Separation::kWeight) == 0) return argument;  // the same for all samples
    Site site = word.kind == Kind::sum_pre ? Site::post : word.kind == Kind::sum_post ? Site::pre : Site::connection;
    if (word.kind == Kind::mean && sides == Separation::kPre) site = Site::pre;
    if (word.kind == Kind::mean && sides == Separation::kPost) site = Site::post;
    const Node symbol = graph_.symbol(fmt::format("{}%{}", prefix(site), out_.reductions.size()));
    out_.reductions.push_back({word.kind, symbol, argument});
    return symbol;
  }

  void read_events() {
    if (out_.of_bias && !rule_.on_pre.text.empty()) {
      fault(rule_.on_pre.origin, "a bias has no neurons that send", "", "on_post", "", rule_.on_pre.key);
    }
    for (const bool pre : {true, false}) {
      const auto& source = pre ? rule_.on_pre : rule_.on_post;
      if (source.text.empty()) continue;
      auto set = equations::parse_assignments(graph_, source, diagnostics_);
      const std::string moved = out_.of_bias ? "b" : "w";
      std::vector<std::string> known = parameters(), changed = {moved};
      known.push_back(moved);
      known.insert(known.end(), names_.begin(), names_.end());
      for (const auto& s : out_.states) {
        if (s.site != (pre ? Site::post : Site::pre)) changed.push_back(s.name);
      }
      check_uses(graph_, set.uses, known, source.key, diagnostics_);
      for (auto& a : set.assignments) {
        a.value = equations::substitute(graph_, a.value, sided_);
        const auto* state = find(a.name);
        const Site site = state ? state->site : out_.of_bias ? Site::post : Site::connection;
        if (std::find(changed.begin(), changed.end(), a.name) == changed.end()) {
          fault(a.where, fmt::format("\"{}\" cannot be changed by a spike of {}", a.name, pre ? "FROM" : "TO"), "",
                quoted_list(changed), nearest_name(a.name, changed), source.key);
        } else if (site != Site::connection &&
                   (Separation(graph_).sides(a.value) & ~(pre ? Separation::kPre : Separation::kPost)) != 0) {
          fault(a.where, fmt::format("\"{}\" belongs to a neuron, and depends on what does not", a.name), "",
                fmt::format("states at \"{}\" and parameters", pre ? "pre" : "post"), "", source.key);
        }
      }
      (pre ? out_.on_pre : out_.on_post) = std::move(set.assignments);
    }
  }

  equations::Graph& graph_;
  const scenario::PlasticitySection& rule_;
  Diagnostics& diagnostics_;
  LocalEquations out_;
  std::vector<std::string> names_;  ///< of states
  std::vector<equations::Statement> statements_;
  equations::Substitution sided_, done_;
  Location where_;  ///< of the statement at hand
};

}  // namespace

equations::ParseOptions local_rule_options(equations::Graph& graph) {
  equations::ParseOptions options;
  const Node x = graph.symbol("%argument");
  for (const auto& r : kReductions) {
    options.functions.push_back({r.name, x, graph.where(graph.symbol(r.mark), x, graph.symbol("%nothing"))});
  }
  return options;
}

bool LocalEquations::sums_up_to(equations::Graph& graph, Node f) const {
  return std::any_of(reductions.begin(), reductions.end(), [&](const Reduction& r) {
    return r.kind == Kind::sum_up_to && equations::depends_on(graph, f, r.symbol);
  });
}

LocalEquations instantiate(equations::Graph& graph, const scenario::PlasticitySection& rule, Diagnostics& diagnostics) {
  return RuleReader(graph, rule, diagnostics).run();
}

}  // namespace neurode::network

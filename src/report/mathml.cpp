#include "neurode/report/mathml.hpp"

#include <fmt/format.h>

#include <cmath>
#include <numbers>

#include "report/html.hpp"

namespace neurode::report {

using equations::Graph;
using equations::Node;
using equations::NodeData;
using equations::Op;

namespace {

constexpr int kDeepest = 200;
constexpr std::size_t kLongest = 200'000;
constexpr const char* kDots = "<mi>&#8230;</mi>";

/// How tightly something binds, loosest first.
enum Level { kLoose, kOr, kAnd, kNot, kComparison, kSum, kProduct, kPower, kPrimary };

std::string number(double x) {
  if (std::isnan(x)) return "<mi>NaN</mi>";
  if (std::isinf(x)) return x > 0 ? "<mi>&#8734;</mi>" : "<mo>&#8722;</mo><mi>&#8734;</mi>";
  if (x < 0) return "<mo>&#8722;</mo>" + number(-x);
  // Folding has made a number of pi times a small fraction: told as such.
  for (int q = 1; q <= 8; ++q) {
    const double p = x * q / std::numbers::pi, whole = std::round(p);
    if (whole < 1 || whole > 16 || std::abs(p - whole) > 4e-16 * p) continue;
    const std::string top = (whole > 1 ? fmt::format("<mn>{}</mn>", whole) : "") + "<mi>&#960;</mi>";
    return q == 1 ? top : fmt::format("<mfrac><mrow>{}</mrow><mn>{}</mn></mfrac>", top, q);
  }
  const std::string text = fmt::format("{}", x);
  const auto e = text.find('e');
  if (e == std::string::npos) return "<mn>" + text + "</mn>";
  const int power = std::stoi(text.substr(e + 1));
  const std::string exponent =
      power < 0 ? fmt::format("<mrow><mo>&#8722;</mo><mn>{}</mn></mrow>", -power) : fmt::format("<mn>{}</mn>", power);
  const std::string ten = "<msup><mn>10</mn>" + exponent + "</msup>", digits = text.substr(0, e);
  return digits == "1" ? ten : "<mn>" + digits + "</mn><mo>&#183;</mo>" + ten;
}

/// A call of something that is no function of the graph: min(`NAME()`, argument). No name of equation text has
/// parentheses. delay(x, tau) is min(`delay()`, max(x, tau)).
const std::string* called(const Graph& g, const NodeData& d) {
  if (d.op != Op::min || g[d.a].op != Op::symbol) return nullptr;
  const std::string& name = g.name(d.a);
  return name.ends_with("()") ? &name : nullptr;
}

class Setter {
 public:
  explicit Setter(const Graph& graph) : g_(graph) {}

  /// `f`, in parentheses where it binds less tightly than `least`.
  std::string at(Node f, Level least, int depth) {
    if (depth > kDeepest || length_ > kLongest) return kDots;
    const Level own = level(f);
    const std::string inside = own < least ? "<mo>(</mo>" + set(f, depth) + "<mo>)</mo>" : set(f, depth);
    length_ += inside.size() / static_cast<std::size_t>(depth + 1);
    return "<mrow>" + inside + "</mrow>";
  }

 private:
  Level level(Node f) const {
    const NodeData& d = g_[f];
    switch (d.op) {
      case Op::constant:
        return d.value < 0 ? kSum : std::abs(d.value) >= 1e16 || (d.value != 0 && d.value < 1e-4) ? kProduct : kPrimary;
      case Op::logical_or:
        return kOr;
      case Op::logical_and:
        return kAnd;
      case Op::logical_not:
        return kNot;
      case Op::less:
      case Op::less_equal:
      case Op::equal:
      case Op::not_equal:
        return kComparison;
      case Op::add:
      case Op::sub:
      case Op::neg:
      case Op::expm1:
        return kSum;
      case Op::mul:
        return kProduct;
      case Op::div:  // the bar holds it together
      case Op::pow:
      case Op::exp:
        return kPower;
      default:
        return kPrimary;
    }
  }

  bool begins_with_number(Node f) const {
    const NodeData& d = g_[f];
    if (d.op == Op::mul || d.op == Op::pow) return begins_with_number(d.a);
    return d.op == Op::constant && d.value >= 0;
  }

  static std::string op(const char* entity) { return fmt::format("<mo>{}</mo>", entity); }
  static std::string function(const std::string& name, const std::string& arguments) {
    return fmt::format("<mi mathvariant=\"normal\">{}</mi><mo>&#8289;</mo><mrow><mo>(</mo>{}<mo>)</mo></mrow>",
                       escaped(name), arguments);
  }

  /// A chain of operators of one level, which grouping to the left makes deep: a + b - c + ...
  std::string chain(Node f, bool sum, int depth) {
    std::vector<Node> spine;  // from the last operator to the first
    Node n = f;
    const auto belongs = [&](const NodeData& d) { return sum ? d.op == Op::add || d.op == Op::sub : d.op == Op::mul; };
    for (; belongs(g_[n]); n = g_[n].a) spine.push_back(n);
    const Level own = sum ? kSum : kProduct;
    std::string out = at(n, own, depth + 1);
    for (auto k = spine.rbegin(); k != spine.rend(); ++k) {
      if (length_ + out.size() > kLongest) return out + kDots;
      const NodeData& d = g_[*k];
      if (sum) {
        out += op(d.op == Op::add ? "+" : "&#8722;") + at(d.b, d.op == Op::add ? kSum : kProduct, depth + 1);
      } else {
        out += (begins_with_number(d.b) ? op("&#183;") : op("&#8290;") + "<mspace width=\"0.15em\"/>") +
               at(d.b, kPower, depth + 1);
      }
    }
    return out;
  }

  std::string cases(const NodeData& d, int depth) {
    return fmt::format(
        "<mo>{{</mo><mtable columnalign=\"left\"><mtr><mtd>{}</mtd><mtd><mtext>if </mtext>{}</mtd></mtr>"
        "<mtr><mtd>{}</mtd><mtd><mtext>otherwise</mtext></mtd></mtr></mtable>",
        at(d.b, kLoose, depth + 1), at(d.a, kLoose, depth + 1), at(d.c, kLoose, depth + 1));
  }

  std::string set(Node f, int depth) {
    const NodeData& d = g_[f];
    const auto inner = [&](Node n, Level least = kLoose) { return at(n, least, depth + 1); };
    const auto joined = [&](const std::string& sign, Level own) {
      return inner(d.a, static_cast<Level>(own + (own == kComparison))) + sign +
             inner(d.b, static_cast<Level>(own + 1));
    };
    const auto word = [](const char* w) {
      return fmt::format("<mspace width=\"0.4em\"/><mtext>{}</mtext><mspace width=\"0.4em\"/>", w);
    };
    switch (d.op) {
      case Op::constant:
        return number(d.value);
      case Op::symbol:
        return name_mathml(g_.name(f));
      case Op::add:
      case Op::sub:
        return chain(f, true, depth);
      case Op::mul:
        return chain(f, false, depth);
      case Op::div:
        return "<mfrac>" + inner(d.a) + inner(d.b) + "</mfrac>";
      case Op::pow:
        if (g_.is_constant(d.b, 0.5)) return "<msqrt>" + inner(d.a) + "</msqrt>";
        return "<msup>" + inner(d.a, kPrimary) + inner(d.b) + "</msup>";
      case Op::neg:
        return op("&#8722;") + inner(d.a, kProduct);
      case Op::exp:
        return "<msup><mi mathvariant=\"normal\">e</mi>" + inner(d.a) + "</msup>";
      case Op::expm1:
        return "<msup><mi mathvariant=\"normal\">e</mi>" + inner(d.a) + "</msup>" + op("&#8722;") + "<mn>1</mn>";
      case Op::sqrt:
        return "<msqrt>" + inner(d.a) + "</msqrt>";
      case Op::abs:
        return op("|") + inner(d.a) + op("|");
      case Op::floor:
        return op("&#8970;") + inner(d.a) + op("&#8971;");
      case Op::log:
        return function("ln", inner(d.a));
      case Op::log1p:
        return function("ln", "<mn>1</mn><mo>+</mo>" + inner(d.a, kSum));
      case Op::less:
      case Op::less_equal: {
        // The graph knows v >= 1 as 1 <= v: told with the number to the right.
        const bool turned = g_.is_constant(d.a) && !g_.is_constant(d.b), strict = d.op == Op::less;
        const std::string sign = op(turned ? (strict ? "&gt;" : "&#8805;") : strict ? "&lt;" : "&#8804;");
        const auto side = static_cast<Level>(kComparison + 1);
        return inner(turned ? d.b : d.a, side) + sign + inner(turned ? d.a : d.b, side);
      }
      case Op::equal:
        return joined(op("="), kComparison);
      case Op::not_equal:
        return joined(op("&#8800;"), kComparison);
      case Op::logical_and:
        return joined(word("and"), kAnd);
      case Op::logical_or:
        return joined(word("or"), kOr);
      case Op::logical_not:
        return word("not") + inner(d.a, kNot);
      case Op::where:
        return cases(d, depth);
      default:
        break;
    }
    if (const std::string* name = called(g_, d)) {
      const NodeData& of = g_[d.b];
      const bool two = *name == "delay()" && of.op == Op::max;
      return function(name->substr(0, name->size() - 2), two ? inner(of.a) + op(",") + inner(of.b) : inner(d.b));
    }
    std::string arguments = inner(d.a);
    if (equations::arity(d.op) > 1) arguments += op(",") + inner(d.b);
    return function(std::string(equations::op_name(d.op)), arguments);
  }

  const Graph& g_;
  std::size_t length_ = 0;
};

/// The names of letters that stand for themselves.
std::string letter(const std::string& name) {
  static const char* const kGreek[] = {"alpha",   "beta", "gamma", "delta",  "epsilon", "zeta", "eta",
                                       "theta",   "iota", "kappa", "lambda", "mu",      "nu",   "xi",
                                       "omicron", "pi",   "rho",   "",       "sigma",   "tau",  "upsilon",
                                       "phi",     "chi",  "psi",   "omega"};
  for (int k = 0; k < 25; ++k) {
    const std::string small = kGreek[k];
    if (small.empty()) continue;
    if (name == small) return fmt::format("&#{};", 945 + k);
    const std::string large = static_cast<char>(small[0] - 32) + small.substr(1);
    if (name == large) return fmt::format("&#{};", 913 + k);
  }
  return escaped(name);
}

std::string identifier(const std::string& name) { return "<mi class=\"v\">" + letter(name) + "</mi>"; }

}  // namespace

std::string name_mathml(const std::string& name) {
  std::string base = name, below;
  const auto dot = name.find('.');
  if (dot != std::string::npos && dot > 0 && dot + 1 < name.size()) {
    base = name.substr(dot + 1);
    below = name.substr(0, dot);
  }
  const auto under = base.find('_');
  const auto digits = base.find_last_not_of("0123456789") + 1;
  std::string inner;
  if (under != std::string::npos && under > 0 && under + 1 < base.size()) {
    inner = base.substr(under + 1);
    base.resize(under);
  } else if (digits > 0 && digits < base.size()) {
    inner = base.substr(digits);
    base.resize(digits);
  }
  const std::string below_all = inner + (inner.empty() || below.empty() ? "" : ", ") + below;
  if (below_all.empty()) return identifier(base);
  const bool figures = below_all.find_first_not_of("0123456789") == std::string::npos;
  return "<msub>" + identifier(base) +
         (figures ? "<mn>" + below_all + "</mn>" : "<mi mathvariant=\"normal\">" + letter(below_all) + "</mi>") +
         "</msub>";
}

std::string mathml(const Graph& graph, Node f) { return Setter(graph).at(f, kLoose, 0); }

}  // namespace neurode::report

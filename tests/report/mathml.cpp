#include "neurode/report/mathml.hpp"

#include <doctest/doctest.h>

#include <string>

#include "neurode/core/errors.hpp"
#include "neurode/network/families.hpp"

using namespace neurode;

namespace {

/// The MathML of an expression, without classes, spaces and rows, which group and are not seen.
std::string bare(std::string s) {
  for (const std::string gone : {" class=\"v\"", " mathvariant=\"normal\"", "<mrow>", "</mrow>", "<math>", "</math>",
                                 "<mo>&#8289;</mo>", "<mo>&#8290;</mo>", "<mspace width=\"0.15em\"/>"}) {
    for (auto at = s.find(gone); at != std::string::npos; at = s.find(gone)) s.erase(at, gone.size());
  }
  return s;
}

std::string set(const std::string& text) { return bare(report::typeset_expression("", text)); }

bool balanced(const std::string& s, const std::string& tag) {
  std::size_t open = 0, closed = 0;
  for (auto at = s.find("<" + tag); at != std::string::npos; at = s.find("<" + tag, at + 1)) {
    const char next = s[at + 1 + tag.size()];
    open += next == '>' || next == ' ';
  }
  for (auto at = s.find("</" + tag + ">"); at != std::string::npos; at = s.find("</" + tag + ">", at + 1)) ++closed;
  return open == closed;
}

}  // namespace

TEST_CASE("names: Greek letters, subscripts, owners") {
  CHECK(bare(report::name_mathml("x")) == "<mi>x</mi>");
  CHECK(bare(report::name_mathml("tau")) == "<mi>&#964;</mi>");
  CHECK(bare(report::name_mathml("Gamma")) == "<mi>&#915;</mi>");
  CHECK(bare(report::name_mathml("alpha_m")) == "<msub><mi>&#945;</mi><mi>m</mi></msub>");
  CHECK(bare(report::name_mathml("g_Na")) == "<msub><mi>g</mi><mi>Na</mi></msub>");
  CHECK(bare(report::name_mathml("w12")) == "<msub><mi>w</mi><mn>12</mn></msub>");
  CHECK(bare(report::name_mathml("v_theta")) == "<msub><mi>v</mi><mi>&#952;</mi></msub>");
  CHECK(bare(report::name_mathml("pre.s")) == "<msub><mi>s</mi><mi>pre</mi></msub>");
  CHECK(bare(report::name_mathml("_x")) == "<mi>_x</mi>");
  CHECK(bare(report::name_mathml("a<b")) == "<mi>a&lt;b</mi>");
}

TEST_CASE("fractions, powers, roots, exponentials") {
  CHECK(set("(a + b)/c") == "<mfrac><mi>a</mi><mo>+</mo><mi>b</mi><mi>c</mi></mfrac>");
  CHECK(set("v^3") == "<msup><mi>v</mi><mn>3</mn></msup>");
  CHECK(set("(a - b)^2") == "<msup><mo>(</mo><mi>a</mi><mo>&#8722;</mo><mi>b</mi><mo>)</mo><mn>2</mn></msup>");
  CHECK(set("(a/b)^2") == "<msup><mo>(</mo><mfrac><mi>a</mi><mi>b</mi></mfrac><mo>)</mo><mn>2</mn></msup>");
  CHECK(set("sqrt(x)") == "<msqrt><mi>x</mi></msqrt>");
  CHECK(set("exp(-t/tau)") == "<msup><mi>e</mi><mo>&#8722;</mo><mfrac><mi>t</mi><mi>&#964;</mi></mfrac></msup>");
  CHECK(set("logistic(x)") == "<mi>logistic</mi><mo>(</mo><mi>x</mi><mo>)</mo>");
  CHECK(set("f(I)") == "<mi>f</mi><mo>(</mo><mi>I</mi><mo>)</mo>");
  CHECK(set("f(2)") == "<mi>f</mi><mo>(</mo><mn>2</mn><mo>)</mo>");
  CHECK(set("max(a, b)") == "<mi>max</mi><mo>(</mo><mi>a</mi><mo>,</mo><mi>b</mi><mo>)</mo>");
  CHECK(set("delay(x, tau)") == "<mi>x</mi><mo>(</mo><mi>t</mi><mo>&#8722;</mo><mi>&#964;</mi><mo>)</mo>");
  CHECK(set("delay(x*y, 2)") == "<mi>delay</mi><mo>(</mo><mi>x</mi><mi>y</mi><mo>,</mo><mn>2</mn><mo>)</mo>");
}

TEST_CASE("parentheses stand where they are needed, and only there") {
  CHECK(set("a*(b + c)") == "<mi>a</mi><mo>(</mo><mi>b</mi><mo>+</mo><mi>c</mi><mo>)</mo>");
  CHECK(set("a*b + c") == "<mi>a</mi><mi>b</mi><mo>+</mo><mi>c</mi>");
  CHECK(set("a - (b - c)") == "<mi>a</mi><mo>&#8722;</mo><mo>(</mo><mi>b</mi><mo>&#8722;</mo><mi>c</mi><mo>)</mo>");
  CHECK(set("a - b - c") == "<mi>a</mi><mo>&#8722;</mo><mi>b</mi><mo>&#8722;</mo><mi>c</mi>");
  CHECK(set("a*b/c") == "<mfrac><mi>a</mi><mi>b</mi><mi>c</mi></mfrac>");
  CHECK(set("a*(b/c)") == "<mi>a</mi><mfrac><mi>b</mi><mi>c</mi></mfrac>");
  CHECK(set("-(a + b)") == "<mo>&#8722;</mo><mo>(</mo><mi>a</mi><mo>+</mo><mi>b</mi><mo>)</mo>");
  CHECK(set("exp(a)^2") == "<msup><mo>(</mo><msup><mi>e</mi><mi>a</mi></msup><mo>)</mo><mn>2</mn></msup>");
  CHECK(set("v >= 1") == "<mi>v</mi><mo>&#8805;</mo><mn>1</mn>");
  CHECK(set("1 < v") == "<mi>v</mi><mo>&gt;</mo><mn>1</mn>");
  CHECK(set("a < b and c <= d") ==
        "<mi>a</mi><mo>&lt;</mo><mi>b</mi><mspace width=\"0.4em\"/><mtext>and</mtext><mspace width=\"0.4em\"/>"
        "<mi>c</mi><mo>&#8804;</mo><mi>d</mi>");
}

TEST_CASE("numbers: powers of ten, fractions of pi, a dot between two of them") {
  CHECK(set("2.5e-8") == "<mn>2.5</mn><mo>&#183;</mo><msup><mn>10</mn><mo>&#8722;</mo><mn>8</mn></msup>");
  CHECK(set("1e20") == "<msup><mn>10</mn><mn>20</mn></msup>");
  CHECK(set("2*pi*x") == "<mn>2</mn><mi>&#960;</mi><mi>x</mi>");
  CHECK(set("pi/2*x") == "<mfrac><mi>&#960;</mi><mn>2</mn></mfrac><mi>x</mi>");
  CHECK(set("3.14159*x") == "<mn>3.14159</mn><mi>x</mi>");
  CHECK(set("x*2") == "<mi>x</mi><mo>&#183;</mo><mn>2</mn>");
}

TEST_CASE("equations: one line a statement, rates as dx/dt; what is no equation stands as it was written") {
  const std::string all = report::typeset_equations("m_inf = 1/(1 + exp(-V))\ndV/dt = (m_inf - V)/tau  # relaxes\n");
  CHECK(all.find("<mfrac><mrow><mi mathvariant=\"normal\">d</mi><mi class=\"v\">V</mi></mrow>") != std::string::npos);
  std::size_t lines = 0;
  for (auto at = all.find("<math"); at != std::string::npos; at = all.find("<math", at + 1)) ++lines;
  CHECK(lines == 2);
  CHECK(all.find("relaxes") == std::string::npos);
  CHECK(report::typeset_equations("dx/dt = <script>") == "<pre class=\"equations\">dx/dt = &lt;script&gt;</pre>\n");
  CHECK(report::typeset_expression("f", "1 +") == "<code>f = 1 +</code>");
  CHECK(bare(report::typeset_assignments("v = c; u += d")).find("<mi>v</mi><mo>&#8592;</mo><mi>c</mi>") !=
        std::string::npos);
}

TEST_CASE("every built-in model and rule is typeset, none as it was written") {
  for (const auto& m : network::models()) {
    CAPTURE(m.name);
    const std::string html = report::typeset_equations(m.equations.text);
    CHECK(html.find("<pre") == std::string::npos);
    for (const char* tag : {"math", "mrow", "mfrac", "msup", "msub", "mi", "mo", "mn", "mtable", "mtd"}) {
      CHECK(balanced(html, tag));
    }
    CHECK(report::typeset_assignments(m.reset.text).find("<pre") == std::string::npos);
    if (!m.threshold.text.empty()) {
      CHECK(report::typeset_expression("", m.threshold.text).find("<code>") == std::string::npos);
    }
  }
  for (const auto& p : network::plasticity_rules()) {
    CAPTURE(p.name);
    CHECK(report::typeset_equations(p.equations.text).find("<pre") == std::string::npos);
  }
}

TEST_CASE("long and deep expressions end in dots, not in a full stack") {
  std::string sum = "x0", quotients = "x", nested = "x";
  for (int k = 1; k < 60'000; ++k) sum += " + x" + std::to_string(k);
  CHECK(report::typeset_expression("", sum).size() < 2'000'000);
  for (int k = 1; k < 5'000; ++k) quotients += "/y" + std::to_string(k);
  const std::string fractions = report::typeset_expression("", quotients);
  CHECK(fractions.find("&#8230;") != std::string::npos);
  CHECK(balanced(fractions, "mfrac"));
  for (int k = 1; k < 150; ++k) nested = "sin(" + nested + ")";
  const std::string deep = report::typeset_expression("", nested);
  CHECK(deep.find("&#8230;") == std::string::npos);
}

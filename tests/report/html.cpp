#include "report/html.hpp"

#include <doctest/doctest.h>

#include <limits>

#include "report/figure.hpp"

using namespace neurode::report;

TEST_CASE("text is text, whatever it holds") {
  CHECK(escaped("<b> & \"x\" 'y'") == "&lt;b&gt; &amp; &quot;x&quot; &#39;y&#39;");
  CHECK(escaped("\xcf\x84 m\xff\x01") == "\xcf\x84 m\xef\xbf\xbd ");
  CHECK(escaped("\xed\xa0\x80") == "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");  // half of a surrogate pair
  CHECK(escaped("a\n\tb") == "a\n\tb");
  CHECK(script_safe("{\"a\": \"</script><!--\"}") == "{\"a\": \"\\u003c/script>\\u003c!--\"}");
}

TEST_CASE("long texts are cut between characters") {
  CHECK(shortened("abc", 3) == "abc");
  CHECK(shortened("abcdef", 3) == "abc\n... (3 bytes more)");
  CHECK(shortened("ab\xcf\x84"
                  "cd",
                  3) == "ab\n... (4 bytes more)");
}

TEST_CASE("a table has a cell a column, and tells what it leaves out") {
  Table t;
  t.columns = {{"name"}, {"value", true, "say \"x\""}};
  t.rows = {{"a", "1"}, {"b", "2"}};
  t.left_out = 5;
  const std::string html = t.html();
  CHECK(html.find("<th scope=\"col\" class=\"number\" title=\"say &quot;x&quot;\">value</th>") != std::string::npos);
  CHECK(html.find("<tr><td>a</td><td class=\"number\">1</td></tr>") != std::string::npos);
  CHECK(html.find("5 more rows") != std::string::npos);
  CHECK(definitions({{"a", "1"}, {"b", ""}}) == "<dl>\n<dt>a</dt><dd>1</dd>\n</dl>\n");
  CHECK(definitions({{"b", ""}}).empty());
}

TEST_CASE("a figure's numbers: six digits, more where they differ by less; what is not finite is null") {
  Figure f;
  f.title = "</script><script>alert(1)</script>";
  Series s;
  s.name = "<img>";
  s.x = {2807.5301, 2807.5302, 2807.5303};
  s.y = {1.0 / 3, std::numeric_limits<double>::quiet_NaN(), -std::numeric_limits<double>::infinity()};
  f.series = {s};
  const std::string json = figure_json(f);
  CHECK(json.find("\"y\": [0.333333,null,null]") != std::string::npos);
  CHECK(json.find("\"x\": [2807.5301,2807.5302,2807.5303]") != std::string::npos);
  CHECK(json.find('<') == std::string::npos);
  CHECK(f.numbers() == 6);
  const std::string html = figure_html(f, "figure-1");
  CHECK(html.find("<script>") == std::string::npos);
  CHECK(html.find("<h4>&lt;/script&gt;&lt;script&gt;") != std::string::npos);
}

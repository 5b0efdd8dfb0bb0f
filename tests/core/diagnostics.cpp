#include "neurode/core/diagnostics.hpp"

#include <doctest/doctest.h>

#include "neurode/core/errors.hpp"
#include "neurode/core/registry.hpp"

using namespace neurode;

TEST_CASE("a diagnostic reads as one sentence with its place") {
  CHECK(Diagnostic{{"xor.toml", 21, 9}, "population.hidden.tau", "must be > 0", "-0.1", "a number > 0, in s", ""}
            .format() == "xor.toml:21:9: population.hidden.tau: must be > 0; found -0.1; allowed: a number > 0, in s");
  CHECK(Diagnostic{{"a.toml", 3, 0}, "", "is wrong", "", "", "right"}.format() ==
        "a.toml:3: is wrong (did you mean \"right\"?)");
  CHECK(Diagnostic{{"a.toml", 0, 0}, "k", "is wrong", "", "", ""}.format() == "a.toml: k: is wrong");
  CHECK(Diagnostic{{}, "", "is wrong", "", "", ""}.format() == "is wrong");
}

TEST_CASE("all faults are thrown together, sorted by place") {
  Diagnostics none;
  CHECK_NOTHROW(none.throw_if_any());
  Diagnostics ds;
  ds.add({{"a", 9, 1}, "", "third", "", "", ""});
  ds.add({{"a", 2, 7}, "", "second", "", "", ""});
  ds.add({{"a", 2, 3}, "", "first", "", "", ""});
  try {
    ds.throw_if_any();
    FAIL("nothing thrown");
  } catch (const ScenarioError& e) {
    CHECK(e.exit_status() == 2);
    REQUIRE(e.diagnostics().size() == 3);
    CHECK(e.diagnostics()[1].problem == "second");
    CHECK(std::string(e.what()) == "a:2:3: first\na:2:7: second\na:9:1: third");
  }
}

TEST_CASE("the nearest name is within a third of the length and one") {
  const std::vector<std::string> names = {"leaky_rate", "tau", "clamped", "bias"};
  CHECK(nearest_name("leeky_rate", names) == "leaky_rate");
  CHECK(nearest_name("leakyrate", names) == "leaky_rate");
  CHECK(nearest_name("tua", names) == "tau");
  CHECK(nearest_name("basi", names) == "bias");
  CHECK(nearest_name("hodgkin", names).empty());
  CHECK(nearest_name("xyz", names).empty());
  CHECK(nearest_name("a", {"b", "ab"}) == "ab");  // one letter for another is no help
  CHECK(nearest_name("a", {"b"}).empty());
  CHECK(nearest_name("freq", {"phase", "frequency"}) == "frequency");
  CHECK(nearest_name("fr", {"phase", "frequency"}).empty());
  CHECK(nearest_name("", {}).empty());
}

TEST_CASE("lists of names are cut off politely") {
  CHECK(quoted_list({}).empty());
  CHECK(quoted_list({"a"}) == "\"a\"");
  CHECK(quoted_list({"a", "b"}) == "\"a\" and \"b\"");
  CHECK(quoted_list({"a", "b", "c"}) == "\"a\", \"b\" and \"c\"");
  CHECK(quoted_list({"a", "b", "c"}, 2) == "\"a\", \"b\", ... (1 more)");
}

TEST_CASE("unknown names of a family") {
  Value at;
  at.where = {"s.toml", 4, 9};
  at.key = "population.p.model";
  CHECK(
      unknown_name("model", at, "leeky_rate", {"clamped", "leaky_rate"}).format() ==
      "s.toml:4:9: population.p.model: unknown model \"leeky_rate\"; allowed: \"clamped\" and \"leaky_rate\" (did you "
      "mean \"leaky_rate\"?)");
  CHECK(unknown_name("rule", at, "x", {}).allowed == "none here");

  const std::vector<Entry> list = {{"a", "first", {}, "", ""}, {"b", "second", {}, "", ""}};
  REQUIRE(find_entry(list, "b") != nullptr);
  CHECK(find_entry(list, "b")->summary == "second");
  CHECK(find_entry(list, "c") == nullptr);
  CHECK(entry_names(list) == std::vector<std::string>{"a", "b"});
}

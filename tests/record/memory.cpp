#include "neurode/record/memory.hpp"

#include <doctest/doctest.h>

#include "neurode/record/differences.hpp"
#include "record/example.hpp"
#include "record/scratch.hpp"

using namespace neurode::record;

TEST_CASE("a result in memory, written at once, is the file that was recorded") {
  const Scratch scratch;
  const Example example;
  const auto recorder = example.create(scratch / "recorded.h5");
  Memory memory(example.dimensions, example.axes, example.variables, example.global);
  for (Sink* sink : {static_cast<Sink*>(recorder.get()), static_cast<Sink*>(&memory)}) {
    Example::write_fixed(*sink);
    for (std::size_t row = 0; row < 7; ++row) Example::append_activity(*sink, row);
    for (std::size_t row = 0; row < 3; ++row) Example::append_weights(*sink, row);
    sink->attribute("seed", std::int64_t{5});
    sink->attribute("added", std::string("later"));
  }
  recorder->close();
  write_file(memory, scratch / "written.h5", false);
  const Reader recorded(scratch / "recorded.h5"), written(scratch / "written.h5");
  CHECK(differences(recorded, written).empty());
  REQUIRE(recorded.attributes().size() == written.attributes().size());
  for (const auto& [name, value] : recorded.attributes()) {
    REQUIRE(written.attribute(name));
    CHECK(*written.attribute(name) == value);
  }
  CHECK(memory.axes[0].times.size() == 7);
  CHECK(memory.variables[0].numbers.size() == 7 * 12);
  CHECK(memory.variables[0].numbers[12 + 5] == Example::a(1, 5));
}

TEST_CASE("memory takes what was declared alone") {
  const Example example;
  Memory memory(example.dimensions, example.axes, example.variables, example.global);
  const double number = 1;
  const std::span<const double> one[] = {{&number, 1}};
  CHECK_THROWS_AS(memory.append(0, 0, one), std::invalid_argument);
  CHECK_THROWS_AS(memory.append(2, 0, one), std::out_of_range);
  CHECK_THROWS_AS(memory.write("loss", one[0]), std::invalid_argument);  // it has an axis
  CHECK_THROWS_AS(memory.write("nothing", one[0]), std::invalid_argument);
}

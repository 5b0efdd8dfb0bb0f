#include "neurode/record/recorder.hpp"

#include <doctest/doctest.h>

#include "example.hpp"
#include "scratch.hpp"

using namespace neurode::record;

TEST_CASE("round trip") {
  const Scratch scratch;
  const auto path = scratch / "r.h5";
  Example{}.write(path, 25);
  const Reader reader(path);
  CHECK(differences(reader, 25) == 0);
}

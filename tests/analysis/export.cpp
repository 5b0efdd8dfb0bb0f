#include "neurode/analysis/export.hpp"

#include <doctest/doctest.h>

TEST_CASE("exporters are sorted") { CHECK(neurode::analysis::exporters().size() == 3); }

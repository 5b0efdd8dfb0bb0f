#pragma once

#include <doctest/doctest.h>

#include <string>

#include "neurode/scenario/edit.hpp"
#include "neurode/study/study.hpp"

/// What a study finds of a scenario by its text; `parameters`: a TOML table.
inline neurode::study::Findings studied(const std::string& study, const std::string& text,
                                        const std::string& parameters = "{}") {
  using namespace neurode;
  const auto* entry = find_entry(study::studies(), study);
  REQUIRE(entry);
  study::Request request{ScenarioFile("test.toml"), {}, {}, {}};
  request.scenario.text = text;
  Diagnostics diagnostics;
  request.parameters = read_parameters(entry->parameters, scenario::toml_value(parameters), study, diagnostics);
  diagnostics.throw_if_any();
  return entry->run(request);
}

inline const std::vector<double>& numbers(const neurode::study::Findings& f, const std::string& quantity) {
  const auto* q = f.find(quantity);
  REQUIRE(q);
  return q->numbers;
}

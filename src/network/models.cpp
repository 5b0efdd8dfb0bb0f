#include <algorithm>
#include <stdexcept>

#include "network/embedded.hpp"
#include "neurode/network/families.hpp"
#include "neurode/scenario/read.hpp"

namespace neurode::network {

namespace {

/// A fault in a file of ours is ours, not the user's.
void check_ours(const Diagnostics& diagnostics) {
  if (!diagnostics.empty()) throw std::logic_error("built-in file: " + diagnostics.items()[0].format());
}

/// What `read` finds in the texts, sorted by name.
template <class Section>
std::vector<Section> read_all(const std::vector<EmbeddedText>& texts, const std::string& folder,
                              std::vector<Section> (*read)(const Value&, Diagnostics&)) {
  std::vector<Section> all;
  for (const auto& [file, text, sha256] : texts) {
    Diagnostics diagnostics;
    auto sections = read(scenario::parse_toml(text, folder + file, diagnostics), diagnostics);
    check_ours(diagnostics);
    for (auto& s : sections) all.push_back(std::move(s));
  }
  std::sort(all.begin(), all.end(), [](const Section& a, const Section& b) { return a.name < b.name; });
  const auto twice =
      std::adjacent_find(all.begin(), all.end(), [](const Section& a, const Section& b) { return a.name == b.name; });
  if (twice != all.end()) throw std::logic_error("two built-in files define \"" + twice->name + "\"");
  return all;
}

}  // namespace

const std::vector<scenario::ModelSection>& models() {
  static const auto all = [] {
    Diagnostics diagnostics;
    auto whole = scenario::extended(
        read_all<scenario::ModelSection>(embedded_models(), "built-in models/", scenario::read_models), {},
        diagnostics);
    check_ours(diagnostics);
    return whole;
  }();
  return all;
}

const std::vector<scenario::PlasticitySection>& plasticity_rules() {
  static const auto all =
      read_all<scenario::PlasticitySection>(embedded_plasticity(), "plasticity/", scenario::read_plasticity);
  return all;
}

Entry model_entry(const scenario::ModelSection& m) {
  return {m.name, m.summary, m.parameters, m.citation, m.takes_activation ? "an activation, called f" : ""};
}

Entry plasticity_entry(const scenario::PlasticitySection& p) {
  return {p.name, p.summary, p.parameters, p.citation, ""};
}

}  // namespace neurode::network

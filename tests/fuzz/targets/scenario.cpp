#include "fuzz/support.hpp"
#include "neurode/scenario/read.hpp"

namespace neurode::fuzz {

void scenario(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  refusing([&] {
    Diagnostics faults;
    Value root = neurode::scenario::parse_toml(text, "fuzz.toml", faults);
    if (faults.empty()) {
      // What is kept with a result must read as it was.
      const std::string written = neurode::scenario::to_toml(root);
      Diagnostics none;
      const Value again = neurode::scenario::parse_toml(written, "again.toml", none);
      must(none.empty(), "a tree that is written can be read");
      must(neurode::scenario::to_toml(again) == written, "and is the same");
    }
    neurode::scenario::apply_override(root, text.substr(0, 200), faults);
    neurode::scenario::read_scenario(root, "fuzz.toml", faults);
    faults.throw_if_any();
  });
}

}  // namespace neurode::fuzz

#include "fuzz/support.hpp"
#include "network/connectivity/connection_list.hpp"

namespace neurode::fuzz {

void matrix_market(const std::uint8_t* data, std::size_t size) {
  const MemoryFile file(data, size);
  refusing([&] {
    Diagnostics faults;
    network::ConnectionList list(5, 5, "fuzz.mtx", faults);
    network::read_matrix_market(file.name(), list);
    Matrix weights;
    const auto pattern = list.finish(weights);
    must(!pattern || faults.empty(), "a list with faults is not used");
    if (pattern) {
      must(pattern->start.back() == static_cast<Index>(pattern->column.size()), "the pattern is whole");
      for (const auto j : pattern->column) must(j >= 0 && j < 5, "neurons are there");
    }
    faults.throw_if_any();
  });
}

}  // namespace neurode::fuzz

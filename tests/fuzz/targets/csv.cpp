#include <cmath>

#include "fuzz/support.hpp"
#include "network/connectivity/connection_list.hpp"
#include "neurode/network/data.hpp"

namespace neurode::fuzz {

void csv(const std::uint8_t* data, std::size_t size) {
  const auto [choice, text] = choice_and_text(data, size);
  const MemoryFile file(text.data(), text.size());
  refusing([&, choice = choice] {
    Diagnostics faults;
    if (choice % 3 == 0) {
      network::ConnectionList list(7, 5, "fuzz.csv", faults);
      network::read_triples(file.name(), list);
      Matrix weights;
      list.finish(weights);
    } else if (choice % 3 == 1) {
      const Matrix m = network::read_csv_matrix(file.name(), choice & 4U, faults);
      must(faults.empty() || m.size() == 0, "a table with faults is not used");
      must(m.allFinite(), "numbers of a table are finite");
    } else {
      const auto table = network::read_csv(file.name(), choice & 4U, faults);
      for (const auto& row : table.rows) must(row.size() == table.rows[0].size(), "rows are equally long");
    }
    faults.throw_if_any();
  });
}

}  // namespace neurode::fuzz

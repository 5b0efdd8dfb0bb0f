#include <vector>

#include "fuzz/support.hpp"
#include "network/connectivity/connection_list.hpp"
#include "neurode/record/numbers.hpp"

namespace neurode::fuzz {

void hdf5_matrix(const std::uint8_t* data, std::size_t size) {
  const MemoryFile file(data, size);
  for (const char* name : {"m", "group/weights", "x"}) {
    refusing([&] {
      if (!record::has_numbers(file.name(), name)) return;
      record::NumbersReader reader(file.name(), name);
      std::size_t width = 1;
      for (std::size_t k = 1; k < reader.shape().size(); ++k) width *= reader.shape()[k];
      std::vector<double> row(width);
      if (!reader.shape().empty() && reader.shape()[0] > 0 && width > 0) reader.read(reader.shape()[0] - 1, row.data());
      record::read_numbers(file.name(), name);
    });
  }
  refusing([&] {
    Diagnostics faults;
    network::ConnectionList list(4, 3, "fuzz.h5", faults);
    network::read_hdf5(file.name(), "group", list);
    Matrix weights;
    list.finish(weights);
    faults.throw_if_any();
  });
}

}  // namespace neurode::fuzz

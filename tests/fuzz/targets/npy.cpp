#include "fuzz/support.hpp"
#include "network/data/matrix_file.hpp"

namespace neurode::fuzz {

void npy(const std::uint8_t* data, std::size_t size) {
  const MemoryFile file(data, size);
  refusing([&] {
    const auto rows = network::open_npy(file.name());
    must(rows->rows > 0 && rows->cols > 0, "an array that is taken holds numbers");
    const auto bytes = static_cast<std::size_t>(rows->rows) * static_cast<std::size_t>(rows->cols);
    must(bytes <= size, "there are no more numbers than bytes");
    std::vector<double> all(bytes);
    rows->read_all(all.data());
    if (rows->row_by_row()) rows->read(rows->rows - 1, all.data());
  });
}

}  // namespace neurode::fuzz

#include "network/embedded.hpp"

#include <filesystem>
#include <set>

#include "network/support.hpp"

namespace neurode::network {
const std::vector<EmbeddedText>& embedded_for_test();  // tests/network/embedded/*.toml
}

using namespace neurode::network;
using neurode::EmbeddedText;

namespace {

std::string bytes_of(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  REQUIRE(in);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// The texts are those of the *.toml files of a folder, byte by byte.
void check_folder(const std::vector<EmbeddedText>& texts, const char* folder) {
  const auto root = std::filesystem::path(NEURODE_SOURCE_DIR) / folder;
  std::set<std::string> files, embedded;
  for (const auto& entry : std::filesystem::directory_iterator(root)) {
    if (entry.path().extension() == ".toml") files.insert(entry.path().filename().string());
  }
  for (const auto& [name, text, sha256] : texts) {
    const std::string file(name);
    CAPTURE(file);
    embedded.insert(file);
    CHECK((text == bytes_of(root / file)));
  }
  CHECK(files == embedded);
}

}  // namespace

TEST_CASE("embedded texts are the files") {
  check_folder(embedded_models(), "src/network/models");
  check_folder(embedded_plasticity(), "src/network/plasticity");
}

TEST_CASE("every character survives embedding, however long the text") {
  check_folder(embedded_for_test(), "tests/network/embedded");
  CHECK(std::string(embedded_for_test()[0].text).size() > 17000);
}

// Every key of a scenario that names a file: none leads out of its folder, none is a device, unless that is allowed.
#include <doctest/doctest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "network/support.hpp"
#include "neurode/network/network.hpp"
#include "neurode/scenario/read.hpp"

using namespace neurode;

namespace {

const std::string kHead = "schema = 1\n[time]\nend = 1\n";
const std::string kClamped = "[population.x]\nmodel = \"clamped\"\nsize = 1\n";
const std::string kRate = "[population.a]\nmodel = \"leaky_rate\"\nactivation = \"tanh\"\n";

struct Key {
  std::string key, ending, scenario;  ///< FILE stands for the file's name
};
const std::vector<Key> kKeys = {
    {"data.file", ".csv", kClamped + "[data]\nfile = \"FILE\"\n"},
    {"data.inputs.path", ".npy", kClamped + "[data]\ninputs = { path = \"FILE\" }\ntargets = [[1]]\n"},
    {"data.inputs.path", ".h5", kClamped + "[data]\ninputs = { path = \"FILE\", dataset = \"d\" }\ntargets = [[1]]\n"},
    {"data.targets.path", ".npy", kClamped + "[data]\ninputs = [[1]]\ntargets = { path = \"FILE\" }\n"},
    {"data.inputs.path", ".npy",
     kClamped + "[data]\ninputs = { path = \"FILE\" }\nbatch = { size = 1, period = 1, stream = true }\n"},
    {"population.a.bias.path", ".csv", kRate + "bias = { init = \"file\", path = \"FILE\" }\n"},
    {"population.a.history.a.path", ".csv", kRate + "history = { a = { path = \"FILE\" } }\n"},
    {"projection.\"a -> a\".connect.path", ".mtx",
     kRate + "[projection.\"a -> a\"]\nconnect = { rule = \"from_file\", path = \"FILE\" }\n"},
    {"projection.\"a -> a\".weights.path", ".csv",
     kRate + "[projection.\"a -> a\"]\nweights = { init = \"file\", path = \"FILE\" }\n"},
    {"stimulus.s.path", ".csv", kRate + "[stimulus.s]\ntarget = \"a\"\nkind = \"piecewise\"\npath = \"FILE\"\n"}};

std::string faults_of(const std::filesystem::path& folder, Key key, const std::string& file, Reach reach) {
  key.scenario.replace(key.scenario.find("FILE"), 4, file);
  Diagnostics faults;
  const std::string name = (folder / "s.toml").string();
  const auto root = scenario::parse_toml(kHead + key.scenario, name, faults);
  const auto s = scenario::read_scenario(root, {name, Allowed{reach}}, faults);
  REQUIRE(faults.empty());
  network::build_network(s, faults);
  std::string out;
  for (const auto& d : faults.items()) out += d.key + ": " + d.problem + "\n";
  return out;
}

}  // namespace

TEST_CASE("files outside the scenario's folder, by each key that names one") {
  const network::test::Folder base;
  const auto inside = base.path() / "in";
  std::filesystem::create_directories(inside);
  for (const auto& key : kKeys) {
    CAPTURE(key.key + key.ending);
    const std::string outside = "../x" + key.ending, link = "link" + key.ending, pipe = "pipe" + key.ending;
    std::ofstream(base.path() / ("x" + key.ending)) << "t,v\n0,1\n";
    std::filesystem::remove(inside / link);
    std::filesystem::create_symlink(outside, inside / link);
    mkfifo((inside / pipe).c_str(), 0600);
    for (const auto& file : {outside, (base.path() / ("x" + key.ending)).string(), link}) {
      CHECK(faults_of(inside, key, file, Reach::folder) == key.key + ": leads out of the folder of this file\n");
      CHECK(faults_of(inside, key, file, Reach::anywhere).find("leads out") == std::string::npos);
    }
    CHECK(faults_of(inside, key, pipe, Reach::anywhere) == key.key + ": is no ordinary file\n");
    CHECK(faults_of(inside, key, "gone" + key.ending, Reach::folder).find("leads out") == std::string::npos);
  }
}

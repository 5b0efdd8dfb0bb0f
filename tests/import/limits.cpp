// XPPAUT files that would become endless when they are written out.
#include <unistd.h>

#include <fstream>

#include "import/support.hpp"
#include "neurode/core/limits.hpp"

using namespace neurode;
using namespace neurode::importing;
using namespace neurode::importing::test;

TEST_CASE("long formulas, and those that functions and sums make long") {
  const auto sum_of = [](int terms) {
    std::string text = "x'=x";
    for (int k = 1; k < terms; ++k) text += "+x";
    return text + "\n";
  };
  CHECK(faults(sum_of(3900)) == "");
  CHECK(faults(sum_of(4100)).find("the formula is too long; allowed: up to 4000 operations in a row") !=
        std::string::npos);
  CHECK(faults("x'=sum(1,3900)of(x*i')\n") == "");
  CHECK(faults("x'=sum(1,4100)of(x*i')\n").find("too many terms; found 4100; allowed: up to 4000") !=
        std::string::npos);
  const std::string grows = "the formula grows too large when functions and sums are written out";
  CHECK(faults("x'=sum(1,600)of(sum(1,600)of(x*i'))\n").find(grows) != std::string::npos);
  // The argument is one tree, shared: as text it doubles with each call.
  std::string doubled = "f(a)=a+a\nx'=";
  for (int k = 0; k < 60; ++k) doubled += "f(";
  doubled += "x";
  for (int k = 0; k < 60; ++k) doubled += ")";
  CHECK(faults(doubled + "\n").find(grows) != std::string::npos);
  std::string many = "x'=(x+1)";
  for (int k = 0; k < 3900; ++k) many += "<(x+1)";
  CHECK(faults(many + "\n") == "");  // each with a remark
}

TEST_CASE("arrays: ends and indices that do not fit, and what they make of a file") {
  CHECK(faults("x[-2147483648..2147483647]'=1\n").find("an array of 4294967296 elements; allowed: at most 10000") !=
        std::string::npos);
  CHECK(faults("x[1..3]'=y[j*2147483647]\n").find("no index of an array; found \"[j*2147483647]\"") !=
        std::string::npos);
  std::string block = "%[1..10000]\n";
  for (int k = 0; k < 100; ++k) block += "x" + std::to_string(k) + "_[j]'=-x" + std::to_string(k) + "_[j]\n";
  const std::string told = faults(block + "%\n");
  CHECK(told.find("arrays make the file too long from here on; allowed: up to 16000000 bytes, written out") !=
        std::string::npos);
}

TEST_CASE("files that include: themselves, each other, what is not theirs, devices") {
  const auto folder = std::filesystem::temp_directory_path() / ("neurode-include-" + std::to_string(getpid()));
  std::filesystem::create_directories(folder);
  const auto write = [&](const std::string& name, const std::string& text) { std::ofstream(folder / name) << text; };
  const auto fault_of = [&](const std::string& text) -> std::string {
    write("m.ode", text);
    try {
      import_ode(folder / "m.ode");
    } catch (const Error& e) {
      return e.what();
    }
    return "";
  };
  write("part.ode", "par a=1\n");
  CHECK(fault_of("#include part.ode\nx'=-a*x\n") == "");
  // Twice itself, each of them twice itself: 2^20 reads without a bound.
  CHECK(fault_of(std::string(2000, '#') + "\n#include m.ode\n#include m.ode\nx'=-x\n")
            .find("includes more than 1000000 bytes") != std::string::npos);
  CHECK(fault_of("#include ../nothing.ode\nx'=-x\n").find("leads out of the folder of this file") != std::string::npos);
  CHECK(fault_of("#include /etc/passwd\nx'=-x\n").find("leads out of the folder of this file") != std::string::npos);
  CHECK(fault_of("#include /dev/zero\nx'=-x\n").find("leads out") != std::string::npos);
  CHECK(fault_of("#include gone.ode\nx'=-x\n").find("m.ode:1:1 includes it") != std::string::npos);
  CHECK(fault_of(std::string(limits::kImportBytes + 1, '\n')).find("has more than 1000000 bytes") != std::string::npos);
  std::filesystem::remove_all(folder);
}

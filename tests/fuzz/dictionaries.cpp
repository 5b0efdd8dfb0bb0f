// fuzz_dictionaries FOLDER: writes TARGET.dict for libFuzzer, words of the program's own lists.
#include <filesystem>
#include <fstream>
#include <set>
#include <string>

#include "neurode/equations/parse.hpp"
#include "neurode/run/families.hpp"
#include "neurode/scenario/read.hpp"

using namespace neurode;

static void write(const std::filesystem::path& file, const std::set<std::string>& words) {
  std::ofstream out(file);
  for (const auto& w : words) {
    if (w.size() > 1 && w.find_first_of("\"\\\n") == std::string::npos) out << '"' << w << "\"\n";
  }
}

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  const std::filesystem::path folder = argv[1];
  std::set<std::string> keys, functions;
  for (const auto& s : scenario::section_tables()) {
    for (const auto& k : s.keys) {
      keys.insert(k.name + " = ");
      for (const auto& c : k.choices) keys.insert(c);
    }
    if (!s.section.empty() && s.section.find('*') == std::string::npos) keys.insert("[" + s.section + "]");
  }
  for (const auto& family : run::families()) {
    for (const auto& e : family.entries) {
      keys.insert(e.name);
      for (const auto& k : e.parameters) keys.insert(k.name + " = ");
    }
  }
  for (const auto& f : equations::function_names()) functions.insert(f + "(");
  for (const char* w :
       {" and ", " or ", "not ", "**", "<=", ">=", "==", "!=", "/dt = ", "delay(", "mean(", "sum(", "pi"})
    functions.insert(w);
  std::set<std::string> both = keys;
  both.insert(functions.begin(), functions.end());
  write(folder / "scenario.dict", both);
  write(folder / "build.dict", both);
  write(folder / "equations.dict", functions);
}

#include <limits>

#include "network/data/csv_source.hpp"
#include "network/support.hpp"
#include "neurode/core/errors.hpp"

using namespace neurode;
using namespace neurode::network;
using namespace neurode::network::test;

using Cells = std::vector<std::string>;

namespace {

struct Read {
  Csv csv;
  std::string faults;
};

Read read(const std::string& content, bool header = true) {
  const Folder folder;
  const auto path = folder.write("t.csv", content);
  Diagnostics ds;
  Read out;
  out.csv = read_csv(path, header, ds);
  out.faults = folder.messages(ds);
  return out;
}

std::string number_fault(const std::string& cell) {
  const Folder folder;
  const auto path = folder.write("t.csv", "x,y\n1," + cell + "\n");
  Diagnostics ds;
  const Matrix m = read_csv_matrix(path, true, ds);
  CHECK(m.size() == (ds.empty() ? 2 : 0));
  return folder.messages(ds);
}

}  // namespace

TEST_CASE("rows, header, blank lines, comments at the top, line ends, the UTF-8 mark") {
  const auto r = read("\xEF\xBB\xBF# made by hand\n\n  # twice\na, b ,c\r\n1,2,3\n\n \t\n4, x y ,\"\"");
  CHECK(r.faults == "");
  CHECK(r.csv.header == Cells{"a", "b", "c"});
  REQUIRE(r.csv.rows.size() == 2);
  CHECK(r.csv.rows[0] == Cells{"1", "2", "3"});
  CHECK(r.csv.rows[1] == Cells{"4", "x y", ""});
  CHECK(r.csv.lines == std::vector<int>{5, 8});
  CHECK(r.csv.columns[1] == std::vector<int>{1, 3, 9});
  CHECK(read("1\n#2\n", false).csv.rows == std::vector<Cells>{{"1"}, {"#2"}});  // comments are for the top
  CHECK(read("1,2\r3,4\r", false).csv.rows == std::vector<Cells>{{"1", "2"}, {"3", "4"}});
  CHECK(read("1,\n", false).csv.rows == std::vector<Cells>{{"1", ""}});
}

TEST_CASE("RFC 4180 quotes") {
  const auto r = read("\"a,b\",\"say \"\"hi\"\"\"\n\"two\nlines\", \" kept \" \n5,6\n", false);
  CHECK(r.faults == "");
  CHECK(r.csv.rows == std::vector<Cells>{{"a,b", "say \"hi\""}, {"two\nlines", " kept "}, {"5", "6"}});
  CHECK(r.csv.lines == std::vector<int>{1, 2, 4});
  CHECK(read("1,\"2\n3,4\n", false).faults ==
        "t.csv:1:3: the quote is never closed; allowed: a second \" at the end of the cell");
  CHECK(
      read("1,\"2\" 3\n", false).faults ==
      "t.csv:1:6: text behind the closing quote; found \"3\"; allowed: a comma or the end of the line; a quote inside "
      "quotes is doubled");
}

TEST_CASE("a row of another width is reported with its line and left out") {
  const auto r = read("a,b,c\n1,2,3\n1,2\n1,2,3,4\n7,8,9\n");
  CHECK(r.faults ==
        "t.csv:3: the row has 2 cells; allowed: 3 cells, as line 1 has\n"
        "t.csv:4: the row has 4 cells; allowed: 3 cells, as line 1 has");
  CHECK(r.csv.rows.size() == 2);
  CHECK(read("", true).faults == "t.csv: the file is empty; allowed: a line of column names, then rows");
  CHECK(read("# only\n", false).faults == "t.csv: the file is empty; allowed: rows");
}

TEST_CASE("faults of one file are bounded") {
  std::string many = "a,b\n";
  for (int i = 0; i < 1000; ++i) many += "1\n";
  const Folder folder;
  Diagnostics ds;
  read_csv(folder.write("t.csv", many), true, ds);
  CHECK(ds.size() == kMostCellFaults);
  std::string words = "a,b\n";
  for (int i = 0; i < 1000; ++i) words += "1,x\n";
  Diagnostics more;
  read_csv_matrix(folder.write("u.csv", words), true, more);
  CHECK(more.size() == kMostCellFaults);
}

TEST_CASE("numbers") {
  CHECK(parse_number(" -1.5e3 ") == -1500);
  CHECK(parse_number("+2") == 2);
  CHECK(parse_number("1e-400") == 0);
  CHECK(parse_number("4.9406564584124654e-324") == std::numeric_limits<double>::denorm_min());
  for (const char* bad : {"", "x", "1x", "1 2", "1,5", "0x10", "--1", "+-1", "++1"}) CHECK_FALSE(parse_number(bad));
  CHECK(number_fault("2") == "");
  CHECK(number_fault("abc") == "t.csv:2:3: column \"y\": must be a number; found \"abc\"; allowed: a finite number");
  CHECK(number_fault("") == "t.csv:2:3: column \"y\": is empty; allowed: a finite number");
  CHECK(number_fault("inf") == "t.csv:2:3: column \"y\": must be finite; found \"inf\"; allowed: a finite number");
  CHECK(number_fault("1e999") == "t.csv:2:3: column \"y\": must be finite; found \"1e999\"; allowed: a finite number");
}

TEST_CASE("matrices, and files that cannot be read") {
  const Folder folder;
  Diagnostics ds;
  Matrix expected(2, 2);
  expected << 1, 2, 3, 4;
  CHECK(read_csv_matrix(folder.write("m.csv", "1,2\n3,4\n"), false, ds) == expected);
  CHECK(ds.empty());
  CHECK(read_csv_matrix(folder.write("h.csv", "a,b\n"), true, ds).size() == 0);
  CHECK(folder.messages(ds) == "h.csv: the file has no rows of numbers; allowed: at least one row");
  CHECK_THROWS_AS(read_csv(folder.path() / "none.csv", true, ds), FileError);
  CHECK_THROWS_WITH_AS(read_csv(folder.path(), true, ds),
                       (folder.path().string() + ": is a folder, not a file").c_str(), FileError);
}

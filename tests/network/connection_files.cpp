// Files of connections: what is read, and what is told of bad ones.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include "network/connectivity/wiring.hpp"
#include "network/support.hpp"
#include "neurode/network/network.hpp"
#include "neurode/record/recorder.hpp"
#include "neurode/scenario/read.hpp"

using namespace neurode;
using network::test::Folder;

namespace {

/// 4 neurons that send, 3 that receive.
std::unique_ptr<network::Network> network_of(const Folder& folder, const std::string& keys, Diagnostics& diagnostics) {
  const std::string text =
      "schema = 1\n[time]\nend = 1\n[population.a]\nmodel = \"leaky_rate\"\nactivation = \"tanh\"\nsize = 4\n"
      "[population.b]\nmodel = \"leaky_rate\"\nactivation = \"tanh\"\nsize = 3\n[projection.\"a -> b\"]\n" +
      keys;
  const std::string file = (folder.path() / "s.toml").string();
  const auto root = scenario::parse_toml(text, file, diagnostics);
  return network::build_network(scenario::read_scenario(root, file, diagnostics), diagnostics);
}

/// The matrix a file makes, post x pre.
Matrix matrix_of(const Folder& folder, const std::string& keys) {
  Diagnostics diagnostics;
  const auto net = network_of(folder, keys, diagnostics);
  INFO(folder.messages(diagnostics));
  REQUIRE(diagnostics.empty());
  const auto& pr = net->projections.at(0);
  const auto& p = *pr.wiring->pattern;
  Matrix out = Matrix::Zero(3, 4);
  for (Index i = 0; i < 3; ++i) {
    for (auto e = p.start[static_cast<std::size_t>(i)]; e < p.start[static_cast<std::size_t>(i) + 1]; ++e) {
      out(i, p.column[static_cast<std::size_t>(e)]) =
          pr.weights->size() == 1 ? (*pr.weights)(0, 0) : (*pr.weights)(e, 0);
    }
  }
  return out;
}

std::string faults(const Folder& folder, const std::string& file, const std::string& more = "") {
  Diagnostics diagnostics;
  network_of(folder, "connect = { rule = \"from_file\", path = \"" + file + "\"" + more + " }\n", diagnostics);
  return folder.messages(diagnostics);
}

std::string from(const std::string& file, const std::string& more = "") {
  return "connect = { rule = \"from_file\", path = \"" + file + "\"" + more + " }\n";
}

Matrix truth() {
  Matrix m = Matrix::Zero(3, 4);
  m(0, 1) = 0.5;
  m(2, 0) = -1.25;
  m(2, 3) = 3e-3;
  return m;
}

const char* const kHeader = "%%MatrixMarket matrix coordinate real general\n";

}  // namespace

TEST_CASE("Matrix Market, CSV and HDF5 give the same matrix") {
  const Folder folder;
  folder.write("m.mtx", std::string(kHeader) + "% a comment\n\n3 4 3\n3 1 -1.25\n 1 2 0.5 \n3 4 3e-3\n");
  folder.write("m.csv", "# comment\npre,post,weight\n0,2,-1.25\n1, 0, 0.5\n\n3,2,+3e-3\n");
  folder.write("bare.csv", "0,2,-1.25\r\n1,0,0.5\r\n3,2,3e-3\r\n");
  folder.write("turned.csv", "\"weight\",post,pre\n-1.25,2,0\n0.5,0,1\n3e-3,2,3\n");
  for (const char* file : {"m.mtx", "m.csv", "bare.csv", "turned.csv"}) {
    CAPTURE(file);
    CHECK(matrix_of(folder, from(file)) == truth());
  }
  {
    using record::Variable;
    Variable matrix{"matrix", {"post_size", "pre_size"}, -1, record::Type::float64, "", "", {}};
    Variable pre{"pre", {"connection"}, -1, record::Type::int64, "", "", {}};
    Variable post = pre, weight = pre;
    post.name = "post";
    weight.name = "weight";
    weight.type = record::Type::float64;
    record::Recorder r(folder.path() / "m.h5", {{"post_size", 3, {}}, {"pre_size", 4, {}}, {"connection", 3, {}}}, {},
                       {matrix, pre, post, weight}, {}, {});
    const Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor> rows = truth();
    r.write("matrix", {rows.data(), 12});
    r.write("pre", std::vector<double>{0, 1, 3});
    r.write("post", std::vector<double>{2, 0, 2});
    r.write("weight", std::vector<double>{-1.25, 0.5, 3e-3});
  }
  CHECK(matrix_of(folder, from("m.h5")) == truth());
  CHECK(matrix_of(folder, from("m.h5", ", dataset = \"matrix\"")) == truth());
  CHECK(faults(folder, "m.h5", ", dataset = \"weight\"") ==
        "m.h5: dataset \"weight\" has the wrong shape; found 3; allowed: 3 x 4 (rows: neurons that receive, columns: "
        "neurons that send)");
  CHECK(faults(folder, "m.h5", ", dataset = \"none\"") ==
        "m.h5: has no dataset \"none/pre\"; allowed: a matrix named by `dataset` (to x from), or datasets pre, post "
        "and, if wanted, weight");
}

TEST_CASE("symmetric files, patterns without weights, and weights of one's own") {
  const Folder folder;
  folder.write("p.mtx", "%%MatrixMarket matrix coordinate pattern general\n3 4 2\n1 1\n2 4\n");
  Matrix ones = Matrix::Zero(3, 4);
  ones(0, 0) = ones(1, 3) = 1;
  CHECK(matrix_of(folder, from("p.mtx")) == ones);
  CHECK(matrix_of(folder, "weights = 2.5\n" + from("p.mtx")) == 2.5 * ones);
  folder.write("p.csv", "post,pre\n0,0\n1,3\n");
  CHECK(matrix_of(folder, from("p.csv")) == ones);
  folder.write("m.csv", "pre,post,weight\n0,2,-1.25\n");
  CHECK(matrix_of(folder, "weights = 2.5\n" + from("m.csv"))(2, 0) == 2.5);

  folder.write("s.mtx", "%%MatrixMarket matrix coordinate integer symmetric\n3 3 2\n2 1 4\n3 3 5\n");
  folder.write("k.mtx", "%%MatrixMarket matrix coordinate real skew-symmetric\n3 3 1\n2 1 4\n");
  for (const bool skew : {false, true}) {
    Diagnostics diagnostics;
    const std::string text = fmt::format(
        "schema = 1\n[time]\nend = 1\n[population.b]\nmodel = \"leaky_rate\"\nactivation = \"tanh\"\nsize = 3\n"
        "[projection.\"b -> b\"]\n{}",
        from(skew ? "k.mtx" : "s.mtx"));
    const std::string file = (folder.path() / "s.toml").string();
    const auto root = scenario::parse_toml(text, file, diagnostics);
    const auto net = network::build_network(scenario::read_scenario(root, file, diagnostics), diagnostics);
    INFO(folder.messages(diagnostics));
    REQUIRE(diagnostics.empty());
    const Vector w = *net->projections[0].weights;
    if (skew) {
      CHECK(w == Vector{{-4.0, 4.0}});
    } else {
      CHECK(w == Vector{{4.0, 4.0, 5.0}});
    }
  }
}

TEST_CASE("bad files are told line by line") {
  const Folder folder;
  folder.write("bad.csv", "pre,post,weight\n0,2,nan\n4,0,1\n1,-1,1\n0,0,1e999\n1.5,1,1\n1,one,1\n1,1\n");
  CHECK(faults(folder, "bad.csv") ==
        "bad.csv:2:1: the weight is not a finite number; found nan; allowed: finite numbers\n"
        "bad.csv:3:1: there is no such neuron to send; found 4.0; allowed: integers from 0 to 3\n"
        "bad.csv:4:1: there is no such neuron to receive; found -1.0; allowed: integers from 0 to 2\n"
        "bad.csv:5:1: the weight is not a finite number; found inf; allowed: finite numbers\n"
        "bad.csv:6:1: there is no such neuron to send; found 1.5; allowed: integers from 0 to 3\n"
        "bad.csv:7:1: must be a number; found \"one\"\n"
        "bad.csv:8:1: has the wrong number of cells; found 2; allowed: 3");
  folder.write("twice.csv", "pre,post,weight\n0,2,1\n1,1,1\n0,2,3\n");
  CHECK(faults(folder, "twice.csv") ==
        "twice.csv:4:1: the same pair of neurons comes twice; found 0 -> 2 (counted from 0), first in line 2; allowed: "
        "each pair once");
  folder.write("columns.csv", "from,to,weight\n0,2,1\n");
  CHECK(faults(folder, "columns.csv") ==
        "columns.csv:1:1: these are no columns of connections; found \"from,to,weight\"; allowed: pre, post and, if "
        "wanted, weight");
  folder.write("shape.mtx", std::string(kHeader) + "4 3 1\n1 1 1\n");
  CHECK(faults(folder, "shape.mtx") ==
        "shape.mtx:2:1: the matrix has the wrong shape; found 4 x 3; allowed: 3 x 4 (rows: neurons that receive, "
        "columns: neurons that send)");
  folder.write("range.mtx", std::string(kHeader) + "3 4 2\n0 1 1\n3 4 1\n");
  CHECK(faults(folder, "range.mtx") ==
        "range.mtx:3:1: there is no such neuron to receive; found 0.0; allowed: integers from 1 to 3");
  folder.write("short.mtx", std::string(kHeader) + "3 4 2\n1 1 1\n");
  CHECK(faults(folder, "short.mtx") ==
        "short.mtx:3:1: the file has another number of entries than it says; found 1; allowed: 2");
  folder.write("many.mtx", std::string(kHeader) + "3 4 900000000000\n1 1 1\n");  // no room is made for them
  CHECK(faults(folder, "many.mtx") ==
        "many.mtx:3:1: the file has another number of entries than it says; found 1; allowed: 900000000000");
  folder.write("header.mtx", "%%MatrixMarket matrix array real general\n3 4\n");
  CHECK(faults(folder, "header.mtx").find("header.mtx:1:1: is no Matrix Market header for a sparse matrix") == 0);
  CHECK(faults(folder, "gone.csv").find("gone.csv") != std::string::npos);
  folder.write("m.txt", "");
  CHECK(faults(folder, "m.txt").find("the file's ending says no format of connections") != std::string::npos);
  folder.write("m.h5", "no HDF5");
  CHECK(faults(folder, "m.h5").find("cannot open the file") != std::string::npos);
}

TEST_CASE("twenty faults of a file are enough") {
  const Folder folder;
  std::string text = "pre,post,weight\n";
  for (int k = 0; k < 100; ++k) text += "9,9,1\n";
  folder.write("many.csv", text);
  const std::string told = faults(folder, "many.csv");
  CHECK(std::count(told.begin(), told.end(), '\n') == 19);
}

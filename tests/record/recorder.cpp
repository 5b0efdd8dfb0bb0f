#include "neurode/record/recorder.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cmath>
#include <fstream>
#include <limits>
#include <stdexcept>

#include "example.hpp"
#include "neurode/core/errors.hpp"
#include "scratch.hpp"

using namespace neurode::record;

TEST_CASE("every number comes back, whatever the chunks, the compression and the flushes") {
  const Scratch scratch;
  int file = 0;
  for (const std::size_t chunk_bytes : {std::size_t{1}, std::size_t{200}, std::size_t{1000}, std::size_t{256 * 1024}}) {
    for (const int gzip : {0, 4}) {
      for (const std::size_t flush_every : {0, 1, 7}) {
        Example e;
        e.options.chunk_bytes = chunk_bytes;
        e.options.gzip = gzip;
        const auto path = scratch / std::to_string(file++);
        e.write(path, 57, flush_every);
        CAPTURE(chunk_bytes);
        CAPTURE(gzip);
        CAPTURE(flush_every);
        const Reader r(path);
        CHECK(differences(r, 57) == 0);
        CHECK(r.read("targets") == std::vector<double>{0, 1, 1, 0});
        CHECK(r.read("threshold") == std::vector<double>{static_cast<double>(0.1f)});
        CHECK(r.read("hidden") == std::vector<double>{0, 2, 7});
        CHECK(r.read("sample") == std::vector<double>{0, 1, 2, 3});
      }
    }
  }
}

TEST_CASE("special numbers, for each type") {
  const Scratch scratch;
  const double inf = std::numeric_limits<double>::infinity(), nan = std::nan("");
  const std::vector<double> x = {0.0, -0.0, inf, -inf, nan, 5e-324, 1e308, 0.1, -1e-300, 123456789.123456789};
  const auto path = scratch / "special.h5";
  {
    Recorder r(path, {{"n", x.size(), {}}}, {{}},
               {{"d", {"n"}, 0, Type::float64, "", "", {}},
                {"f", {"n"}, 0, Type::float32, "", "", {}},
                {"i", {"n"}, 0, Type::int64, "", "", {}},
                {"never", {"n"}, -1, Type::float64, "", "", {}},
                {"never i", {"n"}, -1, Type::int64, "", "", {}}},
               {}, {});
    const std::span<const double> values[] = {x, x, x};
    r.append(0, 0, values);
  }
  const Reader r(path);
  const auto d = r.read("d"), f = r.read("f"), never = r.read("never");
  std::vector<std::int64_t> i, never_i;
  r.read("i", {{0, 0}, {1, x.size()}}, i);
  r.read("never i", {{0}, {x.size()}}, never_i);
  for (std::size_t k = 0; k < x.size(); ++k) {
    CAPTURE(k);
    CHECK(same_bits(d[k], x[k]));
    const bool narrow_equal = same_bits(f[k], static_cast<double>(static_cast<float>(x[k])));
    CHECK((narrow_equal || (std::isnan(f[k]) && std::isnan(x[k]))));
    CHECK(std::isnan(never[k]));
    CHECK(never_i[k] == -9223372036854775806);
  }
  const std::int64_t missing = -9223372036854775806;
  CHECK(i == std::vector<std::int64_t>{0, 0, missing, missing, missing, 0, missing, 0, 0, 123456789});
}

TEST_CASE("points larger than a chunk are split and come back") {
  const Scratch scratch;
  const auto number = [](std::size_t k, int t) {
    return static_cast<double>(static_cast<float>(0.37 * static_cast<double>(k % 1009) + t));
  };
  for (const Type type : {Type::float64, Type::float32}) {
    const auto path = scratch / (type == Type::float64 ? "d.h5" : "f.h5");
    const std::size_t rows = 5, columns = 300001;  // 12 MB a point as float64
    std::vector<double> x(rows * columns);
    {
      Recorder r(path, {{"post", rows, {}}, {"pre", columns, {}}}, {{}},
                 {{"w", {"post", "pre"}, 0, type, "", "", {}}, {"w0", {"post", "pre"}, -1, type, "", "", {}}}, {}, {});
      for (int t = 0; t < 2; ++t) {
        for (std::size_t k = 0; k < x.size(); ++k) x[k] = number(k, t);
        const std::span<const double> values[] = {x};
        r.append(0, t, values);
      }
      r.write("w0", x);
      r.close();
      CHECK(r.bytes() == std::filesystem::file_size(path));
    }
    const Reader r(path);
    CHECK(r.find("w")->shape == std::vector<std::size_t>{2, rows, columns});
    CHECK(r.read("w", {{1, 0, 0}, {1, rows, columns}}) == x);
    CHECK(r.read("w0") == x);
    const auto first = r.read("w", {{0, 4, 299999}, {1, 1, 2}});
    CHECK(first[0] == number(4 * columns + 299999, 0));
  }
}

TEST_CASE("declarations are in the file") {
  const Scratch scratch;
  const auto path = scratch / "r.h5";
  Example{}.write(path, 3);
  const Reader r(path);
  std::vector<std::string> names;
  for (const auto& v : r.variables()) names.push_back(v.name);
  CHECK(names == std::vector<std::string>{"time", "time_weights", "sample", "hidden", "input", "hidden.a",
                                          "input -> hidden.weights", "loss", "count", "targets", "threshold"});
  const auto* w = r.find("input -> hidden.weights");
  REQUIRE(w);
  CHECK(w->dimensions == std::vector<std::string>{"time_weights", "hidden", "input"});
  CHECK(w->type == Type::float32);
  CHECK(w->axis == "time_weights");
  CHECK_FALSE(w->coordinate);
  CHECK(r.find("hidden.a")->unit == "mV");
  CHECK(r.find("hidden.a")->long_name == "activation");
  CHECK(r.find("count")->type == Type::int64);
  CHECK(r.find("time")->coordinate);
  CHECK(r.find("time")->axis == "time");
  CHECK(r.find("time")->unit == "s");
  CHECK(r.find("hidden")->coordinate);
  CHECK(r.find("hidden")->axis.empty());
  CHECK(r.find("threshold")->dimensions.empty());
  CHECK(std::get<std::string>(r.find("loss")->attributes.at(0).second) == "squared");
  CHECK(r.attributes() == Example{}.global);
}

TEST_CASE("attributes are replaced, and may be large") {
  const Scratch scratch;
  const auto path = scratch / "r.h5";
  std::string text;
  while (text.size() < 300000) text += "line " + std::to_string(text.size()) + " \"µ\"\n";
  const std::vector<double> numbers(40000, 0.25);
  {
    const auto recorder = Example{}.create(path);
    recorder->attribute("outcome", std::string("running"));
    recorder->attribute("scenario", text);
    recorder->attribute("numbers", numbers);
    recorder->flush();
    recorder->attribute("outcome", std::int64_t{7});
    recorder->attribute("seed", 2.5);
    CHECK_THROWS_AS(recorder->attribute("_NCProperties", 1.0), std::invalid_argument);
  }
  const Reader r(path);
  CHECK(std::get<std::int64_t>(*r.attribute("outcome")) == 7);
  CHECK(std::get<double>(*r.attribute("seed")) == 2.5);
  CHECK(std::get<std::string>(*r.attribute("scenario")) == text);
  CHECK(std::get<std::vector<double>>(*r.attribute("numbers")) == numbers);
}

TEST_CASE("a variable without time can be written again") {
  const Scratch scratch;
  for (const std::size_t n : {std::size_t{10}, std::size_t{100000}}) {
    const auto path = scratch / std::to_string(n);
    std::vector<double> x(n);
    {
      Recorder r(path, {{"n", n, {}}}, {{}}, {{"state", {"n"}, -1, Type::float64, "", "", {}}}, {}, {});
      for (int round = 0; round < 4; ++round) {
        for (std::size_t k = 0; k < n; ++k) x[k] = std::sin(static_cast<double>(k * k) + round);
        r.write("state", x);
      }
    }
    CHECK(Reader(path).read("state") == x);
  }
}

TEST_CASE("compression works, and what is left loose at the end is a chunk a variable, no larger than all its points") {
  const Scratch scratch;
  const auto size = [&](int gzip, std::size_t flush_every, std::size_t expected = 0) {
    Example e;
    e.options.gzip = gzip;
    for (auto& a : e.axes) a.expected = expected;
    const auto path = scratch / fmt::format("{}-{}-{}", gzip, flush_every, expected);
    std::filesystem::remove(path);
    e.write(path, 400, flush_every);
    return std::filesystem::file_size(path);
  };
  const auto packed = size(4, 0);
  CHECK(packed < 80000);          // 57 kB of numbers, and the frame
  CHECK(size(0, 0) > 6 * 60000);  // six whole chunks of 64 kB
  CHECK(size(0, 0) < 6 * 66000 + packed);
  CHECK(size(4, 100) < 6 * 66000 + packed);
  CHECK(size(4, 100, 400) < packed + 60000);  // the numbers as they are
}

TEST_CASE("wrong use is refused") {
  const Scratch scratch;
  const auto make = [&](auto change) {
    Example e;
    change(e);
    e.create(scratch / "wrong.h5");
  };
  CHECK_THROWS_AS(make([](Example& e) { e.variables[0].name = "a/b"; }), std::invalid_argument);
  CHECK_THROWS_AS(make([](Example& e) { e.variables[0].name = "loss"; }), std::invalid_argument);
  CHECK_THROWS_AS(make([](Example& e) { e.variables[0].name = "hidden"; }), std::invalid_argument);
  CHECK_THROWS_AS(make([](Example& e) { e.variables[0].name = ""; }), std::invalid_argument);
  CHECK_THROWS_AS(make([](Example& e) { e.variables[0].name = "a\nb"; }), std::invalid_argument);
  CHECK_THROWS_AS(make([](Example& e) { e.variables[0].dimensions[0] = "nothing"; }), std::invalid_argument);
  CHECK_THROWS_AS(make([](Example& e) { e.variables[0].dimensions = {"hidden", "hidden"}; }), std::invalid_argument);
  CHECK_THROWS_AS(make([](Example& e) { e.variables[0].axis = 2; }), std::invalid_argument);
  CHECK_THROWS_AS(make([](Example& e) { e.dimensions[1].labels.pop_back(); }), std::invalid_argument);
  CHECK_THROWS_AS(make([](Example& e) { e.dimensions[0].size = 0; }), std::invalid_argument);
  CHECK_THROWS_AS(make([](Example& e) { e.options.gzip = 10; }), std::invalid_argument);
  CHECK_THROWS_AS(make([](Example& e) { e.global.emplace_back("CLASS", 1.0); }), std::invalid_argument);
  CHECK(std::filesystem::is_empty(scratch.folder()));

  const auto r = Example{}.create(scratch / "r.h5");
  const std::vector<double> six(6), twelve(12);
  const std::span<const double> one_short[] = {twelve, six}, wrong_size[] = {twelve};
  CHECK_THROWS_AS(r->append(0, 0, one_short), std::invalid_argument);
  CHECK_THROWS_AS(r->append(1, 0, wrong_size), std::invalid_argument);
  CHECK_THROWS_AS(r->append(2, 0, {}), std::out_of_range);
  CHECK_THROWS_AS(r->write("targets", six), std::invalid_argument);
  CHECK_THROWS_AS(r->write("loss", six), std::invalid_argument);
  CHECK_THROWS_WITH(r->write("nothing", six), "there is no variable \"nothing\" without a time axis");
  r->close();
  CHECK_NOTHROW(r->append(0, 0, one_short));
  CHECK_NOTHROW(r->flush());
  CHECK_NOTHROW(r->close());
  CHECK(Reader(scratch / "r.h5").find("time")->shape == std::vector<std::size_t>{0});
}

TEST_CASE("an older file is kept unless overwriting is allowed, and then replaced, not emptied") {
  const Scratch scratch;
  const auto path = scratch / "r.h5";
  Example e;
  e.write(path, 12);
  CHECK_THROWS_AS(e.create(path), neurode::FileError);
  const Reader open_meanwhile(path);
  CHECK(differences(open_meanwhile, 12) == 0);
  e.options.overwrite = true;
  e.write(path, 5);
  CHECK(differences(open_meanwhile, 12) == 0);
  CHECK(differences(Reader(path), 5) == 0);
  std::filesystem::create_symlink(path, scratch / "link.h5");
  e.write(scratch / "link.h5", 7);
  CHECK(std::filesystem::is_symlink(scratch / "link.h5"));
  CHECK(differences(Reader(path), 7) == 0);
}

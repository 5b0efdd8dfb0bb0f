#include <algorithm>

#include "neurode/scenario/read.hpp"

namespace neurode::scenario {

namespace {

using Spec = ParameterSpec;

Spec boolean(const char* name, const char* help) { return Spec::make(Kind::boolean, name, help); }
Spec integer(const char* name, const char* help) { return Spec::make(Kind::integer, name, help); }
Spec number(const char* name, const char* help) { return Spec::make(Kind::number, name, help); }
Spec text(const char* name, const char* help) { return Spec::make(Kind::string, name, help); }
Spec expression(const char* name, const char* help) { return Spec::make(Kind::expression, name, help); }
Spec table(const char* name, const char* help) { return Spec::make(Kind::table, name, help); }
Spec any(const char* name, const char* help) { return Spec::make(Kind::any, name, help); }

/// Keys of something that learning moves, behind its own: what it keeps to.
ParameterTable moving(ParameterTable keys) {
  const ParameterTable motion = {
      number("rate", "factor of the learning rate").above(0).standard(1.0),
      number("decay", "L2: decay * w is added to the gradient").at_least(0).standard(0.0),
      number("l1", "L1: l1 * w/sqrt(w^2 + l1_width^2) is added to the gradient").at_least(0).standard(0.0),
      number("l1_width", "size below which l1 pulls less").above(0).standard(1e-3),
      any("bounds", "[low, high], which moving never leaves"),
      Spec::make(Kind::choice, "bound", "hard: what leads out is 0; soft: slower the nearer the bound")
          .one_of({"hard", "soft"})
          .standard("hard")};
  keys.insert(keys.end(), motion.begin(), motion.end());
  return keys;
}

SectionTable top() {
  return {
      "",
      "The scenario as a whole.",
      {integer("schema", "version of the scenario format; 1").at_least(1).at_most(1).needed(),
       text("title", "one line that names the scenario"), text("description", "what it shows, and where it comes from"),
       integer("seed", "every random number depends on it").at_least(0).standard(0),
       table("data", "the data set: one sample a row"), table("model", "[model.NAME]: your own neuron models"),
       table("plasticity", "[plasticity.NAME]: your own local learning rules"),
       table("population", "[population.NAME]: neurons of one model"),
       table("projection", "[projection.\"FROM -> TO\"]: weights between two populations"),
       table("stimulus", "[stimulus.NAME]: a drive as a function of time"),
       table("learning", "the rule by which plastic weights move"),
       table("integrator", "the method, its tolerances and its steps"), table("time", "from when to when"),
       table("record", "what goes into the result file"), table("checkpoint", "how often a run can be resumed from"),
       table("report", "facts that a run ends with, each under its name: a value, or what it must be")}};
}

std::vector<SectionTable> data() {
  return {
      {"data",
       "The data set: inline rows, or a CSV file. Every sample is a column of activity.",
       {any("inputs", "list of rows, one a sample, or { path = FILE.npy }, { path = FILE.h5, dataset = NAME }"),
        any("targets", "the same"), Spec::make(Kind::path, "file", "a CSV file, relative to the scenario's folder"),
        boolean("header", "the file's first row names its columns").standard(true),
        any("input_columns", "names, numbers from 0, or ranges \"first..last\" of the input columns"),
        any("target_columns", "names, numbers from 0, or ranges \"first..last\" of the target columns"),
        boolean("one_hot", "the target column holds class labels: one output a class").standard(false),
        any("classes", "the class labels in the order of the outputs; without it: sorted"),
        any("scale", "of the inputs: \"none\", \"zscore\", \"minmax\", or a factor").standard("none"),
        number("target_scale", "factor of the targets").standard(1.0), table("test", "rows kept out of training"),
        table("batch", "minibatches: only some training rows are shown at a time"),
        table("sequence", "a row is a sequence: its steps are shown one after another"),
        table("schedule", "which training row is shown from when on")}},
      {"data.batch",
       "Minibatches: the training rows are shown some at a time, one batch after another; a switch is a breakpoint.",
       {integer("size", "rows at a time").at_least(1).needed(), any("period", "time from switch to switch").needed(),
        any("window",
            "inputs and targets are shown for this time, then inputs are 0 and the loss is; without it: all the time"),
        Spec::make(Kind::choice, "order", "of the rows: drawn anew with the seed for each pass, or as they stand")
            .one_of({"shuffled", "sequential"})
            .standard("shuffled"),
        boolean("stream", "rows are read from their files when they are shown, and never all at once")
            .standard(false)}},
      {"data.sequence",
       "Rows that are sequences: each holds the inputs (and targets) of its steps, one step after another.",
       {integer("steps", "steps of a row; without it: what a file of three dimensions has").at_least(1),
        any("step", "time that each step is shown").needed(),
        any("gap", "time after the last step in which nothing is shown"),
        boolean("repeat", "the sequence begins again after its end").standard(true)}},
      {"data.schedule",
       "One training row at a time, from given times on.",
       {any("times", "list of times, ascending").needed(),
        any("rows", "list of as many training rows, from 0; -1: none").needed()}},
      {"data.inputs",
       "A matrix of numbers from a file, one sample a row.",
       {Spec::make(Kind::path, "path", "a NumPy (.npy) or HDF5 (.h5, .hdf5, .nc) file").needed(),
        text("dataset", "HDF5: name of the dataset")}},
      {"data.test",
       "Rows kept out of training: every n-th, or a random fraction.",
       {integer("every", "row i is kept out where i % every == offset").at_least(2),
        integer("offset", "see every").at_least(0),
        number("fraction", "this fraction of the rows, drawn with the seed").above(0).below(1)}}};
}

std::vector<SectionTable> models() {
  return {{"model.*",
           "A neuron model as equations.",
           {text("equations", "lines dNAME/dt = ... and definitions NAME = ...; needed unless it extends a model"),
            table("parameters", "name = default, or name = { default, unit, min, max, above, below, help }"),
            table("initial", "state = number, list or distribution"),
            table("units", "state or definition = unit"),
            any("inputs", "names that projections, biases and stimuli add to; list, or table name = unit; [\"I\"]"),
            expression("output", "what projections read; without it: the first state"),
            any("steady_state", "the state where its rate is 0, as an expression; a table where there are several"),
            text("extends", "a model this one adds to: keys and equations given here go before its own"),
            table("presets", "NAME = { parameters, initial, summary, citation }: sets of values with a name"),
            Spec::make(Kind::choice, "noise", "how xi in the equations is meant").one_of({"ito", "stratonovich"}),
            expression("threshold", "a condition: a neuron spikes where it becomes true"),
            text("reset", "what a spike does to the neuron: assignments STATE = expression"),
            any("refractory", "a time after a spike without another one; an expression of parameters"),
            any("hold", "states that stand still while refractory; list; without it: the first"),
            Spec::make(Kind::choice, "site", "of synapses: whose neurons carry the states").one_of({"pre", "post"}),
            expression("current", "of synapses: what goes into the target; of the states and post"),
            text("on_spike", "of synapses: what a spike does: STATE += expression of w and the states"),
            text("time_unit", "unit of t in the equations"),
            boolean("rest", "initial is at rest: no rate without input").standard(false),
            text("summary", "one line"),
            text("citation", "where the model comes from")}},
          {"model.*.presets.*",
           "A set of values with a name.",
           {table("parameters", "parameter = value"), table("initial", "state = value"), text("summary", "one line"),
            text("citation", "where the set comes from")}},
          {"model.*.parameters.*",
           "A parameter of a model or of a local rule.",
           {any("default", "its value where a scenario gives none; without it: must be given"),
            text("unit", "its unit"), any("min", "smallest value allowed"), any("max", "largest value allowed"),
            any("above", "values must be greater than this"), any("below", "values must be less than this"),
            text("help", "one line")}},
          {"plasticity.*",
           "A local learning rule as equations: dw/dt = ... of w, pre, post, states and parameters.",
           {text("equations", "dw/dt = ... (db/dt of a bias), dSTATE/dt = ... and definitions NAME = ...").needed(),
            table("parameters", "name = default, or name = { default, unit, min, max, above, below, help }"),
            table("states", "further states: NAME = where it lives, \"pre\", \"post\" or \"connection\""),
            table("initial", "state = number; without it: 0"),
            text("on_pre", "what a spike of FROM does: assignments to w and to states at \"pre\" and \"connection\""),
            text("on_post", "what a spike of TO does: assignments to w and to states at \"post\" and \"connection\""),
            text("time_unit", "unit of t in the equations"), text("summary", "one line"),
            text("citation", "where the rule comes from")}}};
}

std::vector<SectionTable> network() {
  return {
      {"population.*",
       "Neurons of one model. Keys not listed here are parameters of the model.",
       {integer("size", "number of neurons").at_least(1).at_most(2147483647).standard(1),
        any("shape", "neurons as a sheet [rows, columns] or sheets [channels, rows, columns]; size is their product"),
        text("model", "name of a built-in model, or of one in this file").needed(),
        text("preset", "a set of values that the model names"),
        any("history", "before the start: STATE = number, expression of t, or { path = CSV file }"),
        text("activation", "f: a name, or an expression of I"),
        any("bias", "number, list, { init = ..., plastic = ... }, or a table input = such"),
        table("initial", "state = number, list or distribution")},
       true},
      {"population.*.bias", "A bias. Keys not listed here belong to the initialiser.",
       moving({any("init", "name of a distribution, a number, or a list of one a neuron").standard(0.0),
               boolean("plastic", "learning moves it").standard(false),
               any("plasticity", "a local rule for db/dt: its name, or { rule = ..., ... }")}),
       true},
      {"projection.*",
       "Weights from one population to another.",
       {any("weights", "number, list of rows (to x from), or { init = ..., plastic = ... }"),
        text("into", "input of the target's model; without it: the first"),
        any("plasticity", "a local learning rule: its name, or { rule = ..., ... }"),
        expression("coupling", "of w, pre, post, pre.NAME, post.NAME, parameters; without it: w * pre"),
        table("parameters", "of coupling and on_spike: NAME = number"),
        any("connect", "which pairs are connected: a name, or { rule = ..., ... }; without it: all"),
        any("delay", "a time > 0, or a distribution over connections { init = ..., ... }"),
        any("synapse", "a model with a site: its name, or { model = ..., ... }"),
        text("on_spike", "what a spike of FROM does to TO: STATE += expression of w, states and parameters")}},
      {"projection.*.connect",
       "Which pairs are connected. Keys not listed here belong to the rule.",
       {text("rule", "name of a connectivity").needed()},
       true},
      {"projection.*.synapse",
       "A model of synapses. Keys not listed here are its parameters.",
       {text("model", "name of a model with a site").needed(), text("preset", "a set of values that the model names")},
       true},
      {"projection.*.weights", "Weights. Keys not listed here belong to the initialiser.",
       moving({any("init", "name of a distribution, a number, or a list of rows (to x from)").needed(),
               boolean("plastic", "learning moves them").standard(false),
               boolean("dale", "weights out of a neuron keep the sign they start with").standard(false)}),
       true},
      {"projection.*.plasticity",
       "A local learning rule. Keys not listed here are its parameters.",
       {text("rule", "name of a built-in rule, or of one in this file").needed(),
        table("initial", "of the rule's states: STATE = number, list or distribution")},
       true},
      {"stimulus.*",
       "A drive as a function of time. Keys not listed here belong to its kind.",
       {text("target", "name of a population").needed(), text("into", "input of its model; without it: the first"),
        any("neurons", "list of numbers from 0, or \"all\"").standard("all"),
        text("kind", "name of a stimulus").needed()},
       true}};
}

std::vector<SectionTable> run() {
  return {
      {"learning",
       "How plastic weights move. Keys not listed here belong to the rule.",
       {text("rule", "name of a learning rule").standard("gradient_flow"),
        any("loss", "name of a loss, or { name = ..., ... }"),
        any("flow", "how weights follow the gradient: name of a flow, or { name = ..., ... }").standard("gradient"),
        any("rate", "learning rate: a number > 0, or { schedule = ..., ... }").standard(1.0),
        text("output", "population the loss reads; without it: the only one that nothing reads"),
        any("target",
            "what the output is to follow instead of the data's targets: an expression of t, one a neuron, or "
            "{ path = ..., interpolation = ... }")},
       true},
      {"learning.flow", "A flow. Keys not listed here belong to it.", {text("name", "name of a flow").needed()}, true},
      {"learning.rate",
       "The learning rate over time. Keys not listed here belong to the schedule.",
       {text("schedule", "name of a schedule").needed()},
       true},
      {"learning.target",
       "Targets over time from a CSV file: a header, a column of times, then one of targets for all or one a neuron.",
       {text("path", "file, relative to the scenario").needed(),
        Spec::make(Kind::choice, "interpolation", "between times: straight lines, or the value of the time before")
            .one_of({"linear", "previous"})
            .standard("linear")}},
      {"learning.loss", "A loss. Keys not listed here belong to it.", {text("name", "name of a loss").needed()}, true},
      {"integrator",
       "The method and its tolerances. Keys not listed here are the integrator's own.",
       {text("method", "name of an integrator").standard("tsit5"),
        any("atol", "absolute tolerance: a number, or a table of blocks (activity, weights, ...) and variables")},
       true},
      {"time",
       "From when to when.",
       {number("start", "first time").standard(0.0), number("end", "last time").needed(),
        text("unit", "unit of time of this section and of [record]; without it: that of the models"),
        table("stop", "conditions that end the run early")}},
      {"time.stop",
       "Conditions that end the run early; the first that holds.",
       {number("loss", "the loss is at most this").above(0),
        number("accuracy", "the accuracy is at least this").above(0).at_most(1),
        number("steady_state", "the norm of the right-hand side is at most this").above(0),
        text("when", "a condition, e.g. \"hidden.a[0] > 0.5\"")}},
      {"record",
       "What goes into the result file.",
       {number("every", "distance of recorded times; 0: every step").at_least(0).standard(0.0),
        any("variables", "list of names, or of { name, every, neurons, type }"),
        table("expressions", "name = expression of recorded variables"),
        integer("gzip", "compression, 0 to 9").at_least(0).at_most(9).standard(4),
        number("flush", "wall time after which what is recorded is in the file at the latest; 0: when a chunk is full")
            .in("s")
            .at_least(0)
            .standard(2.0)}},
      {"checkpoint",
       "When a checkpoint is written into the result file, from which `neurode resume` goes on bit for bit. Keys add "
       "up.",
       {number("wall",
               "wall time between two, at least (longer where writing takes more than a twentieth of it); 0: none")
            .in("s")
            .at_least(0)
            .standard(15.0),
        number("every", "simulated time between two; 0: none").at_least(0).standard(0.0),
        integer("steps", "accepted steps between two; 0: none").at_least(0).standard(0)}},
      {"record.variables[]",
       "A variable with a grid, neurons or precision of its own.",
       {text("name", "e.g. \"hidden.a\", \"weights\", \"loss\"").needed(),
        number("every", "distance of its recorded times; 0: every step").at_least(0),
        any("neurons", "list of numbers from 0, or \"all\"").standard("all"),
        Spec::make(Kind::choice, "type", "precision in the file").one_of({"float32", "float64"}).standard("float64")}},
      {"report.*",
       "A fact: what an expression comes to, and what it must come to.",
       {expression("value", "an expression of variables, as in record.expressions, and of the names there").needed(),
        Spec::make(Kind::choice, "of", "which of its values over the run; drift: the largest distance from the first")
            .one_of({"last", "first", "min", "max", "drift"})
            .standard("last"),
        Spec::make(Kind::choice, "over", "the points looked at: all recorded ones, the start and the end")
            .one_of({"run"})
            .standard("run"),
        expression("expected", "what it must be: a number, or an expression of variables at the end; of a drift: 0"),
        number("within", "how far it may be from that").at_least(0)}}};
}

}  // namespace

const std::vector<SectionTable>& section_tables() {
  static const std::vector<SectionTable> all = [] {
    std::vector<SectionTable> out = {top()};
    for (auto&& group : {data(), models(), network(), run()}) out.insert(out.end(), group.begin(), group.end());
    return out;
  }();
  return all;
}

ParameterTable with_section_keys(ParameterTable specs, const std::string& section) {
  for (const auto& table : section_tables()) {
    if (table.section != section) continue;
    for (const auto& key : table.keys) {
      if (std::any_of(specs.begin(), specs.end(), [&](const auto& spec) { return spec.name == key.name; })) continue;
      specs.push_back(key);
      specs.back().required = false;
      specs.back().default_value.reset();
    }
  }
  return specs;
}

}  // namespace neurode::scenario

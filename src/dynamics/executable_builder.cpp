// Program -> Executable: what is not needed goes, expressions over the same lanes join, memory is shared.
#include <algorithm>
#include <map>
#include <stdexcept>

#include "dynamics/convolution_kernels.hpp"
#include "dynamics/lanes.hpp"
#include "dynamics/sparse_kernels.hpp"
#include "neurode/core/threads.hpp"
#include "neurode/dynamics/executable.hpp"

namespace neurode {

using equations::Node;
using equations::Substitution;

class ExecutableBuilder {
 public:
  ExecutableBuilder(const Program& program, const std::vector<Executable::Output>& outputs, Executable& target)
      : p_(program), target_(target), outputs_(outputs) {}

  void build() {
    collect_needed();
    schedule();
    pin_outputs();
    lay_out_memory();
    emit();
  }

 private:
  struct Item {
    Program::Op op;
    int copy_to = -1;  // index of the output this item writes by itself (a copy or zeros)
  };

  const Program::Value& value(ValueId v) const { return p_[v]; }
  static std::size_t at(ValueId v) { return static_cast<std::size_t>(v.id); }

  void collect_needed() {
    needed_.assign(p_.value_count(), 0);
    for (const auto& o : outputs_) {
      if (o.value.valid()) needed_[at(o.value)] = 1;
    }
    for (std::size_t i = p_.ops().size(); i-- > 0;) {
      const auto& op = p_.ops()[i];
      if (op.kind == Program::Kind::elementwise) {
        for (std::size_t k = 0; k < op.out.size(); ++k) {
          if (needed_[at(op.out[k])]) need_symbols(op.expressions[k]);
        }
      } else if (needed_[at(op.out[0])]) {
        for (const ValueId v : op.in) needed_[at(v)] = 1;
      }
    }
  }

  void need_symbols(Node expression) {
    const Node e[] = {expression};
    for (const Node s : equations::free_symbols(p_.graph(), e)) needed_[at(p_.value_of(s))] = 1;
  }

  /// Keeps needed operations; an elementwise one joins the first earlier one of its shape that runs after its inputs.
  void schedule() {
    graph_ = p_.graph();
    std::vector<int> made_by(p_.value_count(), -1);
    for (const auto& op : p_.ops()) {
      Program::Op kept = op;
      if (op.kind == Program::Kind::elementwise) {
        kept.out.clear();
        kept.expressions.clear();
        for (std::size_t k = 0; k < op.out.size(); ++k) {
          if (!needed_[at(op.out[k])]) continue;
          kept.out.push_back(op.out[k]);
          kept.expressions.push_back(op.expressions[k]);
        }
        if (kept.out.empty()) continue;
        place_elementwise(std::move(kept), made_by);
      } else {
        if (!needed_[at(op.out[0])]) continue;
        made_by[at(op.out[0])] = static_cast<int>(items_.size());
        items_.push_back({std::move(kept)});
      }
    }
  }

  void place_elementwise(Program::Op op, std::vector<int>& made_by) {
    int ready = -1;
    for (const Node s : equations::free_symbols(graph_, op.expressions)) {
      ready = std::max(ready, made_by[at(p_.value_of(s))]);
    }
    const auto& shape = value(op.out[0]);
    int home = -1;
    for (int i = std::max(0, ready); i < static_cast<int>(items_.size()) && home < 0; ++i) {
      const auto& other = items_[static_cast<std::size_t>(i)].op;
      if (other.kind != Program::Kind::elementwise) continue;
      const auto& o = value(other.out[0]);
      if (o.rows == shape.rows && o.cols == shape.cols) home = i;
    }
    if (home < 0) {
      home = static_cast<int>(items_.size());
      items_.push_back({Program::Op{}});
      items_.back().op.kind = Program::Kind::elementwise;
    }
    auto& target = items_[static_cast<std::size_t>(home)].op;
    Substitution inside;
    for (std::size_t k = 0; k < target.out.size(); ++k) inside[p_.symbol(target.out[k]).id] = target.expressions[k];
    for (std::size_t k = 0; k < op.out.size(); ++k) {
      target.out.push_back(op.out[k]);
      target.expressions.push_back(equations::substitute(graph_, op.expressions[k], inside));
      made_by[at(op.out[k])] = home;
    }
  }

  /// Values that are asked for are computed in place, in the caller's vector; what cannot be is copied at the end.
  void pin_outputs() {
    pinned_.assign(p_.value_count(), -1);
    for (std::size_t i = 0; i < outputs_.size(); ++i) {
      const auto& o = outputs_[i];
      const bool own =
          o.value.valid() && value(o.value).source == Program::Value::Source::computed && pinned_[at(o.value)] < 0;
      if (own) {
        pinned_[at(o.value)] = static_cast<int>(i);
      } else {
        Item item;
        item.copy_to = static_cast<int>(i);
        if (o.value.valid()) {
          item.op.in = {o.value};
          item.op.expressions = {p_.symbol(o.value)};
        } else {
          item.op.expressions = {graph_.constant(0)};
        }
        copies_.push_back(std::move(item));
      }
    }
    for (auto& c : copies_) items_.push_back(std::move(c));
    // Inside a joined item some values are not read by anyone else any more.
    std::vector<char> read(p_.value_count(), 0);
    for (auto& item : items_) {
      if (item.op.kind == Program::Kind::elementwise) item.op.in = inputs_of(item.op);
      for (const ValueId v : item.op.in) read[at(v)] = 1;
    }
    for (auto& item : items_) {
      if (item.op.kind != Program::Kind::elementwise || item.copy_to >= 0) continue;
      std::vector<ValueId> out;
      std::vector<Node> expressions;
      for (std::size_t k = 0; k < item.op.out.size(); ++k) {
        if (!read[at(item.op.out[k])] && pinned_[at(item.op.out[k])] < 0) continue;
        out.push_back(item.op.out[k]);
        expressions.push_back(item.op.expressions[k]);
      }
      item.op.out = std::move(out);
      item.op.expressions = std::move(expressions);
      item.op.in = inputs_of(item.op);
    }
  }

  std::vector<ValueId> inputs_of(const Program::Op& op) const {
    std::vector<ValueId> in;
    for (const Node s : equations::free_symbols(graph_, op.expressions)) in.push_back(p_.value_of(s));
    return in;
  }

  /// Scratch places by a linear scan: a value's memory is free after its last reader.
  void lay_out_memory() {
    const int end = static_cast<int>(items_.size());
    std::vector<int> last(p_.value_count(), -1);
    for (int i = 0; i < end; ++i) {
      for (const ValueId v : items_[static_cast<std::size_t>(i)].op.in) last[at(v)] = i;
    }
    same_as_.assign(p_.value_count(), -1);
    for (int i = end; i-- > 0;) {  // sums go onto their base in place where nobody reads the base later
      const auto& op = items_[static_cast<std::size_t>(i)].op;
      if (!op.has_base) continue;
      const ValueId base = op.in.back();
      if (value(base).source != Program::Value::Source::computed || last[at(base)] != i || pinned_[at(base)] >= 0 ||
          std::count(op.in.begin(), op.in.end(), base) > 1) {
        continue;
      }
      same_as_[at(base)] = op.out[0].id;
    }
    place_.assign(p_.value_count(), -1);
    std::multimap<Index, Index> free;  // size -> offset
    Index total = 0;
    std::vector<int> until(p_.value_count(), -1);
    for (std::size_t v = 0; v < until.size(); ++v) {
      const auto owner = static_cast<std::size_t>(owner_of(static_cast<int>(v)));
      until[owner] = std::max(until[owner], last[v]);
    }
    for (int i = 0; i < end; ++i) {
      const auto& op = items_[static_cast<std::size_t>(i)].op;
      for (const ValueId v : op.out) {
        const int owner = owner_of(v.id);
        const auto o = static_cast<std::size_t>(owner);
        if (pinned_[o] >= 0 || place_[o] >= 0) continue;
        const Index size = (p_[ValueId{owner}].size() + 7) / 8 * 8;
        const auto found = free.lower_bound(size);
        if (found != free.end() && found->first <= 2 * size) {
          place_[o] = found->second;
          size_[owner] = found->first;
          free.erase(found);
        } else {
          place_[o] = total;
          size_[owner] = size;
          total += size;
        }
      }
      for (const ValueId v : distinct(op.in)) {
        const int owner = owner_of(v.id);
        const auto o = static_cast<std::size_t>(owner);
        if (p_[v].source == Program::Value::Source::computed && pinned_[o] < 0 && until[o] == i && place_[o] >= 0) {
          free.emplace(size_[owner], place_[o]);
          until[o] = -2;
        }
      }
    }
    target_.scratch_.setZero(std::max<Index>(total, 1));
  }

  static std::vector<ValueId> distinct(std::vector<ValueId> v) {
    std::sort(v.begin(), v.end(), [](ValueId a, ValueId b) { return a.id < b.id; });
    v.erase(std::unique(v.begin(), v.end()), v.end());
    return v;
  }

  int owner_of(int v) const {
    while (same_as_[static_cast<std::size_t>(v)] >= 0) v = same_as_[static_cast<std::size_t>(v)];
    return v;
  }

  Executable::Ref ref(ValueId v) const {
    const auto& info = value(v);
    Executable::Ref r;
    switch (info.source) {
      case Program::Value::Source::input:
        r.base = Executable::Base::input;
        r.vector = info.vector;
        r.offset = info.offset;
        return r;
      case Program::Value::Source::constant:
        r.base = Executable::Base::constant;
        r.data = info.data;
        return r;
      case Program::Value::Source::computed:
        break;
    }
    const auto owner = static_cast<std::size_t>(owner_of(v.id));
    if (pinned_[owner] >= 0) return output_ref(pinned_[owner]);
    r.base = Executable::Base::scratch;
    r.offset = place_[owner];
    return r;
  }

  Executable::Ref output_ref(int which) const {
    const auto& o = outputs_[static_cast<std::size_t>(which)];
    Executable::Ref r;
    r.base = Executable::Base::output;
    r.vector = o.vector;
    r.offset = o.offset;
    return r;
  }

  void emit() {
    for (auto& item : items_) {
      auto& op = item.op;
      Executable::Step s;
      s.kind = op.kind;
      s.along = op.along;
      s.transpose_a = op.transpose_a;
      s.transpose_b = op.transpose_b;
      s.has_base = op.has_base;
      s.offset = op.offset;
      s.table = op.table;
      for (const ValueId v : op.in) s.in.push_back(ref(v));
      if (item.copy_to >= 0) {
        s.rows = outputs_[static_cast<std::size_t>(item.copy_to)].size;
        s.cols = 1;
        s.out.push_back(output_ref(item.copy_to));
      } else {
        if (op.out.empty()) continue;
        s.rows = value(op.out[0]).rows;
        s.cols = value(op.out[0]).cols;
        for (const ValueId v : op.out) s.out.push_back(ref(v));
      }
      if (!op.in.empty()) {
        s.in_rows = value(op.in[0]).rows;
        s.in_cols = value(op.in[0]).cols;
      }
      if (op.kind == Program::Kind::product) s.inner = op.transpose_a ? s.in_rows : s.in_cols;
      if (op.kind == Program::Kind::elementwise) add_tape(op, s);
      if (op.kind >= Program::Kind::sparse_product) add_coupling(op, s);
      target_.steps_.push_back(std::move(s));
    }
    target_.threads_ = max_threads();
    target_.tape_stride_ = (target_.tape_stride_ + 15) / 8 * 8;
    target_.tape_scratch_.resize(target_.tape_stride_ * static_cast<std::size_t>(target_.threads_) + 8);
  }

  void add_coupling(const Program::Op& op, Executable::Step& s) {
    s.pattern = op.pattern;
    s.end = op.end;
    s.shape = op.shape;
    s.result = op.result;
    const bool over_columns = (op.kind == Program::Kind::sparse_product && op.transpose_a) ||
                              (op.kind == Program::Kind::scatter && op.end == Program::End::column);
    if (over_columns && max_threads() > 1 && op.pattern->nonzeros() * s.cols >= kThreadedSparse) {
      s.blocks = std::make_shared<const ColumnBlocks>(*op.pattern, max_threads());
    }
    if (op.kind == Program::Kind::convolution) {
      s.samples = value(op.in[1]).cols;
      target_.tape_stride_ = std::max(target_.tape_stride_, static_cast<std::size_t>(convolution_scratch(*op.shape)));
    }
    if (op.kind == Program::Kind::pairwise) add_pairs(op, s);
  }

  void add_pairs(const Program::Op& op, Executable::Step& s) {
    using Side = Program::Side;
    s.post = op.post;
    s.pre = op.pre;
    s.samples = op.samples;
    s.into = op.into;
    for (std::size_t k = 0; k < op.sides.size(); ++k) {
      const Side side = op.sides[k];
      const auto& info = value(op.in[k]);
      Executable::Step::Strides strides;
      if (side == Side::post || side == Side::pair) strides.post = 1;
      if (side == Side::pre) strides.pre = 1;
      if (side == Side::pair) strides.pre = info.rows;
      if ((side == Side::post || side == Side::pre) && info.cols > 1) strides.sample = info.rows;
      s.strides.push_back(strides);
    }
    s.tape = equations::Tape(graph_, op.expressions, op.symbols);
    // The tape's own, one block of results and, for few post elements, one of each input.
    const std::size_t inputs = static_cast<std::size_t>(op.post) < kNarrowPairs ? op.symbols.size() : 0;
    reserve(s.tape.scratch_size() + (inputs + 1) * kPairLanes, op.symbols.size(), 1);
  }

  void add_tape(const Program::Op& op, Executable::Step& s) {
    std::vector<Node> symbols;
    for (const ValueId v : op.in) {
      symbols.push_back(p_.symbol(v));
      s.uniform.push_back(value(v).size() == 1 && s.rows * s.cols != 1);
    }
    s.tape = equations::Tape(graph_, op.expressions, symbols);
    reserve(s.tape.scratch_size(), op.in.size(), s.out.size());
  }

  void reserve(std::size_t doubles, std::size_t inputs, std::size_t outputs) {
    const std::size_t threads = static_cast<std::size_t>(max_threads());
    target_.tape_stride_ = std::max(target_.tape_stride_, doubles);
    target_.inputs_.resize(std::max(target_.inputs_.size(), threads * (inputs + 1)));
    target_.outputs_.resize(std::max(target_.outputs_.size(), threads * (outputs + 1)));
  }

  const Program& p_;
  Executable& target_;
  const std::vector<Executable::Output>& outputs_;
  equations::Graph graph_;
  std::vector<char> needed_;
  std::vector<Item> items_, copies_;
  std::vector<int> pinned_, same_as_;
  std::vector<Index> place_;
  std::map<int, Index> size_;
};

Executable::Executable(const Program& program, const std::vector<Output>& outputs) {
  owners_ = program.owners();
  ExecutableBuilder(program, outputs, *this).build();
}

}  // namespace neurode

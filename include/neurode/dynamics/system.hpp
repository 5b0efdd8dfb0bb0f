#pragma once

#include <string>
#include <vector>

#include "neurode/dynamics/layout.hpp"
#include "neurode/dynamics/sparsity.hpp"

namespace neurode {

class ByteReader;
class ByteWriter;
class Delays;
class Jumps;
class Noise;

/// A differential equation x' = F(t, x) with its products. Everything that integrates or analyses sees only this.
/// Where F also depends on the past, where there is noise, and where the state jumps, the System says so by the
/// three members at the end; they are null for an ordinary differential equation.
///
/// State and results are contiguous arrays of layout().size() doubles. No member allocates after its first call.
/// Not safe for concurrent calls on one object (a System owns scratch memory).
class System {
 public:
  virtual ~System() = default;

  virtual const StateLayout& layout() const = 0;
  Index size() const { return layout().size(); }

  /// dxdt = F(t, x)
  virtual void rhs(double t, const double* x, double* dxdt) = 0;
  /// The rates of all slices but those of one block; what is written in its place means nothing. Returns whether that
  /// cost next to nothing beside a right-hand side. The default takes one.
  virtual bool rates_without(Block left_out, double t, const double* x, double* dxdt);
  /// jv = J(t, x) v
  virtual void jvp(double t, const double* x, const double* v, double* jv) = 0;
  /// jtu = J(t, x)^T u
  virtual void vjp(double t, const double* x, const double* u, double* jtu) = 0;
  /// J(t, x), dense, size x size. The default takes a jvp a colour of sparsity(), or a column.
  virtual void jacobian(double t, const double* x, Matrix& j);

  /// Where J can differ from 0, at any (t, x); null: anywhere. Found once, then the same object.
  virtual const Sparsity* sparsity() { return nullptr; }
  /// The elements of J(t, x) in the order of sparsity(), which must not be null. The default takes a jvp a colour.
  virtual void sparse_jacobian(double t, const double* x, double* values);
  /// ft = dF/dt at fixed x. Returns false, and leaves ft alone, where F does not depend on t. The default
  /// differentiates numerically (central differences, right to about 1e-10 relative; 2 right-hand sides that nobody
  /// counts).
  virtual bool time_derivative(double t, const double* x, double* ft);
  /// d_i = dF_i/dx_i where F_i is linear in x_i as long as all others stand still (gates, leaks), 0 elsewhere. Returns
  /// false, and leaves d alone, where that is not known. The default does not know.
  virtual bool linear_rates(double t, const double* x, double* d);

  /// Is J symmetric everywhere (a gradient flow with one rate)?
  virtual bool symmetric_jacobian() const { return false; }
  /// Times in (t0, t1) at which F or one of its derivatives in t jumps, ascending.
  virtual std::vector<double> breakpoints(double /*t0*/, double /*t1*/) const { return {}; }
  /// drive() is about to integrate over [t0, t1], between two breakpoints: inputs that jump keep the value they have
  /// inside the interval, also at its ends.
  virtual void begin_segment(double /*t0*/, double /*t1*/) {}

  /// What the object keeps from call to call and later results depend on, down to the last bit: where a solve starts
  /// from. Into a checkpoint, and out of it into an object made alike. @throws BytesError (load)
  virtual void save(ByteWriter&) const {}
  virtual void load(ByteReader&) {}

  virtual Delays* delays() { return nullptr; }  ///< what F needs of the past
  virtual Noise* noise() { return nullptr; }    ///< the stochastic part: dx = F dt + G dW
  virtual Jumps* jumps() { return nullptr; }    ///< spikes: thresholds, resets, deliveries

 private:
  Vector seed_, product_;  // scratch of the defaults
};

}  // namespace neurode

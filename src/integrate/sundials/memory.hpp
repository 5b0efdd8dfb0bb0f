#pragma once

#include <cvode/cvode.h>
#include <nvector/nvector_serial.h>
#include <sundials/sundials_context.h>
#include <sundials/sundials_linearsolver.h>
#include <sundials/sundials_matrix.h>
#include <sundials/sundials_nonlinearsolver.h>

#include <memory>
#include <new>
#include <stdexcept>
#include <string>
#include <type_traits>

#include "neurode/dynamics/layout.hpp"

/// Owners of what SUNDIALS hands out. A context must outlive everything made with it.
namespace neurode::integrate::sundials {

static_assert(std::is_same_v<realtype, double>, "SUNDIALS must be built for double precision");

class Context {
 public:
  Context() {
    if (SUNContext_Create(nullptr, &context_) != 0) throw std::bad_alloc();
  }
  ~Context() { SUNContext_Free(&context_); }
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;
  SUNContext get() const { return context_; }

 private:
  SUNContext context_ = nullptr;
};

template <auto release>
struct Release {
  template <class T>
  void operator()(T* p) const {
    release(p);
  }
};
template <class Handle, auto release>
using Owner = std::unique_ptr<std::remove_pointer_t<Handle>, Release<release>>;

using NVector = Owner<N_Vector, &N_VDestroy>;
using MatrixOwner = Owner<SUNMatrix, &SUNMatDestroy>;
using LinearSolverOwner = Owner<SUNLinearSolver, &SUNLinSolFree>;
using NonlinearSolverOwner = Owner<SUNNonlinearSolver, &SUNNonlinSolFree>;

/// `p`, which a function that makes something returned.
template <class T>
T* made(T* p) {
  if (p == nullptr) throw std::bad_alloc();
  return p;
}

/// For calls that fail only without memory, or where we made a mistake.
inline void check(int flag) {
  if (flag != 0) throw std::runtime_error("SUNDIALS refuses a setting: flag " + std::to_string(flag));
}

/// A vector of n elements with memory of its own.
inline NVector vector(Index n, const Context& c) { return NVector(made(N_VNew_Serial(n, c.get()))); }
/// A vector of n elements without memory, to be pointed at ours.
inline NVector view(Index n, const Context& c) { return NVector(made(N_VNewEmpty_Serial(n, c.get()))); }
/// SUNDIALS knows no const; what it gets as input it leaves alone.
inline void point(const NVector& v, const Vector& x) { NV_DATA_S(v.get()) = const_cast<double*>(x.data()); }
inline double* data(N_Vector v) { return NV_DATA_S(v); }

}  // namespace neurode::integrate::sundials

#pragma once

#include "neurode/integrate/method.hpp"

namespace neurode::integrate {

/// State vectors that drive() and the method hold while they work.
int vectors_held(const MethodEntry& method);

/// Bytes that drive() with this method holds, beside what the System itself does: vectors_held() and, where the method
/// factorises it, J with its factors. Of sparse factors the fill-in is a guess.
double memory_estimate(const MethodEntry& method, System& system);

}  // namespace neurode::integrate

#pragma once

#include "learning/flows/flows.hpp"

namespace neurode::learning {

RateEntry constant_rate();

}  // namespace neurode::learning

#pragma once

#include "learning/flows/flows.hpp"

namespace neurode::learning {

RateEntry constant_rate();
RateEntry cosine_rate();
RateEntry exponential_rate();
RateEntry hypergradient_rate();
RateEntry inverse_time_rate();
RateEntry piecewise_rate();
RateEntry stability_rate();

}  // namespace neurode::learning

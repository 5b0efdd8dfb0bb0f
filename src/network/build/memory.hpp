#pragma once

#include <string>

#include "neurode/network/network.hpp"

namespace neurode::network {

/// Of this machine.
double memory_bytes();
/// What the states of a population take at the least while a run goes on.
double state_bytes(const Population& pop, const Network& network);
/// "3.2 GB"
std::string gigabytes(double bytes);

}  // namespace neurode::network

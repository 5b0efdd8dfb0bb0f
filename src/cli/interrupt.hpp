#pragma once

namespace neurode::cli {

/// From now on the first SIGINT or SIGTERM is only noted, so that work ends in good order; a second one leaves at once.
void catch_interrupts();
/// The signal noted, or 0.
int interrupt_signal();

}  // namespace neurode::cli

#include "cli/interrupt.hpp"

#include <csignal>
#include <cstdlib>

namespace neurode::cli {

static volatile std::sig_atomic_t noted = 0;

static void on_signal(int signal) {
  if (noted != 0) std::_Exit(128 + signal);
  noted = signal;
}

void catch_interrupts() {
  std::signal(SIGINT, on_signal);
  std::signal(SIGTERM, on_signal);
  if (std::signal(SIGHUP, on_signal) == SIG_IGN) std::signal(SIGHUP, SIG_IGN);  // nohup
}

int interrupt_signal() { return noted; }

}  // namespace neurode::cli

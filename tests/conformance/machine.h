// An nf_tables that cases are replayed on: the simulated one, or the real one in a namespace.
#ifndef NATPLAN_TESTS_CONFORMANCE_MACHINE_H_
#define NATPLAN_TESTS_CONFORMANCE_MACHINE_H_

#include <cstdint>
#include <expected>
#include <memory>
#include <string>
#include <vector>

namespace natplan::conformance {

class Socket {
 public:
  virtual ~Socket() = default;
  virtual std::uint32_t port() const = 0;
  // Joins the group of nf_tables' notifications.
  virtual void Listen() = 0;
  // The errno of a datagram that could not be sent, or 0.
  virtual int Send(const std::vector<std::uint8_t>& datagram) = 0;
  // What is there to be read; EAGAIN if nothing is.
  virtual std::expected<std::vector<std::uint8_t>, int> Receive() = 0;
};

class Machine {
 public:
  virtual ~Machine() = default;
  virtual std::unique_ptr<Socket> Open(bool ext_ack, bool cap_ack) = 0;
};

std::unique_ptr<Machine> MakeSimulatedMachine();

// A network namespace that nothing has touched. The reason why there is none is in `error`.
std::unique_ptr<Machine> MakeLiveMachine(std::string& error);

// Why the real kernel is no judge here, to skip with; empty if it is one. The cases were recorded on
// Linux 6.18, and others are known to differ in a few of them.
std::string WhyLiveKernelIsNoJudge();

}  // namespace natplan::conformance

#endif  // NATPLAN_TESTS_CONFORMANCE_MACHINE_H_

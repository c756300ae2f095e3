// An executor that writes down what goes through it.
#ifndef NATPLAN_TESTS_CONTRACT_RECORDING_EXECUTOR_H_
#define NATPLAN_TESTS_CONTRACT_RECORDING_EXECUTOR_H_

#include <memory>
#include <vector>

#include "backends/netlink/netlink_executor.h"
#include "backends/netlink/socket.h"
#include "core/plan/executor.h"
#include "tests/contract/kernel_under_test.h"

namespace natplan::contract {

// Over the socket, and those that listen beside it. Each transaction, and the datagram that it becomes, is
// added to `sent`, which must outlive it.
std::unique_ptr<Executor> MakeRecordingExecutor(std::unique_ptr<NetlinkSocket> socket,
                                                NetlinkExecutor::ListeningSocket listen,
                                                std::vector<Sent>& sent);

}  // namespace natplan::contract

#endif  // NATPLAN_TESTS_CONTRACT_RECORDING_EXECUTOR_H_

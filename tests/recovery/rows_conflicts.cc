// Something stands where natplan wants something, and is not natplan's to remove.
#include "tests/recovery/row.h"

namespace natplan::recovery {
namespace {

// Until somebody deletes it, a set of natplan's name and `type`, which reads as `found`.
Row ARecreatedSet(const std::string& scenario, const std::string& type, const std::string& heard_type,
                  const std::string& found) {
  const std::string error = "table ip natplan has another layout: \"masq_saddr\" is " + found +
                            "; if nothing in that table is needed, remove it with: natplan remove\n"
                            "  operation: add set ip natplan masq_saddr { type ipv4_addr; flags interval; }\n"
                            "  wanted: a set of type ipv4_addr with flags interval\n"
                            "  found: " +
                            found + "\n";
  return {
      .scenario = scenario,
      .steps = {{
                    .commands = {"nft 'flush chain ip natplan postrouting; delete set ip natplan masq_saddr; "
                                 "add set ip natplan masq_saddr { " +
                                 type + " }'"},
                    .heard = R"(changed by nft: delete rule ip natplan postrouting handle 10
changed by nft: delete rule ip natplan postrouting handle 11
changed by nft: delete set ip natplan masq_saddr
changed by nft: add set ip natplan masq_saddr { )" +
                             heard_type + " }\nproblem: " + error,
                },
                {
                    .commands = {"nft delete set ip natplan masq_saddr"},
                    .heard = "changed by nft: delete set ip natplan masq_saddr\n",
                    .differs = R"(add set ip natplan masq_saddr { type ipv4_addr; flags interval; }
flush chain ip natplan postrouting
add rule ip natplan postrouting ip saddr @masq_saddr fib saddr type != local fib daddr type != broadcast fib daddr type != multicast masquerade
add rule ip natplan postrouting ct label 127 masquerade
add element ip natplan masq_saddr { 10.1.0.0/24 }
add element ip natplan masq_saddr { 10.2.0.0/16 }
add element ip natplan masq_saddr { 10.9.0.0/24 }
)",
                }},
      .check = "",
      .check_error = "natplan: " + error,
  };
}

}  // namespace

std::vector<Row> ConflictRows() {
  return {ARecreatedSet("ASetRecreatedWithAnotherTypeIsReportedAndKept", "type inet_service;",
                        "type inet_service;", "a set of type inet_service without flags interval"),
          // A watch prints of a set's flags those alone that natplan uses itself.
          ARecreatedSet("ASetRecreatedWithTimeoutIsReportedAndKept",
                        "type ipv4_addr; flags interval,timeout;", "type ipv4_addr; flags interval;",
                        "a set of type ipv4_addr with flags interval and other flags 16")};
}

}  // namespace natplan::recovery

// A tree of files in place of procfs, and routes in place of the kernel's.
#ifndef NATPLAN_CLI_FAKE_HOST_H_
#define NATPLAN_CLI_FAKE_HOST_H_

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <optional>
#include <string>

#include "cli/host/host_view.h"
#include "core/values/intent.h"
#include "gtest/gtest.h"

namespace natplan::cli {

// Nothing is set and no route is known; interfaces are those that a test adds.
class FakeHost {
 public:
  FakeHost() : proc_(std::filesystem::path(::testing::TempDir()) / ("host-" + std::to_string(getpid()))) {
    std::filesystem::remove_all(proc_);
    Put("net/ipv4/ip_forward", 0);
    Put("net/ipv6/conf/all/forwarding", 0);
    Put("net/ipv4/conf/all/route_localnet", 0);
    Put("net/ipv4/conf/all/accept_redirects", 1);
    std::filesystem::create_directories(proc_ / "net");
    std::ofstream(proc_ / "net/ipv6_route") << "";
  }
  ~FakeHost() { std::filesystem::remove_all(proc_); }
  FakeHost(const FakeHost&) = delete;
  FakeHost& operator=(const FakeHost&) = delete;

  // `path` below sys.
  void Put(const std::string& path, int value) {
    const std::filesystem::path file = proc_ / "sys" / path;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file) << value << "\n";
  }
  int Get(const std::string& path) const {
    std::ifstream file(proc_ / "sys" / path);
    int value = -1;
    file >> value;
    return value;
  }
  void AddInterface(const std::string& name) {
    Put("net/ipv4/conf/" + name + "/route_localnet", 0);
    Put("net/ipv4/conf/" + name + "/forwarding", 0);
    Put("net/ipv6/conf/" + name + "/forwarding", 0);
    Put("net/ipv6/conf/" + name + "/force_forwarding", 0);
    Put("net/ipv6/conf/" + name + "/accept_ra", 1);
  }
  // Whoever asks for the address is told this.
  void AddRoute(const std::string& target, const std::string& interface, int length, bool on_link,
                unsigned index = 2) {
    routes_.insert_or_assign(Address::Parse(target).value(),
                             Route{InterfaceName::Make(interface).value(), index, length, on_link});
  }

  HostView View() {
    return {.proc = proc_,
            .route = [this](const Address& target) -> std::optional<Route> {
              const auto found = routes_.find(target);
              return found == routes_.end() ? std::nullopt : std::optional(found->second);
            },
            .interface_index = [this](const InterfaceName& name) -> unsigned {
              for (const auto& [index, one] : interfaces_) {
                if (one == name) return index;
              }
              return 0;
            },
            .interface_of = [this](unsigned index) -> std::optional<InterfaceName> {
              const auto found = interfaces_.find(index);
              return found == interfaces_.end() ? std::nullopt : std::optional(found->second);
            }};
  }
  // One name belongs to one index.
  void NameInterface(unsigned index, const std::string& name) {
    std::erase_if(interfaces_, [&](const auto& one) { return one.second.name() == name; });
    interfaces_.insert_or_assign(index, InterfaceName::Make(name).value());
  }
  const std::filesystem::path& proc() const { return proc_; }

 private:
  const std::filesystem::path proc_;
  std::map<Address, Route> routes_;
  std::map<unsigned, InterfaceName> interfaces_;
};

inline Intent ForwardTo(const char* endpoint, bool localhost) {
  return Forward{.protocol = Protocol::kTcp,
                 .host_port = Port::Make(2222).value(),
                 .to = Endpoint::Parse(endpoint).value(),
                 .localhost = localhost};
}
inline Intent MasqueradeOf(const char* prefix) { return *Masquerade::Make(*Prefix::Parse(prefix)); }

}  // namespace natplan::cli

#endif  // NATPLAN_CLI_FAKE_HOST_H_

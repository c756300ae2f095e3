// Three machines: outside - host - container. The host routes, and natplan runs on it.
#ifndef NATPLAN_TESTS_PACKETS_WORLD_H_
#define NATPLAN_TESTS_PACKETS_WORLD_H_

#include <cstdint>
#include <functional>
#include <list>
#include <optional>
#include <source_location>
#include <string>

#include "tests/packets/echo.h"
#include "tests/packets/net_namespace.h"
#include "tests/packets/way.h"

namespace natplan::packets {

// `oeth` of outside and `hout` of the host are one link, 203.0.113.0/24 and 2001:db8:1::/64.
extern const Addresses kOutside;  // 203.0.113.9
extern const Addresses kHost;     // 203.0.113.1, its public address

// The link between host (`hcon`) and container (`ceth`): a /24 and a /64.
struct ContainerLink {
  Addresses container;
  Addresses gateway;  // the host's address there
};
extern const ContainerLink kFirst;   // 10.1.0.2 behind 10.1.0.1
extern const ContainerLink kSecond;  // 10.2.0.7 behind 10.2.0.1

// Each machine serves some ports, so that a connection always reaches somebody who says so, and which way it
// took is read from the answer instead of a time that is over:
//   outside    2222
//   host       2222, 2223
//   container  22, 2222
// Outside has routes to all of 10.0.0.0/8 and fd00::/16 through the host: a packet that should have been
// masqueraded and was not is answered, and shows the container's address.
//
// Not thread-safe. What a test takes for granted throws.
class World {
 public:
  World();  // The container runs, on kFirst.
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  const NetNamespace& outside() const { return outside_; }
  const NetNamespace& host() const { return host_; }
  const NetNamespace& container() const { return container_.value(); }

  void StartContainer(const ContainerLink& link);
  void StopContainer();  // Its namespace and both ends of its link are gone.

  // `natplan apply - FLAGS` on the host, of this file.
  Ran Apply(const std::string& config, const std::string& flags = "");
  // Throws std::runtime_error with the output if it fails.
  void MustApply(const std::string& config, const std::string& flags = "");

  // As packets::Ask(), of all servers.
  std::string Ask(Way way, const NetNamespace& from, const std::string& host, std::uint16_t port);
  std::string Ask(Way way, const NetNamespace& from, const Addresses& host, std::uint16_t port) {
    return Ask(way, from, host.Of(way.family), port);
  }
  // Whoever connects from `from`, by every way, reaches `server` ("container:22"), which sees `peer`.
  void ExpectReached(const NetNamespace& from, const Addresses& host, std::uint16_t port,
                     const std::string& server, const Addresses& peer,
                     std::source_location where = std::source_location::current());

  void Serve(const std::string& name, const NetNamespace& where, std::uint16_t port);

 private:
  NetNamespace outside_;
  NetNamespace host_;
  std::optional<NetNamespace> container_;
  std::list<EchoServer> servers_;
};

// What Ask() returns if `server` ("container:22") was reached and saw this address.
std::string Saw(const std::string& server, Way way, const Addresses& peer);

// Parts of a file for natplan.
std::string MasqueradeOf(const std::string& source);
std::string ForwardOf(const std::string& protocol, std::uint16_t host_port, const std::string& to);
// TCP and UDP of the host's port 2222, in both families, to port 22 of `to`.
std::string ForwardsTo(const Addresses& to);

// The body of a TEST: runs `body` in a world of its own, as root of a fresh user namespace. Skips the test
// with a printed, typed reason where that cannot be had.
void InWorldOrSkip(const std::function<void(World&)>& body);

}  // namespace natplan::packets

#endif  // NATPLAN_TESTS_PACKETS_WORLD_H_

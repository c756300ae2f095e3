// Servers that tell each client who they are and whom they see, and the client that asks.
#ifndef NATPLAN_TESTS_PACKETS_ECHO_H_
#define NATPLAN_TESTS_PACKETS_ECHO_H_

#include <poll.h>

#include <cstdint>
#include <list>
#include <string>
#include <vector>

#include "tests/packets/fd.h"
#include "tests/packets/net_namespace.h"
#include "tests/packets/way.h"

namespace natplan::packets {

// Listens at one port of every address of a namespace, TCP and UDP, IPv4 and IPv6. It has no thread: Ask()
// below lets it answer.
class EchoServer {
 public:
  EchoServer(std::string name, const NetNamespace& where, std::uint16_t port);
  const std::string& name() const { return name_; }
  void AppendTo(std::vector<pollfd>& waited_for) const;
  // Answers all that has arrived; never waits.
  void Serve();

 private:
  struct Session {
    Fd connection;
    std::string peer;
  };
  std::string Answer(const std::string& peer) const;
  void ServeTcp(const Fd& listener);
  void ServeUdp(const Fd& socket);

  std::string name_;
  std::uint16_t port_;
  std::vector<Fd> listeners_;
  std::vector<Fd> udp_sockets_;
  std::list<Session> sessions_;
};

// Connects from `from` to a host's port, sends a question and returns the answer: "NAME:PORT saw ADDRESS",
// from the server that was reached. "refused" if there is none, "no answer" after five seconds, or another
// error's text. The client's socket is connected, so that an answer from another address or port than the one
// that was asked does not count.
std::string Ask(Way way, const NetNamespace& from, const std::string& host, std::uint16_t port,
                std::list<EchoServer>& servers);

}  // namespace natplan::packets

#endif  // NATPLAN_TESTS_PACKETS_ECHO_H_

#include "tests/packets/echo.h"

#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <string_view>
#include <utility>

namespace natplan::packets {
namespace {

constexpr std::string_view kQuestion = "whom do you see?";

Fd MakeSocket(Way way) {
  Fd made(socket(way.family, way.transport | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), "socket");
  const int on = 1;
  if (way.family == AF_INET6) {
    Check(setsockopt(made.get(), IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on)), "IPV6_V6ONLY");
  }
  return made;
}

std::string ErrorText(int error) { return error == ECONNREFUSED ? "refused" : std::strerror(error); }

// What has arrived, or `error`.
struct Received {
  std::string text;
  int error = 0;
};

Received Receive(int fd) {
  std::array<char, 256> buffer;
  const ssize_t size = recv(fd, buffer.data(), buffer.size(), 0);
  if (size < 0) return {.text = {}, .error = errno};
  return {.text = {buffer.data(), static_cast<std::size_t>(size)}};
}

}  // namespace

EchoServer::EchoServer(std::string name, const NetNamespace& where, std::uint16_t port)
    : name_(std::move(name)), port_(port) {
  const Inside inside(where);
  for (const Way way : kEveryWay) {
    Fd made = MakeSocket(way);
    const SocketAddress any = MakeSocketAddress(way.family, way.family == AF_INET ? "0.0.0.0" : "::", port);
    Check(bind(made.get(), any.get(), any.size), "bind");
    if (way.transport == SOCK_STREAM) Check(listen(made.get(), 16), "listen");
    (way.transport == SOCK_STREAM ? listeners_ : udp_sockets_).push_back(std::move(made));
  }
}

void EchoServer::AppendTo(std::vector<pollfd>& waited_for) const {
  for (const std::vector<Fd>* sockets : {&listeners_, &udp_sockets_}) {
    for (const Fd& each : *sockets) waited_for.push_back({.fd = each.get(), .events = POLLIN, .revents = 0});
  }
  for (const Session& session : sessions_) {
    waited_for.push_back({.fd = session.connection.get(), .events = POLLIN, .revents = 0});
  }
}

std::string EchoServer::Answer(const std::string& peer) const {
  return name_ + ":" + std::to_string(port_) + " saw " + peer;
}

void EchoServer::ServeTcp(const Fd& listener) {
  SocketAddress peer;
  const int accepted = accept4(listener.get(), peer.get(), &peer.size, SOCK_CLOEXEC | SOCK_NONBLOCK);
  if (accepted < 0) return;
  sessions_.push_back({.connection = Fd(accepted, "accept4"), .peer = peer.Host()});
}

void EchoServer::ServeUdp(const Fd& socket) {
  SocketAddress peer;
  std::array<char, 256> buffer;
  const ssize_t size = recvfrom(socket.get(), buffer.data(), buffer.size(), 0, peer.get(), &peer.size);
  if (size < 0 || std::string_view(buffer.data(), static_cast<std::size_t>(size)) != kQuestion) return;
  const std::string answer = Answer(peer.Host());
  sendto(socket.get(), answer.data(), answer.size(), 0, peer.get(), peer.size);
}

void EchoServer::Serve() {
  for (const Fd& listener : listeners_) ServeTcp(listener);
  for (const Fd& socket : udp_sockets_) ServeUdp(socket);
  // A session ends with its answer, or with whatever else is not the question.
  std::erase_if(sessions_, [this](const Session& session) {
    const Received question = Receive(session.connection.get());
    if (question.error == EAGAIN) return false;
    const std::string answer = Answer(session.peer);
    if (question.text == kQuestion) {
      send(session.connection.get(), answer.data(), answer.size(), MSG_NOSIGNAL);
    }
    return true;
  });
}

std::string Ask(Way way, const NetNamespace& from, const std::string& host, std::uint16_t port,
                std::list<EchoServer>& servers) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(5);
  const Fd client = [&] {
    const Inside inside(from);
    return MakeSocket(way);
  }();
  const SocketAddress to = MakeSocketAddress(way.family, host, port);
  if (connect(client.get(), to.get(), to.size) != 0 && errno != EINPROGRESS) return ErrorText(errno);
  bool asked = false;
  for (;;) {
    const short wanted = asked ? POLLIN : POLLOUT;
    std::vector<pollfd> waited_for = {{.fd = client.get(), .events = wanted, .revents = 0}};
    for (const EchoServer& server : servers) server.AppendTo(waited_for);
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    if (left.count() <= 0) return "no answer";
    Check(poll(waited_for.data(), waited_for.size(), static_cast<int>(left.count())), "poll");
    for (EchoServer& server : servers) server.Serve();
    if (waited_for.front().revents == 0) continue;
    if (!asked) {
      // On a TCP connection that could not be made, send() returns the reason.
      if (send(client.get(), kQuestion.data(), kQuestion.size(), MSG_NOSIGNAL) < 0) return ErrorText(errno);
      asked = true;
      continue;
    }
    const Received answer = Receive(client.get());
    if (answer.error == EAGAIN) continue;
    if (answer.error != 0) return ErrorText(answer.error);
    return answer.text.empty() ? "closed without an answer" : answer.text;
  }
}

}  // namespace natplan::packets

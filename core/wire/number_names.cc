#include "core/wire/number_names.h"

#include <cerrno>

namespace natplan::wire {
namespace {

constexpr NumberName kProtocolNames[] = {{0, "unspec"}, {1, "inet"},   {2, "ip"},  {3, "arp"},
                                         {5, "netdev"}, {7, "bridge"}, {10, "ip6"}};
constexpr NumberName kErrnoNames[] = {
    {EPERM, "EPERM"},
    {ENOENT, "ENOENT"},
    {EINTR, "EINTR"},
    {EAGAIN, "EAGAIN"},
    {ENOMEM, "ENOMEM"},
    {EBUSY, "EBUSY"},
    {EEXIST, "EEXIST"},
    {EINVAL, "EINVAL"},
    {ENFILE, "ENFILE"},
    {EMFILE, "EMFILE"},
    {EFBIG, "EFBIG"},
    {EMLINK, "EMLINK"},
    {ERANGE, "ERANGE"},
    {E2BIG, "E2BIG"},
    {EPROTO, "EPROTO"},
    {EOVERFLOW, "EOVERFLOW"},
    {ENODATA, "ENODATA"},
    {ENOTEMPTY, "ENOTEMPTY"},
    {ERESTART, "ERESTART"},
    {EMSGSIZE, "EMSGSIZE"},
    {EOPNOTSUPP, "EOPNOTSUPP"},
    {ENOBUFS, "ENOBUFS"},
    {ETIMEDOUT, "ETIMEDOUT"},
    {EAFNOSUPPORT, "EAFNOSUPPORT"},
    {EPROTONOSUPPORT, "EPROTONOSUPPORT"},
};

}  // namespace

constinit const NumberNames kProtocols = {false, kProtocolNames};

void AppendFlags(std::span<const NumberName> names, std::uint32_t& bits, std::string& text) {
  for (const NumberName& flag : names) {
    if (flag.number == 0 || (bits & flag.number) != flag.number) continue;
    if (!text.empty()) text += '|';
    text += flag.name;
    bits &= ~flag.number;
  }
}

std::string Hexadecimal(std::uint32_t number) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  do {
    text.insert(text.begin(), kDigits[number & 15]);
    number >>= 4;
  } while (number != 0);
  return "0x" + text;
}

std::string WithRest(std::string text, std::uint32_t rest) {
  if (rest == 0) return text;
  return text.empty() ? Hexadecimal(rest) : text + '|' + Hexadecimal(rest);
}

std::string NumberText(std::uint32_t number, const NumberNames* names) {
  std::string digits = std::to_string(number);
  if (names == nullptr) return digits;
  if (names->is_flags) {
    if (number == 0) return digits;
    std::string text;
    std::uint32_t rest = number;
    AppendFlags(names->names, rest, text);
    return digits + " (" + WithRest(text, rest) + ')';
  }
  for (const NumberName& name : names->names) {
    if (name.number == number) return digits + " (" + std::string(name.name) + ')';
  }
  return digits;
}

std::string ProtocolText(std::uint8_t protocol) {
  for (const NumberName& name : kProtocolNames) {
    if (name.number == protocol) return std::string(name.name);
  }
  return std::to_string(protocol);
}

std::string ErrnoText(int errno_value) {
  for (const NumberName& name : kErrnoNames) {
    if (static_cast<int>(name.number) == errno_value) return std::string(name.name);
  }
  return "errno " + std::to_string(errno_value);
}

}  // namespace natplan::wire

#include "kernel_sim/request.h"

#include <algorithm>
#include <cstring>

namespace natplan::kernel_sim {

std::optional<MessageView> FirstMessage(std::span<const std::uint8_t> rest) {
  MessageView view;
  if (rest.size() < sizeof view.header) return std::nullopt;
  std::memcpy(&view.header, rest.data(), sizeof view.header);
  if (view.header.nlmsg_len < sizeof view.header || view.header.nlmsg_len > rest.size()) return std::nullopt;
  view.bytes = rest.first(view.header.nlmsg_len);
  return view;
}

std::span<const std::uint8_t> AfterMessage(std::span<const std::uint8_t> rest, const MessageView& message) {
  const std::size_t padded = (message.bytes.size() + 3) & ~std::size_t{3};
  return rest.subspan(std::min(padded, rest.size()));
}

}  // namespace natplan::kernel_sim

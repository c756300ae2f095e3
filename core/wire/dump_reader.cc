#include <cerrno>

#include "core/wire/dump.h"
#include "core/wire/message_reader.h"
#include "core/wire/numbers.h"
#include "core/wire/snapshot_builder.h"

namespace natplan {

DumpReader::DumpReader(const ReadRequest& request) : request_(request) {}

void DumpReader::Expect(std::uint32_t sequence) {
  sequence_ = sequence;
  done_ = false;
  errno_value_ = 0;
}

void DumpReader::Add(std::span<const std::uint8_t> datagram) {
  while (const auto message = wire::NextMessage(datagram)) {
    if (done_ || message->sequence != sequence_) continue;
    if ((message->flags & NLM_F_DUMP_INTR) != 0) interrupted_ = true;
    switch (message->type) {
      case NLMSG_NOOP:
        break;
      case NLMSG_OVERRUN:
        interrupted_ = true;
        break;
      case NLMSG_DONE:
      case NLMSG_ERROR:
        done_ = true;
        if (message->payload.size() >= 4) {
          errno_value_ = wire::ErrnoOfStatus(wire::HostU32(message->payload));
        } else if (message->type == NLMSG_ERROR) {
          errno_value_ = EPROTO;
          interrupted_ = true;
        }
        break;
      default:
        if (!wire::AddToSnapshot(request_, *message, snapshot_)) interrupted_ = true;
        if (message->type == wire::MessageType(NFT_MSG_NEWGEN)) done_ = true;
    }
  }
  if (!datagram.empty() && !done_) interrupted_ = true;
}

}  // namespace natplan

// Appends netlink messages to a byte string. nlmsghdr and nlattr are in host byte order; numbers in payloads
// are big endian, as nf_tables has them.
#ifndef NATPLAN_CORE_WIRE_MESSAGE_WRITER_H_
#define NATPLAN_CORE_WIRE_MESSAGE_WRITER_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace natplan::wire {

struct Header {
  std::uint16_t type = 0;
  std::uint16_t flags = 0;
  std::uint32_t sequence = 0;
  std::uint8_t protocol = 0;      // nfgen_family
  std::uint16_t resource_id = 0;  // host byte order
};

// One message from construction to Finish(). A message with an attribute of more than 65535 bytes, which
// netlink cannot express, is finished without any attribute: the kernel answers EINVAL to it.
class MessageWriter {
 public:
  // `bytes` must outlive this.
  MessageWriter(std::vector<std::uint8_t>& bytes, const Header& header);

  void PutU32(std::uint16_t type, std::uint32_t value);
  void PutU64(std::uint16_t type, std::uint64_t value);
  // With a terminating NUL.
  void PutString(std::uint16_t type, std::string_view value);
  void PutBytes(std::uint16_t type, std::span<const std::uint8_t> value);
  // Returns what CloseNest wants.
  std::size_t OpenNest(std::uint16_t type);
  void CloseNest(std::size_t nest);

  // Writes the length into the header. Nothing else may be called afterwards.
  void Finish();

 private:
  // Appends an attribute of these bytes, and so many zeroes behind them, with padding.
  void Put(std::uint16_t type, std::span<const std::uint8_t> value, std::size_t zeroes);

  std::vector<std::uint8_t>& bytes_;
  std::size_t start_;
  bool too_long_ = false;
};

}  // namespace natplan::wire

#endif  // NATPLAN_CORE_WIRE_MESSAGE_WRITER_H_

// Writing of netlink messages: headers, attributes, nests, within the room that the kernel's buffer would
// have.
#ifndef NATPLAN_KERNEL_SIM_MESSAGE_WRITER_H_
#define NATPLAN_KERNEL_SIM_MESSAGE_WRITER_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace natplan::kernel_sim {

// Appends to one buffer of limited size. What does not fit is not written and makes full() true; the caller
// then goes back to a mark that it took before.
class MessageWriter {
 public:
  explicit MessageWriter(std::size_t capacity) : capacity_(capacity) {}

  // Where the next byte goes; as an argument of the End functions it names the header that was begun there.
  std::size_t mark() const { return bytes_.size(); }
  void Rewind(std::size_t mark);
  bool full() const { return full_; }
  std::size_t room() const { return capacity_ - bytes_.size(); }

  std::size_t BeginMessage(std::uint16_t type, std::uint16_t flags, std::uint32_t sequence,
                           std::uint32_t port);
  void EndMessage(std::size_t message);
  void AddFlags(std::size_t message, std::uint16_t flags);
  // struct nfgenmsg; resource is written big endian.
  void NfGenMessage(std::uint8_t family, std::uint16_t resource);
  // Bytes as they are, padded to 4.
  void Raw(std::span<const std::uint8_t> bytes);

  std::size_t BeginNest(std::uint16_t type);
  void EndNest(std::size_t nest);
  void Bytes(std::uint16_t type, std::span<const std::uint8_t> payload);
  void String(std::uint16_t type, std::string_view text);  // with its NUL
  void U8(std::uint16_t type, std::uint8_t value);
  void U32(std::uint16_t type, std::uint32_t value);      // big endian
  void U64(std::uint16_t type, std::uint64_t value);      // big endian
  void HostU32(std::uint16_t type, std::uint32_t value);  // extended acks are in host order
  void HostU64(std::uint16_t type, std::uint64_t value);

  std::span<const std::uint8_t> bytes() const { return bytes_; }
  std::vector<std::uint8_t> Take() { return std::move(bytes_); }

 private:
  // Makes room for `size` bytes padded with zeros to 4; null if there is none.
  std::uint8_t* Grow(std::size_t size);

  std::vector<std::uint8_t> bytes_;
  std::size_t capacity_;
  bool full_ = false;
};

}  // namespace natplan::kernel_sim

#endif  // NATPLAN_KERNEL_SIM_MESSAGE_WRITER_H_

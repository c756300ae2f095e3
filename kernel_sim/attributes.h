// Reading of netlink attributes, as the kernel reads them from a program it does not trust.
//
// Nothing here reads outside the span it was given, whatever the bytes are. Parsing is the liberal mode that
// nfnetlink uses: unknown numbers are skipped, the last duplicate wins, a bad length ends the parse silently.
#ifndef NATPLAN_KERNEL_SIM_ATTRIBUTES_H_
#define NATPLAN_KERNEL_SIM_ATTRIBUTES_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace natplan::kernel_sim {

// One attribute inside the datagram it came in; absent if header is null. Valid as long as the datagram.
struct Attribute {
  const std::uint8_t* header = nullptr;
  std::span<const std::uint8_t> payload;
  std::uint16_t type = 0;  // without the two flag bits

  explicit operator bool() const { return header != nullptr; }
};

enum class AttributeKind : std::uint8_t { kAny, kU8, kU32, kU64, kString, kNulString, kBinary, kNested };

// What the kernel's nla_policy says of one attribute number. `limit` is the greatest length of a string or of
// bytes, or the greatest value of a big endian kU32; 0 means none.
struct AttributeRule {
  AttributeKind kind = AttributeKind::kAny;
  std::uint32_t limit = 0;
};

// What an extended ack says beyond the error number (struct netlink_ext_ack).
struct ExtAck {
  const char* message = nullptr;
  const std::uint8_t* bad_attribute = nullptr;
  std::optional<AttributeRule> policy;

  void Blame(const Attribute& attribute) { bad_attribute = attribute.header; }
};

// Walks a list of attributes one by one and stops where the bytes stop making sense.
class AttributeCursor {
 public:
  explicit AttributeCursor(std::span<const std::uint8_t> bytes) : rest_(bytes) {}
  bool Next(Attribute& out);

 private:
  std::span<const std::uint8_t> rest_;
};

// Sorts `bytes` into `out`, whose index is the attribute's number; numbers outside `out` are skipped. Returns
// 0, or ERANGE or EINVAL if an attribute breaks its rule (`extack` may be null). Kernel: lib/nlattr.c
// nla_parse_deprecated() (6.18)
int ParseAttributes(std::span<const std::uint8_t> bytes, std::span<const AttributeRule> policy,
                    std::span<Attribute> out, ExtAck* extack);

// A parsed nest with attribute numbers 0 to N-1. An absent nest parses to nothing.
template <std::size_t N>
struct AttributeTable {
  std::array<Attribute, N> at;

  int Parse(const Attribute& nest, const std::array<AttributeRule, N>& policy, ExtAck* extack = nullptr) {
    return ParseAttributes(nest.payload, policy, at, extack);
  }
  const Attribute& operator[](std::size_t number) const { return at[number]; }
};

// Integers are big endian on the wire; the rule has made sure that the payload is long enough.
std::uint8_t ReadU8(const Attribute& attribute);
std::uint32_t ReadU32(const Attribute& attribute);
std::uint64_t ReadU64(const Attribute& attribute);
// The characters before the first NUL, or all.
std::string_view ReadString(const Attribute& attribute);

}  // namespace natplan::kernel_sim

#endif  // NATPLAN_KERNEL_SIM_ATTRIBUTES_H_

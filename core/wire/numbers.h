// Numbers of nf_tables that linux/netfilter/nf_tables.h of Linux 6.1 (Debian 12) lacks. Where the header is
// new enough to have a name, it is checked against the number here.
#ifndef NATPLAN_CORE_WIRE_NUMBERS_H_
#define NATPLAN_CORE_WIRE_NUMBERS_H_

#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>
#include <linux/version.h>

#include <cstdint>

#include "core/values/address.h"

namespace natplan::wire {

// enum nf_tables_msg_types
inline constexpr std::uint8_t kMessageDestroyTable = 26;
inline constexpr std::uint8_t kMessageDestroyChain = 27;
inline constexpr std::uint8_t kMessageDestroyRule = 28;
inline constexpr std::uint8_t kMessageDestroySet = 29;
inline constexpr std::uint8_t kMessageDestroySetElem = 30;
inline constexpr std::uint8_t kMessageDestroyObj = 31;
inline constexpr std::uint8_t kMessageDestroyFlowtable = 32;
inline constexpr std::uint8_t kMessageGetSetElemReset = 33;

// enum nft_table_flags
inline constexpr std::uint32_t kTablePersist = 4;

// enum nft_set_attributes: information about the backend, in dumps only
inline constexpr std::uint16_t kSetType = 19;
inline constexpr std::uint16_t kSetCount = 20;

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 3, 0)
static_assert(kMessageDestroyTable == NFT_MSG_DESTROYTABLE);
static_assert(kMessageDestroyChain == NFT_MSG_DESTROYCHAIN);
static_assert(kMessageDestroyRule == NFT_MSG_DESTROYRULE);
static_assert(kMessageDestroySet == NFT_MSG_DESTROYSET);
static_assert(kMessageDestroySetElem == NFT_MSG_DESTROYSETELEM);
static_assert(kMessageDestroyObj == NFT_MSG_DESTROYOBJ);
static_assert(kMessageDestroyFlowtable == NFT_MSG_DESTROYFLOWTABLE);
#endif
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 5, 0)
static_assert(kMessageGetSetElemReset == NFT_MSG_GETSETELEM_RESET);
#endif
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 9, 0)
static_assert(kTablePersist == NFT_TABLE_F_PERSIST);
#endif

// nlmsg_type of a message of nf_tables.
constexpr std::uint16_t MessageType(unsigned message) {
  return static_cast<std::uint16_t>(NFNL_SUBSYS_NFTABLES << 8 | message);
}

constexpr std::uint8_t ProtocolOf(Family family) {
  return family == Family::kIp ? NFPROTO_IPV4 : NFPROTO_IPV6;
}

// Attributes and messages start at multiples of this many bytes (NLA_ALIGNTO and NLMSG_ALIGNTO).
inline constexpr std::size_t kAlignment = 4;
constexpr std::size_t Aligned(std::size_t size) { return (size + kAlignment - 1) & ~(kAlignment - 1); }

inline constexpr std::size_t kMessageHeaderSize = 16;    // nlmsghdr
inline constexpr std::size_t kNetfilterHeaderSize = 4;   // nfgenmsg
inline constexpr std::size_t kAttributeHeaderSize = 4;   // nlattr
inline constexpr std::size_t kMaxAttributeSize = 65535;  // nla_len has 16 bits and counts the header
static_assert(sizeof(nlmsghdr) == kMessageHeaderSize && sizeof(nfgenmsg) == kNetfilterHeaderSize &&
              sizeof(nlattr) == kAttributeHeaderSize);

}  // namespace natplan::wire

#endif  // NATPLAN_CORE_WIRE_NUMBERS_H_

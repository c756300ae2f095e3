// The nf_tables and netlink numbers that Debian 12's UAPI headers (Linux 6.1) lack.
//
// Everything else comes from linux/netlink.h, linux/netfilter/nfnetlink.h and linux/netfilter/nf_tables.h,
// which this header includes.
#ifndef NATPLAN_KERNEL_SIM_NUMBERS_H_
#define NATPLAN_KERNEL_SIM_NUMBERS_H_

#include <linux/netfilter.h>
#include <linux/netfilter/nf_nat.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>

#include <cstddef>
#include <cstdint>

namespace natplan::kernel_sim {

// Message numbers, after NFT_MSG_DELFLOWTABLE.
inline constexpr std::uint8_t kMsgGetRuleReset = 25;
inline constexpr std::uint8_t kMsgDestroyTable = 26;
inline constexpr std::uint8_t kMsgDestroyChain = 27;
inline constexpr std::uint8_t kMsgDestroyRule = 28;
inline constexpr std::uint8_t kMsgDestroySet = 29;
inline constexpr std::uint8_t kMsgDestroySetElem = 30;
inline constexpr std::uint8_t kMsgDestroyObj = 31;
inline constexpr std::uint8_t kMsgDestroyFlowtable = 32;
inline constexpr std::uint8_t kMsgGetSetElemReset = 33;
static_assert(NFT_MSG_DELFLOWTABLE == 24);

inline constexpr std::size_t kAttributeHeader = sizeof(nlattr);  // NLA_HDRLEN is an int
inline constexpr std::uint32_t kTableFlagPersist = 0x4;
inline constexpr std::uint16_t kSetAttributeType = 19;
inline constexpr std::uint16_t kSetAttributeCount = 20;
static_assert(NFTA_SET_EXPRESSIONS == 18);

// Not part of the UAPI: sizes and limits inside the kernel that user space can observe.
inline constexpr std::size_t kNameLimit = 255;            // table, chain, set
inline constexpr std::size_t kUserdataLimit = 256;        // NFT_USERDATA_MAXLEN
inline constexpr std::size_t kModuleNameLimit = 42;       // expression and chain type names
inline constexpr std::size_t kRuleExpressionLimit = 128;  // NFT_RULE_MAXEXPRS
inline constexpr std::size_t kRuleSizeLimit = 4096;       // struct nft_rule's dlen has 12 bits
inline constexpr unsigned kJumpStackSize = 16;            // NFT_JUMP_STACK_SIZE
inline constexpr std::size_t kMessageGoodSize = 3776;     // NLMSG_GOODSIZE on x86-64
inline constexpr std::size_t kDumpSizeLimit = 32448;      // SKB_WITH_OVERHEAD(32768)
inline constexpr std::size_t kNotificationLimit = 7872;   // what an skb of NLMSG_GOODSIZE really has room for
inline constexpr std::uint32_t kNfTablesGroup = 7;        // NFNLGRP_NFTABLES
inline constexpr std::uint32_t kGroupLimit = 9;           // NFNLGRP_MAX
static_assert(NFNLGRP_NFTABLES == kNfTablesGroup);

}  // namespace natplan::kernel_sim

#endif  // NATPLAN_KERNEL_SIM_NUMBERS_H_

#include "kernel_sim/registers.h"

#include <cerrno>

#include "kernel_sim/numbers.h"

namespace natplan::kernel_sim {
namespace {

constexpr std::size_t kWords = 20;
constexpr Register kFirstDataWord = 4;

// Kernel: net/netfilter/nf_tables_api.c nft_parse_register() (6.18)
int ParseNumber(const Attribute& attribute, Register& out) {
  const std::uint32_t number = ReadU32(attribute);
  if (number <= NFT_REG_4) {
    out = static_cast<Register>(number * 4);
  } else if (number >= NFT_REG32_00 && number <= NFT_REG32_15) {
    out = static_cast<Register>(number - NFT_REG32_00 + kFirstDataWord);
  } else {
    return ERANGE;
  }
  return 0;
}

int CheckData(Register reg, std::size_t length) {
  if (reg < kFirstDataWord || length == 0) return EINVAL;
  if (reg * std::size_t{4} + length > kWords * 4) return ERANGE;
  return 0;
}

std::size_t WordCount(std::size_t length) { return (length + 3) / 4; }

}  // namespace

int RegisterTracker::Load(const Attribute& attribute, std::size_t length, Register& out) const {
  if (const int error = ParseNumber(attribute, out)) return error;
  if (const int error = CheckData(out, length)) return error;
  for (std::size_t word = out; word < out + WordCount(length); ++word) {
    if (!initialized_[word]) return ENODATA;
  }
  return 0;
}

int RegisterTracker::StoreValue(const Attribute& attribute, std::size_t length, Register& out) {
  if (const int error = ParseNumber(attribute, out)) return error;
  if (const int error = CheckData(out, length)) return error;
  for (std::size_t word = out; word < out + WordCount(length); ++word) initialized_.set(word);
  return 0;
}

int RegisterTracker::StoreVerdict(const Attribute& attribute, Register& out) const {
  if (const int error = ParseNumber(attribute, out)) return error;
  return out == 0 ? 0 : EINVAL;
}

void DumpRegister(MessageWriter& writer, std::uint16_t type, Register reg) {
  const bool whole = reg % 4 == 0;
  writer.U32(type, whole ? reg / 4U : reg - kFirstDataWord + std::uint32_t{NFT_REG32_00});
}

}  // namespace natplan::kernel_sim

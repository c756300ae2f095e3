#include "kernel_sim/verdict.h"

#include <array>
#include <cerrno>

#include "kernel_sim/nf_tables.h"
#include "kernel_sim/numbers.h"

namespace natplan::kernel_sim {
namespace {

constexpr std::array<AttributeRule, NFTA_VERDICT_MAX + 1> kVerdictPolicy = {{
    {},
    {AttributeKind::kU32},                 // NFTA_VERDICT_CODE
    {AttributeKind::kString, kNameLimit},  // NFTA_VERDICT_CHAIN
    {AttributeKind::kU32},                 // NFTA_VERDICT_CHAIN_ID
}};

int ParseVerdict(NfTables& state, const Table& table, const Attribute& nest, Data& out) {
  AttributeTable<NFTA_VERDICT_MAX + 1> attributes;
  if (const int error = attributes.Parse(nest, kVerdictPolicy)) return error;
  if (!attributes[NFTA_VERDICT_CODE]) return EINVAL;
  out.is_verdict = true;
  out.verdict = {static_cast<std::int32_t>(ReadU32(attributes[NFTA_VERDICT_CODE])), nullptr};
  switch (out.verdict.code) {
    case NF_ACCEPT:
    case NF_DROP:
    case NFT_CONTINUE:
    case NFT_BREAK:
    case NFT_RETURN:
      return 0;
    case NFT_JUMP:
    case NFT_GOTO:
      break;
    default:
      return EINVAL;
  }
  Chain* chain = nullptr;
  if (attributes[NFTA_VERDICT_CHAIN]) {
    chain = FindChain(table, ReadString(attributes[NFTA_VERDICT_CHAIN]));
  } else if (attributes[NFTA_VERDICT_CHAIN_ID]) {
    chain = FindChainById(state, table, ReadU32(attributes[NFTA_VERDICT_CHAIN_ID]));
  } else {
    return EINVAL;
  }
  if (chain == nullptr) return ENOENT;
  if (chain->base != nullptr) return EOPNOTSUPP;
  out.verdict.chain = chain;
  HoldVerdict(out.verdict);
  return 0;
}

}  // namespace

int ParseData(NfTables& state, const Table& table, const Attribute& nest, const DataDescription& description,
              Data& out) {
  AttributeTable<NFTA_DATA_MAX + 1> attributes;
  if (const int error = attributes.Parse(nest, kDataPolicy)) return error;
  if (attributes[NFTA_DATA_VALUE]) return ParseValue(attributes[NFTA_DATA_VALUE], description, out);
  if (attributes[NFTA_DATA_VERDICT] && description.verdict_allowed) {
    return ParseVerdict(state, table, attributes[NFTA_DATA_VERDICT], out);
  }
  return EINVAL;
}

bool IsJump(const Verdict& verdict) { return verdict.code == NFT_JUMP || verdict.code == NFT_GOTO; }

void HoldVerdict(const Verdict& verdict) {
  if (verdict.chain != nullptr) ++verdict.chain->use;
}

void ReleaseVerdict(const Verdict& verdict) {
  if (verdict.chain != nullptr) --verdict.chain->use;
}

void DumpVerdict(MessageWriter& writer, std::uint16_t type, const Verdict& verdict) {
  const std::size_t outer = writer.BeginNest(type);
  const std::size_t inner = writer.BeginNest(NFTA_DATA_VERDICT);
  writer.U32(NFTA_VERDICT_CODE, static_cast<std::uint32_t>(verdict.code));
  if (verdict.chain != nullptr) writer.String(NFTA_VERDICT_CHAIN, verdict.chain->name);
  writer.EndNest(inner);
  writer.EndNest(outer);
}

}  // namespace natplan::kernel_sim

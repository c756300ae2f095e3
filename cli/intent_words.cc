#include "cli/intent_words.h"

#include <array>
#include <cerrno>
#include <string_view>
#include <utility>

#include "cli/host_bits.h"
#include "core/values/impossible.h"
#include "core/values/intent.h"
#include "core/values/number.h"
#include "core/values/port.h"

namespace natplan::cli {
namespace {

std::unexpected<Error> Wrong(std::string text) {
  return std::unexpected(
      Error{.code = ErrorCode::kInvalidArgument, .errno_value = EINVAL, .text = std::move(text)});
}

std::expected<std::vector<Intent>, Error> ToIntents(const MasqueradeWords& words) {
  const auto prefix = Prefix::Parse(words.source);
  if (!prefix) return Wrong("PREFIX: " + prefix.error());
  std::optional<InterfaceName> out_interface;
  if (words.out_interface) {
    auto name = InterfaceName::Make(*words.out_interface);
    if (!name) return Wrong("--out-interface: " + name.error().text);
    out_interface = *std::move(name);
  }
  auto masquerade = Masquerade::Make(*prefix, std::move(out_interface));
  if (!masquerade) return std::unexpected(std::move(masquerade.error()));
  return std::vector<Intent>{*std::move(masquerade)};
}

std::expected<std::vector<Intent>, Error> ToIntents(const ForwardWords& words) {
  const auto protocol = ParseProtocol(words.protocol);
  if (!protocol) return Wrong("PROTOCOL: " + protocol.error());
  const auto host_port = ParsePort(words.host_port);
  if (!host_port) return Wrong("HOST_PORT: " + host_port.error());
  if (words.to) {
    const auto to = Endpoint::Parse(*words.to);
    if (!to) return Wrong("TARGET: " + to.error());
    return std::vector<Intent>{Forward{*protocol, *host_port, *to, words.localhost}};
  }
  // To take a forward away its port is enough; the target only says which family is meant.
  std::vector<Intent> both;
  for (const std::string_view any : {"0.0.0.0", "::"})
    both.emplace_back(Forward{*protocol, *host_port, {Address::Parse(any).value(), *host_port}});
  return both;
}

}  // namespace

std::expected<std::vector<Edit>, Error> ToEdits(Edit::Kind kind, const Owner& owner,
                                                const IntentWords& words) {
  auto intents = std::visit([](const auto& one) { return ToIntents(one); }, words);
  if (!intents) return std::unexpected(std::move(intents.error()));
  std::vector<Edit> edits;
  for (Intent& intent : *intents) {
    if (kind == Edit::Kind::kAdd) {
      if (auto impossible = WhyImpossible(intent)) return std::unexpected(*std::move(impossible));
    }
    edits.push_back({kind, owner, std::move(intent)});
  }
  return edits;
}

std::string NoteOf(const IntentWords& words) {
  const auto* masquerade = std::get_if<MasqueradeWords>(&words);
  if (masquerade == nullptr) return "";
  const auto prefix = Prefix::Parse(masquerade->source);
  return prefix ? HostBitsNote(masquerade->source, *prefix) : "";
}

}  // namespace natplan::cli

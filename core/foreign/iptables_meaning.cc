#include "core/foreign/iptables_meaning.h"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <optional>
#include <string_view>
#include <utility>

#include "core/foreign/xt_meaning.h"
#include "core/values/prefix.h"

namespace natplan::foreign {
namespace {

template <typename Each>
void ForEachPart(std::string_view text, Each each) {
  while (!text.empty()) {
    const std::string_view part = text.substr(0, text.find(','));
    text.remove_prefix(std::min(text.size(), part.size() + 1));
    each(part);
  }
}

std::optional<std::uint16_t> ToNumber(std::string_view text, std::uint16_t if_empty) {
  if (text.empty()) return if_empty;
  std::uint16_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

// "80", "80:90", ":90", "80,443,8000:8080". The programs that save print numbers.
Condition Ports(std::string_view text) {
  std::vector<PortRange> ranges;
  bool all_read = true;
  ForEachPart(text, [&](std::string_view part) {
    const std::size_t colon = part.find(':');
    const auto first = ToNumber(part.substr(0, colon), 0);
    const auto last = colon == std::string_view::npos ? first : ToNumber(part.substr(colon + 1), UINT16_MAX);
    all_read = all_read && first && last;
    if (first && last) ranges.push_back({*first, *last});
  });
  if (!all_read) return Condition::Perhaps();
  const PortSet set(std::move(ranges));
  return {set, set};
}

Condition IsProtocol(std::string_view text, const Packets& packets) {
  if (text == "all" || text == "0") return Condition::Always();
  if (!packets.protocol) return Condition::Perhaps();
  return Condition::Of(text == Name(*packets.protocol) ||
                       text == std::to_string(static_cast<unsigned>(*packets.protocol)));
}

Condition IsDestination(const std::string& text, const Packets& packets) {
  const std::string with_length =
      text.find('/') == std::string::npos ? text + (packets.family == Family::kIp ? "/32" : "/128") : text;
  const auto prefix = Prefix::Parse(with_length);
  // A mask that is no prefix ("10.0.0.1/255.0.0.255") is among what cannot be read.
  if (!prefix || packets.destinations.empty()) return Condition::Perhaps();
  const auto inside =
      std::ranges::count_if(packets.destinations, [&](const Address& one) { return prefix->Contains(one); });
  if (inside == 0) return Condition::Never();
  return std::cmp_equal(inside, packets.destinations.size()) ? Condition::Always() : Condition::Perhaps();
}

// "eth0", "veth+"
Condition IsInterface(std::string_view text, std::string_view interface) {
  if (interface.empty()) return Condition::Perhaps();
  if (text.ends_with('+')) return Condition::Of(interface.starts_with(text.substr(0, text.size() - 1)));
  return Condition::Of(interface == text);
}

Condition IsAddressType(std::string_view text, const Packets& packets) {
  if (!packets.address_type) return Condition::Perhaps();
  constexpr std::pair<std::string_view, std::uint32_t> kTypes[] = {{"UNICAST", 1}, {"LOCAL", 2}};
  bool is = false;
  ForEachPart(text, [&](std::string_view part) {
    for (const auto& [name, number] : kTypes) is = is || (name == part && number == *packets.address_type);
  });
  return Condition::Of(is);
}

// Of the first packet of a connection.
Condition IsState(std::string_view text, const Packets& packets) {
  Condition is = Condition::Never();
  ForEachPart(text, [&](std::string_view part) {
    if (part == "NEW") is = Condition::Always();
    if (part == "DNAT")
      is = is | (packets.translated ? Condition::Of(*packets.translated) : Condition::Perhaps());
  });
  return is;
}

class Reader {
 public:
  Reader(const std::vector<std::string>& words, const Packets& packets) : words_(words), packets_(packets) {}

  Meaning Read() {
    Meaning meaning;
    Condition when;
    while (const auto option = Next()) {
      if (*option == "!") {
        negated_ = true;
        continue;
      }
      if (*option == "-j" || *option == "-g") {
        const std::string target = Next().value_or("");
        if (auto branch = BranchOf(*option == "-g", target)) {
          branch->when = when;
          meaning.branches.push_back(*std::move(branch));
        }
        break;  // What follows is the target's.
      }
      const Condition one = Take(*option);
      when = when & (std::exchange(negated_, false) ? !one : one);
    }
    return meaning;
  }

 private:
  std::optional<std::string> Next() {
    return at_ < words_.size() ? std::optional(words_[at_++]) : std::nullopt;
  }

  Condition Take(const std::string& option) {
    if (option == "-m")
      return AsksByOptions(Next().value_or("")) ? Condition::Always() : Condition::Perhaps();
    if (option == "--comment") return static_cast<void>(Next()), Condition::Always();
    if (option == "-p") return IsProtocol(Next().value_or(""), packets_);
    if (option == "--dport" || option == "--dports") return Ports(Next().value_or(""));
    if (option == "-d") return IsDestination(Next().value_or(""), packets_);
    if (option == "-i") return IsInterface(Next().value_or(""), packets_.in_interface);
    if (option == "-o") return IsInterface(Next().value_or(""), packets_.out_interface);
    if (option == "--dst-type") return IsAddressType(Next().value_or(""), packets_);
    if (option == "--ctstate" || option == "--state") return IsState(Next().value_or(""), packets_);
    // The words of an option that is not known reach to the next option.
    while (at_ < words_.size() && !words_[at_].starts_with('-') && words_[at_] != "!") ++at_;
    return Condition::Perhaps();
  }

  // Whether a match asks for nothing but what its options say, which follow.
  static bool AsksByOptions(std::string_view match) {
    constexpr std::string_view kNames[] = {"tcp",       "udp",   "sctp",    "multiport", "addrtype",
                                           "conntrack", "state", "comment", "mac",       "mark"};
    return (std::ranges::find(kNames, match) != std::ranges::end(kNames));
  }

  static std::optional<Branch> BranchOf(bool is_goto, const std::string& target) {
    if (target == "ACCEPT") return Branch{.ending = Ending::kAccept};
    if (target == "DROP") return Branch{.ending = Ending::kDrop};
    if (target == "RETURN") return Branch{.ending = Ending::kReturn};
    const auto ending = EndingOfXtTarget(target);
    if (!ending) return std::nullopt;
    // A chain, or a target that is not known: who walks through the chains knows which.
    if (*ending == Ending::kUnknown)
      return Branch{.ending = is_goto ? Ending::kGoto : Ending::kJump, .chain = target};
    return Branch{.ending = *ending};
  }

  const std::vector<std::string>& words_;
  const Packets& packets_;
  std::size_t at_ = 0;
  bool negated_ = false;
};

}  // namespace

Meaning MeaningOf(const std::vector<std::string>& words, const Packets& packets) {
  return Reader(words, packets).Read();
}

std::string CommentOf(const std::vector<std::string>& words) {
  const auto at = std::ranges::find(words, "--comment");
  return at == words.end() || at + 1 == words.end() ? "" : *(at + 1);
}

}  // namespace natplan::foreign

#include "kernel_sim/listing/element_text.h"

#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>

#include <algorithm>
#include <bit>
#include <utility>

#include "kernel_sim/listing/datatype.h"
#include "kernel_sim/listing/intervals.h"

namespace natplan::kernel_sim::listing {
namespace {

// What follows the key: "timeout 5s comment "x" : data".
std::string Tail(const Set& set, const Element& element) {
  std::string text;
  if (element.timeout_ms) text += " timeout " + TimeText(*element.timeout_ms);
  if (element.expires_ms) text += " expires " + TimeText(*element.expires_ms);
  if (!element.comment.empty()) text += " comment \"" + element.comment + '"';
  if (element.verdict) text += " : " + VerdictText(*element.verdict);
  if (element.data) text += " : " + ConcatenationText(set.data_type, *element.data);
  return text;
}

bool IsInterval(const Set& set) {
  return (set.flags & NFT_SET_INTERVAL) != 0 && (set.flags & NFT_SET_CONCAT) == 0;
}

// nft keeps the keys of interval sets big endian, because the kernel compares them byte by byte.
Bytes FromKernelOrder(const DataType& type, Bytes key) {
  if (type.host_order && std::endian::native == std::endian::little) std::reverse(key.begin(), key.end());
  return key;
}

std::string RangeText(const DataType& type, const Range& range) {
  std::string first = ValueText(type, FromKernelOrder(type, range.start.key));
  if (range.last == range.start.key) return first;
  const int prefix = PrefixLength(range.start.key, range.last);
  if (type.prefixes && prefix >= 0) return first + '/' + std::to_string(prefix);
  return first + '-' + ValueText(type, FromKernelOrder(type, range.last));
}

// nft compares numbers by value, but takes a concatenation for one number in the machine's byte order.
bool Less(bool host_order, const Bytes& a, const Bytes& b) {
  if (host_order && std::endian::native == std::endian::little) {
    return std::lexicographical_compare(a.rbegin(), a.rend(), b.rbegin(), b.rend());
  }
  return a < b;
}

std::vector<std::string> Items(const Set& set, std::vector<Element> elements) {
  std::vector<std::string> items;
  const std::vector<DataType> parts = Parts(set.key_type);
  const auto plain_end =
      std::stable_partition(elements.begin(), elements.end(), [](const Element& e) { return !e.catch_all; });
  const std::vector<Element> catch_all(plain_end, elements.end());
  elements.erase(plain_end, elements.end());
  if (IsInterval(set)) {
    for (const Range& range : PairIntervals(std::move(elements))) {
      items.push_back(RangeText(parts.front(), range) + Tail(set, range.start));
    }
  } else {
    const bool host_order = parts.size() > 1 || parts.front().host_order;
    std::stable_sort(elements.begin(), elements.end(), [host_order](const Element& a, const Element& b) {
      return Less(host_order, a.key, b.key);
    });
    for (const Element& element : elements) {
      items.push_back(ConcatenationText(set.key_type, element.key) + Tail(set, element));
    }
  }
  for (const Element& element : catch_all) items.push_back('*' + Tail(set, element));
  return items;
}

// How many stand on one line; 0: all.
int PerLine(const Set& set) {
  if ((set.flags & NFT_SET_ANONYMOUS) != 0) return 0;
  const std::vector<DataType> parts = Parts(set.key_type);
  return parts.size() > 1 ? 1 : parts.front().per_line;
}

}  // namespace

std::string ElementsText(const Set& set, const std::vector<Element>& elements) {
  const std::vector<std::string> items = Items(set, elements);
  if (items.empty()) return {};
  const int per_line = PerLine(set);
  std::string text = "{ ";
  int on_line = 0;
  for (const std::string& item : items) {
    if (&item != &items.front()) {
      text += per_line != 0 && on_line == per_line ? ",\n\t\t\t     " : ", ";
      if (on_line == per_line) on_line = 0;
    }
    text += item;
    ++on_line;
  }
  return text + " }";
}

std::string VerdictText(const Verdict& verdict) {
  switch (verdict.code) {
    case NF_ACCEPT:
      return "accept";
    case NF_DROP:
      return "drop";
    case NFT_CONTINUE:
      return "continue";
    case NFT_BREAK:
      return "break";
    case NFT_RETURN:
      return "return";
    case NFT_JUMP:
      return "jump " + verdict.chain;
    case NFT_GOTO:
      return "goto " + verdict.chain;
    default:
      return "# unknown verdict " + std::to_string(verdict.code);
  }
}

std::string TimeText(std::uint64_t milliseconds) {
  struct Unit {
    std::uint64_t length;
    const char* name;
  };
  constexpr Unit kUnits[] = {{86'400'000, "d"}, {3'600'000, "h"}, {60'000, "m"}, {1'000, "s"}, {1, "ms"}};
  if (milliseconds == 0) return "0s";
  std::string text;
  for (const Unit& unit : kUnits) {
    if (const std::uint64_t count = milliseconds / unit.length; count != 0) {
      text += std::to_string(count) + unit.name;
    }
    milliseconds %= unit.length;
  }
  return text;
}

}  // namespace natplan::kernel_sim::listing

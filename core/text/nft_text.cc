#include "core/text/nft_text.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdlib>

#include "core/text/comment_text.h"
#include "core/text/element_text.h"
#include "core/text/rule_text.h"

namespace natplan {
namespace {

constexpr std::uint32_t kTypeMask = 63;  // one type of a set; more bits are a concatenation

// nft names a priority after the standard one at most 10 away; "dstnat" is one of prerouting only, "srcnat"
// of postrouting (nft, src/rule.c std_prio_lookup).
std::string PriorityText(const BaseChain& base) {
  struct Standard {
    const char* name;
    std::int32_t value;
    int hook;  // -1: any
  };
  constexpr std::array<Standard, 6> kStandard = {{{"raw", -300, -1},
                                                  {"mangle", -150, -1},
                                                  {"dstnat", -100, static_cast<int>(Hook::kPrerouting)},
                                                  {"filter", 0, -1},
                                                  {"security", 50, -1},
                                                  {"srcnat", 100, static_cast<int>(Hook::kPostrouting)}}};
  for (const Standard& standard : kStandard) {
    const std::int64_t distance = std::int64_t{base.priority} - standard.value;
    if (std::llabs(distance) > 10 || (standard.hook >= 0 && standard.hook != static_cast<int>(base.hook)))
      continue;
    if (distance == 0) return standard.name;
    return std::string(standard.name) + (distance > 0 ? " + " : " - ") + std::to_string(std::llabs(distance));
  }
  return std::to_string(base.priority);
}

std::string ShapeText(const SetShape& shape) {
  std::string out = "type " + TypeText(shape.key_type);
  if (shape.is_map) out += " : " + TypeText(shape.data_type);
  out += ";";
  if (shape.interval) out += " flags interval;";
  return out;
}

std::string SetWord(bool is_map) { return is_map ? "map " : "set "; }

template <typename T>
concept OfElements = requires(const T& operation) { operation.elements; };

constexpr std::string_view kElementEnd = " }";

// The operation's line; of one on elements, what all its lines have in front of the element.
struct LineVisitor {
  std::string operator()(const EnsureTable& op) const {
    const std::string comment = CommentText(op.comment);
    return "add table " + TableText(op.table) + (comment.empty() ? "" : " {" + comment + "; }");
  }
  std::string operator()(const DeleteTable& op) const { return "delete table " + TableText(op.table); }
  std::string operator()(const EnsureChain& op) const {
    return "add chain " + TableText(op.table) + " " + NameText(op.chain) + " { " + HookText(op.base) + " }";
  }
  std::string operator()(const DeleteChain& op) const {
    return "delete chain " + TableText(op.table) + " " + NameText(op.chain);
  }
  std::string operator()(const FlushChain& op) const {
    return "flush chain " + TableText(op.table) + " " + NameText(op.chain);
  }
  std::string operator()(const EnsureSet& op) const {
    return "add " + SetWord(op.shape.is_map) + TableText(op.table) + " " + NameText(op.set) + " { " +
           ShapeText(op.shape) + " }";
  }
  std::string operator()(const DeleteSet& op) const {
    return "delete " + SetWord(op.is_map) + TableText(op.table) + " " + NameText(op.set);
  }
  std::string operator()(const FlushSet& op) const {
    return "flush " + SetWord(op.is_map) + TableText(op.table) + " " + NameText(op.set);
  }
  std::string operator()(const AppendRule& op) const {
    return "add rule " + TableText(op.table) + " " + NameText(op.chain) + " " +
           RuleText(op.table.family, op.expressions) + CommentText(op.comment);
  }
  std::string operator()(const DeleteRule& op) const {
    return "delete rule " + TableText(op.table) + " " + NameText(op.chain) + " handle " +
           std::to_string(op.handle);
  }
  std::string operator()(const AddElements& op) const {
    // nft 1.0.6 refuses to create elements of an interval set in the batch that creates the set: EEXIST.
    return Elements(op.exclusive && !op.shape.interval ? "create element " : "add element ", op);
  }
  std::string operator()(const DeleteElements& op) const { return Elements("delete element ", op); }

 private:
  static std::string Elements(const std::string& verb, const OfElements auto& op) {
    return verb + TableText(op.table) + " " + NameText(op.set) + " { ";
  }
};

// Pairs the raw nodes of an interval set, in ascending order, into the ranges that nft prints; the null end
// that nft writes at key 0 is not one.
std::vector<Element> Ranges(const std::vector<Element>& nodes) {
  std::vector<Element> sorted = nodes;
  std::sort(sorted.begin(), sorted.end(), [](const Element& a, const Element& b) {
    return a.key != b.key ? a.key < b.key : a.kind > b.kind;  // at one key the end comes first
  });
  std::vector<Element> out;
  bool open = false;
  for (const Element& node : sorted) {
    if (node.kind == ElementKind::kEnd) {
      if (open) out.back().end = node.key;
      open = false;
    } else {
      if (open) out.back().end = node.key;
      out.push_back({.kind = ElementKind::kRange, .key = node.key, .comment = node.comment});
      open = true;
    }
  }
  return out;
}

// nft sorts concatenated keys by the number that their bytes make on this machine (expr_msort_cmp): on a
// little-endian one the last byte weighs most. Single keys sort from the first byte on.
void SortAsNft(const SetShape& shape, std::vector<Element>& elements) {
  const bool concatenated = shape.key_type > kTypeMask;
  std::ranges::sort(elements, [&](const Element& a, const Element& b) {
    if (!concatenated || std::endian::native == std::endian::big) return a < b;
    const auto one = a.key.span();
    const auto other = b.key.span();
    return std::lexicographical_compare(one.rbegin(), one.rend(), other.rbegin(), other.rend());
  });
}

std::string ElementsText(const SetSnapshot& set) {
  std::vector<Element> elements = set.shape.interval ? Ranges(set.elements) : set.elements;
  if (elements.empty()) return "";
  if (!set.shape.interval) SortAsNft(set.shape, elements);
  std::string out = "\t\telements = { ";
  ElementWriter writer(set.shape);
  // nft breaks the line after two IPv4 elements of a set and after each other one.
  const std::size_t per_line = set.shape.is_map || set.shape.key_length > 4 ? 1 : 2;
  for (std::size_t i = 0; i < elements.size(); ++i) {
    if (i > 0) out += i % per_line == 0 ? ",\n\t\t\t     " : ", ";
    writer.Append(elements[i], out);
  }
  return out + " }\n";
}

}  // namespace

std::string TableText(const TableId& table) {
  return std::string(Name(table.family)) + " " + NameText(table.name);
}

std::string HookText(const BaseChain& base) {
  return "type " + base.type + " hook " + Name(base.hook) + " priority " + PriorityText(base) + "; policy " +
         (base.policy == Policy::kAccept ? "accept;" : "drop;");
}

std::string ToLine(const Operation& operation, std::size_t element) {
  return std::visit(
      [element]<typename T>(const T& op) {
        std::string line = LineVisitor()(op);
        if constexpr (OfElements<T>)
          line.append(ElementText(op.shape, op.elements[element])).append(kElementEnd);
        return line;
      },
      operation);
}

void ForEachLine(const Operation& operation, const std::function<void(std::string_view line)>& take) {
  std::visit(
      [&take]<typename T>(const T& op) {
        std::string line = LineVisitor()(op);
        if constexpr (OfElements<T>) {
          ElementWriter writer(op.shape);
          const std::size_t beginning = line.size();
          for (const Element& element : op.elements) {
            line.resize(beginning);
            writer.Append(element, line);
            line += kElementEnd;
            take(line);
          }
        } else {
          take(line);
        }
      },
      operation);
}

std::vector<std::string> ToLines(const Operation& operation) {
  std::vector<std::string> out;
  ForEachLine(operation, [&out](std::string_view line) { out.emplace_back(line); });
  return out;
}

std::string ToText(const Transaction& transaction) {
  std::string out;
  for (const Operation& operation : transaction.operations)
    ForEachLine(operation, [&out](std::string_view line) { out.append(line) += '\n'; });
  return out;
}

std::string ListingText(const Snapshot& snapshot) {
  std::string out;
  for (const TableSnapshot& table : snapshot.tables) {
    out += "table " + TableText(table.id) + " {\n";
    if (table.dormant) out += "\tflags dormant\n";
    if (!table.comment.empty()) out += "\t" + CommentText(table.comment).substr(1) + "\n";
    bool first = !table.dormant;
    for (const SetSnapshot& set : table.sets) {
      if (!first) out += "\n";
      first = false;
      out += "\t" + SetWord(set.shape.is_map) + NameText(set.name) + " {\n\t\ttype " +
             TypeText(set.shape.key_type);
      if (set.shape.is_map) out += " : " + TypeText(set.shape.data_type);
      out += "\n";
      if (set.shape.interval) out += "\t\tflags interval\n";
      out += ElementsText(set) + "\t}\n";
    }
    for (const ChainSnapshot& chain : table.chains) {
      if (!first) out += "\n";
      first = false;
      out += "\tchain " + NameText(chain.name) + " {\n";
      if (chain.base) out += "\t\t" + HookText(*chain.base) + "\n";
      for (const RuleSnapshot& rule : chain.rules)
        out += "\t\t" + RuleText(table.id.family, rule.expressions) + CommentText(rule.comment) + "\n";
      out += "\t}\n";
    }
    out += "}\n";
  }
  return out;
}

}  // namespace natplan

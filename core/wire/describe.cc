#include "core/wire/describe.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

#include "core/values/address.h"
#include "core/wire/dictionary.h"
#include "core/wire/message_reader.h"
#include "core/wire/numbers.h"
#include "core/wire/userdata.h"

namespace natplan {
namespace {

using wire::AttributeInfo;
using wire::Bytes;
using wire::Dictionary;
using wire::Form;

// Deeper nests than nf_tables has are shown as bytes: a hostile datagram must not decide how deep we recurse.
constexpr int kMaxDepth = 12;
constexpr std::size_t kBytesPerRow = 8;

void AppendHex(std::size_t number, int digits, std::string& text) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  for (int shift = 4 * (digits - 1); shift >= 0; shift -= 4) text += kDigits[number >> shift & 15];
}

// A text from outside, in quotes; control characters and quotes become dots.
std::string Quoted(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) quoted += c < ' ' || c == '"' || c == 127 ? '.' : c;
  return quoted + '"';
}

// Bytes of an address's length could be one: what a key means stands in its set, not here.
std::string AddressText(Bytes bytes) {
  if (bytes.size() == 4) {
    std::array<std::uint8_t, 4> address;
    std::copy(bytes.begin(), bytes.end(), address.begin());
    return Address(address).ToString();
  }
  if (bytes.size() == 16) {
    std::array<std::uint8_t, 16> address;
    std::copy(bytes.begin(), bytes.end(), address.begin());
    return Address(address).ToString();
  }
  return "";
}

// What the payload of an attribute says; empty for bytes, nests and what is too short.
std::string ValueText(const AttributeInfo* info, Bytes payload) {
  if (info == nullptr) return "";
  switch (info->form) {
    case Form::kText:
      return Quoted(wire::StringIn(payload));
    case Form::kU32:
      return payload.size() == 4 ? wire::NumberText(wire::BigEndianU32(payload), info->numbers) : "";
    case Form::kS32:
      return payload.size() == 4 ? std::to_string(static_cast<std::int32_t>(wire::BigEndianU32(payload)))
                                 : "";
    case Form::kU64:
      return payload.size() == 8 ? std::to_string(wire::BigEndianU64(payload)) : "";
    case Form::kHostU32:
      return payload.size() == 4 ? std::to_string(wire::HostU32(payload)) : "";
    case Form::kAddress:
      return AddressText(payload);
    case Form::kUserdata: {
      const std::string_view comment = wire::CommentIn(payload);
      return comment.empty() ? "" : "comment " + Quoted(comment);
    }
    case Form::kBytes:
    case Form::kNest:
    case Form::kExpressionData:
      return "";
  }
  return "";
}

// The names of what is in the payload of an attribute; none: it has no attributes, or they are not known.
const Dictionary* NestOf(const AttributeInfo* info, std::string_view expression) {
  if (info == nullptr) return nullptr;
  return info->form == Form::kExpressionData ? wire::DictionaryOfExpression(expression) : info->nest;
}

class Describer {
 public:
  explicit Describer(Bytes datagram) : datagram_(datagram) {}

  std::string Text() && {
    Bytes rest = datagram_;
    for (;;) {
      const Bytes start = rest;
      const auto message = wire::NextMessage(rest);
      if (!message) break;
      if (!text_.empty()) text_ += '\n';
      text_ += wire::MessageName(message->type) + '\n';
      PutMessage(start, *message);
      PutPadding(Bytes(message->payload.data() + message->payload.size(), rest.data()));
    }
    if (!rest.empty()) PutRow(rest, 0, "not a message");
    return std::move(text_);
  }

 private:
  void PutMessage(Bytes start, const wire::Message& message) {
    PutRow(start.first(4), 0, "length " + std::to_string(wire::HostU32(start)));
    PutRow(start.subspan(4, 2), 0, "type " + wire::MessageName(message.type));
    PutRow(start.subspan(6, 2), 0, "flags " + wire::FlagsText(message.type, message.flags));
    PutRow(start.subspan(8, 4), 0, "sequence " + std::to_string(message.sequence));
    PutRow(start.subspan(12, 4), 0, "port " + std::to_string(message.port));
    const bool is_status = message.type == NLMSG_ERROR || message.type == NLMSG_DONE;
    const Dictionary* const dictionary = wire::DictionaryOfMessage(message.type);
    if (is_status && message.payload.size() >= 4) {
      PutStatus(message);
    } else if (dictionary != nullptr && message.payload.size() >= wire::kNetfilterHeaderSize) {
      PutRow(message.payload.first(1), 0, "family " + wire::ProtocolText(message.payload[0]));
      PutRow(message.payload.subspan(1, 1), 0, "version " + std::to_string(message.payload[1]));
      const unsigned resource = static_cast<unsigned>(message.payload[2] << 8 | message.payload[3]);
      PutRow(message.payload.subspan(2, 2), 0, "resource " + std::to_string(resource));
      PutAttributes(message.payload.subspan(wire::kNetfilterHeaderSize), dictionary, 0);
    } else if (!message.payload.empty()) {
      PutRow(message.payload, 0, "");
    }
  }

  void PutStatus(const wire::Message& message) {
    const int errno_value = wire::ErrnoOfStatus(wire::HostU32(message.payload));
    PutRow(message.payload.first(4), 0,
           "status " + (errno_value == 0 ? std::string("0") : '-' + wire::ErrnoText(errno_value)));
    Bytes rest = message.payload.subspan(4);
    if (message.type != NLMSG_ERROR || rest.size() < wire::kMessageHeaderSize) {
      if (!rest.empty()) PutRow(rest, 0, "");
      return;
    }
    PutRow(rest.first(wire::kMessageHeaderSize), 0,
           "header of the answered " + wire::MessageName(wire::HostU16(rest.subspan(4))));
    if ((message.flags & NLM_F_CAPPED) == 0) {
      const std::size_t quoted =
          std::clamp(wire::Aligned(wire::HostU32(rest)), wire::kMessageHeaderSize, rest.size());
      const Bytes body = rest.first(quoted).subspan(wire::kMessageHeaderSize);
      if (!body.empty()) PutRow(body, 0, "its body");
      rest = rest.subspan(quoted);
    } else {
      rest = rest.subspan(wire::kMessageHeaderSize);
    }
    if (!rest.empty()) PutAttributes(rest, &wire::DictionaryOfExtendedAck(), 0);
  }

  // `dictionary`: none if the names are not known.
  void PutAttributes(Bytes nest, const Dictionary* dictionary, int depth) {
    std::string_view expression;
    for (;;) {
      const Bytes start = nest;
      const auto attribute = wire::NextAttribute(nest);
      if (!attribute) break;
      const AttributeInfo* const info = dictionary != nullptr ? dictionary->Find(attribute->type) : nullptr;
      if (info != nullptr && dictionary->prefix == "NFTA_EXPR_" && info->form == Form::kText) {
        expression = wire::StringIn(attribute->payload);
      }
      const std::string name = info != nullptr ? std::string(dictionary->prefix) + std::string(info->name)
                                               : "attribute " + std::to_string(attribute->type);
      const std::string value = ValueText(info, attribute->payload);
      PutRow(start.first(wire::kAttributeHeaderSize), depth, name + (value.empty() ? "" : " " + value));
      const Dictionary* const inner = NestOf(info, expression);
      if (inner != nullptr && depth < kMaxDepth) {
        PutAttributes(attribute->payload, inner, depth + 1);
      } else if (!attribute->payload.empty()) {
        PutRow(attribute->payload, depth + 1, "");
      }
      PutPadding(Bytes(attribute->payload.data() + attribute->payload.size(), nest.data()));
    }
    if (!nest.empty()) PutRow(nest, depth, "not an attribute");
  }

  void PutPadding(Bytes padding) {
    if (!padding.empty()) PutRow(padding, 0, "padding");
  }

  // Bytes with a meaning; more than a row's take further rows without it.
  void PutRow(Bytes bytes, int depth, const std::string& meaning) {
    for (bool first = true; first || !bytes.empty(); first = false) {
      const Bytes row = bytes.first(std::min(kBytesPerRow, bytes.size()));
      text_ += "  ";
      AppendHex(wire::OffsetIn(datagram_, row), 6, text_);
      text_ += ' ';
      for (const std::uint8_t byte : row) {
        text_ += ' ';
        AppendHex(byte, 2, text_);
      }
      if (first && !meaning.empty()) {
        text_.append(3 * (kBytesPerRow - row.size()) + 2 + 2 * static_cast<std::size_t>(depth), ' ');
        text_ += meaning;
      }
      text_ += '\n';
      bytes = bytes.subspan(row.size());
    }
  }

  Bytes datagram_;
  std::string text_;
};

void AppendAttributes(Bytes nest, const Dictionary& dictionary, int depth, std::string& line) {
  while (const auto attribute = wire::NextAttribute(nest)) {
    const AttributeInfo* const info = dictionary.Find(attribute->type);
    line += ' ';
    line += info != nullptr ? std::string(info->name) : std::to_string(attribute->type);
    const Dictionary* const inner = info != nullptr ? info->nest : nullptr;
    if (inner != nullptr && inner->is_list) {
      std::size_t count = 0;
      for (Bytes list = attribute->payload; wire::NextAttribute(list);) ++count;
      line += '[' + std::to_string(count) + ']';
    } else if (inner != nullptr && depth < kMaxDepth) {
      line += " {";
      AppendAttributes(attribute->payload, *inner, depth + 1, line);
      line += " }";
    } else if (const std::string value = ValueText(info, attribute->payload); !value.empty()) {
      line += ' ' + value;
    } else {
      line += '(' + std::to_string(attribute->payload.size()) + ')';
    }
  }
}

}  // namespace

std::string Describe(std::span<const std::uint8_t> datagram) { return Describer(datagram).Text(); }

std::string DescribeLine(std::span<const std::uint8_t> bytes) {
  const auto message = wire::NextMessage(bytes);
  if (!message) return "not a message, " + std::to_string(bytes.size()) + " bytes";
  std::string line = wire::MessageName(message->type) + " #" + std::to_string(message->sequence);
  if (message->flags != 0) line += ' ' + wire::FlagsText(message->type, message->flags);
  const Dictionary* const dictionary = wire::DictionaryOfMessage(message->type);
  if (message->type == NLMSG_ERROR && message->payload.size() >= 4 + wire::kMessageHeaderSize) {
    const int errno_value = wire::ErrnoOfStatus(wire::HostU32(message->payload));
    line += errno_value == 0 ? " ok" : ' ' + wire::ErrnoText(errno_value);
    const Bytes answered = message->payload.subspan(4);
    line += " for " + wire::MessageName(wire::HostU16(answered.subspan(4)));
    const std::size_t quoted = (message->flags & NLM_F_CAPPED) != 0 ? wire::kMessageHeaderSize
                                                                    : wire::Aligned(wire::HostU32(answered));
    if ((message->flags & NLM_F_ACK_TLVS) != 0 && quoted <= answered.size()) {
      AppendAttributes(answered.subspan(quoted), wire::DictionaryOfExtendedAck(), 0, line);
    }
  } else if (message->type == NLMSG_DONE && message->payload.size() >= 4) {
    const int errno_value = wire::ErrnoOfStatus(wire::HostU32(message->payload));
    line += errno_value == 0 ? " ok" : ' ' + wire::ErrnoText(errno_value);
  } else if (dictionary != nullptr && message->payload.size() >= wire::kNetfilterHeaderSize) {
    line += ' ' + wire::ProtocolText(message->payload[0]);
    AppendAttributes(message->payload.subspan(wire::kNetfilterHeaderSize), *dictionary, 0, line);
  }
  return line;
}

}  // namespace natplan

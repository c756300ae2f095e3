#include "core/wire/element_encoder.h"

#include <cstring>
#include <string_view>

#include "core/wire/numbers.h"
#include "core/wire/userdata.h"

namespace natplan::wire {
namespace {

// What NFTA_SET_ELEM_LIST_ELEMENTS can hold.
constexpr std::size_t kMaxListSize = kMaxAttributeSize - kAttributeHeaderSize;

constexpr std::size_t kFlagsSize = kAttributeHeaderSize + 4;

// A nest with NFTA_DATA_VALUE alone.
constexpr std::size_t ValueSize(std::size_t size) { return 2 * kAttributeHeaderSize + Aligned(size); }

bool HasData(const Element& element, bool with_data) {
  return with_data && element.kind != ElementKind::kEnd && !element.data.empty();
}

bool HasComment(const Element& element, bool with_data) {
  return with_data && element.kind != ElementKind::kEnd && !element.comment.empty();
}

// The length of the attribute, without padding.
std::size_t CommentSize(std::string_view comment) { return kAttributeHeaderSize + CommentItemSize(comment); }

std::size_t EncodedSize(const Element& element, bool with_data) {
  std::size_t size = kAttributeHeaderSize + ValueSize(element.key.size());
  if (element.kind == ElementKind::kEnd) size += kFlagsSize;
  if (HasData(element, with_data)) size += ValueSize(element.data.size());
  if (HasComment(element, with_data)) size += Aligned(CommentSize(element.comment));
  if (NodesOf(element) == 2) size += kAttributeHeaderSize + ValueSize(element.end.size()) + kFlagsSize;
  return size;
}

// Writes attributes one behind the other. The bytes of a key or of data are written with all that InlineBytes
// has room for, which is zero behind them: that gives the padding, and a copy of a fixed size costs a fifth
// of one that is not. So there must be room for kSlack bytes behind what is written.
class Cursor {
 public:
  static constexpr std::size_t kSlack = 32;

  explicit Cursor(std::uint8_t* at) : at_(at) {}

  void PutElement(const Element& element, bool with_data) {
    const bool is_end = element.kind == ElementKind::kEnd;
    const bool has_data = HasData(element, with_data);
    const bool has_comment = HasComment(element, with_data);
    PutHeader(NFTA_LIST_ELEM | NLA_F_NESTED, kAttributeHeaderSize + ValueSize(element.key.size()) +
                                                 (has_data ? ValueSize(element.data.size()) : 0) +
                                                 (is_end ? kFlagsSize : 0) +
                                                 (has_comment ? Aligned(CommentSize(element.comment)) : 0));
    PutValue(NFTA_SET_ELEM_KEY, element.key);
    if (has_data) PutValue(NFTA_SET_ELEM_DATA, element.data);
    if (is_end) PutEndFlag();
    if (has_comment) PutComment(element.comment);
    if (NodesOf(element) != 2) return;
    PutHeader(NFTA_LIST_ELEM | NLA_F_NESTED,
              kAttributeHeaderSize + ValueSize(element.end.size()) + kFlagsSize);
    PutValue(NFTA_SET_ELEM_KEY, element.end);
    PutEndFlag();
  }

 private:
  void PutEndFlag() {
    PutHeader(NFTA_SET_ELEM_FLAGS, kFlagsSize);
    constexpr std::uint8_t kFlags[4] = {0, 0, 0, NFT_SET_ELEM_INTERVAL_END};
    std::memcpy(at_, kFlags, sizeof(kFlags));
    at_ += sizeof(kFlags);
  }

  void PutComment(std::string_view comment) {
    PutHeader(NFTA_SET_ELEM_USERDATA, CommentSize(comment));
    WriteCommentItem(at_, comment);
    at_ += Aligned(CommentItemSize(comment));  // Nothing but zeroes was written there: that is the padding.
  }

  template <std::size_t kCapacity>
  void PutValue(std::uint16_t type, const InlineBytes<kCapacity>& value) {
    static_assert(kCapacity <= kSlack);
    PutHeader(type | NLA_F_NESTED, ValueSize(value.size()));
    PutHeader(NFTA_DATA_VALUE, kAttributeHeaderSize + value.size());
    std::memcpy(at_, value.span().data(), kCapacity);
    at_ += Aligned(value.size());
  }

  void PutHeader(std::uint16_t type, std::size_t size) {
    const std::uint16_t header[2] = {static_cast<std::uint16_t>(size), type};
    std::memcpy(at_, header, sizeof(header));
    at_ += sizeof(header);
  }

  std::uint8_t* at_;
};

// What stands in a message beside its elements.
std::size_t MessageOverhead(const ElementList& list) {
  return kMessageHeaderSize + kNetfilterHeaderSize + 3 * kAttributeHeaderSize +
         Aligned(list.table.name.size() + 1) + Aligned(list.set.size() + 1);
}

}  // namespace

std::size_t DivideIntoMessages(const ElementList& list, std::vector<ElementMessage>& messages) {
  const std::size_t before = messages.size();
  std::size_t total = Cursor::kSlack;
  ElementMessage message;
  for (const Element& element : list.elements) {
    const std::size_t size = EncodedSize(element, list.with_data);
    const std::size_t nodes = NodesOf(element);
    if (message.list_size + size > kMaxListSize ||
        (nodes != message.nodes_per_element && message.list_size > 0)) {
      messages.push_back(message);
      message = {.first = message.end, .end = message.end};
    }
    message.nodes_per_element = nodes;
    message.list_size += size;
    ++message.end;
    total += size;
  }
  messages.push_back(message);
  return total + (messages.size() - before) * MessageOverhead(list);
}

void EncodeElements(const ElementList& list, const ElementMessage& message, const Header& header,
                    std::vector<std::uint8_t>& bytes) {
  MessageWriter writer(bytes, header);
  writer.PutString(NFTA_SET_ELEM_LIST_TABLE, list.table.name);
  writer.PutString(NFTA_SET_ELEM_LIST_SET, list.set);
  const std::size_t nest = writer.OpenNest(NFTA_SET_ELEM_LIST_ELEMENTS);
  const std::size_t start = bytes.size();
  bytes.resize(start + message.list_size + Cursor::kSlack);
  Cursor cursor(bytes.data() + start);
  for (const Element& element : list.elements.subspan(message.first, message.end - message.first)) {
    cursor.PutElement(element, list.with_data);
  }
  bytes.resize(start + message.list_size);
  writer.CloseNest(nest);
  writer.Finish();
}

}  // namespace natplan::wire

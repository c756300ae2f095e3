#include "core/wire/element_encoder.h"

#include <cstring>

#include "core/wire/message_reader.h"
#include "core/wire/numbers.h"

namespace natplan::wire {
namespace {

// What NFTA_SET_ELEM_LIST_ELEMENTS can hold.
constexpr std::size_t kMaxListSize = kMaxAttributeSize - kAttributeHeaderSize;

constexpr std::size_t kFlagsSize = kAttributeHeaderSize + 4;

// A nest with NFTA_DATA_VALUE alone.
constexpr std::size_t ValueSize(std::size_t size) { return 2 * kAttributeHeaderSize + Aligned(size); }

std::size_t EncodedSize(const Element& element, bool with_data) {
  std::size_t size = kAttributeHeaderSize + ValueSize(element.key.size());
  if (element.kind == ElementKind::kEnd) return size + kFlagsSize;
  if (with_data && !element.data.empty()) size += ValueSize(element.data.size());
  if (NodeCount(element) == 2) size += kAttributeHeaderSize + ValueSize(element.end.size()) + kFlagsSize;
  return size;
}

// Writes attributes into memory that is large enough and zero, so that padding needs no writing.
class Cursor {
 public:
  explicit Cursor(std::uint8_t* at) : at_(at) {}

  void PutNode(Bytes key, Bytes data, bool is_end) {
    const std::size_t size = kAttributeHeaderSize + ValueSize(key.size()) +
                             (data.empty() ? 0 : ValueSize(data.size())) + (is_end ? kFlagsSize : 0);
    PutHeader(NFTA_LIST_ELEM | NLA_F_NESTED, size);
    PutValue(NFTA_SET_ELEM_KEY, key);
    if (!data.empty()) PutValue(NFTA_SET_ELEM_DATA, data);
    if (is_end) {
      PutHeader(NFTA_SET_ELEM_FLAGS, kFlagsSize);
      at_[3] = NFT_SET_ELEM_INTERVAL_END;
      at_ += 4;
    }
  }

 private:
  void PutValue(std::uint16_t type, Bytes value) {
    PutHeader(type | NLA_F_NESTED, ValueSize(value.size()));
    PutHeader(NFTA_DATA_VALUE, kAttributeHeaderSize + value.size());
    std::memcpy(at_, value.data(), value.size());
    at_ += Aligned(value.size());
  }
  void PutHeader(std::uint16_t type, std::size_t size) {
    const auto length = static_cast<std::uint16_t>(size);
    std::memcpy(at_, &length, sizeof(length));
    std::memcpy(at_ + sizeof(length), &type, sizeof(type));
    at_ += kAttributeHeaderSize;
  }

  std::uint8_t* at_;
};

// What stands in a message beside its elements.
std::size_t MessageOverhead(const ElementList& list) {
  return kMessageHeaderSize + kNetfilterHeaderSize + 3 * kAttributeHeaderSize +
         Aligned(list.table.name.size() + 1) + Aligned(list.set.size() + 1);
}

}  // namespace

std::size_t NodeCount(const Element& element) {
  return element.kind == ElementKind::kRange && !element.end.empty() ? 2 : 1;
}

std::size_t MaxEncodedSize(const ElementList& list) {
  std::size_t size = 0;
  std::size_t messages = 1;
  std::size_t list_size = 0;
  for (std::size_t i = 0; i < list.elements.size(); ++i) {
    const std::size_t element_size = EncodedSize(list.elements[i], list.with_data);
    const bool other_nodes = i > 0 && NodeCount(list.elements[i]) != NodeCount(list.elements[i - 1]);
    if (other_nodes || list_size + element_size > kMaxListSize) {
      ++messages;
      list_size = 0;
    }
    list_size += element_size;
    size += element_size;
  }
  return size + messages * MessageOverhead(list);
}

std::size_t EncodeElements(const ElementList& list, std::size_t first, const Header& header,
                           std::vector<std::uint8_t>& bytes) {
  MessageWriter writer(bytes, header);
  writer.PutString(NFTA_SET_ELEM_LIST_TABLE, list.table.name);
  writer.PutString(NFTA_SET_ELEM_LIST_SET, list.set);
  const std::size_t nest = writer.OpenNest(NFTA_SET_ELEM_LIST_ELEMENTS);

  std::size_t end = first;
  std::size_t list_size = 0;
  for (; end < list.elements.size(); ++end) {
    const std::size_t size = EncodedSize(list.elements[end], list.with_data);
    if (list_size + size > kMaxListSize || NodeCount(list.elements[end]) != NodeCount(list.elements[first]))
      break;
    list_size += size;
  }

  const std::size_t start = bytes.size();
  bytes.resize(start + list_size);
  Cursor cursor(bytes.data() + start);
  for (const Element& element : list.elements.subspan(first, end - first)) {
    const bool is_end = element.kind == ElementKind::kEnd;
    const Bytes data = list.with_data && !is_end ? element.data.span() : Bytes{};
    cursor.PutNode(element.key.span(), data, is_end);
    if (NodeCount(element) == 2) cursor.PutNode(element.end.span(), {}, true);
  }
  writer.CloseNest(nest);
  writer.Finish();
  return end;
}

}  // namespace natplan::wire

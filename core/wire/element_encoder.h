// Elements of a set as NEWSETELEM or DELSETELEM, as many to a message as its list takes.
#ifndef NATPLAN_CORE_WIRE_ELEMENT_ENCODER_H_
#define NATPLAN_CORE_WIRE_ELEMENT_ENCODER_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/values/element.h"
#include "core/values/operation.h"
#include "core/wire/message_writer.h"

namespace natplan::wire {

// Of which operation the messages are made.
struct ElementList {
  const TableId& table;
  const std::string& set;
  std::span<const Element> elements;
  bool with_data = false;  // DELSETELEM finds an element by its key alone
};

// At least the number of bytes that the messages take.
std::size_t MaxEncodedSize(const ElementList& list);

// Appends one message to `bytes` with the elements from index `first` on; returns the index of the first one
// that it does not contain. Start and end of a range stand side by side in one message, and all elements of a
// message have the same number of nodes (see EncodedBatch::Message::nodes_per_element). Without an element
// left, its list is empty, which the kernel takes for nothing to do. Allocates nothing if the capacity of
// `bytes` suffices.
std::size_t EncodeElements(const ElementList& list, std::size_t first, const Header& header,
                           std::vector<std::uint8_t>& bytes);

// The number of nodes, which is the number of entries in a message's list: 2 for a range with an end,
// otherwise 1.
std::size_t NodeCount(const Element& element);

}  // namespace natplan::wire

#endif  // NATPLAN_CORE_WIRE_ELEMENT_ENCODER_H_

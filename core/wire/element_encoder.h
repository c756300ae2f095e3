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
  bool with_data = false;  // and comments; DELSETELEM finds an element by its key alone
};

// Which elements one message carries. Start and end of a range stand side by side in one message, and all
// elements of a message have the same number of nodes (see EncodedBatch::Message::nodes_per_element).
struct ElementMessage {
  std::size_t first = 0;  // indices of the first element and of the one behind the last
  std::size_t end = 0;
  std::size_t nodes_per_element = 1;
  std::size_t list_size = 0;  // bytes in NFTA_SET_ELEM_LIST_ELEMENTS
};

// Appends the messages that `list` takes to `messages`. Without elements it is one with an empty list, which
// the kernel takes for nothing to do. Returns the number of bytes to reserve for them.
std::size_t DivideIntoMessages(const ElementList& list, std::vector<ElementMessage>& messages);

// Appends `message` of `list` to `bytes`. Allocates nothing if there is the room that was to be reserved.
void EncodeElements(const ElementList& list, const ElementMessage& message, const Header& header,
                    std::vector<std::uint8_t>& bytes);

}  // namespace natplan::wire

#endif  // NATPLAN_CORE_WIRE_ELEMENT_ENCODER_H_

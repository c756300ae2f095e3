// What messages say of chains, sets and elements, in dumps and in notifications alike.
#ifndef NATPLAN_CORE_WIRE_READ_OBJECT_H_
#define NATPLAN_CORE_WIRE_READ_OBJECT_H_

#include <optional>

#include "core/values/element.h"
#include "core/values/operation.h"
#include "core/wire/message_reader.h"

namespace natplan::wire {

// The attributes of a NEWCHAIN that has NFTA_CHAIN_HOOK; none if the hook is malformed.
std::optional<BaseChain> ReadBaseChain(const AttributeTable& attributes);

// The attributes of a NEWSET; none without a key's length.
std::optional<SetShape> ReadShape(const AttributeTable& attributes);

// The payload of one element of a list. None if natplan does not understand it. Userdata that is no comment
// is passed over: it changes nothing about what matches.
std::optional<Element> ReadElement(Bytes attributes, bool interval);

}  // namespace natplan::wire

#endif  // NATPLAN_CORE_WIRE_READ_OBJECT_H_

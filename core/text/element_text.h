// Elements in nft syntax.
#ifndef NATPLAN_CORE_TEXT_ELEMENT_TEXT_H_
#define NATPLAN_CORE_TEXT_ELEMENT_TEXT_H_

#include <cstdint>
#include <span>
#include <string>

#include "core/values/operation.h"

namespace natplan {

// nft's name of a set's key or data type: "ipv4_addr", "inet_proto . inet_service"; "type 99" for one that
// natplan does not write.
std::string TypeText(std::uint32_t type);

// "10.0.0.0/8", "10.0.0.1-10.0.0.5", "tcp . 80 comment "web" : 192.0.2.1 . 8080". Bytes of a type that
// natplan does not write stand in hex.
std::string ElementText(const SetShape& shape, const Element& element);

// The addresses from `first` to one before `end` (to the top if `end` is empty): a prefix where it is one.
std::string RangeText(std::span<const std::uint8_t> first, std::span<const std::uint8_t> end);

}  // namespace natplan

#endif  // NATPLAN_CORE_TEXT_ELEMENT_TEXT_H_

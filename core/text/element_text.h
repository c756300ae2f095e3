// Elements in nft syntax.
#ifndef NATPLAN_CORE_TEXT_ELEMENT_TEXT_H_
#define NATPLAN_CORE_TEXT_ELEMENT_TEXT_H_

#include <array>
#include <cstddef>
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

// What a key or a value is made of, first component first.
class ValueType {
 public:
  struct Component {
    std::uint32_t type = 0;
    std::size_t size = 0;    // bytes; 0 for a type that natplan does not write
    std::size_t padded = 0;  // bytes, with those that fill it up in a concatenation
  };

  explicit ValueType(std::uint32_t type);
  std::span<const Component> components() const { return std::span(components_).last(count_); }

  static constexpr std::size_t kMost = 6;  // components: each is six bits of the type

 private:
  std::array<Component, kMost> components_ = {};
  std::size_t count_ = 0;
};

// Writes the texts of elements of one set; what they have in common is worked out once.
class ElementWriter {
 public:
  explicit ElementWriter(const SetShape& shape);
  void Append(const Element& element, std::string& out);

 private:
  void AppendNodes(const Element& element, std::string& out);
  const std::string& TextOf(const std::string& comment);

  SetShape shape_;
  ValueType key_;
  ValueType data_;
  std::string comment_ = {};       // the last one
  std::string comment_text_ = {};  // and its text
};

// The addresses from `first` to one before `end` (to the top if `end` is empty): a prefix where it is one.
std::string RangeText(std::span<const std::uint8_t> first, std::span<const std::uint8_t> end);

}  // namespace natplan

#endif  // NATPLAN_CORE_TEXT_ELEMENT_TEXT_H_

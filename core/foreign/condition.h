// What a rule asks of a packet, as far as it is known which packets are meant.
#ifndef NATPLAN_CORE_FOREIGN_CONDITION_H_
#define NATPLAN_CORE_FOREIGN_CONDITION_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/foreign/port_set.h"
#include "core/values/address.h"
#include "core/values/operation.h"
#include "core/values/port.h"

namespace natplan::foreign {

// The packets that a question is about: the first one of each connection, of every destination port, that
// comes to `hook`. What is empty is not known, and a rule that asks for it may match or not.
struct Packets {
  Family family = Family::kIp;
  std::optional<Protocol> protocol = {};
  Hook hook = Hook::kPrerouting;
  std::vector<Address> destinations = {};          // one of these
  std::optional<std::uint32_t> address_type = {};  // of the destination: RTN_LOCAL, RTN_UNICAST
  std::string in_interface = {};
  std::string out_interface = {};
  std::optional<std::uint32_t> in_index = {};  // of the same interfaces
  std::optional<std::uint32_t> out_index = {};
  std::optional<bool> translated = {};  // whether the destination was translated already
};

// Destination ports with which a packet can match, and with which it matches for certain.
struct Condition {
  PortSet may = PortSet::All();
  PortSet must = PortSet::All();

  static Condition Always() { return {}; }
  static Condition Never() { return {{}, {}}; }
  static Condition Perhaps() { return {PortSet::All(), {}}; }
  static Condition Of(bool matches) { return matches ? Always() : Never(); }

  friend Condition operator&(const Condition& a, const Condition& b) {
    return {a.may & b.may, a.must & b.must};
  }
  friend Condition operator|(const Condition& a, const Condition& b) {
    return {a.may | b.may, a.must | b.must};
  }
  friend Condition operator!(const Condition& a) { return {PortSet::All() - a.must, PortSet::All() - a.may}; }
  friend bool operator==(const Condition&, const Condition&) = default;
};

// How a rule goes on with what matches.
enum class Ending {
  kTranslate,  // the destination
  kAccept,
  kDrop,
  kReturn,
  kJump,
  kGoto,
  kUnknown,  // anything of these
};

struct Branch {
  Condition when = {};
  Ending ending = Ending::kUnknown;
  std::string chain = {};  // of a jump and a goto
};

// One rule. What matches no branch goes on to the next rule.
struct Meaning {
  std::vector<Branch> branches = {};
  bool understood = true;  // all of it: what is not certain depends on the packet alone
};

}  // namespace natplan::foreign

#endif  // NATPLAN_CORE_FOREIGN_CONDITION_H_

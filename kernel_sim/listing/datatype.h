// nft's data types: names, and values in nft syntax.
#ifndef NATPLAN_KERNEL_SIM_LISTING_DATATYPE_H_
#define NATPLAN_KERNEL_SIM_LISTING_DATATYPE_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "kernel_sim/listing/attribute_reader.h"

namespace natplan::kernel_sim::listing {

// nft's numbers for its types (NFTA_SET_KEY_TYPE); a concatenation is their sequence, six bits each.
enum TypeId : std::uint32_t {
  kTypeNfproto = 2,
  kTypeIpv4 = 7,
  kTypeIpv6 = 8,
  kTypeProtocol = 12,
  kTypeService = 13,
  kTypeMark = 19,
  kTypeInterface = 20,
  kTypeFibAddress = 34,
  kTypePresence = 35,  // nft's boolean, as the word that fib stores
  kTypeInterfaceName = 41,
};

struct DataType {
  std::uint32_t id = 0;
  std::string name;
  std::size_t size = 0;     // bytes of a value; 0: not fixed
  bool host_order = false;  // numbers in the machine's byte order
  bool prefixes = false;    // a range that is a prefix is printed as one
  int per_line = 1;         // elements of a set on one line
};

// The type of that number; one that is not in the table gets the name "type N" and prints hex.
DataType FindDataType(std::uint32_t id);

// The parts of a concatenation; one part for a plain type.
std::vector<DataType> Parts(std::uint32_t type);

// "ipv4_addr", "inet_proto . inet_service".
std::string TypeText(std::uint32_t type);

// One value of a plain type.
std::string ValueText(const DataType& type, ByteView value);

// A key or a datum of a set; the parts of a concatenation start at multiples of four bytes.
std::string ConcatenationText(std::uint32_t type, ByteView value);

// "0x0a0b"
std::string HexText(ByteView value);

}  // namespace natplan::kernel_sim::listing

#endif  // NATPLAN_KERNEL_SIM_LISTING_DATATYPE_H_

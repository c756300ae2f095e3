// A set of ports, as ranges: what part of all ports a rule's condition lets through.
#ifndef NATPLAN_CORE_FOREIGN_PORT_SET_H_
#define NATPLAN_CORE_FOREIGN_PORT_SET_H_

#include <cstdint>
#include <string>
#include <vector>

namespace natplan::foreign {

struct PortRange {
  std::uint16_t first = 0;
  std::uint16_t last = 65535;
  friend bool operator==(const PortRange&, const PortRange&) = default;
};

class PortSet {
 public:
  PortSet() = default;  // none
  static PortSet All() { return PortSet({PortRange{}}); }
  // In any order, overlapping or not; a range whose first port is behind its last holds nothing.
  explicit PortSet(std::vector<PortRange> ranges);

  bool empty() const { return ranges_.empty(); }
  bool Has(std::uint16_t port) const;
  // Ascending, with a gap between any two.
  const std::vector<PortRange>& ranges() const { return ranges_; }
  // "80, 8000-8010"; of many ranges the first ones, and how many more there are.
  std::string ToString() const;

  friend PortSet operator&(const PortSet& a, const PortSet& b);
  friend PortSet operator|(const PortSet& a, const PortSet& b);
  friend PortSet operator-(const PortSet& a, const PortSet& b);
  friend bool operator==(const PortSet&, const PortSet&) = default;

 private:
  std::vector<PortRange> ranges_;
};

}  // namespace natplan::foreign

#endif  // NATPLAN_CORE_FOREIGN_PORT_SET_H_

#include "tests/contract/full_house.h"

namespace natplan::contract {

std::vector<Intent> FullHouse() {
  return {Source("10.1.0.0/24"),      Source("10.2.0.0/16"),      Source("240.0.0.0/4"),
          To(2221, "10.1.0.2:22"),    To(2222, "10.1.0.3:22"),    To(53, "10.2.0.4:53", Protocol::kUdp),
          Source("fd00:1::/64"),      Source("fd00:2::/48"),      Source("fe00::/8"),
          To(2221, "[fd00:1::2]:22"), To(2222, "[fd00:1::3]:22"), To(53, "[fd00:2::4]:53", Protocol::kUdp)};
}

void Fill(World& world, Nat& nat) {
  for (const Intent& intent : FullHouse()) {
    if (const auto* masquerade = std::get_if<Masquerade>(&intent)) {
      world.Changes(ToString(*masquerade), nat.AddMasquerade(*masquerade));
    } else {
      const Forward& forward = std::get<Forward>(intent);
      world.Changes(ToString(forward), nat.AddForward(forward));
    }
  }
  ExpectFullHouse(world);
}

void ExpectFullHouse(World& world, bool ninth) {
  std::vector<std::string> nodes = {"10.1.0.0", "10.1.1.0 end", "10.2.0.0", "10.3.0.0 end"};
  if (ninth) nodes.insert(nodes.end(), {"10.9.0.0", "10.9.1.0 end"});
  nodes.push_back("240.0.0.0");
  world.ExpectTable(Ours(), nodes,
                    {"tcp . 2221 : 10.1.0.2 . 22", "tcp . 2222 : 10.1.0.3 . 22", "udp . 53 : 10.2.0.4 . 53"});
  world.ExpectTable(
      Ours(Family::kIp6),
      {"fd00:1::", "fd00:1:0:1:: end", "fd00:2::", "fd00:2:1:: end", "fe00::", "ff00:: end"},
      {"tcp . 2221 : fd00:1::2 . 22", "tcp . 2222 : fd00:1::3 . 22", "udp . 53 : fd00:2::4 . 53"});
}

}  // namespace natplan::contract

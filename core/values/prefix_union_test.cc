#include "core/values/prefix_union.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <bitset>
#include <cstdint>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "core/values/failing_new.h"

namespace natplan {
namespace {

Prefix P(const std::string& text) { return Prefix::Parse(text).value(); }

std::set<Prefix> MaximalOf(const PrefixUnion& unit) { return {unit.maximal().begin(), unit.maximal().end()}; }

template <typename Set>
std::string Text(const Set& prefixes) {
  std::string out;
  for (const Prefix& prefix : prefixes) out += prefix.ToString() + " ";
  return out;
}

// The small world: all 15 prefixes of eight addresses, /29 to /32 or /125 to /128.
constexpr std::uint32_t kPrefixes = 15;
using Addresses = std::bitset<8>;

struct World {
  std::vector<Prefix> prefixes;
  std::vector<Addresses> covers;
};

World MakeWorld(const std::string& base, int base_length) {
  World world;
  const Prefix whole = P(base);
  const auto last_byte = whole.network().bytes().back();
  for (int depth = 0; depth <= 3; ++depth) {
    const int size = 8 >> depth;
    for (int first = 0; first < 8; first += size) {
      std::array<std::uint8_t, 16> bytes{};
      std::ranges::copy(whole.network().bytes(), bytes.begin());
      const std::size_t length = whole.network().bytes().size();
      bytes[length - 1] = static_cast<std::uint8_t>(last_byte + first);
      const Address address =
          length == 16 ? Address(bytes)
                       : Address(std::array<std::uint8_t, 4>{bytes[0], bytes[1], bytes[2], bytes[3]});
      world.prefixes.push_back(Prefix::Make(address, base_length + depth).value());
      Addresses covers;
      for (int i = 0; i < size; ++i)
        covers.set(static_cast<std::size_t>(first) + static_cast<std::size_t>(i));
      world.covers.push_back(covers);
    }
  }
  return world;
}

// The obvious oracle: maximal is what no other registered prefix covers.
std::set<Prefix> Maximal(const World& world, std::uint32_t registered) {
  std::set<Prefix> out;
  for (std::size_t i = 0; i < kPrefixes; ++i) {
    if ((registered >> i & 1U) == 0) continue;
    bool covered = false;
    for (std::size_t j = 0; j < kPrefixes; ++j) {
      covered =
          covered || (i != j && (registered >> j & 1U) != 0 && (world.covers[i] & ~world.covers[j]).none());
    }
    if (!covered) out.insert(world.prefixes[i]);
  }
  return out;
}

// Walks through all 32768 subsets, one add or remove a step (a Gray code), and checks each step.
void WalkAllSubsets(const World& world, std::size_t rotation) {
  PrefixUnion unit;
  std::uint32_t registered = 0;
  std::set<Prefix> before;
  for (std::uint32_t step = 1; step < 1U << kPrefixes; ++step) {
    const std::size_t which = (static_cast<std::size_t>(std::countr_zero(step)) + rotation) % kPrefixes;
    const Prefix& prefix = world.prefixes[which];
    const bool add = (registered >> which & 1U) == 0;
    const UnionChange change = add ? unit.Add(prefix) : unit.Remove(prefix);
    registered ^= 1U << which;
    const std::set<Prefix> want = Maximal(world, registered);
    if (MaximalOf(unit) != want) {
      FAIL() << Text(unit.maximal()) << "instead of " << Text(want) << "after " << prefix.ToString()
             << " at step " << step << " of rotation " << rotation;
    }
    std::set<Prefix> told = before;
    for (const Prefix& gone : change.removed) ASSERT_EQ(told.erase(gone), 1U) << gone.ToString();
    for (const Prefix& came : change.added) ASSERT_TRUE(told.insert(came).second) << came.ToString();
    if (told != want)
      FAIL() << "the change that was told gives " << Text(told) << "instead of " << Text(want);
    ASSERT_EQ(unit.Contains(prefix), add);
    before = want;
  }
}

TEST(PrefixUnionTest, EveryStepBetweenSubsetsOfASmallWorldMatchesASetOfAddresses) {
  for (std::size_t rotation = 0; rotation < kPrefixes; rotation += 7) {
    WalkAllSubsets(MakeWorld("10.0.0.0/29", 29), rotation);
    if (HasFatalFailure()) return;
  }
}

TEST(PrefixUnionTest, TheSameHoldsAtTheTopOfTheAddressSpace) {
  WalkAllSubsets(MakeWorld("255.255.255.248/29", 29), 0);
  WalkAllSubsets(MakeWorld("ffff:ffff:ffff:ffff:ffff:ffff:ffff:fff8/125", 125), 3);
}

TEST(PrefixUnionTest, EverySequenceOfFourTogglesMatches) {
  const World world = MakeWorld("0.0.0.0/29", 29);
  constexpr std::uint32_t kSequences = kPrefixes * kPrefixes * kPrefixes * kPrefixes;
  for (std::uint32_t sequence = 0; sequence < kSequences; ++sequence) {
    PrefixUnion unit;
    std::uint32_t registered = 0;
    for (std::uint32_t rest = sequence, i = 0; i < 4; rest /= kPrefixes, ++i) {
      const std::uint32_t which = rest % kPrefixes;
      (registered >> which & 1U) == 0 ? unit.Add(world.prefixes[which]) : unit.Remove(world.prefixes[which]);
      registered ^= 1U << which;
    }
    ASSERT_EQ(MaximalOf(unit), Maximal(world, registered)) << "sequence " << sequence;
  }
}

TEST(PrefixUnionTest, PrefixesStandInTheOrderOfFamilyBytesAndLength) {
  std::vector<Prefix> prefixes;
  for (const char* text : {"0.0.0.0/0",
                           "0.0.0.0/1",
                           "0.0.0.1",
                           "1.0.0.0/8",
                           "10.0.0.0/8",
                           "10.0.0.0/9",
                           "10.0.0.255",
                           "127.255.255.255",
                           "128.0.0.0/1",
                           "255.255.255.255",
                           "::/0",
                           "::1",
                           "1::",
                           "1::/16",
                           "fd00::/8",
                           "fd00::/64",
                           "fd00:0:0:0:8000::",
                           "fd00:0:0:0:7fff:ff80::",
                           "ff00::/8",
                           "80::"}) {
    prefixes.push_back(P(text));
  }
  const auto by_bytes = [](const Prefix& prefix) {
    const auto bytes = prefix.network().bytes();
    return std::tuple(prefix.family(), std::vector(bytes.begin(), bytes.end()), prefix.length());
  };
  for (const Prefix& a : prefixes) {
    for (const Prefix& b : prefixes)
      EXPECT_EQ(a < b, by_bytes(a) < by_bytes(b)) << a.ToString() << " " << b.ToString();
  }
}

TEST(PrefixUnionTest, TheFamiliesDoNotMeet) {
  PrefixUnion unit;
  unit.Add(P("0.0.0.0/0"));
  unit.Add(P("fd00::/8"));
  unit.Add(P("10.0.0.0/8"));
  EXPECT_EQ(Text(unit.maximal()), "0.0.0.0/0 fd00::/8 ");
  const UnionChange change = unit.Remove(P("0.0.0.0/0"));
  EXPECT_EQ(change.added, std::vector{P("10.0.0.0/8")});
  EXPECT_EQ(Text(unit.maximal()), "10.0.0.0/8 fd00::/8 ");
}

TEST(PrefixUnionTest, ACallThatRunsOutOfMemoryChangesNothing) {
  PrefixUnion unit;
  for (const char* text : {"10.0.0.0/24", "10.0.0.0/26", "10.0.2.0/24", "10.0.3.0/24"}) unit.Add(P(text));
  // So many that each of the sets is full now and then: only then does an insert allocate.
  for (std::uint8_t i = 0; i < 200; ++i) {
    const Prefix one = P("10.0.4." + std::to_string(i));
    std::size_t failures = 0;
    for (bool done = false; !done; ++failures) {
      const FailingNew failing(failures);
      try {
        unit.Add(one);
        done = true;
      } catch (const std::bad_alloc&) {
        ASSERT_FALSE(unit.Contains(one)) << one.ToString() << ", allocation " << failures;
      }
    }
  }
  const Prefix wide = P("10.0.0.0/16");
  for (const bool add : {true, false}) {
    std::size_t failures = 0;
    for (bool done = false; !done; ++failures) {
      const PrefixSet before = unit.maximal();
      FailingNew failing(failures);
      try {
        add ? unit.Add(wide) : unit.Remove(wide);
        done = true;
      } catch (const std::bad_alloc&) {
        ASSERT_EQ(unit.maximal(), before) << "allocation " << failures;
        ASSERT_EQ(unit.Contains(wide), !add) << "allocation " << failures;
      }
    }
    EXPECT_GT(failures, 3U);
  }
  EXPECT_EQ(unit.maximal().size(), 203U);
}

}  // namespace
}  // namespace natplan

// Changes that stand alone, of a process that ends after each: they read what they touch.
#include <cerrno>

#include "tests/contract/interposing_executor.h"
#include "tests/contract/scenario.h"

namespace natplan::contract {
namespace {

Edit Add(const char* owner, const Intent& intent) { return {Edit::Kind::kAdd, Named(owner), intent}; }
Edit Remove(const char* owner, const Intent& intent) { return {Edit::Kind::kRemove, Named(owner), intent}; }

class Alone {
 public:
  explicit Alone(World& world) : world_(world), nat_(world.OpenBehind(BeforeCommit([](int) {}, &reads_))) {}

  const Result& Run(const Edit& edit) {
    reads_ = 0;
    world_.Expect(nat_.Begin({.edits = {edit}, .alone = true}, Mode::kApply).has_value(),
                  "the call should begin");
    const Result* result = nullptr;
    while (result == nullptr) result = nat_.Poll();
    return *result;
  }
  void ExpectReads(int wanted) {
    world_.Expect(reads_ == wanted, "it should read " + std::to_string(wanted));
  }

 private:
  World& world_;
  int reads_ = 0;
  Nat& nat_;
};

void AForwardThatStandsAloneReadsItsPort(World& world) {
  Nat& others = world.Open();
  world.Changes("three owners",
                others.Change({Add("a", To(80, "10.0.0.2:80")), Add("b", To(81, "10.0.0.3:81")),
                               Add("a", Source("10.0.0.0/24"))}));
  Alone alone(world);
  world.Changes("a: forward 82", alone.Run(Add("a", To(82, "10.0.0.2:82"))));
  alone.ExpectReads(1);
  world.Keeps("a: the same", alone.Run(Add("a", To(82, "10.0.0.2:82"))));
  alone.ExpectReads(1);
  world.Changes("a: to another target", alone.Run(Add("a", To(82, "10.0.0.9:82"))));
  alone.ExpectReads(1);
  const Error* error = world.Fails("a: forward 81, which is b's", alone.Run(Add("a", To(81, "10.0.0.2:81"))),
                                   ErrorCode::kConflict, EEXIST);
  world.Expect(error != nullptr && error->text.find("\"b\"") != std::string::npos, "b should be named");
  alone.ExpectReads(1);
  world.Keeps("a: no forward 81", alone.Run(Remove("a", To(81, "10.0.0.3:81"))));
  world.Changes("a: no forward 82", alone.Run(Remove("a", To(82, "10.0.0.9:82"))));
  alone.ExpectReads(1);
  world.ExpectTable(Ours(), {"10.0.0.0", "10.0.1.0 end"},
                    {"tcp . 80 : 10.0.0.2 . 80 of a", "tcp . 81 : 10.0.0.3 . 81 of b"}, {"10.0.0.0/24 a"});
}

void AMasqueradeThatStandsAloneReadsWhatCoversIt(World& world) {
  Nat& others = world.Open();
  world.Changes("two owners",
                others.Change({Add("a", Source("10.0.0.0/8")), Add("b", Source("10.0.0.0/16"))}));
  Alone alone(world);
  world.Changes("a: beside what is there", alone.Run(Add("a", Source("192.168.0.0/16"))));
  alone.ExpectReads(1);
  world.Keeps("a: the same", alone.Run(Add("a", Source("192.168.0.0/16"))));
  alone.ExpectReads(1);
  world.Changes("b: the same prefix", alone.Run(Add("b", Source("192.168.0.0/16"))));
  alone.ExpectReads(1);
  world.Changes("b: within what is there", alone.Run(Add("b", Source("10.2.0.0/16"))));
  alone.ExpectReads(2);
  // The kernel refuses what would cover another range; only then it is known that there is one.
  world.Changes("b: around what is there", alone.Run(Add("b", Source("8.0.0.0/6"))));
  alone.ExpectReads(2);
  world.ExpectTable(Ours(), {"8.0.0.0", "12.0.0.0 end", "192.168.0.0", "192.169.0.0 end"}, {},
                    {"8.0.0.0/6 b", "10.0.0.0/8 a", "10.0.0.0/16 b", "10.2.0.0/16 b", "192.168.0.0/16 a",
                     "192.168.0.0/16 b"});
  world.Changes("b: what is within comes back", alone.Run(Remove("b", Source("8.0.0.0/6"))));
  alone.ExpectReads(1);
  world.Changes("a: b wants it still", alone.Run(Remove("a", Source("192.168.0.0/16"))));
  alone.ExpectReads(1);
  world.Changes("b: nobody wants it", alone.Run(Remove("b", Source("192.168.0.0/16"))));
  alone.ExpectReads(1);
  world.Changes("a: the narrow ones come back", alone.Run(Remove("a", Source("10.0.0.0/8"))));
  world.Keeps("a: it has none any more", alone.Run(Remove("a", Source("10.0.0.0/8"))));
  world.ExpectTable(Ours(), {"10.0.0.0", "10.1.0.0 end", "10.2.0.0", "10.3.0.0 end"}, {},
                    {"10.0.0.0/16 b", "10.2.0.0/16 b"});
}

void WhatIsWrongWithTheTableIsPutRightByAChangeThatStandsAlone(World& world) {
  Alone alone(world);
  world.Changes("the table is made", alone.Run(Add("a", To(80, "10.0.0.2:80"))));
  world.Act("somebody flushes a chain", {FlushChain{Ours(), "postrouting"}});
  world.Changes("a: forward 81", alone.Run(Add("a", To(81, "10.0.0.2:81"))));
  alone.ExpectReads(2);
  world.Expect(world.listing().find("masquerade") != std::string::npos, "the rule should be back");
  world.ExpectTable(Ours(), {}, {"tcp . 80 : 10.0.0.2 . 80 of a", "tcp . 81 : 10.0.0.2 . 81 of a"});
}

}  // namespace

std::vector<Scenario> AloneScenarios() {
  return {{"AForwardThatStandsAloneReadsItsPort", AForwardThatStandsAloneReadsItsPort},
          {"AMasqueradeThatStandsAloneReadsWhatCoversIt", AMasqueradeThatStandsAloneReadsWhatCoversIt},
          {"WhatIsWrongWithTheTableIsPutRightByAChangeThatStandsAlone",
           WhatIsWrongWithTheTableIsPutRightByAChangeThatStandsAlone}};
}

}  // namespace natplan::contract

#include "core/foreign/walk.h"

#include <utility>

namespace natplan::foreign {
namespace {

// Kernel: include/net/netfilter/nf_tables.h NFT_JUMP_STACK_SIZE (6.18)
constexpr std::size_t kDeepest = 16;

class Walker {
 public:
  Walker(const Program& program, std::size_t most_steps) : program_(program), steps_left_(most_steps) {}

  // What comes out at the chain's end, or returns.
  Condition Through(const std::string& chain, Condition live, bool understood, std::size_t depth) {
    const std::size_t size = program_.size(chain).value_or(0);
    Condition out = Condition::Never();
    for (std::size_t rule = 0; rule < size && !live.may.empty(); ++rule) {
      if (steps_left_ == 0) {
        way_.complete = false;
        return out | (live & Condition::Perhaps());
      }
      --steps_left_;
      const Meaning meaning = program_.meaning(chain, rule);
      const bool clear = understood && meaning.understood;
      Condition next = live;
      for (const Branch& branch : meaning.branches) {
        const Condition taken = live & branch.when;
        if (taken.may.empty()) continue;
        next = {next.may - taken.must, next.must - taken.may};
        switch (Resolve(branch, depth)) {
          case Ending::kReturn:
            out = out | taken;
            break;
          case Ending::kJump:
            next = next | Through(branch.chain, taken, clear, depth + 1);
            break;
          case Ending::kGoto:
            out = out | Through(branch.chain, taken, clear, depth + 1);
            break;
          case Ending::kUnknown:
            way_.ends.push_back({chain, rule, Ending::kUnknown, taken & Condition::Perhaps(), false});
            next.may = next.may | taken.may;
            break;
          default:
            way_.ends.push_back({chain, rule, branch.ending, taken, clear});
        }
      }
      live = std::move(next);
    }
    return out | live;
  }

  Way& way() { return way_; }

 private:
  // A target of iptables that is no chain is one that natplan does not know.
  Ending Resolve(const Branch& branch, std::size_t depth) const {
    const bool leads_on = branch.ending == Ending::kJump || branch.ending == Ending::kGoto;
    return leads_on && (depth == kDeepest || !program_.size(branch.chain)) ? Ending::kUnknown : branch.ending;
  }

  const Program& program_;
  std::size_t steps_left_;
  Way way_;
};

}  // namespace

Way Walk(const Program& program, const std::string& base_chain, std::size_t most_steps) {
  Walker walker(program, most_steps);
  Condition rest = walker.Through(base_chain, Condition::Always(), true, 0);
  Way way = std::move(walker.way());
  way.rest = std::move(rest);
  return way;
}

}  // namespace natplan::foreign

#include "core/foreign/walk.h"

#include <utility>
#include <vector>

namespace natplan::foreign {
namespace {

// Kernel: include/net/netfilter/nf_tables.h NFT_JUMP_STACK_SIZE (6.18)
constexpr std::size_t kDeepest = 16;

class Walker {
 public:
  Walker(const Program& program, std::size_t most_steps) : program_(program), steps_left_(most_steps) {}

  // What may come out at the chain's end, or return.
  PortSet Through(const std::string& chain, Condition live, bool understood, std::size_t depth) {
    const std::size_t size = program_.size(chain).value_or(0);
    PortSet out;
    for (std::size_t rule = 0; rule < size && !live.may.empty(); ++rule) {
      if (steps_left_ == 0) {
        way_.complete = false;
        return out | live.may;
      }
      --steps_left_;
      const Meaning meaning = program_.meaning(chain, rule);
      const bool clear = understood && meaning.understood;
      Condition next = live;
      for (const Branch& branch : meaning.branches) {
        const Condition taken = live & branch.when;
        if (taken.may.empty()) continue;
        const PortSet surely_here = next.must & taken.may;
        const std::size_t first_end = way_.ends.size();
        // What the branch takes for certain it takes of what may be here, too.
        next = {next.may - branch.when.must, next.must - taken.may};
        switch (Resolve(branch, depth)) {
          case Ending::kReturn:
            out = out | taken.may;
            break;
          case Ending::kJump:
            next.may = next.may | Through(branch.chain, taken, clear, depth + 1);
            // It goes on behind the jump whether it jumped or not.
            next.must = next.must | WithoutEnd(surely_here, first_end);
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
    return out | live.may;
  }

  // Those of `ports` for which none of the ends from this one on may be the packet's.
  PortSet WithoutEnd(const PortSet& ports, std::size_t first_end) const {
    if (!way_.complete) return {};
    // At once: a difference for each end would go through all ports again and again.
    std::vector<PortRange> ending;
    for (std::size_t i = first_end; i < way_.ends.size(); ++i) {
      const std::vector<PortRange>& ranges = way_.ends[i].when.may.ranges();
      ending.insert(ending.end(), ranges.begin(), ranges.end());
    }
    return ports - PortSet(std::move(ending));
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
  Condition rest = {.may = walker.Through(base_chain, Condition::Always(), true, 0)};
  rest.must = walker.WithoutEnd(PortSet::All(), 0);
  Way way = std::move(walker.way());
  way.rest = std::move(rest);
  return way;
}

}  // namespace natplan::foreign

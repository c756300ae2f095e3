// What one family's table holds, put into words. Pure.
#ifndef NATPLAN_CLI_LISTING_H_
#define NATPLAN_CLI_LISTING_H_

#include <set>
#include <string>
#include <vector>

#include "cli/console.h"
#include "core/plan/kernel_view.h"
#include "core/plan/layout.h"
#include "core/values/intent.h"
#include "core/values/per_family.h"
#include "core/values/snapshot.h"
#include "nlohmann/json.hpp"

namespace natplan::cli {

struct MasqueradeListing {
  std::string source;
  std::string out_interface = {};  // empty: any
  std::vector<std::string> owners = {};
};

struct ForwardListing {
  HostPort host_port;
  Endpoint to;
  bool localhost = false;
  std::string owner = {};  // empty: no owner is recorded
};

struct FamilyListing {
  Family family = Family::kIp;
  std::vector<std::string> ranges = {};  // what the set holds: prefixes, and ranges that are none
  std::vector<MasqueradeListing> masquerades = {};
  std::vector<ForwardListing> forwards = {};
  std::vector<std::string> unowned = {};  // in natplan's own table, without an owner
  std::vector<std::string> foreign = {};  // what natplan did not write
  std::vector<std::string> ledger = {};   // elements of the ledger that natplan did not write, and why not
  std::vector<std::string> refused = {};  // what is wrong, and `apply` refuses to repair
  std::vector<std::string> repair = {};   // what `apply` would do about things that are wrong or missing
};

// Of a table of the layout; in another program's nobody owns anything.
FamilyListing ListingOf(const Layout& layout, const TableSnapshot& table);

// Of what the rules of iptables say, and of RulesWithoutIntent(). The families are in order; those that have
// nothing are left out.
std::vector<FamilyListing> ListingsOf(const std::vector<OwnedIntent>& intents,
                                      const PerFamily<std::vector<std::string>>& foreign = {});

// What this owner wants, and what keeps natplan from telling all of it.
FamilyListing OnlyOf(const std::string& owner, const FamilyListing& listing);

// All owners that anything is recorded for.
std::set<std::string> OwnersIn(const std::vector<FamilyListing>& listings);

// The lines below the table's own.
void Print(const FamilyListing& listing, Console& console);
nlohmann::ordered_json ToJson(const FamilyListing& listing);

}  // namespace natplan::cli

#endif  // NATPLAN_CLI_LISTING_H_

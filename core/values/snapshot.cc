#include "core/values/snapshot.h"

#include <algorithm>

namespace natplan {

const TableSnapshot* Snapshot::Find(const TableId& id) const {
  const auto found =
      std::find_if(tables.begin(), tables.end(), [&](const TableSnapshot& t) { return t.id == id; });
  return found == tables.end() ? nullptr : &*found;
}

}  // namespace natplan

// Messages of a dump as parts of a snapshot.
#ifndef NATPLAN_CORE_WIRE_SNAPSHOT_BUILDER_H_
#define NATPLAN_CORE_WIRE_SNAPSHOT_BUILDER_H_

#include "core/values/snapshot.h"
#include "core/wire/message_reader.h"

namespace natplan::wire {

// Puts what a NEWTABLE, NEWCHAIN, NEWSET, NEWSETELEM, NEWRULE, NEWOBJ, NEWFLOWTABLE or NEWGEN says into
// `snapshot`, if it belongs to a requested table; passes all other messages over. False if the message is
// malformed: it is short, or lacks an attribute that the kernel always sends.
bool AddToSnapshot(const ReadRequest& request, const Message& message, Snapshot& snapshot);

}  // namespace natplan::wire

#endif  // NATPLAN_CORE_WIRE_SNAPSHOT_BUILDER_H_

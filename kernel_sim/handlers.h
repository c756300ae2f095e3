// What each message of nf_tables does. One function a message; the files are grouped by object.
//
// Every handler returns 0 or a positive errno and leaves in the request's ExtAck what the kernel would say
// more. A handler that fails leaves nothing of its own message behind, except what the undo log takes back.
#ifndef NATPLAN_KERNEL_SIM_HANDLERS_H_
#define NATPLAN_KERNEL_SIM_HANDLERS_H_

#include <cstdint>
#include <span>

#include "kernel_sim/attributes.h"
#include "kernel_sim/nf_tables.h"
#include "kernel_sim/request.h"

namespace natplan::kernel_sim {

using Handler = int (*)(NfTables& state, const Request& request);

int NewTable(NfTables& state, const Request& request);
int DeleteTable(NfTables& state, const Request& request);
int NewChain(NfTables& state, const Request& request);
int DeleteChain(NfTables& state, const Request& request);
int NewRule(NfTables& state, const Request& request);
int DeleteRule(NfTables& state, const Request& request);
int NewSet(NfTables& state, const Request& request);
int DeleteSet(NfTables& state, const Request& request);
int NewElements(NfTables& state, const Request& request);
int DeleteElements(NfTables& state, const Request& request);
// Objects and flowtables are not modelled: creating one fails as in a kernel without its module, deleting one
// as where there is none.
int NewObject(NfTables& state, const Request& request);
int DeleteObject(NfTables& state, const Request& request);
int NewFlowtable(NfTables& state, const Request& request);
int DeleteFlowtable(NfTables& state, const Request& request);

std::span<const AttributeRule> TablePolicy();
std::span<const AttributeRule> ChainPolicy();
std::span<const AttributeRule> RulePolicy();
std::span<const AttributeRule> SetPolicy();
std::span<const AttributeRule> ElementListPolicy();
std::span<const AttributeRule> ObjectPolicy();
std::span<const AttributeRule> FlowtablePolicy();

// Parts that handlers of other objects need.
void RemoveAllRules(NfTables& state, const Request& request, Chain& chain);
void RemoveRule(NfTables& state, const Request& request, Rule& rule);
void RemoveSet(NfTables& state, const Request& request, Set& set);
// Deletes one active rule's expressions' references; the reverse of what abort does.
void DeactivateExpressions(NfTables& state, Rule& rule, ReleasePhase phase);
void ActivateExpressions(NfTables& state, Rule& rule);

inline bool IsDestroy(const Request& request, std::uint8_t destroy_number) {
  return request.message.number() == destroy_number;
}

}  // namespace natplan::kernel_sim

#endif  // NATPLAN_KERNEL_SIM_HANDLERS_H_

#include "tests/contract/world.h"

#include <linux/netfilter/nf_tables.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <utility>

#include "core/plan/extra_rules.h"
#include "core/plan/ledger.h"
#include "core/text/element_text.h"
#include "core/text/nft_text.h"

namespace natplan::contract {
namespace {

TimePoint Soon() { return std::chrono::steady_clock::now() + std::chrono::seconds(5); }

ReadRequest Everything() {
  ReadRequest request{.sets = {kMasqueradeSet, kForwardMap, kLocalhostMap, kOwnersSet}};
  for (const char* name : {kDefaultTable, kOriginTable, kForeignTable}) {
    for (const Family family : kFamilies) request.tables.push_back({family, name});
  }
  return request;
}

// The blocks of a listing, one a table, in an order that does not depend on when they were created.
std::vector<std::string> Tables(const std::string& listing) {
  std::vector<std::string> tables;
  for (std::size_t at = 0; at < listing.size();) {
    const std::size_t end = std::min(listing.find("\n}\n", at), listing.size() - 1);
    tables.push_back(listing.substr(at, std::min(end + 3, listing.size()) - at));
    at = end + 3;
  }
  std::ranges::sort(tables);
  return tables;
}

std::string Describe(const Outcome& outcome) {
  if (std::holds_alternative<Committed>(outcome)) return "committed";
  if (const auto* not_sent = std::get_if<NotSent>(&outcome)) {
    return "not sent, errno " + std::to_string(not_sent->errno_value);
  }
  if (const auto* unknown = std::get_if<Unknown>(&outcome)) {
    return "unknown, errno " + std::to_string(unknown->errno_value);
  }
  std::string text = "refused:";
  for (const Refusal& refusal : std::get<Refused>(outcome).refusals) {
    text += " [operation " + (refusal.operation ? std::to_string(*refusal.operation) : "none") +
            ", element " + (refusal.element ? std::to_string(*refusal.element) : "none") + ", errno " +
            std::to_string(refusal.errno_value) +
            (refusal.missing_name.empty() ? "" : ", " + refusal.missing_name) +
            (refusal.message.empty() ? "" : ", " + refusal.message) + "]";
  }
  return text;
}

std::string Describe(const Result& result, bool with_generation) {
  if (!result) {
    return "error: " + std::string(Name(result.error().code)) + ", errno " +
           std::to_string(result.error().errno_value) + ": " + ToString(result.error());
  }
  std::string text = result->changed ? "changed" : "nothing to change";
  if (with_generation) text += ", generation " + std::to_string(result->generation);
  text += '\n' + ToText(result->transaction);
  for (const std::string& foreign : result->foreign) text += "foreign: " + foreign + '\n';
  for (const Error& lost : result->lost) text += "lost: " + ToString(lost) + '\n';
  for (const Error& missing : result->unsupported) text += "unsupported: " + ToString(missing) + '\n';
  text.pop_back();
  return text;
}

// In natplan's own table an entry has an owner; that of most scenarios goes without saying.
std::string EntryText(const TableId& table, const SetShape& shape, const Element& entry) {
  Element plain = entry;
  plain.comment.clear();
  std::string text = ElementText(shape, plain);
  const std::string usual = Layout{table.name}.own() ? Owner::Default().name() : "";
  if (entry.comment == usual) return text;
  return text + (entry.comment.empty() ? " of nobody" : " of " + entry.comment);
}

std::string NodeText(const TableId& table, const SetSnapshot& set, const Element& node) {
  if (set.shape.interval) {
    return ToAddress(table.family, node.key).ToString() + (node.kind == ElementKind::kEnd ? " end" : "");
  }
  if (set.shape.is_map) return EntryText(table, set.shape, node);
  const auto owned = ToLedgerEntry(table.family, node);
  if (!owned) return ElementText(set.shape, node);
  return owned->entry.prefix.ToString() + " " + owned->owner.name();
}

// What the ledger says where the default owner wants each of the set's prefixes, and nobody wants more.
std::vector<std::string> LedgerOf(const std::vector<std::string>& nodes) {
  std::vector<std::string> out;
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    if (nodes[i].ends_with(" end")) continue;
    AddressRange range{Address::Parse(nodes[i]).value()};
    if (i + 1 < nodes.size() && nodes[i + 1].ends_with(" end")) {
      range.end = Address::Parse(std::string_view(nodes[i + 1]).substr(0, nodes[i + 1].size() - 4)).value();
    }
    const auto prefix = ToPrefix(range);
    out.push_back((prefix ? prefix->ToString() : "no prefix") + " " + Owner::Default().name());
  }
  return out;
}

std::string Lines(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + '\n';
  return text;
}

const SetSnapshot* FindSet(const Snapshot& snapshot, const TableId& id, const std::string& name) {
  const TableSnapshot* table = snapshot.Find(id);
  if (table == nullptr) return nullptr;
  const auto found = std::ranges::find(table->sets, name, &SetSnapshot::name);
  return found == table->sets.end() ? nullptr : &*found;
}

}  // namespace

World::World(KernelUnderTest& kernel)
    : kernel_(kernel),
      other_(kernel.MakeExecutor(sent_)),
      reader_(kernel.MakeExecutor(sent_)),
      raw_(kernel.MakeSocket()) {
  Record("begin", "");
}

Nat& World::Open(NatOptions options) {
  return OpenBehind([](std::unique_ptr<Executor> executor) { return executor; }, std::move(options));
}

Nat& World::OpenBehind(const Wrap& wrap, NatOptions options) {
  options.deadline = std::min(options.deadline, kernel_.deadline());
  options.jitter_seed = 1;
  return contexts_.emplace_back(wrap(kernel_.MakeExecutor(sent_)), std::move(options));
}

Nat* World::Adopt(NatOptions options) {
  auto nat = kernel_.Adopt(std::move(options), sent_);
  Expect(nat.has_value(), "a context takes the descriptor");
  if (!nat) return nullptr;
  return &contexts_.emplace_back(std::move(*nat));
}

const Report* World::Changes(std::string_view what, const Result& result) {
  const Report* report = Succeeds(what, result);
  if (report == nullptr) return nullptr;
  Expect(report->changed, "should have changed something");
  Expect(snapshot_.generation == before_.generation + 1, "should be one generation more");
  Expect(report->generation == snapshot_.generation, "should report the kernel's generation");
  return report;
}

const Report* World::Keeps(std::string_view what, const Result& result) {
  const Report* report = Succeeds(what, result);
  if (report == nullptr) return nullptr;
  Expect(!report->changed, "should say that nothing was changed");
  CheckUnchanged();
  return report;
}

const Report* World::Succeeds(std::string_view what, const Result& result) {
  result_ = result;
  Record(what, Describe(result, generations_));
  if (result_) return &*result_;
  Expect(false, "fails: " + ToString(result_.error()));
  return nullptr;
}

const Error* World::Fails(std::string_view what, const Result& result, ErrorCode code, int errno_value) {
  const Error* error = FailsMeanwhile(what, result, code, errno_value);
  CheckUnchanged();
  return error;
}

const Error* World::FailsMeanwhile(std::string_view what, const Result& result, ErrorCode code,
                                   int errno_value) {
  result_ = result;
  Record(what, Describe(result, generations_));
  return CheckError(code, errno_value);
}

const Error* World::CheckError(ErrorCode code, int errno_value) {
  if (result_) {
    Expect(false, "should fail");
    return nullptr;
  }
  ExpectEqual("error code", Name(result_.error().code), Name(code));
  ExpectEqual("errno", std::to_string(result_.error().errno_value), std::to_string(errno_value));
  return &result_.error();
}

void World::CheckUnchanged() {
  Expect(snapshot_.generation == before_.generation, "should leave the generation");
  ExpectEqual("the ruleset, which should not change,", listing_, listing_before_);
}

void World::Act(std::string_view what, std::vector<Operation> operations) {
  const Outcome outcome = Commit(what, {.operations = std::move(operations)});
  Expect(std::holds_alternative<Committed>(outcome), "should be committed: " + Describe(outcome));
}

bool World::ActMeanwhile(std::vector<Operation> operations) {
  return std::holds_alternative<Committed>(other_->Commit({.operations = std::move(operations)}, Soon()));
}

Outcome World::Commit(std::string_view what, const Transaction& transaction) {
  const Outcome outcome = other_->Commit(transaction, Soon());
  Record(what, Describe(outcome) + '\n' + ToText(transaction));
  return outcome;
}

bool World::FlushRulesetMeanwhile() { return raw_.FlushRuleset(); }

void World::FlushRuleset() {
  const bool taken = FlushRulesetMeanwhile();
  Record("flush ruleset", taken ? "committed" : "not committed");
  Expect(taken, "should be committed");
  ExpectEmptyRuleset();
}

void World::MakeTable(std::string_view what, const TableId& table, std::uint32_t flags) {
  const bool taken = raw_.MakeTable(table, flags);
  Record(what, taken ? "committed" : "not committed");
  Expect(taken, "should be committed");
}

void World::MakeDormant(const TableId& table) {
  MakeTable("make " + table.name + " dormant", table, NFT_TABLE_F_DORMANT);
  const TableSnapshot* there = snapshot_.Find(table);
  Expect(there != nullptr && there->dormant, "should be dormant");
}

void World::MakeOwned(const TableId& table) {
  MakeTable("make " + table.name + " another socket's", table, NFT_TABLE_F_OWNER);
  const TableSnapshot* there = snapshot_.Find(table);
  Expect(there != nullptr && there->owner_port.has_value(), "should have an owner");
}

void World::MakeSetOfSize(const TableId& table, const std::string& set, const SetShape& shape,
                          std::uint32_t size) {
  const bool taken = raw_.MakeSetOfSize(table, set, shape, size);
  Record("add set " + set + " with a size", taken ? "committed" : "not committed");
  Expect(taken, "should be committed");
}

void World::SaveAndReload() {
  const bool done = kernel_.SaveAndReload();
  Record("save and reload", done ? "done" : "not done");
  Expect(done, "should be loaded again");
  ExpectEqual("the ruleset, saved and loaded again,", listing_, listing_before_);
}

bool World::Matches(const TableId& table, const std::string& set, const Address& address) {
  return raw_.Matches(table, set, address);
}

void World::ExpectNodes(const TableId& table, const std::string& set, const std::vector<std::string>& nodes) {
  std::vector<std::string> there;
  if (const SetSnapshot* found = FindSet(snapshot_, table, set)) {
    std::vector<Element> elements = found->elements;
    // An end and a start may share a key: the end belongs to what lies below.
    std::ranges::sort(elements, [](const Element& a, const Element& b) {
      return a.key != b.key ? a.key < b.key : a.kind > b.kind;
    });
    for (const Element& element : elements) there.push_back(NodeText(table, *found, element));
  } else {
    there.push_back("no such set");
  }
  ExpectEqual("the nodes of " + set, Lines(there), Lines(nodes));
}

void World::ExpectTable(const TableId& table, const std::vector<std::string>& nodes,
                        const std::vector<std::string>& forwards) {
  ExpectTable(table, nodes, forwards, LedgerOf(nodes));
}

void World::ExpectTable(const TableId& table, const std::vector<std::string>& nodes,
                        const std::vector<std::string>& forwards, const std::vector<std::string>& ledger) {
  const TableSnapshot* there = snapshot_.Find(table);
  Expect(there != nullptr, "table " + table.name + " should be there");
  if (there == nullptr) return;
  Expect(!there->dormant, "the table should not be dormant");
  Expect(there->others.empty(), "nothing else should be in the table");
  const bool own = Layout{table.name}.own();
  ExpectEqual("the table's comment", there->comment, own ? kTableComment : "");
  Expect(there->sets.size() == Sets(Layout{table.name}, table.family).size(), "the sets should be all there");
  Expect(there->chains.size() == Chains(Layout{table.name}, table.family).size(),
         "the chains should be all there");
  for (const ChainPlan& plan : Chains(Layout{table.name}, table.family)) {
    const auto chain = std::ranges::find(there->chains, plan.name, &ChainSnapshot::name);
    std::vector<Expressions> rules = {plan.forms[0]};
    rules.insert(rules.end(), plan.behind.begin(), plan.behind.end());
    const bool right = chain != there->chains.end() && chain->base == plan.base &&
                       std::ranges::equal(chain->rules, rules, {}, &RuleSnapshot::expressions);
    Expect(right, "chain " + plan.name + " should be as the skeleton makes it");
  }
  for (const auto& [name, shape] : Sets(Layout{table.name}, table.family)) {
    const SetSnapshot* set = FindSet(snapshot_, table, name);
    Expect(set != nullptr && set->shape == shape && !set->other_elements, name + " should be right");
  }
  ExpectNodes(table, kMasqueradeSet, nodes);
  ExpectNodes(table, kForwardMap, forwards);
  if (own) ExpectNodes(table, kOwnersSet, ledger);
}

void World::ExpectNoTable(const TableId& table) {
  Expect(snapshot_.Find(table) == nullptr, "there should be no table " + table.name);
}

void World::ExpectEmptyRuleset() { ExpectEqual("the ruleset", listing_, ""); }

void World::Expect(bool condition, std::string_view what) {
  if (!condition) failures_.push_back(step_ + ": " + std::string(what));
}

void World::ExpectEqual(std::string_view what, std::string_view got, std::string_view wanted) {
  if (got == wanted) return;
  Expect(false, std::string(what) + " is\n" + std::string(got) + "\nand should be\n" + std::string(wanted));
}

void World::Read() {
  before_ = std::move(snapshot_);
  listing_before_ = std::move(listing_);
  auto snapshot = reader_->Read(Everything(), Soon());
  snapshot_ = snapshot ? std::move(*snapshot) : Snapshot{};
  Expect(snapshot.has_value(), "the kernel can be read");
  listing_ = kernel_.ListRuleset();
}

void World::Record(std::string_view what, std::string_view outcome) {
  step_ = what;
  Read();
  transcript_ += "=== " + step_ + "\n" + std::string(outcome) + "\n";
  if (generations_) transcript_ += "generation " + std::to_string(snapshot_.generation) + "\n";
  if (listing_ != listing_before_) transcript_ += "--- the ruleset is now\n" + listing_;
  if (listing_text_) {
    ExpectEqual("what core/text lists", Lines(Tables(ListingText(snapshot_))), Lines(Tables(listing_)));
  }
}

}  // namespace natplan::contract

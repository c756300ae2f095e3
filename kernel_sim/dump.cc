// Dumps: one datagram after the other until everything that matches was shown.
//
// Like the kernel's, a dump of tables, chains, rules or sets remembers only how many objects it has passed,
// so that a change between two parts can make it skip or repeat; NLM_F_DUMP_INTR tells the program.
#include <cerrno>
#include <string>
#include <utility>

#include "kernel_sim/describe.h"
#include "kernel_sim/get.h"
#include "kernel_sim/numbers.h"

namespace natplan::kernel_sim {
namespace {

Heading PartOf(const NfTables& state, const Request& request, std::uint8_t number) {
  // The kernel marks the rules of a dump as appended.
  const std::uint16_t flags = number == NFT_MSG_NEWRULE ? NLM_F_MULTI | NLM_F_APPEND : NLM_F_MULTI;
  return {number, flags, request.sequence(), request.sender->port, state.generation};
}

// What all dumps of objects share: the family filter and the place.
class ObjectDump : public Dump {
 public:
  ObjectDump(const NfTables& state, const Request& request, std::uint8_t number)
      : state_(state), family_(request.family), heading_(PartOf(state, request, number)) {}

  bool Fill(MessageWriter& writer) override {
    heading_.generation = state_.generation;
    set_generation(state_.generation);
    passed_ = 0;
    full_ = false;
    const std::size_t before = writer.mark();
    for (const auto& table : state_.tables) {
      if (family_ != NFPROTO_UNSPEC && table->family != family_) continue;
      FillTable(writer, *table);
      if (full_) break;
    }
    start_ = passed_;
    return writer.mark() != before;
  }

 protected:
  // Shows what the table has to show, through Show.
  virtual void FillTable(MessageWriter& writer, const Table& table) = 0;

  // Passes one object; writes it with `write` if earlier parts have not. False: the part is full.
  template <typename Write>
  bool Show(MessageWriter& writer, Write write) {
    if (passed_ >= start_) {
      const std::size_t mark = writer.mark();
      const std::size_t message = write();
      if (writer.full()) {
        writer.Rewind(mark);
        full_ = true;
        return false;
      }
      MarkIfChanged(writer, message);
    }
    ++passed_;
    return true;
  }

  const Heading& heading() const { return heading_; }

 private:
  const NfTables& state_;
  std::uint8_t family_;
  Heading heading_;
  std::size_t start_ = 0;
  std::size_t passed_ = 0;
  bool full_ = false;
};

// Kernel: net/netfilter/nf_tables_api.c nf_tables_dump_tables() (6.18)
class TableDump : public ObjectDump {
 public:
  using ObjectDump::ObjectDump;

 private:
  void FillTable(MessageWriter& writer, const Table& table) override {
    Show(writer, [&] { return WriteTable(writer, heading(), table); });
  }
};

// Kernel: net/netfilter/nf_tables_api.c nf_tables_dump_chains() (6.18)
class ChainDump : public ObjectDump {
 public:
  using ObjectDump::ObjectDump;

 private:
  void FillTable(MessageWriter& writer, const Table& table) override {
    for (const auto& chain : table.chains) {
      if (!Show(writer, [&] { return WriteChain(writer, heading(), *chain); })) return;
    }
  }
};

// Kernel: net/netfilter/nf_tables_api.c nf_tables_dump_rules() (6.18)
class RuleDump : public ObjectDump {
 public:
  RuleDump(const NfTables& state, const Request& request)
      : ObjectDump(state, request, NFT_MSG_NEWRULE),
        table_(ReadString(request[NFTA_RULE_TABLE])),
        chain_(ReadString(request[NFTA_RULE_CHAIN])),
        has_table_(request[NFTA_RULE_TABLE]),
        has_chain_(request[NFTA_RULE_TABLE] && request[NFTA_RULE_CHAIN]) {}

 private:
  void FillTable(MessageWriter& writer, const Table& table) override {
    if (has_table_ && table.name != table_) return;
    for (const auto& chain : table.chains) {
      if (has_chain_ && chain->name != chain_) continue;
      std::uint64_t position = 0;
      for (const auto& rule : chain->rules) {
        if (!Show(writer, [&] { return WriteRule(writer, heading(), *rule, position); })) return;
        position = rule->handle;
      }
    }
  }

  std::string table_;
  std::string chain_;
  bool has_table_;
  bool has_chain_;
};

// Kernel: net/netfilter/nf_tables_api.c nf_tables_dump_sets() (6.18)
class SetDump : public ObjectDump {
 public:
  SetDump(const NfTables& state, const Request& request, std::uint64_t table_handle)
      : ObjectDump(state, request, NFT_MSG_NEWSET), table_handle_(table_handle) {}

 private:
  void FillTable(MessageWriter& writer, const Table& table) override {
    if (table_handle_ != 0 && table.handle != table_handle_) return;
    for (const auto& set : table.sets) {
      if (!Show(writer, [&] { return WriteSet(writer, heading(), *set); })) return;
    }
  }

  std::uint64_t table_handle_;  // 0: all tables
};

// Packs as many elements into each message as fit. The last message has none of the walk; the catch-all goes
// there. Kernel: net/netfilter/nf_tables_api.c nf_tables_dump_set() (6.18)
class ElementDump : public Dump {
 public:
  ElementDump(const NfTables& state, const Request& request, const Table& table, const Set& set)
      : state_(state),
        heading_(PartOf(state, request, NFT_MSG_NEWSETELEM)),
        table_handle_(table.handle),
        set_handle_(set.handle) {}

  bool Fill(MessageWriter& writer) override {
    const Set* set = FindAgain();
    if (set == nullptr) {
      set_status(ENOENT);
      return false;
    }
    heading_.generation = state_.generation;
    const ElementList list = BeginElementList(writer, heading_, *set);
    const std::size_t shown = ShowElements(writer, *set);
    if (shown == 0) {
      for (const ElementPointer& element : set->catch_all) WriteListElement(writer, *set, *element);
    }
    EndElementList(writer, list);
    return shown != 0;
  }

 private:
  const Set* FindAgain() const {
    for (const auto& table : state_.tables) {
      if (table->handle == table_handle_) return FindSetByHandle(*table, set_handle_);
    }
    return nullptr;
  }

  // The last element that earlier parts have shown, or null. After a change it is found by counting.
  const Element* Resume(const Set& set) const {
    if (changes_ == state_.changes) return last_;
    const Element* element = nullptr;
    for (std::size_t i = 0; i < passed_; ++i) {
      const Element* next = set.elements->Next(element);
      if (next == nullptr) break;
      element = next;
    }
    return element;
  }

  std::size_t ShowElements(MessageWriter& writer, const Set& set) {
    const Element* last = Resume(set);
    std::size_t shown = 0;
    while (const Element* element = set.elements->Next(last)) {
      const std::size_t mark = writer.mark();
      WriteListElement(writer, set, *element);
      if (writer.full()) {
        writer.Rewind(mark);
        break;
      }
      last = element;
      ++shown;
    }
    passed_ += shown;
    last_ = last;
    changes_ = state_.changes;
    return shown;
  }

  const NfTables& state_;
  Heading heading_;
  std::uint64_t table_handle_;
  std::uint64_t set_handle_;
  std::size_t passed_ = 0;
  const Element* last_ = nullptr;
  std::uint64_t changes_ = UINT64_MAX;
};

class EmptyDump : public Dump {
 public:
  explicit EmptyDump(const NfTables& state) : state_(state) {}
  bool Fill(MessageWriter&) override {
    set_generation(state_.generation);
    return false;
  }

 private:
  const NfTables& state_;
};

}  // namespace

DumpResult DumpTables(const NfTables& state, const Request& request) {
  return std::make_unique<TableDump>(state, request, NFT_MSG_NEWTABLE);
}

DumpResult DumpChains(const NfTables& state, const Request& request) {
  return std::make_unique<ChainDump>(state, request, NFT_MSG_NEWCHAIN);
}

DumpResult DumpRules(const NfTables& state, const Request& request) {
  return std::make_unique<RuleDump>(state, request);
}

DumpResult DumpSets(const NfTables& state, const Request& request) {
  std::uint64_t handle = 0;
  if (const Attribute& name = request[NFTA_SET_TABLE]) {
    const Table* table = FindTable(state, request.family, ReadString(name));
    if (table == nullptr) {
      request.extack->Blame(name);
      return std::unexpected(ENOENT);
    }
    handle = table->handle;
  }
  return std::make_unique<SetDump>(state, request, handle);
}

DumpResult DumpElements(const NfTables& state, const Request& request) {
  const Attribute& table_name = request[NFTA_SET_ELEM_LIST_TABLE];
  const Attribute& name = request[NFTA_SET_ELEM_LIST_SET];
  if (!table_name) return std::unexpected(EINVAL);
  const Table* table = FindTable(state, request.family, ReadString(table_name));
  if (table == nullptr) {
    request.extack->Blame(table_name);
    return std::unexpected(ENOENT);
  }
  if (!name) return std::unexpected(EINVAL);
  const Set* set = FindSet(*table, ReadString(name));
  if (set == nullptr) {
    request.extack->Blame(name);
    return std::unexpected(ENOENT);
  }
  return std::make_unique<ElementDump>(state, request, *table, *set);
}

DumpResult DumpNothing(const NfTables& state, const Request&) { return std::make_unique<EmptyDump>(state); }

}  // namespace natplan::kernel_sim

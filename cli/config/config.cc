#include "cli/config/config.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <tuple>
#include <utility>

#include "cli/config/ascii.h"
#include "cli/config/key_depth.h"
#include "cli/config/nearest.h"
#include "cli/config/plain_toml.h"
#include "cli/config/toml.h"
#include "cli/config/toml_fields.h"
#include "cli/host_bits.h"
#include "core/text/shown_text.h"
#include "core/values/impossible.h"
#include "core/values/intent.h"
#include "core/values/number.h"
#include "core/values/port.h"
#include "core/values/prefix.h"
#include "fmt/format.h"

namespace natplan::cli {
namespace {

struct Key {
  std::string_view name;
  toml::node_type type;
  std::string_view wanted;  // the type in words
  std::string_view how;     // what to write
  bool needed = false;
};

constexpr toml::node_type kString = toml::node_type::string;
constexpr std::string_view kMasquerade = "masquerade";
constexpr std::string_view kForward = "forward";
constexpr std::string_view kTables = "a list of tables";

constexpr auto kFileKeys = std::to_array<Key>({
    {"owner", kString, "a string", "owner = \"web\""},
    {kMasquerade, toml::node_type::array, kTables, "[[masquerade]] with two brackets, once for each"},
    {kForward, toml::node_type::array, kTables, "[[forward]] with two brackets, once for each"},
});
constexpr auto kMasqueradeKeys = std::to_array<Key>({
    {"source", kString, "a string", "source = \"192.168.50.0/24\"", true},
    {"out_interface", kString, "a string", "out_interface = \"eth0\""},
});
constexpr auto kForwardKeys = std::to_array<Key>({
    {"protocol", kString, "a string", "protocol = \"tcp\"", true},
    {"host_port", toml::node_type::integer, "an integer", "host_port = 2222", true},
    {"to", kString, "a string", "to = \"192.168.50.121:22\"", true},
    {"localhost", toml::node_type::boolean, "a boolean", "localhost = true"},
});

// What a type is called in messages.
std::string_view TypeName(toml::node_type type) {
  switch (type) {
    case toml::node_type::none:
      return "nothing";
    case toml::node_type::table:
      return "a table";
    case toml::node_type::array:
      return "an array";
    case toml::node_type::string:
      return "a string";
    case toml::node_type::integer:
      return "an integer";
    case toml::node_type::floating_point:
      return "a floating-point number";
    case toml::node_type::boolean:
      return "a boolean";
    case toml::node_type::date:
      return "a date";
    case toml::node_type::time:
      return "a time";
    case toml::node_type::date_time:
      return "a date and time";
  }
  return "something else";
}

std::string Quoted(std::string_view text) { return fmt::format("\"{}\"", text); }

// Much of a message may come from the file: what would fill a terminal must not reach one.
std::string Shortened(std::string_view text) {
  constexpr std::size_t kLongest = 1000;
  return ShownText(text.size() > kLongest ? std::string(text.substr(0, kLongest)) + "..." : text);
}

Diagnostic AtOffset(std::string_view text, std::size_t offset, std::string what) {
  const std::string_view before = text.substr(0, offset);
  const std::size_t line_start = before.rfind('\n') + 1;  // npos + 1 is 0
  return {.line = static_cast<std::uint32_t>(std::ranges::count(before, '\n') + 1),
          .column = static_cast<std::uint32_t>(before.size() - line_start + 1),
          .text = std::move(what)};
}

void SortByPlace(std::vector<Diagnostic>& diagnostics) {
  std::ranges::stable_sort(diagnostics, {}, [](const Diagnostic& d) { return std::tuple(d.line, d.column); });
}

using Fields = std::span<const TomlField>;

class Reader {
 public:
  // None: it is not plain, or there is an error or a note, which name places, and only toml++ keeps those.
  std::optional<Config> ReadPlain(std::string_view text) {
    constexpr std::size_t kUsualTable = 64;  // bytes of a [[forward]], or somewhat less
    config_.intents.reserve(text.size() / kUsualTable);
    const bool plain = ReadPlainToml(text, [this](std::string_view name, Fields fields) {
      if (name.empty()) {
        ReadFile(fields);
      } else if (name == kMasquerade) {
        ReadMasquerade({}, fields);
      } else if (name == kForward) {
        ReadForward({}, fields);
      } else {
        return false;
      }
      return errors_.empty() && config_.notes.empty();
    });
    if (!plain || config_.intents.empty()) return std::nullopt;
    SayRepeatedForwards();
    if (!errors_.empty()) return std::nullopt;
    if (!masquerades_.empty()) PutMasqueradesFirst();
    return std::move(config_);
  }

  // `text` is what `file` was parsed from.
  std::expected<Config, std::vector<Diagnostic>> ReadTree(std::string_view text, const toml::table& file) {
    const TomlTree tree(text);
    ReadFile(tree.Fields(file));
    ReadTables(file, kMasquerade,
               [&](const toml::table& table) { ReadMasquerade(table.source().begin, tree.Fields(table)); });
    ReadTables(file, kForward,
               [&](const toml::table& table) { ReadForward(table.source().begin, tree.Fields(table)); });
    SayRepeatedForwards();
    if (errors_.empty() && !file.contains(kMasquerade) && !file.contains(kForward)) {
      errors_.push_back({.text =
                             "it holds no [[masquerade]] and no [[forward]]; to want nothing at all, write "
                             "`masquerade = []`, or use `natplan remove`"});
    }
    SortByPlace(errors_);
    SortByPlace(config_.notes);
    if (!errors_.empty()) return std::unexpected(std::move(errors_));
    return std::move(config_);
  }

 private:
  static Diagnostic At(const toml::source_position& place, std::string text) {
    return {.line = place.line, .column = place.column, .text = std::move(text)};
  }
  void Wrong(const toml::source_position& place, std::string text) {
    errors_.push_back(At(place, std::move(text)));
  }

  template <std::size_t kCount>
  struct Picked {
    std::array<const TomlField*, kCount> fields{};  // null: it is not there, or of another type
    bool usable = true;  // nothing is of another type, and nothing needed is missing
  };

  // The field of each key. `place` and `where` say which table it is.
  template <std::size_t kCount>
  Picked<kCount> Pick(const std::array<Key, kCount>& keys, Fields fields, const toml::source_position& place,
                      std::string_view where) {
    Picked<kCount> picked;
    for (const TomlField& field : fields) {
      const auto key = std::ranges::find(keys, field.key, &Key::name);
      if (key == keys.end()) {
        SayUnknown(field, keys, where);
      } else {
        picked.fields[static_cast<std::size_t>(key - keys.begin())] = &field;
      }
    }
    for (std::size_t i = 0; i < kCount; ++i) {
      const Key& key = keys[i];
      const TomlField*& field = picked.fields[i];
      if (field == nullptr && key.needed) {
        Wrong(place, fmt::format("this {} has no \"{}\"; write {}", where, key.name, key.how));
        picked.usable = false;
      } else if (field != nullptr && field->type != key.type) {
        Wrong(field->place, fmt::format("\"{}\" is {}, and {} is expected; write {}", key.name,
                                        TypeName(field->type), key.wanted, key.how));
        field = nullptr;
        picked.usable = false;
      }
    }
    return picked;
  }

  void SayUnknown(const TomlField& field, std::span<const Key> keys, std::string_view where) {
    std::vector<std::string_view> known;
    std::ranges::transform(keys, std::back_inserter(known), &Key::name);
    Wrong(field.key_place,
          fmt::format("unknown key {} in {}; did you mean \"{}\"? Known here: {}", Quoted(field.key), where,
                      Nearest(field.key, known), fmt::join(known, ", ")));
  }

  // The file's own keys.
  void ReadFile(Fields file) {
    const auto [name, masquerades, forwards] = Pick(kFileKeys, file, {}, "the file").fields;
    if (name == nullptr) return;
    auto owner = Owner::Make(name->text);
    if (!owner) return Wrong(name->place, "owner: " + owner.error().text);
    config_.owner = *std::move(owner);
  }

  template <typename ReadOne>
  void ReadTables(const toml::table& file, std::string_view name, const ReadOne& read_one) {
    const toml::array* tables = file.get_as<toml::array>(name);
    if (tables == nullptr) return;
    for (const toml::node& one : *tables) {
      if (const toml::table* table = one.as_table()) {
        read_one(*table);
      } else {
        Wrong(one.source().begin,
              fmt::format("\"{0}\" holds {1}, and tables are expected; write [[{0}]], once for each", name,
                          TypeName(one.type())));
      }
    }
  }

  void ReadMasquerade(const toml::source_position& place, Fields fields) {
    const auto picked = Pick(kMasqueradeKeys, fields, place, "[[masquerade]]");
    const auto [source, interface] = picked.fields;
    std::optional<InterfaceName> out_interface;
    if (interface != nullptr) {
      auto name = InterfaceName::Make(interface->text);
      if (!name) return Wrong(interface->place, "out_interface: " + name.error().text);
      out_interface = *std::move(name);
    }
    if (!picked.usable) return;
    const auto prefix = Parsed(source, [](std::string_view text) { return Prefix::Parse(text); });
    if (!prefix) return;
    const auto masquerade = Masquerade::Make(*prefix, out_interface);
    if (!masquerade) return Wrong(source->place, "source: " + masquerade.error().text);
    if (const auto impossible = WhyImpossible(*masquerade))
      return Wrong(source->place, "source: " + impossible->text);
    if (std::string note = HostBitsNote(source->text, *prefix); !note.empty())
      config_.notes.push_back(At(source->place, std::move(note)));
    const auto [first, inserted] = masquerades_.emplace(*masquerade, source->place.line);
    if (!inserted) {
      config_.notes.push_back(
          At(source->place, fmt::format("{} is masqueraded by line {} already; this line changes nothing",
                                        prefix->ToString(), first->second)));
      return;
    }
    config_.intents.emplace_back(*masquerade);
  }

  void ReadForward(const toml::source_position& place, Fields fields) {
    const auto picked = Pick(kForwardKeys, fields, place, "[[forward]]");
    const auto [protocol_field, port_field, to_field, localhost] = picked.fields;
    const auto protocol = Parsed(protocol_field, [](std::string_view text) { return ParseProtocol(text); });
    const auto host_port = Parsed(port_field, [](std::string_view text) { return ParsePort(text); });
    const auto to = Parsed(to_field, [](std::string_view text) { return Endpoint::Parse(text); });
    if (!picked.usable || !protocol || !host_port || !to) return;
    const Forward forward{*protocol, *host_port, *to, localhost != nullptr && localhost->text == "true"};
    if (const auto impossible = WhyImpossible(forward))
      return Wrong(to_field->place, "to: " + impossible->text);
    forwards_.push_back({forward.key(), port_field->place});
    config_.intents.emplace_back(forward);
  }

  // The value as a witness type. None if there is no field.
  template <typename Parse>
  auto Parsed(const TomlField* field, const Parse& parse)
      -> std::optional<typename decltype(parse(field->text))::value_type> {
    if (field == nullptr) return std::nullopt;
    auto value = parse(field->text);
    if (value) return *value;
    Wrong(field->place, fmt::format("{}: {}", field->key, value.error()));
    return std::nullopt;
  }

  // As ReadTree() has them.
  void PutMasqueradesFirst() {
    std::ranges::stable_partition(
        config_.intents, [](const Intent& intent) { return std::holds_alternative<Masquerade>(intent); });
  }

  void SayRepeatedForwards() {
    const auto host_port = &PlacedHostPort::host_port;
    if (!std::ranges::is_sorted(forwards_, {}, host_port)) std::ranges::stable_sort(forwards_, {}, host_port);
    for (auto first = forwards_.begin(); first != forwards_.end();) {
      auto again = std::next(first);
      for (; again != forwards_.end() && again->host_port == first->host_port; ++again) {
        Wrong(again->place,
              fmt::format("line {} forwards {} already, and line {} forwards it again; a host port has one "
                          "target: remove one of the two, or choose another host port",
                          first->place.line, ToString(first->host_port), again->place.line));
      }
      first = again;
    }
  }

  struct PlacedHostPort {
    HostPort host_port;
    toml::source_position place;
  };

  Config config_;
  std::vector<Diagnostic> errors_;
  std::map<Masquerade, std::uint32_t> masquerades_;  // with the line that says so first
  std::vector<PlacedHostPort> forwards_;
};

// Of a file that is ASCII.
std::expected<Config, std::vector<Diagnostic>> ParseAscii(const std::string& text) {
  if (const auto deep = FindTooDeepKey(text)) {
    return std::unexpected(std::vector<Diagnostic>{
        AtOffset(text, *deep, "this key has too many parts; each key that natplan knows has one")});
  }
  const toml::parse_result file = toml::parse(text);
  if (!file) {
    const toml::source_position place = file.error().source().begin;
    return std::unexpected(std::vector<Diagnostic>{
        {.line = place.line,
         .column = place.column,
         .text = fmt::format("this is not TOML: {} (docs/configuration.md shows the format)",
                             file.error().description())}});
  }
  return Reader().ReadTree(text, file.table());
}

}  // namespace

std::string ToString(std::string_view file, const Diagnostic& diagnostic) {
  const std::string text = Shortened(diagnostic.text);
  if (diagnostic.line == 0) return fmt::format("{}: {}", file, text);
  return fmt::format("{}:{}:{}: {}", file, diagnostic.line, diagnostic.column, text);
}

std::expected<Config, std::vector<Diagnostic>> ParseConfig(std::string_view text) {
  if (auto config = Reader().ReadPlain(text)) return *std::move(config);
  const AsciiText ascii = ToAscii(text);
  auto config = ParseAscii(ascii.text);
  if (ascii.beyond.empty()) return config;
  std::vector<Diagnostic> errors;
  std::set<std::uint32_t> lines;
  for (const BeyondAscii& one : ascii.beyond) {
    errors.push_back({.line = one.line, .column = one.column, .text = one.what});
    lines.insert(one.line);
  }
  // What is said of such a line speaks of what does not stand in the file.
  if (!config) {
    std::ranges::copy_if(config.error(), std::back_inserter(errors),
                         [&](const Diagnostic& other) { return !lines.contains(other.line); });
  }
  SortByPlace(errors);
  return std::unexpected(std::move(errors));
}

}  // namespace natplan::cli

#include "cli/config/config.h"

#include <algorithm>
#include <array>
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

constexpr std::array<std::string_view, 3> kFileKeys = {"owner", "masquerade", "forward"};
constexpr std::array<std::string_view, 2> kMasqueradeKeys = {"source", "out_interface"};
constexpr std::array<std::string_view, 4> kForwardKeys = {"protocol", "host_port", "to", "localhost"};

// What a type is called in messages, and how a value of a wanted one looks.
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

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {
    line_starts_.push_back(0);
    for (std::size_t at = 0; (at = text.find('\n', at)) != std::string_view::npos;)
      line_starts_.push_back(++at);
  }

  std::expected<Config, std::vector<Diagnostic>> Read(const toml::table& file) {
    CheckKeys(file, kFileKeys, "the file");
    ReadOwner(file);
    ReadTables(file, "masquerade", [this](const toml::table& table) { ReadMasquerade(table); });
    ReadTables(file, "forward", [this](const toml::table& table) { ReadForward(table); });
    if (errors_.empty() && !file.contains("masquerade") && !file.contains("forward")) {
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
  void Wrong(const toml::node& node, std::string text) { Wrong(node.source().begin, std::move(text)); }

  void CheckKeys(const toml::table& table, std::span<const std::string_view> known, std::string_view where) {
    for (const auto& [key, value] : table) {
      if (std::ranges::find(known, key.str()) != known.end()) continue;
      Wrong(key.source().begin,
            fmt::format("unknown key {} in {}; did you mean \"{}\"? Known here: {}", Quoted(key.str()), where,
                        Nearest(key.str(), known), fmt::join(known, ", ")));
    }
  }

  template <typename ReadOne>
  void ReadTables(const toml::table& file, std::string_view name, const ReadOne& read_one) {
    const toml::node* node = file.get(name);
    if (node == nullptr) return;
    const toml::array* tables = node->as_array();
    if (tables == nullptr) {
      Wrong(*node,
            fmt::format(
                "\"{0}\" is {1}, and a list of tables is expected; write [[{0}]] with two brackets, once "
                "for each",
                name, TypeName(node->type())));
      return;
    }
    for (const toml::node& one : *tables) {
      if (const toml::table* table = one.as_table()) {
        read_one(*table);
      } else {
        Wrong(one, fmt::format("\"{0}\" holds {1}, and tables are expected; write [[{0}]], once for each",
                               name, TypeName(one.type())));
      }
    }
  }

  // The value of a key that must be there.
  template <typename T>
  std::optional<T> Get(const toml::table& table, std::string_view where, std::string_view key,
                       std::string_view wanted, std::string_view example) {
    const toml::node* node = table.get(key);
    if (node == nullptr) {
      Wrong(table, fmt::format("this {0} has no \"{1}\"; write {1} = {2}", where, key, example));
      return std::nullopt;
    }
    if (auto value = node->value_exact<T>()) return value;
    Wrong(*node, fmt::format("\"{0}\" is {1}, and {2} is expected; write {0} = {3}", key,
                             TypeName(node->type()), wanted, example));
    return std::nullopt;
  }

  // The value of a key that may be left out. The outer one is empty if what stands there is wrong.
  template <typename T>
  std::optional<std::optional<T>> GetIfThere(const toml::table& table, std::string_view key,
                                             std::string_view wanted, std::string_view example) {
    if (table.get(key) == nullptr) return std::optional<T>();
    auto value = Get<T>(table, "", key, wanted, example);
    if (!value) return std::nullopt;
    return value;
  }

  void ReadOwner(const toml::table& file) {
    const auto name = GetIfThere<std::string>(file, "owner", "a string", "\"web\"");
    if (!name || !*name) return;
    auto owner = Owner::Make(**name);
    if (!owner) return Wrong(*file.get("owner"), "owner: " + owner.error().text);
    config_.owner = *std::move(owner);
  }

  void ReadMasquerade(const toml::table& table) {
    CheckKeys(table, kMasqueradeKeys, "[[masquerade]]");
    const auto text = Get<std::string>(table, "[[masquerade]]", "source", "a string", "\"192.168.50.0/24\"");
    const auto interface_text = GetIfThere<std::string>(table, "out_interface", "a string", "\"eth0\"");
    std::optional<InterfaceName> out_interface;
    if (interface_text && *interface_text) {
      auto name = InterfaceName::Make(**interface_text);
      if (!name) return Wrong(*table.get("out_interface"), "out_interface: " + name.error().text);
      out_interface = *std::move(name);
    }
    if (!text || !interface_text) return;
    const toml::node& node = *table.get("source");
    const auto prefix = Prefix::Parse(*text);
    if (!prefix) return Wrong(node, "source: " + prefix.error());
    const auto masquerade = Masquerade::Make(*prefix, out_interface);
    if (!masquerade) return Wrong(node, "source: " + masquerade.error().text);
    if (const auto impossible = WhyImpossible(*masquerade)) return Wrong(node, "source: " + impossible->text);
    const toml::source_position place = node.source().begin;
    if (std::string note = HostBitsNote(*text, *prefix); !note.empty())
      config_.notes.push_back(At(place, std::move(note)));
    const auto [first, inserted] = masquerades_.emplace(*masquerade, place.line);
    if (!inserted) {
      config_.notes.push_back(
          At(place, fmt::format("{} is masqueraded by line {} already; this line changes nothing",
                                prefix->ToString(), first->second)));
      return;
    }
    config_.intents.emplace_back(*masquerade);
  }

  void ReadForward(const toml::table& table) {
    CheckKeys(table, kForwardKeys, "[[forward]]");
    const auto protocol_text = Get<std::string>(table, "[[forward]]", "protocol", "a string", "\"tcp\"");
    const auto number = Get<std::int64_t>(table, "[[forward]]", "host_port", "an integer", "2222");
    const auto digits = number ? std::optional(Literal(*table.get("host_port"))) : std::nullopt;
    const auto to_text = Get<std::string>(table, "[[forward]]", "to", "a string", "\"192.168.50.121:22\"");
    const auto localhost = GetIfThere<bool>(table, "localhost", "a boolean", "true");
    const auto protocol =
        Parsed(table, "protocol", protocol_text, [](const auto& text) { return ParseProtocol(text); });
    const auto host_port =
        Parsed(table, "host_port", digits, [](std::string_view text) { return ParsePort(text); });
    const auto to = Parsed(table, "to", to_text, [](const auto& text) { return Endpoint::Parse(text); });
    if (!protocol || !host_port || !to || !localhost) return;
    const Forward forward{*protocol, *host_port, *to, localhost->value_or(false)};
    if (const auto impossible = WhyImpossible(forward))
      return Wrong(*table.get("to"), "to: " + impossible->text);
    const toml::source_position place = table.get("host_port")->source().begin;
    const auto [first, inserted] = forwards_.emplace(forward.key(), place.line);
    if (!inserted) {
      return Wrong(
          place,
          fmt::format("line {} forwards {} already, and line {} forwards it again; a host port has one "
                      "target: remove one of the two, or choose another host port",
                      first->second, ToString(forward.key()), place.line));
    }
    config_.intents.emplace_back(forward);
  }

  // The value as a witness type.
  template <typename Raw, typename Parse>
  auto Parsed(const toml::table& table, std::string_view key, const std::optional<Raw>& raw,
              const Parse& parse) -> std::optional<typename decltype(parse(*raw))::value_type> {
    if (!raw) return std::nullopt;
    auto value = parse(*raw);
    if (value) return *value;
    Wrong(*table.get(key), fmt::format("{}: {}", key, value.error()));
    return std::nullopt;
  }

  // A number as the file writes it: TOML has more ways to write one than natplan takes, and ReadPlainToml,
  // which keeps no places, knows only that one.
  std::string Literal(const toml::node& node) const {
    constexpr std::string_view kOfNumbers = "+-_0123456789abcdefABCDEFxo";
    const toml::source_position begin = node.source().begin;
    if (!begin) return std::to_string(node.value_or<std::int64_t>(0));
    const std::string_view rest = text_.substr(line_starts_.at(begin.line - 1) + begin.column - 1);
    return std::string(rest.substr(0, rest.find_first_not_of(kOfNumbers)));
  }

  std::string_view text_;
  std::vector<std::size_t> line_starts_;
  Config config_;
  std::vector<Diagnostic> errors_;
  std::map<Masquerade, std::uint32_t> masquerades_;  // with the line that says so first
  std::map<HostPort, std::uint32_t> forwards_;
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
  return Reader(text).Read(file.table());
}

}  // namespace

std::string ToString(std::string_view file, const Diagnostic& diagnostic) {
  const std::string text = Shortened(diagnostic.text);
  if (diagnostic.line == 0) return fmt::format("{}: {}", file, text);
  return fmt::format("{}:{}:{}: {}", file, diagnostic.line, diagnostic.column, text);
}

std::expected<Config, std::vector<Diagnostic>> ParseConfig(std::string_view text) {
  // Errors and notes name places in the file, which only toml++ keeps.
  if (const auto plain = ReadPlainToml(text)) {
    auto config = Reader({}).Read(*plain);
    if (config && config->notes.empty()) return config;
  }
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

#include "cli/edit_words.h"

#include <string>

namespace natplan::cli {

CLI::App* AddMasqueradeWords(CLI::App& parent, EditOptions& edit) {
  CLI::App* sub = parent.add_subcommand("masquerade", "Packets from a prefix leave with the host's address");
  const std::string verb = parent.get_name();
  sub->footer("Example:\n  natplan " + verb + " masquerade 192.168.50.0/24");
  sub->preparse_callback([&edit](std::size_t) { edit.words = MasqueradeWords(); });
  const auto words = [&edit]() -> MasqueradeWords& { return std::get<MasqueradeWords>(edit.words); };
  sub->add_option_function<std::string>(
         "PREFIX", [words](const std::string& text) { words().source = text; },
         "Whose packets, like 192.168.50.0/24 or fd00:50::/64")
      ->required();
  sub->add_option_function<std::string>(
         "--out-interface", [words](const std::string& text) { words().out_interface = text; },
         "Only those that leave by this interface")
      ->type_name("NAME");
  return sub;
}

CLI::App* AddForwardWords(CLI::App& parent, EditOptions& edit) {
  CLI::App* sub = parent.add_subcommand("forward", "Packets to a port of the host go on to a target");
  const std::string verb = parent.get_name();
  const bool adds = edit.kind == Edit::Kind::kAdd;
  sub->footer("Example:\n  natplan " + verb + " forward tcp 2222" + (adds ? " 192.168.50.121:22" : ""));
  sub->preparse_callback([&edit](std::size_t) { edit.words = ForwardWords(); });
  const auto words = [&edit]() -> ForwardWords& { return std::get<ForwardWords>(edit.words); };
  sub->add_option_function<std::string>(
         "PROTOCOL", [words](const std::string& text) { words().protocol = text; }, "tcp, udp or sctp")
      ->required();
  sub->add_option_function<std::string>(
         "HOST_PORT", [words](const std::string& text) { words().host_port = text; }, "1 to 65535")
      ->required();
  sub->add_option_function<std::string>(
         "TARGET", [words](const std::string& text) { words().to = text; },
         adds ? "Where to, like 192.168.50.121:22 or [fd00:50::121]:22"
              : "Its family is the one that is meant; both if not given. The port alone says which forward")
      ->required(adds);
  if (adds) {
    sub->add_flag_callback(
        "--localhost", [words] { words().localhost = true; },
        "The host itself reaches it at 127.0.0.1 or ::1 too; shadows a service on that port");
  }
  return sub;
}

}  // namespace natplan::cli

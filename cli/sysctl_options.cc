#include "cli/sysctl_options.h"

namespace natplan::cli {

void AddSysctlOptions(CLI::App& sub, ApplyOptions& apply) {
  CLI::Option* sysctl = sub.add_flag(
      "--sysctl", apply.wanted.call.sysctl,
      "Set the kernel parameters that FILE needs, and put back those that natplan set and nobody needs any "
      "more; without it they are only named");
  sub.add_flag("--accept-ra", apply.accept_ra,
               "Let --sysctl set accept_ra=2 where IPv6 forwarding would take away what an interface learnt "
               "from router advertisements")
      ->needs(sysctl);
}

void AddPutBackOption(CLI::App& sub, CallOptions& call) {
  sub.add_flag(
      "--sysctl", call.sysctl,
      "Put back the kernel parameters that natplan set and nobody needs any more; without it they are "
      "only named");
}

}  // namespace natplan::cli

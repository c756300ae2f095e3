// natplan from C: masquerades a prefix, forwards a port, is refused one that is taken, and takes everything
// back.
//
//   bazel run //examples:natplan_c            (as root; changes the firewall of this network namespace)
//   unshare -Urn bazel-bin/examples/natplan_c (without root, in a namespace of its own)
#include <errno.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "backends/c/natplan.h"

static void say(const struct natplan_context* context, const char* what, int result) {
  if (result < 0) {
    printf("%s: %s\n%s\n", what, strerror(-result), natplan_last_error(context));
  } else {
    printf("%s: done\n", what);
  }
}

int main(void) {
  static const uint8_t network[4] = {192, 168, 50, 0};
  static const uint8_t container[4] = {192, 168, 50, 121};
  static const uint8_t container6[16] = {0xfd, 0, [15] = 1};
  const struct natplan_options options = {.size = sizeof(options), .owner = "example"};
  const struct natplan_intent_options other = {.size = sizeof(other), .owner = "other"};

  struct natplan_context* context;
  int result = natplan_open(&options, &context);
  if (result < 0) {
    fprintf(stderr, "natplan_open: %s\n", strerror(-result));
    return 1;
  }
  result = natplan_add_masquerade(context, AF_INET, network, 24, NULL);
  say(context, "masquerade 192.168.50.0/24", result);
  if (result == 0) {
    say(context, "forward tcp 2222",
        natplan_add_forward(context, AF_INET, IPPROTO_TCP, 2222, container, 22, NULL));
    say(context, "forward tcp 2222, IPv6",
        natplan_add_forward(context, AF_INET6, IPPROTO_TCP, 2222, container6, 22, NULL));
    // A host port has one owner; this is refused, and nothing is changed.
    say(context, "forward tcp 2222 for another owner",
        natplan_add_forward(context, AF_INET, IPPROTO_TCP, 2222, container, 80, &other));
    say(context, "remove forward tcp 2222, IPv6",
        natplan_remove_forward(context, AF_INET6, IPPROTO_TCP, 2222, NULL));
    say(context, "remove forward tcp 2222",
        natplan_remove_forward(context, AF_INET, IPPROTO_TCP, 2222, NULL));
    result = natplan_remove_masquerade(context, AF_INET, network, 24, NULL);
    say(context, "remove masquerade 192.168.50.0/24", result);
  }
  natplan_close(context);
  return result < 0 ? 1 : 0;
}

// NAT for a daemon written in C: the C door to natplan.
//
// One context is used by one thread at a time, or under the caller's lock; several contexts are independent.
// It has no thread, keeps nothing outside of its contexts but one sentence for each thread (see
// natplan_last_error()), and never touches stdout or stderr. It speaks to the kernel of the network namespace
// that the thread is in when natplan_open() is called. A change is one transaction:
// whatever fails, and whenever the process ends, the kernel holds the old state or the new one. After fork(2)
// the child may only close the context: every other call that reaches the kernel gives -ECHILD.
//
// Every function that returns int returns 0, or a negative errno(3) value; then natplan_last_error() has the
// sentence for a person, and nothing was changed, with one exception:
//
//   -EINVAL           an argument is wrong
//   -EAFNOSUPPORT     the family is neither AF_INET nor AF_INET6
//   -EPROTONOSUPPORT  the protocol is none of IPPROTO_TCP, IPPROTO_UDP, IPPROTO_SCTP
//   -E2BIG            an options struct has a field that this version of the library does not know
//   -EEXIST           another owner, or another program, holds what was asked for
//   -EPERM            CAP_NET_ADMIN is missing, or the table belongs to another program's socket
//   -EOPNOTSUPP       the kernel lacks a piece, which the sentence names; also IPv6 where it is switched off
//   -EBADMSG          what is there could not be read, so nothing is said of it; nothing was changed
//   -ENOMEM           out of memory, here or in the kernel
//   -EMSGSIZE         the change is too large for one message, or for the memory of this host
//   -ETIMEDOUT, -ENOBUFS
//                     the time was over, or the kernel's answer was lost: the change may be in place. Make
//                     the call again: adding what is there, and removing what is not, is success.
//   others            what the kernel or libc said
//
// Arguments are looked at in the order of natplan's origin, systemd's fw_add_masquerade() and
// fw_add_local_dnat(), before anything is sent; the first that is wrong gives the result. It differs from the
// origin where that aborts the process or speaks of the kernel: a prefix that is too long is -EINVAL, another
// family is -EAFNOSUPPORT, a missing target is -EINVAL. That IPv6 is switched off is known only from the
// kernel's answer, so arguments are looked at before that. There is no "previous target": adding a port that
// the owner holds already replaces its target, in one transaction, and a removal needs the port only.
//
// C11, and C++.
#ifndef NATPLAN_BACKENDS_C_NATPLAN_H_
#define NATPLAN_BACKENDS_C_NATPLAN_H_

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// NOLINTBEGIN(readability-identifier-naming): C's names.

struct natplan_context;

// Who carries the changes out.
#define NATPLAN_BACKEND_AUTO 0  // nf_tables; iptables where the kernel turns out to have no nf_tables NAT
#define NATPLAN_BACKEND_NFTABLES 1
#define NATPLAN_BACKEND_IPTABLES 2

// What becomes of what the kernel holds under an owner's name when the context begins to use that name.
#define NATPLAN_ADOPT 0  // it counts as wanted, until it is removed
#define NATPLAN_RESET 1  // it goes with the first change

#define NATPLAN_LOG_DEBUG 0    // each operation that was carried out
#define NATPLAN_LOG_INFO 1     // a retry, and why
#define NATPLAN_LOG_WARNING 2  // something held is lost to another program, or a family is not supported

// Initialise with `{.size = sizeof(struct natplan_options)}`: 0 in any other field is its default. The size
// may be that of an earlier version, which ended in front of `steps` (what is behind has its default), or of
// a later one, if what this version does not know is 0. Any other is -EINVAL.
struct natplan_options {
  size_t size;                     // of this struct, as the caller's compiler has it
  const char* owner;               // of intents that name none: 1 to 64 bytes of ASCII; NULL: "default"
  const char* table;               // NULL: "natplan"; "io.systemd.nat" is the origin's, which has no owners
  uint32_t deadline_milliseconds;  // of each call, any; 0: 5000
  int backend;                     // NATPLAN_BACKEND_*
  int inheritance;                 // NATPLAN_ADOPT or NATPLAN_RESET
  // Called from inside the functions below; must not call them with this context. `operation` is in nft
  // syntax, or empty. Both texts end with the call. A C++ exception that leaves it is dropped.
  void (*log)(void* log_argument, int level, const char* text, const char* operation);
  void* log_argument;
  // The most elements that one transaction adds and deletes; 0: any number. A larger change, as that of a
  // context that puts back all that it holds, is carried out in steps, each of which leaves a state between
  // the old and the new; one that ends in the middle is -ETIMEDOUT.
  uint32_t steps;
  // Not 0: a transaction is sent whether or not the host has the memory for it (-EMSGSIZE otherwise).
  int without_memory_check;
};

// Of one intent. Initialise it like natplan_options; no earlier version was smaller.
struct natplan_intent_options {
  size_t size;
  const char* owner;  // NULL: the context's
  // Masquerades only: leaving by this interface alone. Such a masquerade is another one than that without
  // interface, may have prefix length 0, and is removed by naming the interface again.
  const char* out_interface;
  // Forwards only; not 0: from the host itself the port is reached at 127.0.0.1 or ::1 too, which shadows a
  // local service on that port and needs the sysctl route_localnet. Ignored by removals.
  int localhost;
};

// Makes a context; sends nothing and creates nothing in the kernel. `options` may be NULL and is not needed
// afterwards. On failure *context is NULL, and natplan_last_error(NULL) has the sentence. The caller owns the
// context and ends it with natplan_close().
int natplan_open(const struct natplan_options* options, struct natplan_context** context);

// Frees the context and closes its sockets. What it put into the kernel stays there. NULL is fine.
void natplan_close(struct natplan_context* context);

// Packets from the prefix leave the host with the host's own address. `family` is AF_INET or AF_INET6,
// `source` points at 4 or 16 bytes in network byte order, whose host bits are ignored. Refused with -EINVAL:
// no source; prefix length 0, or of IPv6 below 8, unless an interface is named; beyond 32 or 128. Equal and
// nested prefixes, of one owner or several, are counted: each stays until its last owner removes it.
// `options` may be NULL.
int natplan_add_masquerade(struct natplan_context* context, int family, const void* source,
                           unsigned int prefix_length, const struct natplan_intent_options* options);
int natplan_remove_masquerade(struct natplan_context* context, int family, const void* source,
                              unsigned int prefix_length, const struct natplan_intent_options* options);

// Packets to the host's port go on to the target (the origin's "local dnat"). `protocol` is IPPROTO_TCP,
// IPPROTO_UDP or IPPROTO_SCTP; ports are in host byte order, 1 to 65535; `target` points at 4 or 16 bytes in
// network byte order. Replaces the target of a port that this owner forwards already. A port of another owner
// is -EEXIST. `options` may be NULL.
int natplan_add_forward(struct natplan_context* context, int family, int protocol, unsigned int host_port,
                        const void* target, unsigned int target_port,
                        const struct natplan_intent_options* options);
// Whatever the target is; never another owner's.
int natplan_remove_forward(struct natplan_context* context, int family, int protocol, unsigned int host_port,
                           const struct natplan_intent_options* options);

// What went wrong in the last call with this context, in sentences for a person; "" if nothing did. It
// belongs to the context and is valid until the next call with it. NULL: the same of the calling thread's
// last natplan_open() or call without a context; that belongs to the thread, until its next such call.
const char* natplan_last_error(const struct natplan_context* context);

// NOLINTEND(readability-identifier-naming)

#ifdef __cplusplus
}
#endif

#endif  // NATPLAN_BACKENDS_C_NATPLAN_H_

#include "backends/c/natplan.h"

#include <chrono>
#include <new>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "backends/c/arguments.h"
#include "backends/c/context.h"
#include "backends/c/error_number.h"
#include "backends/nat.h"

namespace natplan {
namespace {

// A literal: there is no memory for a copy.
constexpr const char* kOutOfMemory = "out of memory";

std::expected<Backend, Error> ToBackend(int backend) {
  switch (backend) {
    case NATPLAN_BACKEND_AUTO:
      return Backend::kAuto;
    case NATPLAN_BACKEND_NFTABLES:
      return Backend::kNftables;
    case NATPLAN_BACKEND_IPTABLES:
      return Backend::kIptables;
    default:
      return std::unexpected(InvalidArgument(EINVAL, "there is no such backend"));
  }
}

std::expected<Inheritance, Error> ToInheritance(int inheritance) {
  switch (inheritance) {
    case NATPLAN_ADOPT:
      return Inheritance::kAdopt;
    case NATPLAN_RESET:
      return Inheritance::kReset;
    default:
      return std::unexpected(InvalidArgument(EINVAL, "inheritance is neither adopt nor reset"));
  }
}

int ToNumber(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return NATPLAN_LOG_DEBUG;
    case LogLevel::kInfo:
      return NATPLAN_LOG_INFO;
    case LogLevel::kWarning:
      break;
  }
  return NATPLAN_LOG_WARNING;
}

LogCallback ToLog(const natplan_options& options) {
  if (options.log == nullptr) return {};
  return [log = options.log, argument = options.log_argument](LogLevel level, std::string_view text,
                                                              std::string_view operation) {
    try {
      log(argument, ToNumber(level), std::string(text).c_str(), std::string(operation).c_str());
    } catch (const std::bad_alloc&) {
      log(argument, ToNumber(level), kOutOfMemory, "");
    }
  };
}

std::expected<NatOptions, Error> ToNatOptions(const natplan_options* given) {
  const auto options = ToOptions(given);
  if (!options) return std::unexpected(options.error());
  NatOptions result;
  auto owner = ToOwner(options->owner, Owner::Default());
  if (!owner) return std::unexpected(std::move(owner.error()));
  result.owner = *std::move(owner);
  if (options->table != nullptr) result.table = options->table;
  if (options->deadline_milliseconds != 0)
    result.deadline = std::chrono::milliseconds(options->deadline_milliseconds);
  const auto backend = ToBackend(options->backend);
  if (!backend) return std::unexpected(backend.error());
  result.backend = *backend;
  const auto inheritance = ToInheritance(options->inheritance);
  if (!inheritance) return std::unexpected(inheritance.error());
  result.inheritance = *inheritance;
  result.log = ToLog(*options);
  return result;
}

int Failed(natplan_context& context, const Error& error) {
  context.text = ToString(error);
  context.last_error = context.text.c_str();
  return -ErrorNumber(error);
}

int Change(natplan_context& context, Edit::Kind kind, const natplan_intent_options& options, Intent intent) {
  auto owner = ToOwner(options.owner, context.owner);
  if (!owner) return Failed(context, owner.error());
  const Result result = context.nat.Change({Edit{kind, *std::move(owner), std::move(intent)}});
  return result ? 0 : Failed(context, result.error());
}

int ChangeMasquerade(natplan_context& context, Edit::Kind kind, int family, const void* source,
                     unsigned int prefix_length, const natplan_intent_options* given) {
  const auto options = ToOptions(given);
  if (!options) return Failed(context, options.error());
  auto masquerade = ToMasquerade(family, source, prefix_length, options->out_interface);
  if (!masquerade) return Failed(context, masquerade.error());
  if (options->localhost != 0)
    return Failed(context, InvalidArgument(EINVAL, "localhost is an option of forwards, not of masquerades"));
  return Change(context, kind, *options, *std::move(masquerade));
}

int ChangeForward(natplan_context& context, Edit::Kind kind, const std::expected<Forward, Error>& forward,
                  const natplan_intent_options& options) {
  if (!forward) return Failed(context, forward.error());
  if (options.out_interface != nullptr)
    return Failed(context,
                  InvalidArgument(EINVAL, "out_interface is an option of masquerades, not of forwards"));
  return Change(context, kind, options, *forward);
}

// Runs one call of a context: no context, and no memory, are its to tell.
template <typename Call>
int Guarded(natplan_context* context, Call call) {
  if (context == nullptr) return -EINVAL;
  context->last_error = "";
  try {
    return call(*context);
  } catch (const std::bad_alloc&) {
    context->last_error = kOutOfMemory;
    return -ENOMEM;
  }
}

}  // namespace
}  // namespace natplan

using natplan::Edit;
using natplan::Guarded;

int natplan_open(const natplan_options* options, natplan_context** context) {
  if (context == nullptr) return -EINVAL;
  *context = nullptr;
  try {
    auto converted = natplan::ToNatOptions(options);
    if (!converted) return -natplan::ErrorNumber(converted.error());
    natplan::Owner owner = converted->owner;
    auto nat = natplan::Nat::Open(*std::move(converted));
    if (!nat) return -natplan::ErrorNumber(nat.error());
    *context = new natplan_context(*std::move(nat), std::move(owner));
    return 0;
  } catch (const std::bad_alloc&) {
    return -ENOMEM;
  }
}

void natplan_close(natplan_context* context) { delete context; }

int natplan_add_masquerade(natplan_context* context, int family, const void* source,
                           unsigned int prefix_length, const natplan_intent_options* options) {
  return Guarded(context, [&](natplan_context& given) {
    return natplan::ChangeMasquerade(given, Edit::Kind::kAdd, family, source, prefix_length, options);
  });
}

int natplan_remove_masquerade(natplan_context* context, int family, const void* source,
                              unsigned int prefix_length, const natplan_intent_options* options) {
  return Guarded(context, [&](natplan_context& given) {
    return natplan::ChangeMasquerade(given, Edit::Kind::kRemove, family, source, prefix_length, options);
  });
}

int natplan_add_forward(natplan_context* context, int family, int protocol, uint16_t host_port,
                        const void* target, uint16_t target_port, const natplan_intent_options* options) {
  return Guarded(context, [&](natplan_context& given) {
    const auto copy = natplan::ToOptions(options);
    if (!copy) return natplan::Failed(given, copy.error());
    return natplan::ChangeForward(
        given, Edit::Kind::kAdd,
        natplan::ToForward(family, protocol, host_port, target, target_port, copy->localhost != 0), *copy);
  });
}

int natplan_remove_forward(natplan_context* context, int family, int protocol, uint16_t host_port,
                           const natplan_intent_options* options) {
  return Guarded(context, [&](natplan_context& given) {
    const auto copy = natplan::ToOptions(options);
    if (!copy) return natplan::Failed(given, copy.error());
    // A removal looks at the port alone; some target makes it a value.
    constexpr unsigned char kNoAddress[16] = {};
    return natplan::ChangeForward(
        given, Edit::Kind::kRemove,
        natplan::ToForward(family, protocol, host_port, kNoAddress, /*target_port=*/1, /*localhost=*/false),
        *copy);
  });
}

const char* natplan_last_error(const natplan_context* context) {
  return context == nullptr ? "" : context->last_error;
}

#include <algorithm>
#include <array>
#include <cerrno>
#include <new>
#include <string_view>
#include <utility>

#include "backends/c/arguments.h"
#include "backends/c/context.h"
#include "backends/c/error_number.h"
#include "backends/c/natplan.h"
#include "backends/c/options.h"
#include "backends/nat.h"

namespace natplan {
namespace {

// What went wrong in this thread where there is no context to tell it; cut where it is longer.
thread_local std::array<char, 1024> t_last_error = {};

void SayInThread(std::string_view text) {
  text = text.substr(0, t_last_error.size() - 1);
  std::ranges::copy(text, t_last_error.begin());
  t_last_error[text.size()] = '\0';
}

// The number is true whether or not there is memory for the sentence.
int Failed(natplan_context& context, const Error& error) noexcept {
  try {
    context.text = ToString(error);
    context.last_error = context.text.c_str();
  } catch (const std::bad_alloc&) {
    context.last_error = Name(error.code).data();
  }
  return -ErrorNumber(error);
}

int FailedToOpen(const Error& error) noexcept {
  try {
    SayInThread(ToString(error));
  } catch (const std::bad_alloc&) {
    SayInThread(Name(error.code));
  }
  return -ErrorNumber(error);
}

int WithoutContext() {
  SayInThread("the context is missing");
  return -EINVAL;
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
  if (context == nullptr) return WithoutContext();
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
  if (context == nullptr) return natplan::WithoutContext();
  *context = nullptr;
  natplan::SayInThread("");
  try {
    auto converted = natplan::ToNatOptions(options);
    if (!converted) return natplan::FailedToOpen(converted.error());
    natplan::Owner owner = converted->owner;
    auto nat = natplan::Nat::Open(*std::move(converted));
    if (!nat) return natplan::FailedToOpen(nat.error());
    *context = new natplan_context(*std::move(nat), std::move(owner));
    return 0;
  } catch (const std::bad_alloc&) {
    natplan::SayInThread(natplan::kOutOfMemory);
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

int natplan_add_forward(natplan_context* context, int family, int protocol, unsigned int host_port,
                        const void* target, unsigned int target_port, const natplan_intent_options* options) {
  return Guarded(context, [&](natplan_context& given) {
    const auto copy = natplan::ToOptions(options);
    if (!copy) return natplan::Failed(given, copy.error());
    return natplan::ChangeForward(
        given, Edit::Kind::kAdd,
        natplan::ToForward(family, protocol, host_port, target, target_port, copy->localhost != 0), *copy);
  });
}

int natplan_remove_forward(natplan_context* context, int family, int protocol, unsigned int host_port,
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
  return context == nullptr ? natplan::t_last_error.data() : context->last_error;
}

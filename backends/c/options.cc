#include "backends/c/options.h"

#include <chrono>
#include <new>
#include <string>
#include <string_view>
#include <utility>

#include "backends/c/arguments.h"

namespace natplan {
namespace {

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
    std::string line;
    std::string step;
    try {
      line = text;
      step = operation;
    } catch (const std::bad_alloc&) {
      return log(argument, ToNumber(level), kOutOfMemory, "");
    }
    log(argument, ToNumber(level), line.c_str(), step.c_str());
  };
}

}  // namespace

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
  result.steps = options->steps;
  result.memory_check = options->without_memory_check == 0;
  return result;
}

}  // namespace natplan

#include "core/plan/refusal.h"

#include <cerrno>
#include <utility>

#include "core/values/impossible.h"
#include "core/values/table_name.h"

namespace natplan {

std::optional<Error> WhyRefused(const Layout& layout, const Request& request) {
  auto why = layout.own() ? std::nullopt : WhyNoTableName(layout.table);
  if (why) return Error{.code = ErrorCode::kInvalidArgument, .errno_value = EINVAL, .text = *std::move(why)};
  for (const Edit& edit : request.edits) {
    if (edit.kind != Edit::Kind::kAdd) continue;
    if (auto error = WhyImpossible(edit.intent)) return error;
  }
  for (const Intent& intent : request.intents) {
    if (auto error = WhyImpossible(intent)) return error;
  }
  return std::nullopt;
}

}  // namespace natplan

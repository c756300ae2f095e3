#include "core/wire/read_expression.h"

#include <vector>

#include "core/wire/message_writer.h"
#include "core/wire/put_expression.h"
#include "core/wire/test_bytes.h"
#include "core/wire/test_skeleton.h"
#include "gtest/gtest.h"

namespace natplan::wire {
namespace {

// The payload of a NFTA_LIST_ELEM.
ByteString ElementBytes(const std::string& name, std::initializer_list<ByteString> attributes) {
  return Join({Attr(1, Text(name)), Nest(2, attributes)});
}

Expression Read(const ByteString& bytes) { return ReadExpression(bytes); }

ByteString Value(std::uint16_t type, const ByteString& bytes) { return Nest(type, {Attr(1, bytes)}); }

ByteString Written(const Expression& expression) {
  ByteString bytes;
  MessageWriter writer(bytes, {});
  PutExpression(writer, expression);
  writer.Finish();
  bytes.erase(bytes.begin(), bytes.begin() + 20);
  return bytes;
}

TEST(ReadExpression, ReadsWhatIsPut) {
  std::vector<Expression> expressions = {
      CounterExpression{},
      ImmediateExpression{.destination = 0, .verdict = -3, .chain = "other"},
      ImmediateExpression{.destination = 0, .verdict = 1},
      ImmediateExpression{.destination = 9, .value = {1, 2, 3}},
      LookupExpression{.set = "s", .source = 1, .flags = kLookupInvert},
      NatExpression{.type = NatType::kSource, .family = 2, .address = 1u},
      NatExpression{.type = NatType::kDestination, .family = 2, .port = 1u},
      UnknownExpression{.name = "warp", .detail = Attr(1, Be32(9))},
  };
  for (const Family family : kFamilies) {
    for (const Operation& operation : Skeleton({family, "t"})) {
      const auto* const rule = std::get_if<AppendRule>(&operation);
      if (rule == nullptr) continue;
      expressions.insert(expressions.end(), rule->expressions.begin(), rule->expressions.end());
    }
  }
  for (const Expression& expression : expressions) {
    EXPECT_EQ(Read(Written(expression)), expression) << NameOf(expression);
  }
}

TEST(ReadExpression, LeavesOutWhatTheKernelFillsIn) {
  EXPECT_EQ(Read(ElementBytes("lookup", {Attr(1, Text("s")), Attr(2, Be32(9)), Attr(5, Be32(0))})),
            Expression(LookupExpression{.set = "s", .source = 9}));
  EXPECT_EQ(
      Read(ElementBytes("nat", {Attr(1, Be32(1)), Attr(2, Be32(2)), Attr(3, Be32(9)), Attr(4, Be32(9)),
                                Attr(5, Be32(10)), Attr(6, Be32(10)), Attr(7, Be32(3))})),
      Expression(NatExpression{.type = NatType::kDestination, .family = 2, .address = 9u, .port = 10u}));
  EXPECT_EQ(Read(ElementBytes("nat", {Attr(1, Be32(1)), Attr(2, Be32(2)), Attr(5, Be32(10)),
                                      Attr(6, Be32(10)), Attr(7, Be32(2))})),
            Expression(NatExpression{.type = NatType::kDestination, .family = 2, .port = 10u}));
  EXPECT_EQ(Read(ElementBytes("counter", {Attr(1, Be64(100)), Attr(2, Be64(3))})),
            Expression(CounterExpression{}));
  EXPECT_EQ(Read(ElementBytes("bitwise", {Attr(1, Be32(9)), Attr(2, Be32(9)), Attr(3, Be32(1)),
                                          Attr(6, Be32(0)), Value(4, {0xff}), Value(5, {0})})),
            Expression(BitwiseExpression{.source = 9, .destination = 9, .mask = {0xff}, .xor_with = {0}}));
}

TEST(ReadExpression, KeepsWhatItCannotHoldAsBytes) {
  const std::vector<std::pair<std::string, ByteString>> expressions = {
      {"log", Attr(2, Text("x"))},
      {"cmp", Join({Attr(1, Be32(9)), Attr(2, Be32(6)), Value(3, {1})})},             // no such operator
      {"cmp", Join({Attr(1, Be32(9)), Attr(2, Be32(0)), Value(3, ByteString(17))})},  // too long
      {"cmp", Join({Attr(1, Be32(9)), Attr(2, Be32(0))})},                            // no data
      {"fib", Join({Attr(1, Be32(9)), Attr(2, Be32(4)), Attr(3, Be32(1))})},          // no such result
      {"meta", Join({Attr(2, Be32(3)), Attr(3, Be32(9))})},                           // writes
      {"payload",
       Join({Attr(1, Be32(9)), Attr(2, Be32(1)), Attr(3, Be32(0)), Attr(4, Be32(4)), Attr(6, Be32(1))})},
      {"bitwise",
       Join({Attr(1, Be32(9)), Attr(2, Be32(9)), Attr(3, Be32(4)), Attr(6, Be32(1)), Value(7, Be32(1))})},
      {"bitwise", Join({Attr(1, Be32(9)), Attr(2, Be32(9)), Attr(3, Be32(4)), Value(4, {1}), Value(5, {1})})},
      {"lookup", Join({Attr(1, Text("s")), Attr(2, Be32(9)), Attr(4, Be32(1))})},                // by number
      {"nat", Join({Attr(1, Be32(1)), Attr(2, Be32(2)), Attr(3, Be32(9)), Attr(4, Be32(10))})},  // a range
      {"nat", Join({Attr(1, Be32(1)), Attr(2, Be32(2)), Attr(4, Be32(10))})},
      {"nat", Join({Attr(1, Be32(1)), Attr(2, Be32(2)), Attr(3, Be32(9)), Attr(7, Be32(5))})},  // random
      {"nat", Join({Attr(1, Be32(2)), Attr(2, Be32(2)), Attr(3, Be32(9))})},
      {"masq", Attr(1, Be32(4))},
      {"masq", Attr(2, Be32(9))},
      {"immediate", Join({Attr(1, Be32(0)), Nest(2, {Nest(2, {Attr(1, Be32(1)), Attr(3, Be32(1))})})})},
      {"counter", Attr(9, Be32(1))},
      {"meta", {1, 2, 3}},
  };
  for (const auto& [name, data] : expressions) {
    EXPECT_EQ(Read(Join({Attr(1, Text(name)), Attr(2, data)})), Expression(UnknownExpression{name, data}))
        << name << ' ' << data.size();
  }
  EXPECT_EQ(Read({}), Expression(UnknownExpression{}));
}

TEST(ReadExpression, TakesMasqueradeWithAndWithoutData) {
  EXPECT_EQ(Read(Attr(1, Text("masq"))), Expression(MasqueradeExpression{}));
  EXPECT_EQ(Read(ElementBytes("masq", {})), Expression(MasqueradeExpression{}));
  EXPECT_EQ(Read(ElementBytes("masq", {Attr(1, Be32(0))})), Expression(MasqueradeExpression{}));
}

}  // namespace
}  // namespace natplan::wire

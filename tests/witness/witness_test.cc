// A second witness for every scenario of the contract suite: libnftnl reads in the bytes that were sent what
// was meant, and nft shows that the running kernel kept what natplan reads from it.
#include <linux/netfilter/nf_tables.h>
#include <linux/netlink.h>

#include <cstdint>
#include <ostream>
#include <regex>
#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "tests/contract/live_kernel.h"
#include "tests/contract/run.h"
#include "tests/contract/scenario.h"
#include "tests/contract/world.h"
#include "tests/support/namespace.h"
#include "tests/wire/libnftnl_text.h"
#include "tests/witness/meant_text.h"

namespace natplan::witness {

// What gtest prints beside a failure.
static void PrintTo(const Meant& meant, std::ostream* out) {
  *out << "message " << meant.number << " family " << int{meant.family} << " flags " << meant.flags << ": "
       << meant.text;
}

namespace {

using contract::Scenario;

// Numbers of sets are the encoder's own affair, and elements of one operation may take several messages.
std::vector<Meant> Normalised(const std::vector<wire::WitnessedMessage>& messages) {
  static const std::regex kId(R"( id \d+)");
  std::vector<Meant> out;
  out.reserve(messages.size());
  for (const wire::WitnessedMessage& message : messages) {
    out.push_back(
        {message.number, message.family, static_cast<std::uint16_t>(message.flags & ~unsigned{NLM_F_ACK}),
         message.number == NFT_MSG_NEWSET ? std::regex_replace(message.text, kId, "") : message.text});
  }
  return out;
}

// "TABLE SET" and the nodes behind it.
std::pair<std::string, std::string> Split(const std::string& text) {
  const std::size_t at = text.find(' ', text.find(' ') + 1);
  return at == std::string::npos ? std::pair(text, std::string())
                                 : std::pair(text.substr(0, at), text.substr(at));
}

std::vector<Meant> Joined(const std::vector<Meant>& messages) {
  std::vector<Meant> out;
  for (const Meant& message : messages) {
    const bool elements = message.number == NFT_MSG_NEWSETELEM || message.number == NFT_MSG_DELSETELEM;
    const auto [where, nodes] = Split(message.text);
    if (elements && !nodes.empty() && !out.empty() && out.back().number == message.number &&
        out.back().family == message.family && out.back().flags == message.flags &&
        Split(out.back().text).first == where && !Split(out.back().text).second.empty()) {
      out.back().text += nodes;
    } else {
      out.push_back(message);
    }
  }
  return out;
}

class SecondWitness : public ::testing::TestWithParam<Scenario> {};

TEST_P(SecondWitness, LibnftnlReadsWhatWasMeant) {
  if (GetParam().where == contract::Where::kLiveOnly)
    GTEST_SKIP() << "SKIPPED[live-only]: " << GetParam().reason;
  const contract::Run run = contract::RunOnSimulator(GetParam());
  std::size_t read = 0;
  for (const contract::Sent& sent : run.sent) {
    if (sent.bytes.empty()) continue;
    ++read;
    const wire::WitnessedBatch batch = wire::ReadWithLibnftnl(sent.bytes);
    EXPECT_TRUE(batch.begin && batch.whole);
    EXPECT_EQ(batch.end, !sent.transaction.check_only);
    EXPECT_EQ(batch.generation, sent.transaction.required_generation);
    EXPECT_EQ(Joined(Normalised(batch.messages)), Joined(MeantBy(sent.transaction)));
  }
  EXPECT_GT(read, 0u) << "nothing was sent";
}

TEST_P(SecondWitness, NftShowsWhatTheRunningKernelKept) {
  if (GetParam().where == contract::Where::kSimulatorOnly) {
    GTEST_SKIP() << "SKIPPED[simulator-only]: " << GetParam().reason;
  }
  testing::RunInNamespaceOrSkip([] {
    contract::LiveKernel kernel;
    contract::World world(kernel);
    GetParam().run(world);
    EXPECT_EQ(KeptIn(contract::OutputOf("nft --debug=netlink list ruleset")), KeptIn(world.snapshot()));
  });
}

INSTANTIATE_TEST_SUITE_P(Scenario, SecondWitness, ::testing::ValuesIn(contract::Scenarios()),
                         [](const auto& scenario) { return scenario.param.name; });

}  // namespace
}  // namespace natplan::witness

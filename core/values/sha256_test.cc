#include "core/values/sha256.h"

#include <gtest/gtest.h>
#include <stdio.h>

#include <array>
#include <fstream>
#include <string>

namespace natplan {
namespace {

std::string Hex(std::string_view message) {
  std::string out;
  for (const std::uint8_t byte : Sha256(message)) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    out += kDigits[byte >> 4U];
    out += kDigits[byte & 15U];
  }
  return out;
}

// NIST's examples for FIPS 180-4, and the empty message of its test vectors.
TEST(Sha256Test, TheExamplesOfTheStandard) {
  EXPECT_EQ(Hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(Hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(Hex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(
      Hex("abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnop"
          "qrsmnopqrstnopqrstu"),
      "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1");
  EXPECT_EQ(Hex(std::string(1'000'000, 'a')),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

// Of a program that shares nothing with ours; each length around the ends of the first three blocks.
TEST(Sha256Test, Sha256sumSaysTheSameOfEveryLength) {
  const std::string path = testing::TempDir() + "/message";
  for (std::size_t size = 0; size <= 200; ++size) {
    std::string message;
    for (std::size_t i = 0; i < size; ++i) message += static_cast<char>(i * 131 + size * 17);
    std::ofstream(path, std::ios::binary).write(message.data(), static_cast<std::streamsize>(size));
    FILE* const pipe = popen(("sha256sum < '" + path + "'").c_str(), "r");  // NOLINT(cert-env33-c)
    ASSERT_NE(pipe, nullptr);
    std::array<char, 65> answer{};
    const std::size_t got = fread(answer.data(), 1, 64, pipe);
    pclose(pipe);
    ASSERT_EQ(got, 64U);
    EXPECT_EQ(Hex(message), answer.data()) << size;
  }
}

}  // namespace
}  // namespace natplan

// A program that knows nothing of natplan and changes its tables at random, as an administrator's script may.
#ifndef NATPLAN_TESTS_MODEL_TEST_FOREIGN_WRITER_H_
#define NATPLAN_TESTS_MODEL_TEST_FOREIGN_WRITER_H_

#include <array>
#include <cstddef>
#include <random>
#include <string>

#include "tests/model/model_kernel.h"

namespace natplan {

class TestForeignWriter {
 public:
  // Draws which kinds of changes this one makes, if it makes any.
  TestForeignWriter(ModelKernel& kernel, std::mt19937& random);

  bool writes() const { return writes_; }
  // Makes one change, or none: not every kind is made, and not every one has something to change.
  void Change();

 private:
  std::size_t Pick(std::size_t count) { return random_() % count; }
  // Takes one element, or one range with both its nodes, out of the set.
  void TakeOne(const TableId& id, const std::string& set_name);

  // Takes one node of an interval set and leaves the other.
  void TakeHalf(const TableId& id);
  // Puts a range beside, into or around what is there; which of them the kernel takes is its own business.
  void PutRange(Family family);

  ModelKernel& kernel_;
  std::mt19937& random_;
  bool writes_;
  std::array<bool, 18> kinds_ = {};
};

}  // namespace natplan

#endif  // NATPLAN_TESTS_MODEL_TEST_FOREIGN_WRITER_H_

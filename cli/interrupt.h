// SIGINT and SIGTERM as something to look at.
#ifndef NATPLAN_CLI_INTERRUPT_H_
#define NATPLAN_CLI_INTERRUPT_H_

namespace natplan::cli {

// From its construction on the two signals do not end the process but are told by came(); until its
// destruction, which brings back what was before. A signal that was ignored stays so. One at a time, in a
// process of one thread.
class Interrupt {
 public:
  Interrupt();
  ~Interrupt();
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;

  // Whether a signal came.
  bool came() const;
  // Waits until `watched` is readable or a signal comes. Where no descriptor is to be had for the signals,
  // they end the process as usual.
  void WaitFor(int watched) const;

 private:
  int descriptor_;
};

}  // namespace natplan::cli

#endif  // NATPLAN_CLI_INTERRUPT_H_

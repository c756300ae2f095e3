// SIGINT and SIGTERM as a descriptor.
#ifndef NATPLAN_CLI_INTERRUPT_H_
#define NATPLAN_CLI_INTERRUPT_H_

namespace natplan::cli {

// From its construction on the two signals do not end the process but make descriptor() readable; until its
// destruction, which brings back what was before. A signal that was ignored stays so. One at a time, in a
// process of one thread.
class Interrupt {
 public:
  Interrupt();
  ~Interrupt();
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;

  // For poll(2). -1 if there is none to be had: then the signals end the process as usual.
  int descriptor() const { return descriptor_; }
  // Whether a signal came.
  bool came() const;

 private:
  int descriptor_;
};

}  // namespace natplan::cli

#endif  // NATPLAN_CLI_INTERRUPT_H_

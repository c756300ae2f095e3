// Linked into libFuzzer binaries: stack traces by addr2line (binutils), so that they name lines of code
// without the llvm-symbolizer of another package.

extern "C" const char* __asan_default_options();  // NOLINT: the sanitizer's runtime fixes this name.

extern "C" const char* __asan_default_options() {
  return "allow_addr2line=1:external_symbolizer_path=/usr/bin/addr2line";
}

"""The part of rules_cc that Bazel 4.2.3 and this repository load, passed on to Bazel's native rules.

Debian's package bazel-rules-cc is newer than Debian's Bazel and cannot be loaded by it; the release on the
internet would need a download. Bazel 7 and later take the real rules_cc from MODULE.bazel.
"""

cc_binary = native.cc_binary
cc_import = native.cc_import
cc_library = native.cc_library
cc_test = native.cc_test
cc_toolchain = native.cc_toolchain
cc_toolchain_suite = native.cc_toolchain_suite

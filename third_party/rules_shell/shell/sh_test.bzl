"""sh_test of Bazel 4.2.3 under the name that current Bazel loads it by."""

sh_test = native.sh_test

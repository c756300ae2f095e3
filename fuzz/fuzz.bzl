"""fuzz_target: one libFuzzer function, as a fuzzer under clang and as a test that replays its corpus."""

load("@rules_cc//cc:defs.bzl", "cc_binary", "cc_library", "cc_test")

def fuzz_target(name, srcs, deps, corpus):
    """Defines the targets NAME and NAME_corpus_test for a file that defines LLVMFuzzerTestOneInput.

    NAME is a libFuzzer binary under `--config=fuzz` and otherwise a program that runs the corpus, and the
    files and folders it is given, through the function once. NAME_corpus_test does that as a test.

    Args:
      name: the fuzzer's name, for example "reply_decoder".
      srcs: the file that defines LLVMFuzzerTestOneInput, and its own helpers.
      deps: what srcs includes.
      corpus: the folder of this package with the inputs, one a file, no spaces in their names. The build fails if
        there is none.
    """
    files = native.glob([corpus + "/**"])
    if not files:
        fail("fuzz_target %s: the corpus folder %s/ holds no file" % (name, corpus))

    cc_library(
        name = name + "_lib",
        testonly = True,
        srcs = srcs,
        tags = ["manual"],  # Built through the targets below.
        deps = deps,
        alwayslink = True,
    )

    cc_binary(
        name = name,
        testonly = True,
        # What `bazel run` passes before the arguments on its command line, which win where they differ. The seeds
        # are only read; finds are kept where the line "Test unit written to" says, not in Bazel's output folder.
        args = select({
            "//fuzz:libfuzzer": [
                "-seed_inputs=" + ",".join([native.package_name() + "/" + file for file in files]),
                "-artifact_prefix=/tmp/natplan-%s-" % name,
            ],
            "//conditions:default": [native.package_name() + "/" + corpus],
        }),
        data = files,
        linkopts = select({
            "//fuzz:libfuzzer": ["-fsanitize=fuzzer"],
            "//conditions:default": [],
        }),
        tags = ["fuzz_target"],  # By which .ci/run finds it.
        deps = [":%s_lib" % name] + select({
            "//fuzz:libfuzzer": ["//fuzz:sanitizer_options"],
            "//conditions:default": ["//fuzz:replay_main"],
        }),
    )

    cc_test(
        name = name + "_corpus_test",
        size = "small",
        args = ["%s/%s" % (native.package_name(), corpus)],
        data = files,
        deps = [
            ":%s_lib" % name,
            "//fuzz:replay_main",
        ],
    )

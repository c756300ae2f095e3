#!/bin/bash
# Every C++ file is as clang-format-19 leaves it. Another version formats otherwise, so without this one the test
# is skipped. $1: .clang-format, which lies in the repository's root.
set -euo pipefail
cd "$(dirname "$(readlink -f "$1")")"

if ! command -v clang-format-19 >/dev/null; then
  echo "SKIPPED[clang-format]: clang-format-19 is missing: apt-get install clang-format-19"
  exit 0
fi

mapfile -t files < <(find core kernel_sim backends cli examples fuzz tests -name '*.cc' -o -name '*.h')
if [[ ${#files[@]} -eq 0 ]]; then
  echo "no C++ file found in $PWD"
  exit 1
fi
if ! clang-format-19 --dry-run --Werror --ferror-limit=3 "${files[@]}"; then
  echo "To repair: tools/format"
  exit 1
fi
echo "${#files[@]} files are formatted"

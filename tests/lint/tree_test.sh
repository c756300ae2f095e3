#!/bin/bash
# Rules that no compiler checks: every C++ file belongs to a target of the nearest BUILD.bazel (a test that is
# left out of the build passes for ever), every header's include guard is named after its path, and every
# configuration in .bazelrc that builds into a folder of its own leaves the link bazel-bin alone.
# $1: .clang-format, which lies in the repository's root.
set -euo pipefail
cd "$(dirname "$(readlink -f "$1")")"

failed=0
complain() {
  echo "$1"
  failed=1
}

# Prints the nearest folder above the file $1 that is a Bazel package.
package_of() {
  local folder
  folder=$(dirname "$1")
  while [[ ! -e $folder/BUILD.bazel && $folder != . ]]; do folder=$(dirname "$folder"); done
  echo "$folder"
}

# Whether the BUILD.bazel of package $1 has the file $2, which is relative to it: by name, or by a glob of its
# folder. A test is not had by the glob "*.cc", from which tests are excluded.
in_build() {
  local folder=''
  if [[ $2 == */* ]]; then folder=${2%/*}/; fi
  local globbed=$folder'*.'${2##*.}
  if [[ $2 == *_test.cc ]]; then globbed=$folder'*_test.cc'; fi
  grep -qF -e "\"$2\"" -e "\"$globbed\"" "$1/BUILD.bazel"
}

count=0
while read -r file; do
  count=$((count + 1))
  package=$(package_of "$file")
  in_build "$package" "${file#"$package"/}" || complain "$file: in no target of $package/BUILD.bazel"
  if [[ $file == *.h ]]; then
    guard=NATPLAN_$(tr 'a-z/.-' 'A-Z___' <<<"$file")_
    { grep -qx "#ifndef $guard" "$file" && grep -qx "#define $guard" "$file"; } ||
      complain "$file: its include guard is not $guard"
  fi
done < <(find core kernel_sim backends cli examples fuzz tests '(' -name '*.cc' -o -name '*.h' ')' | sort)

configurations=0
while read -r name; do
  configurations=$((configurations + 1))
  grep -qx -- "build:$name --experimental_convenience_symlinks=ignore" .bazelrc ||
    complain ".bazelrc: configuration $name moves bazel-bin"
done < <(sed -nE 's/^build:([a-z-]+) --(compilation_mode|platform_suffix)=.*/\1/p' .bazelrc | sort -u)
if [[ $configurations -eq 0 ]]; then complain "no configuration found in .bazelrc"; fi

if [[ $count -eq 0 ]]; then complain "no C++ file found in $PWD"; fi
echo "$count files looked at"
exit "$failed"

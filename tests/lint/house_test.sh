#!/bin/bash
# What ARCHITECTURE.md says of the house and no compiler checks: includes form no circle, functions are virtual
# at the seams alone, core has neither sockets nor clocks, no file is too long to be read in one go, and every
# link in a document leads somewhere.
# $1: .clang-format, which lies in the repository's root.
set -euo pipefail
cd "$(dirname "$(readlink -f "$1")")"

failed=0
complain() {
  echo "$1"
  failed=1
}

mapfile -t sources < <(
  find core kernel_sim backends cli examples fuzz tests '(' -name '*.cc' -o -name '*.h' ')' | sort
)
if [[ ${#sources[@]} -lt 100 ]]; then complain "no C++ files found in $PWD"; fi

# A header and the file that carries it out are one thing: neither may need what needs the other.
circles=$(
  grep -HoE '^#include "[^"]+' "${sources[@]}" | sed -E 's/\.(cc|h):#include "/ /; s/\.h$//' |
    awk '$1 != $2' | tsort 2>&1 >/dev/null
) || true
if [[ -n $circles ]]; then
  complain "these include each other in a circle (tsort):"
  echo "$circles"
fi

# The seams, and what the kernel has tables of functions for.
seams='^(core/plan/executor|backends/netlink/socket|backends/iptables/iptables_runner)\.h$'
seams+='|^kernel_sim/(dump\.cc|element_store\.h|expression\.h|netlink_socket\.h)$|^tests/'
while read -r file; do
  [[ $file =~ $seams ]] || complain "$file: virtual, and no seam"
done < <(grep -lE '^[^/]*\bvirtual\b' "${sources[@]}")

# inet_pton(3) and the numbers of protocols do no I/O.
while read -r line; do
  complain "$line: core decides without I/O and without a clock"
done < <(
  find core '(' -name '*.cc' -o -name '*.h' ')' ! -name '*_test.cc' ! -name 'test_*' -print0 |
    xargs -0 grep -nE '^#include <[^>]*[./]h>|_clock::now\(' |
    grep -vE '<(linux/(netlink|version|netfilter)\.h|linux/netfilter/[a-z_]+\.h|arpa/inet\.h|netinet/in\.h)>' ||
    true
)

while read -r lines file; do
  if [[ $file != total && $lines -gt 450 ]]; then complain "$file: $lines lines, more than 450"; fi
done < <(wc -l "${sources[@]}")

# The anchors of a document: its headings as GitHub spells them.
anchors() {
  sed -nE 's/^#+ +(.*)$/\1/p' "$1" | tr '[:upper:]' '[:lower:]' | sed -E 's/[^a-z0-9 _-]//g; s/ /-/g'
}

links=0
while read -r document; do
  while read -r link; do
    links=$((links + 1))
    target=${link%%#*}
    file=$document
    if [[ -n $target ]]; then file=$(dirname "$document")/$target; fi
    if [[ ! -e $file ]]; then
      complain "$document: the link $link leads nowhere"
    elif [[ $link == *#* ]] && ! anchors "$file" | grep -qxF -- "${link#*#}"; then
      complain "$document: the link $link leads to no heading"
    fi
  done < <(grep -oE '\]\([^)]+\)' "$document" | sed -E 's/^\]\((.*)\)$/\1/' | grep -vE '^(https?|mailto):')
done < <(find . -name '*.md' -not -path './bazel-*' -not -path './.git/*')
if [[ $links -eq 0 ]]; then complain "no link found in the documents"; fi

echo "${#sources[@]} files and $links links looked at"
exit "$failed"

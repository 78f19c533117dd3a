#!/bin/sh
# All benchmarks, as root, inside a network namespace of their own that npm run bench enters: nothing can leave it.
set -eu
cd "$(dirname "$0")"
ip link set lo up
for bench in startup targets connect-times healthy dropped documents hostile; do
  echo
  node "$bench.ts"
done

#!/bin/sh
# All benchmarks, inside a network namespace of their own (npm run bench enters it): nothing can leave it.
set -eu
cd "$(dirname "$0")"
ip link set lo up
for bench in startup targets connect-times dropped; do
  echo
  node "$bench.ts"
done

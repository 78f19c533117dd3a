#!/bin/sh
# What the build makes, and the tests of the command line against the files that npm run build left in dist/: all of
# them against the single executable of this machine, and those that start the program as its users do against the
# bundle as well.
set -eu
cd "$(dirname "$0")/../.."

executable=dist/apim-probe-$(node --print 'process.platform + "-" + process.arch')
for program in "$executable" dist/apim-probe.mjs; do
  if [ ! -f "$program" ]; then
    echo "test:built: there is no $program. Run \"npm run build\" first." >&2
    exit 2
  fi
done

status=0
against() {
  PROGRAM_UNDER_TEST=$1
  export PROGRAM_UNDER_TEST
  shift
  tap --disable-coverage --timeout=300 "$@" || status=1
}

commands=test/cli
built=test/built
attack=test/attack
against "$executable" $built/*.test.ts $commands/bin.test.ts $commands/main.test.ts $commands/imports.test.ts \
  $commands/compare.test.ts $commands/records.test.ts $commands/blob-upload.test.ts $commands/completion.test.ts
against dist/apim-probe.mjs $built/alone.test.ts $built/demo.test.ts $commands/bin.test.ts \
  $commands/blob-upload.test.ts $attack/runtime-variables.test.ts $attack/hostile-replies.test.ts
# By themselves: beside the others an emulated machine would be too slow for the limits of its own run.
against "$executable" $built/emulated/*.test.ts
exit "$status"

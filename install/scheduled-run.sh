#!/bin/sh
# One scheduled run without systemd: prints its output when something changed, or when it ended without a verdict; else
# nothing. "--on-change" finds the changes. "scheduled-run always" prints every output.
set -u
umask 077

state=/var/lib/apim-probe
config=/etc/apim-probe/config.yaml
agent=/usr/local/bin/apim-probe

# Root would follow the links that the folder's owner can put there.
owner=$(stat -Lc %u "$state" 2>/dev/null)
if [ "$(id -u)" -eq 0 ] && [ "${owner:-0}" -ne 0 ]; then
  echo "The user with the id $owner owns $state: run this as that user, not as root." >&2
  exit 2
fi

# Like systemd: the agent looks for "upload-url" in the folder of this variable.
if [ -r /etc/apim-probe/upload-url ]; then
  CREDENTIALS_DIRECTORY=/etc/apim-probe
  export CREDENTIALS_DIRECTORY
fi

# The first report has no predecessor, so no change is announced: it is printed for the operator to see one.
shown=no
if [ "${1:-}" = always ] || [ ! -e "$state/announced.json" ]; then shown=yes; fi

# A flag has precedence over the config file, where the operator may have a command.
set --
if ! timeout 60 "$agent" config --config "$config" --state "$state" 2>/dev/null | grep -q '^onChange  *\*'; then
  # shellcheck disable=SC2016 # The shell that runs the command expands these.
  set -- --on-change 'echo "apim-probe on $(uname -n): $PROBE_NEW_VERDICT (before: $PROBE_OLD_VERDICT)"'
fi

# A run that hangs would hold cron's lock, and every later run would end silently. The limit in seconds is that of the
# systemd service. A run that ignores SIGTERM is killed, and the shell then prints a line of its own.
limit=7800
run_once() {
  begun=$(date +%s)
  code=0
  timeout -k 20 "$limit" "$agent" run --quiet --config "$config" --state "$state" --output "$state/report.json" "$@" ||
    code=$?
  # Measured by the clock: the exit code of a run that timed out depends on the "timeout" program.
  case $code in
    124 | 137 | 143)
      if [ "$(($(date +%s) - begun))" -ge "$limit" ]; then
        echo "It took $((limit / 60)) minutes and was ended."
      elif [ "$code" -eq 137 ]; then
        echo 'It was killed, perhaps because the machine ran out of memory.'
      fi
      ;;
  esac
  echo "exit code $code"
}

# Prints at once when the command of --on-change prints: the agent counts the change as announced from then on.
print_changes() {
  held=
  code=70
  while IFS= read -r line; do
    case $line in
      'exit code '[0-9]*) code=${line#exit code } && continue ;;
      'on-change: '*) show ;;
    esac
    if [ "$shown" = yes ]; then printf '%s\n' "$line"; else held="$held$line
"; fi
  done
  # 0, 1 and 3 are verdicts; 75 is another run under way, which prints its own result.
  case $code in
    0 | 1 | 3 | 75) ;;
    *)
      show
      echo "exit code $code"
      ;;
  esac
  exit "$code"
}

show() {
  if [ "$shown" = no ]; then printf '%s' "$held"; fi
  shown=yes
}

run_once "$@" 2>&1 | print_changes 2>/dev/null

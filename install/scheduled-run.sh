#!/bin/sh
# One scheduled run without systemd: prints the summary when the verdict differs from the last run's, else nothing.
# Stores the output of the last run beside the reports, in last-run.txt.
set -u
umask 077

state=/var/lib/apim-probe
report=$state/report.json
last=$state/last-verdict

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

# Each report is a new file that replaces the last one: an unchanged file means that this run wrote none.
left=$(ls -iL "$report" 2>/dev/null)

# A run that hangs would hold cron's lock, and every later run would end silently. The limit in seconds is that of the
# systemd service. A run that ignores SIGTERM is killed, and the shell then prints a line of its own.
limit=7800
begun=$(date +%s)
code=0
output=$({
  timeout -k 20 "$limit" /usr/local/bin/apim-probe run --quiet --config /etc/apim-probe/config.yaml \
    --state "$state" --output "$report"
} 2>&1) || code=$?

# Another run is under way, perhaps started by hand: it prints its own result.
[ "$code" -ne 75 ] || exit 75

# Measured by the clock: the exit code of a run that timed out depends on the "timeout" program.
took=$(($(date +%s) - begun))
case $code in
  124 | 137 | 143)
    if [ "$took" -ge "$limit" ]; then
      output="$output
It took $((limit / 60)) minutes and was ended."
    elif [ "$code" -eq 137 ]; then
      output="$output
It was killed, perhaps because the machine ran out of memory."
    fi
    ;;
esac

# The exit code is the same for "ready" and "degraded"; the report has the verdict.
verdict=
[ "$(ls -iL "$report" 2>/dev/null)" = "$left" ] ||
  verdict=$(sed -n 's/^  "verdict": "\([a-z]*\)".*/\1/p' "$report" 2>/dev/null | head -n 1)
now="${verdict:-no report}, exit code $code"
before=$(cat "$last" 2>/dev/null || echo 'no run')

print_change() {
  printf '%s\n\napim-probe on %s: %s (before: %s)\n' "$output" "$(uname -n)" "$now" "$before"
}

stored=yes
{ printf '%s\n' "$output" >"$state/last-run.txt.new" && mv -f "$state/last-run.txt.new" "$state/last-run.txt"; } 2>/dev/null ||
  stored=no

# The verdict is printed before it is stored: if this script is killed in between, or its output cannot be written, the
# next run prints the change. Whether cron delivers the mail is not known here.
printed=no
if [ "$now" != "$before" ]; then
  print_change 2>/dev/null || exit "$code"
  printed=yes
fi

# A full disk must not hide the change: a verdict that cannot be stored is printed every time.
{ printf '%s\n' "$now" >"$last.new" && mv -f "$last.new" "$last"; } 2>/dev/null || stored=no

if [ "$stored" = no ]; then
  [ "$printed" = yes ] || print_change
  printf 'The state folder %s cannot be written: this mail comes after every run until it can.\n' "$state"
fi
exit "$code"

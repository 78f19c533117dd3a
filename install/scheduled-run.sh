#!/bin/sh
# One run on a schedule without systemd: prints the summary when the verdict differs from the last run's, else nothing.
# The last run's words are kept beside the reports, in last-run.txt.
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

# As systemd would: the agent looks for "upload-url" where this variable says.
if [ -r /etc/apim-probe/upload-url ]; then
  CREDENTIALS_DIRECTORY=/etc/apim-probe
  export CREDENTIALS_DIRECTORY
fi

# Each report is a new file, put in the place of the last one: where that is still there, this run had none.
left=$(ls -iL "$report" 2>/dev/null)

# What hangs would hold cron's lock, and every later run would end in silence. The limit in seconds is that of the
# systemd service; what takes no notice of its end is killed, and then the shell has a word to say as well.
limit=7800
begun=$(date +%s)
code=0
said=$({
  timeout -k 20 "$limit" /usr/local/bin/apim-probe run --quiet --config /etc/apim-probe/config.yaml \
    --state "$state" --output "$report"
} 2>&1) || code=$?

# Another run is under way, somebody's by hand perhaps: it says what there is to say.
[ "$code" -ne 75 ] || exit 75

# By the clock: how a run that was ended exits depends on whose "timeout" it is.
took=$(($(date +%s) - begun))
case $code in
  124 | 137 | 143)
    if [ "$took" -ge "$limit" ]; then
      said="$said
It took $((limit / 60)) minutes and was ended."
    elif [ "$code" -eq 137 ]; then
      said="$said
It was killed, perhaps because the machine ran out of memory."
    fi
    ;;
esac

# The exit code does not tell "ready" from "degraded"; the report does.
verdict=
[ "$(ls -iL "$report" 2>/dev/null)" = "$left" ] ||
  verdict=$(sed -n 's/^  "verdict": "\([a-z]*\)".*/\1/p' "$report" 2>/dev/null | head -n 1)
now="${verdict:-no report}, exit code $code"
before=$(cat "$last" 2>/dev/null || echo 'no run')

tell() {
  printf '%s\n\napim-probe on %s: %s (before: %s)\n' "$said" "$(uname -n)" "$now" "$before"
}

kept=yes
{ printf '%s\n' "$said" >"$state/last-run.txt.new" && mv -f "$state/last-run.txt.new" "$state/last-run.txt"; } 2>/dev/null ||
  kept=no

# Told first and remembered afterwards: where this script is ended in between, or its reader is gone, the next run
# tells the change. What cron's mail does with it later, nobody here learns.
told=no
if [ "$now" != "$before" ]; then
  tell 2>/dev/null || exit "$code"
  told=yes
fi

# A full disk must not silence the change: what cannot be kept is told every time.
{ printf '%s\n' "$now" >"$last.new" && mv -f "$last.new" "$last"; } 2>/dev/null || kept=no

if [ "$kept" = no ]; then
  [ "$told" = yes ] || tell
  printf 'The state folder %s takes nothing: this comes after every run until it does.\n' "$state"
fi
exit "$code"

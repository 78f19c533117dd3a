#!/bin/sh
# For "az vm run-command": one run of the installed agent, like a scheduled one, and the end of its output. Azure
# returns the last 4,096 bytes that a script prints, markers included, and only when the script exits with 0.
set -u

service=apim-probe.service
cronfile=/etc/cron.d/apim-probe
state=/var/lib/apim-probe
user=apim-probe
# Seconds, for the lock and the run. Azure drops the output of a script that takes 90 minutes.
limit=5100

# The last lines of the text on stdin, 3,000 bytes at most. Control characters would reach the operator's terminal.
tail_of() {
  text=$(tail -c 3001 | LC_ALL=C tr -d '\000-\010\013-\037\177')
  if [ "$(printf '%s\n' "$text" | wc -c)" -gt 3000 ]; then text=$(printf '%s\n' "$text" | sed 1d); fi
  printf '%s\n' "$text"
}

# as_user SECONDS COMMAND: runs a command line of sh as the user of the scheduled runs, with a time limit. Root opens
# nothing inside that user's folder: a name there may be a link to any file, or a FIFO. The new session has no terminal
# that the user could type into.
as_user() {
  timeout -k 5 "$1" setsid su -s /bin/sh "$user" -c "$2" </dev/null 2>/dev/null
}

cd /
if [ -d /run/systemd/system ] && [ -f "/etc/systemd/system/$service" ]; then
  # Also resets the count of recent starts, or systemd could refuse this one.
  systemctl reset-failed "$service" 2>/dev/null
  systemctl start "$service" 2>/dev/null
  journalctl --sync 2>/dev/null
  # By invocation and not by time: the previous run may have ended within the same second.
  invocation=$(systemctl show --property InvocationID --value "$service")
  journalctl --quiet --output cat "_SYSTEMD_INVOCATION_ID=$invocation" "_SYSTEMD_UNIT=$service" | tail_of
  code=$(systemctl show --property ExecMainStatus --value "$service")
elif [ -f "$cronfile" ]; then
  run=$(sed -n 's|^[0-9].* \(/[^ ]*/scheduled-run\)$|\1|p' "$cronfile")
  begun=$(date +%s)
  # The lock of the cron file. A process of that user may hold the pipe open, so the reader has a time limit, too.
  output=$({
    as_user "$limit" "exec flock $state $run always"
    echo "exit code $?"
  } | timeout $((limit + 20)) tail -c 4000 | tail_of)
  code=${output##*exit code }
  printf '%s' "${output%exit code *}"
  if [ $(($(date +%s) - begun)) -ge "$limit" ]; then
    echo "There is no result after $limit seconds: another run does not end, or this one did not."
  fi
else
  echo 'apim-probe is not installed on a schedule here: run install.sh first.'
  exit 0
fi
echo "exit code $code; the report is $state/report.json on $(uname -n)"

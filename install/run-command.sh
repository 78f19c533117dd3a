#!/bin/sh
# For "az vm run-command": one run of the installed agent, as its schedule would do it, and its last words. Azure
# brings back the last 4,096 bytes of what a script prints, markers included. It exits with 0 so that they do come back.
set -u

service=apim-probe.service
cronfile=/etc/cron.d/apim-probe
state=/var/lib/apim-probe

# The end of the text on stdin, from the beginning of a line.
tail_of() {
  text=$(cat)
  if [ "${#text}" -le 3000 ]; then
    printf '%s\n' "$text"
  else
    printf '%s\n' "$text" | tail -c 3000 | sed 1d
  fi
}

if [ -d /run/systemd/system ] && [ -f "/etc/systemd/system/$service" ]; then
  # Also forgets how many starts there were within seconds, or systemd would refuse one that somebody asks for.
  systemctl reset-failed "$service" 2>/dev/null
  systemctl start "$service" 2>/dev/null
  journalctl --sync 2>/dev/null
  # By invocation and not by time: the run before this one may have ended within the same second.
  invocation=$(systemctl show --property InvocationID --value "$service")
  journalctl --quiet --output cat "_SYSTEMD_INVOCATION_ID=$invocation" "_SYSTEMD_UNIT=$service" | tail_of
  code=$(systemctl show --property ExecMainStatus --value "$service")
elif [ -f "$cronfile" ]; then
  run=$(sed -n 's|^[0-9].* \(/[^ ]*/scheduled-run\)$|\1|p' "$cronfile")
  flock "$state/cron.lock" su -s /bin/sh apim-probe -c "$run" >/dev/null 2>&1
  code=$?
  tail_of <"$state/last-run.txt"
else
  echo 'apim-probe is not installed on a schedule here: run install.sh first.'
  exit 0
fi
echo "exit code $code; the report is $state/report.json on $(uname -n)"

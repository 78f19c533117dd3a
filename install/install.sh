#!/bin/sh
# Installs apim-probe and runs it every 15 minutes; "sh install.sh --help" lists the options.
# Exit codes: 0 done, 1 failed on the way, 2 refused, and nothing was changed.
set -eu
umask 022

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
options=/etc/apim-probe
config=$options/config.yaml
secret=$options/upload-url
state=/var/lib/apim-probe
units=/etc/systemd/system
dropin=$units/apim-probe.service.d/upload-url.conf
cronfile=/etc/cron.d/apim-probe
user=apim-probe

command=install
prefix=/usr/local
from=
node=
schedule=auto
dry=no
purge=no
root=${DESTDIR:-}

usage() {
  cat <<END
Usage: sh install.sh [install|uninstall] [options]

install      the executable, a config file, and a run every 15 minutes: by a systemd timer, else by cron
uninstall    what was installed; config and reports stay

  --from FILE     the executable, or apim-probe.mjs for a Node.js of this machine (default: the first of
                  apim-probe-linux-ARCH, apim-probe, apim-probe.mjs beside this script or in ../dist);
                  checked against the SHA256SUMS beside it, when there is one
  --node FILE     the Node.js for apim-probe.mjs, 26.10 or newer (default: the one on the PATH)
  --prefix DIR    where the program goes (default: /usr/local)
  --schedule HOW  systemd, cron or none (default: what this machine has)
  --no-schedule   the program alone, which takes no root when DIR is yours
  --dry-run       say every step and take none
  --purge         uninstall: remove /etc/apim-probe as well; reports stay all the same

DESTDIR=FOLDER prepares the root of another machine, as for an image: nothing is started.
END
}

refuse() {
  printf 'install.sh: %s\n' "$*" >&2
  exit 2
}

broke() {
  printf 'install.sh: %s\n' "$*" >&2
  exit 1
}

say() { printf '%s\n' "$*"; }

# Prints a step; true when it is to be taken.
step() {
  if [ "$dry" = yes ]; then
    say "would $*"
    return 1
  fi
  say "$*"
}

has() { command -v "$1" >/dev/null 2>&1; }

while [ $# -gt 0 ]; do
  case $1 in
    --from=* | --node=* | --prefix=* | --schedule=*)
      option=${1%%=*}
      value=${1#*=}
      shift
      set -- "$option" "$value" "$@"
      ;;
  esac
  case $1 in
    install | uninstall) command=$1 ;;
    --from | --node | --prefix | --schedule)
      if [ -z "${2:-}" ]; then refuse "$1 needs a value; see --help"; fi
      case $1 in
        --from) from=$2 ;;
        --node) node=$2 ;;
        --prefix) prefix=$2 ;;
        --schedule) schedule=$2 ;;
      esac
      shift
      ;;
    --no-schedule) schedule=none ;;
    --dry-run) dry=yes ;;
    --purge) purge=yes ;;
    -h | --help)
      usage
      exit 0
      ;;
    *) refuse "unknown argument \"$1\"; see --help" ;;
  esac
  shift
done

# Both go into unit files, where other characters would need an escape.
for path in "$prefix" "$root"; do
  case $path in
    '') ;;
    [!/]*) refuse "\"$path\" must be an absolute path" ;;
    *[!A-Za-z0-9/._+-]* | */../* | */..) refuse "\"$path\" may hold letters, digits and / . _ + - only, and no .." ;;
  esac
done
prefix=${prefix%/}
root=${root%/}
bin=$prefix/bin/apim-probe
lib=$prefix/lib/apim-probe
share=$prefix/share
manual=$share/man/man1/apim-probe.1
completion_bash=$share/bash-completion/completions/apim-probe
completion_zsh=$share/zsh/site-functions/_apim-probe
manifest=$lib/manifest

[ "$purge" = no ] || [ "$command" = uninstall ] || refuse '--purge goes with uninstall'
case $schedule in
  auto | systemd | cron | none) ;;
  *) refuse "--schedule is systemd, cron or none, not \"$schedule\"" ;;
esac

superuser=no
[ "$(id -u)" -ne 0 ] || superuser=yes
# Whether this user may write /etc and /var: as root, or below DESTDIR.
system=no
[ "$superuser" = no ] && [ -z "$root" ] || system=yes

# A step that this user may not take ends the installation; a dry run notes it once and goes on.
noted_root=no
forbidden() {
  if [ "$dry" = no ]; then refuse "$*"; fi
  if [ "$noted_root" = no ]; then say "note: this user cannot install, as $*"; fi
  noted_root=yes
}

# The version of systemd, 0 when this machine was not started by it.
systemd_version() {
  if [ -d /run/systemd/system ] && has systemctl; then
    systemctl --version | sed -n '1s/^systemd \([0-9]*\).*/\1/p'
  else
    echo 0
  fi
}

choose_schedule() {
  if [ "$schedule" = none ]; then return; fi
  [ "$system" = yes ] ||
    forbidden 'a schedule requires root: run it with sudo, or install the program alone, with --prefix DIR --no-schedule'
  if [ -n "$root" ]; then
    if [ "$schedule" != auto ]; then return; fi
    if [ -d "$root/usr/lib/systemd/system" ] || [ -d "$root/lib/systemd/system" ]; then
      schedule=systemd
    elif [ -d "$root/etc/cron.d" ]; then
      schedule=cron
    else
      refuse "$root has neither systemd nor /etc/cron.d; name the one it will have: --schedule systemd, cron or none"
    fi
    return
  fi
  version=$(systemd_version)
  if [ "$schedule" != cron ] && [ "${version:-0}" -ge 247 ]; then
    schedule=systemd
    return
  fi
  if [ "$schedule" = systemd ]; then
    refuse "systemd 247 or newer does not run this machine (found: ${version:-0}); --schedule cron, or --no-schedule"
  fi
  schedule=cron
  [ -d /etc/cron.d ] ||
    refuse 'found neither systemd 247 or newer nor /etc/cron.d. Install the program alone with --no-schedule, and' \
      "have your scheduler call: $bin run --quiet --config $config --output FILE"
  has flock || refuse 'cron needs flock, of util-linux, to keep two runs apart: install it, or use --no-schedule'
  has timeout || refuse 'cron needs timeout, of coreutils, to end a run that hangs: install it, or use --no-schedule'
  has cron || has crond || say 'note: found neither cron nor crond: nothing starts the runs until there is one'
  has useradd || has adduser || refuse 'cron needs a user for the runs, and there is neither useradd nor adduser'
}

# The services see no home and no /tmp.
check_place() {
  if [ "$schedule" = none ]; then return; fi
  case $1/ in
    /home/* | /root/* | /run/user/* | /tmp/* | /var/tmp/*)
      refuse "$1 is hidden from the scheduled run: choose a place like /usr/local or /opt, or --no-schedule"
      ;;
  esac
}

# inspect PATH: the owner, group, mode and link count of PATH, also of a symbolic link itself.
inspect() {
  read -r owner group mode links <<END
$(stat -c '%u %g %a %h' "$1")
END
}

# Whether group or others may write, by a mode in octal.
others_may_write() { [ $((0$1 & 022)) -ne 0 ]; }

# Whether this user or root owns it, and no other user may change it.
is_trusted() {
  inspect "$1"
  { [ "$owner" -eq 0 ] || [ "$owner" -eq "$(id -u)" ]; } && ! others_may_write "$mode"
}

# check_path FOLDER: a user who may change a folder above a file can make root write, or run, another file. The group
# may write, as "staff" does in /usr/local; the sticky bit protects what is in a folder. The owner of / counts as root,
# which has another number in a user namespace.
check_path() {
  if [ "$superuser" = no ] || [ -n "$root" ]; then return; fi
  folder=$1
  while [ ! -e "${folder:=/}" ] && [ ! -L "$folder" ]; do folder=${folder%/*}; done
  inspect /
  top=$owner
  for place in "$folder" "$(CDPATH='' cd -- "$folder" 2>/dev/null && pwd -P)"; do
    while :; do
      inspect "${place:-/}"
      [ "$owner" -eq 0 ] || [ "$owner" -eq "$top" ] ||
        refuse "the user with the id $owner owns $place, so root installs nothing below it: install the program alone as" \
          'that user, with --no-schedule, or make root the owner'
      if [ ! -L "$place" ] && [ $((0$mode & 01002)) -eq 2 ]; then
        refuse "every user may write to $place, so root installs nothing below it: chmod o-w $place"
      fi
      if [ "$place" = / ] || [ -z "$place" ]; then break; fi
      place=${place%/*}
    done
  done
}

# The service and root act on the options, and root passes the upload's destination to the service.
check_options() {
  if [ "$schedule" = none ] || [ ! -e "$root$options" ]; then return; fi
  see='see what it holds, and then, as root'
  is_trusted "$root$options/." || refuse "users other than root may write to $root$options: $see:" \
    "chown root:root $root$options && chmod 755 $root$options"
  check_path "$options"
  for file in "$root$config" "$root$secret"; do
    # In a folder that only root can change, a link is root's own choice.
    if [ -L "$file" ] || [ ! -e "$file" ]; then continue; fi
    [ -f "$file" ] || refuse "$file is not a file: move it away"
    is_trusted "$file" || refuse "users other than root may write to $file: $see: chown root:root $file && chmod 600 $file"
    [ "$links" -eq 1 ] || refuse "$file has a second name (a hard link), whose rights would change as well:" \
      "$see: cp $file $file.copy && mv $file.copy $file"
  done
}

find_executable() {
  case $(uname -m) in
    x86_64 | amd64) machine=x64 ;;
    aarch64 | arm64) machine=arm64 ;;
    *) machine=$(uname -m) ;;
  esac
  if [ -z "$from" ]; then
    for folder in "$here" "$here/../dist"; do
      for name in "apim-probe-linux-$machine" apim-probe apim-probe.mjs; do
        if [ -z "$from" ] && [ -f "$folder/$name" ]; then from=$folder/$name; fi
      done
    done
    [ -n "$from" ] ||
      refuse "no apim-probe-linux-$machine, apim-probe or apim-probe.mjs beside this script: name it with --from FILE"
  fi
  if [ ! -f "$from" ] || [ ! -r "$from" ]; then
    refuse "$from is not a file that can be read; name the executable with --from FILE"
  fi
  case $from in
    *.mjs) bundle=yes ;;
    *) bundle=no ;;
  esac
}

digest() {
  if has sha256sum; then
    sha256sum <"$1" | cut -d ' ' -f 1
  elif has shasum; then
    shasum -a 256 <"$1" | cut -d ' ' -f 1
  else
    refuse "$1 cannot be checked against $2: neither sha256sum nor shasum is installed: install coreutils"
  fi
}

# A renamed file is as good as under its own name.
verify() {
  sums=$(dirname -- "$from")/SHA256SUMS
  if [ ! -f "$sums" ]; then
    say "note: no SHA256SUMS beside $from, so it is not checked"
    return
  fi
  sum=$(digest "$from" "$sums")
  listed=$(sed -n 's/^\([0-9a-f]\{64\}\) [ *]\(.*\)$/\1 \2/p' "$sums")
  own=$(printf '%s\n' "$listed" | awk -v name="$(basename -- "$from")" '$2 == name { print $1; exit }')
  if [ -z "$own" ]; then own=$(printf '%s\n' "$listed" | awk -v sum="$sum" '$1 == sum { print $1; exit }'); fi
  [ "$own" = "$sum" ] ||
    refuse "$from does not match $sums (${own:-not listed}; its sum is $sum). Fetch both again; nothing was changed"
  say "checked: $from matches SHA256SUMS"
}

# The bundle requires the runtime that it was made with: MAJOR.MINOR.
oldest_node=26.10
is_new_enough() {
  [ "${1%.*}" -gt "${oldest_node%.*}" ] || { [ "${1%.*}" -eq "${oldest_node%.*}" ] && [ "${1#*.}" -ge "${oldest_node#*.}" ]; }
}

find_node() {
  if [ "$bundle" = no ]; then return; fi
  node=${node:-$(command -v node || true)}
  [ -n "$node" ] || refuse "$from needs Node.js $oldest_node or newer: name one with --node FILE, or use the single executable"
  node=$(CDPATH='' cd -- "$(dirname -- "$node")" 2>/dev/null && pwd -P)/$(basename -- "$node")
  version=$("$node" --version 2>/dev/null | sed -n 's/^v\([0-9]*\.[0-9]*\)\..*/\1/p') || version=
  is_new_enough "${version:-0.0}" ||
    refuse "$node is not Node.js $oldest_node or newer (it prints: ${version:-nothing}); --node FILE names another"
  case $node in *[!A-Za-z0-9/._+-]*) refuse "$node: a path of letters, digits and / . _ + - is needed; make a link" ;; esac
  check_place "$node"
}

# The files that belong to this choice, as the machine will see them.
list_files() {
  say "$bin"
  if [ "$bundle" = yes ]; then say "$lib/apim-probe.mjs"; fi
  say "$manual"
  say "$completion_bash"
  say "$completion_zsh"
  case $schedule in
    systemd)
      say "$units/apim-probe.service"
      say "$units/apim-probe.timer"
      if [ -f "$root$secret" ]; then say "$dropin"; fi
      ;;
    cron)
      say "$lib/scheduled-run"
      say "$cronfile"
      ;;
  esac
}

# Whether a schedule is this installation's: one with another prefix has put its own into the same place.
is_ours() {
  case $1 in
    "$units"/*) [ ! -f "$root$units/apim-probe.service" ] ||
      sed -n 's/^ExecStart=/ /p' "$root$units/apim-probe.service" | grep -qF " $bin " ;;
    "$cronfile") [ ! -f "$root$cronfile" ] || grep -qF " $lib/scheduled-run" "$root$cronfile" ;;
  esac
}

# The manifest's lines that an installer can have written: the file may be damaged.
read_manifest() {
  [ -f "$root$manifest" ] || return 0
  while IFS= read -r line; do
    case $line in
      "$bin" | "$lib/apim-probe.mjs" | "$lib/scheduled-run" | "$manual" | "$completion_bash" | "$completion_zsh")
        say "$line"
        ;;
      "$cronfile" | "$dropin" | "$units/apim-probe.service" | "$units/apim-probe.timer")
        if is_ours "$line"; then say "$line"; fi
        ;;
    esac
  done <"$root$manifest"
}

absolute() {
  case $1 in
    /*) say "$1" ;;
    *) say "$(pwd)/$1" ;;
  esac
}

# put SOURCE TARGET MODE: whole or not at all, and only when it differs.
put() {
  if cmp -s "$1" "$root$2"; then
    say "unchanged: $2"
    return
  fi
  step "install $2" || return 0
  if [ -d "$root$2" ]; then broke "$root$2 is a folder, where a file has to be"; fi
  mkdir -p "$root${2%/*}"
  part=$root$2.new.$$
  cp "$1" "$part"
  chmod "$3" "$part"
  mv -f "$part" "$root$2"
}

# render NAME: a file of this folder, with the paths of this installation.
render() {
  sed -e "s|/usr/local/bin/apim-probe|$bin|g" -e "s|/usr/local/lib/apim-probe|$lib|g" "$here/$1" >"$work/$1"
}

remove() {
  if [ ! -e "$root$1" ] && [ ! -L "$root$1" ]; then return; fi
  step "remove $1" || return 0
  rm -f "$root$1"
}

remove_folder() {
  if [ -d "$root$1" ] && [ "$dry" = no ]; then rmdir "$root$1" 2>/dev/null || true; fi
}

check_writable() {
  folder=$root$1
  while [ ! -e "${folder:=/}" ]; do folder=${folder%/*}; done
  [ -d "$folder" ] || refuse "$folder is not a folder, so nothing can be put into $1"
  [ -w "$folder" ] || forbidden "$folder is not yours to write to: use sudo, or --prefix DIR --no-schedule"
}

# Checks that it runs here before anything is replaced. A prepared root may be another machine's. The check runs it at
# its final place, as /tmp may forbid programs.
try_out() {
  if [ "$bundle" = yes ]; then
    printf '#!/bin/sh\nexec %s %s "$@"\n' "$node" "$lib/apim-probe.mjs" >"$work/apim-probe"
    if [ -n "$root" ] || output=$("$node" "$from" --version 2>&1); then return; fi
  else
    # A link: /tmp may be too small for another copy.
    ln -s "$(absolute "$from")" "$work/apim-probe"
    if [ -n "$root" ] || [ "$dry" = yes ]; then return; fi
    made_bin=no
    [ -d "$prefix/bin" ] || made_bin=yes
    mkdir -p "$prefix/bin"
    # Left by an installation that was killed.
    rm -f "$bin".new.*
    staged=$bin.new.$$
    cp -- "$from" "$staged"
    chmod 755 "$staged"
    if output=$("$staged" --version 2>&1); then return; fi
    rm -f "$staged"
    if [ "$made_bin" = yes ]; then remove_folder "$prefix/bin"; fi
  fi
  hint='A single executable is for one architecture, glibc and libstdc++; apim-probe.mjs runs wherever Node.js 26 does. '
  if [ "$bundle" = yes ]; then hint=; fi
  refuse "$from does not run here: $(printf '%s\n' "$output" | head -n 3)
${hint}Nothing was changed."
}

# A random minute of the quarter hour, chosen once: VMs of one image must not all run in the same second.
cron_minutes() {
  minute=$(sed -n 's/^\([0-9]*\),[0-9,]* .*scheduled-run$/\1/p' "$root$cronfile" 2>/dev/null | head -n 1) || minute=
  if [ -z "$minute" ]; then
    minute=$(($(od -An -N2 -tu2 /dev/urandom) % 15))
  fi
  say "$minute,$((minute + 15)),$((minute + 30)),$((minute + 45))"
}

# Whether root owns everything in a folder: no other user can have put a link there.
only_roots() {
  [ -z "$(find "$1" \( ! -user 0 -o ! -type l -perm -020 -o ! -type l -perm -002 -o -type f -links +1 \) -print 2>/dev/null |
    head -n 1)" ]
}

# Prints the folder of earlier reports that the user of the runs does not own yet; else nothing.
earlier_reports() {
  if [ -L "$state" ]; then
    case $(readlink "$state") in
      # The link of systemd, into a folder that only root and the service can enter.
      private/apim-probe | /var/lib/private/apim-probe)
        if [ -d /var/lib/private/apim-probe ]; then say /var/lib/private/apim-probe; fi
        ;;
    esac
  elif [ -d "$state" ]; then
    inspect "$state"
    if [ "$owner" != "$(id -u "$user" 2>/dev/null)" ]; then say "$state"; fi
  fi
}

# Checks, before anything is changed, whether earlier reports can be moved to the user of the runs.
check_state() {
  if [ "$schedule" != cron ] || [ -n "$root" ]; then return; fi
  if [ -e "$state" ] && [ ! -d "$state" ]; then refuse "$state is not a folder: move it away"; fi
  earlier=$(earlier_reports)
  if [ -z "$earlier" ]; then return; fi
  inspect "$earlier"
  if [ "$owner" -eq 0 ] && ! only_roots "$earlier"; then
    refuse "$earlier is root's, but other users may change things in it: see what it holds, and move it away"
  fi
  if [ "$owner" -ne 0 ] || [ "$earlier" != "$state" ]; then
    has tar || refuse "tar is needed to bring the reports from $earlier: install it, or move that folder away"
    has setpriv || refuse "setpriv, of util-linux, is needed to read $earlier as its owner: install it, or move it away"
  fi
}

# as_owner UID GID COMMAND...: runs it in the current folder, as the user with these numbers, who may have no name. That
# user may stop the command, hence the time limit; the new session has no terminal that the user could type into.
as_owner() {
  uid=$1 gid=$2
  shift 2
  timeout -k 5 600 setsid setpriv --reuid "$uid" --regid "$gid" --clear-groups -- "$@"
}

# Copies reports into a new folder of the user of the runs. Root uses no name inside either folder: its owner could make
# it a link. One user writes an archive, the other one reads it.
bring_reports() {
  earlier=$1
  inspect "$earlier"
  if [ "$owner" -eq 0 ] && [ "$earlier" = "$state" ]; then
    # check_state: no other user can put a link there.
    chown -Rh "$user:$user" "$state"
    return
  fi
  new=$(mktemp -d "$state.XXXXXX")
  chown "$user:$user" "$new"
  {
    (cd "$earlier" && as_owner "$owner" "$group" tar -cf - . </dev/null) || : >"$work/incomplete"
  } | {
    (cd "$new" && timeout -k 5 600 setsid su -s /bin/sh "$user" -c 'umask 077; exec tar -xf -') || : >"$work/incomplete"
  }
  if [ -L "$state" ]; then
    rm "$state"
  else
    earlier=$(mktemp -d "$state.old.XXXXXX")/apim-probe
    mv "$state" "$earlier"
  fi
  mv "$new" "$state"
  if [ ! -e "$work/incomplete" ]; then
    (cd "$earlier" && as_owner "$owner" "$group" find . ! -name . -prune -exec rm -rf {} + </dev/null) || true
    # The folders themselves are in folders of root's.
    rmdir "$earlier" 2>/dev/null || : >"$work/incomplete"
    case $earlier in "$state.old."*) rmdir "${earlier%/*}" 2>/dev/null || true ;; esac
  fi
  if [ -e "$work/incomplete" ]; then say "note: not all reports were copied; the rest is in $earlier"; fi
}

make_user() {
  if [ -n "$root" ]; then
    say "note: the prepared system needs a user and a group \"$user\" that own $state and may read $secret, if it is there"
    return
  fi
  if ! grep -q "^$user:" /etc/passwd; then
    step "add the system user $user" || return 0
    if has useradd; then
      useradd --system --user-group --no-create-home --home-dir "$state" --shell /usr/sbin/nologin "$user"
    else
      addgroup -S "$user" 2>/dev/null || true
      adduser -S -D -H -h "$state" -s /sbin/nologin -G "$user" "$user"
    fi
  fi
  earlier=$(earlier_reports)
  if [ -n "$earlier" ]; then
    # The running service writes there until it is stopped.
    case $before in *"$units/apim-probe.timer"*) stop_timer ;; esac
    if [ "$earlier" = "$state" ]; then
      step "give the reports in $state to $user" || return 0
    else
      step "bring the reports from $earlier to $state" || return 0
    fi
    bring_reports "$earlier"
  elif [ -L "$state" ] && [ ! -e "$state" ]; then
    step "replace the link $state, which leads nowhere, by a folder" || return 0
    rm "$state"
  fi
  if [ -L "$state" ]; then
    say "note: $state is a link, so its target is left as it is: a folder of $user with mode 700 is needed there"
  elif [ ! -d "$state" ]; then
    step "make $state" || return 0
    mkdir -m 700 "$state"
    chown "$user:$user" "$state"
  elif [ "$dry" = no ]; then
    chmod 700 "$state"
  fi
}

# set_rights FILE GROUP MODE: of a file or folder that check_options let pass, or of a new one; root's, or below DESTDIR
# this user's.
set_rights() {
  if [ -L "$root$1" ] || [ ! -e "$root$1" ]; then return; fi
  gid=0
  if [ "$2" = "$user" ]; then gid=$(id -g "$user" 2>/dev/null) || gid=0; fi
  inspect "$root$1"
  if [ "$mode" = "$3" ] && { [ "$superuser" = no ] || [ "$owner:$group" = "0:$gid" ]; }; then return; fi
  step "set the rights of $1 to $3 root:$2" || return 0
  if [ "$superuser" = yes ]; then chown "0:$gid" "$root$1"; fi
  chmod "$3" "$root$1"
}

# Every user's "apim-probe plan" reads the options; only the service reads the destination of uploads.
open_options() {
  if [ ! -d "$root$options" ]; then return; fi
  for file in "$config" "$secret"; do
    if [ -L "$root$file" ]; then say "note: $file is a link, so the rights of its target are left as they are"; fi
  done
  if [ "$schedule" = cron ] && [ -z "$root" ]; then
    readers=$user closed=640
  else
    readers=root closed=600
  fi
  set_rights "$secret" "$readers" "$closed"
  if [ ! -r "$root$config" ] || [ -L "$root$config" ]; then
    :
  elif grep -v '^ *#' "$root$config" | grep -Eqi 'sig=|://[^/ ]*@|[?&](code|key|token)=|authorization|bearer'; then
    set_rights "$config" "$readers" "$closed"
    say "note: $config seems to hold a secret, which belongs in $secret: not every user may read it"
  else
    set_rights "$config" root 644
  fi
  inspect "$root$options/."
  if [ $((0$mode & 05)) -ne 5 ]; then
    exposed=$(find "$root$options/." -type f -perm -004 ! -name config.yaml 2>/dev/null | sed "s|^$root||; s|/\./|/|" | sort)
    if [ -n "$exposed" ]; then
      say "note: every user may now enter $options, and read:" "$(printf '%s' "$exposed" | tr '\n' ' ')"
    fi
  fi
  set_rights "$options" root 755
}

# Whether another version of the program is installed here.
is_upgrade() {
  [ -n "$before" ] || return 1
  ! cmp -s "$work/apim-probe" "$root$bin" || { [ "$bundle" = yes ] && ! cmp -s "$from" "$root$lib/apim-probe.mjs"; }
}

# What another version announced must not decide what this one mails: its first run by cron is printed. The user of the
# runs removes the record, since root uses no name inside that folder, and two files of version 0.2 and before.
forget_announced() {
  if [ "$schedule" != cron ] || [ "$superuser" = no ] || [ -n "$root" ] || [ "$dry" = yes ]; then return; fi
  timeout -k 5 60 setsid su -s /bin/sh "$user" -c "cd $state && rm -f announced.json last-verdict last-run.txt" </dev/null || true
}

put_config() {
  if [ "$schedule" = none ]; then return; fi
  if [ -e "$root$config" ] || [ -L "$root$config" ]; then
    say "kept: $config"
    return
  fi
  put "$here/config.yaml" "$config" 644
}

put_schedule() {
  case $schedule in
    systemd)
      render apim-probe.service
      render apim-probe.timer
      put "$work/apim-probe.service" "$units/apim-probe.service" 644
      put "$work/apim-probe.timer" "$units/apim-probe.timer" 644
      if [ -f "$root$secret" ]; then
        printf '[Service]\nLoadCredential=upload-url:%s\n' "$secret" >"$work/upload-url.conf"
        put "$work/upload-url.conf" "$dropin" 644
      fi
      ;;
    cron)
      make_user
      render scheduled-run.sh
      put "$work/scheduled-run.sh" "$lib/scheduled-run" 755
      render apim-probe.cron
      minutes=$(cron_minutes)
      # The operator may have changed the recipient of the mail.
      mailto=$(grep -m 1 '^MAILTO=' "$root$cronfile" 2>/dev/null) || mailto=
      MINUTES=$minutes MAILTO=${mailto:-MAILTO=root} awk '
        /^MAILTO=/ { $0 = ENVIRON["MAILTO"] }
        { sub(/^7,22,37,52 /, ENVIRON["MINUTES"] " "); print }
      ' "$work/apim-probe.cron" >"$work/cron"
      put "$work/cron" "$cronfile" 644
      ;;
    none) return ;;
  esac
  open_options
}

# An upgrade does not enable a timer that was switched off.
start_schedule() {
  if [ "$schedule" != systemd ]; then return; fi
  if [ -n "$root" ]; then
    say 'note: in the prepared system, enable apim-probe.timer'
    return
  fi
  if [ "$dry" = no ]; then systemctl daemon-reload; fi
  if printf '%s\n' "$before" | grep -qxF "$units/apim-probe.timer"; then
    if step 'restart apim-probe.timer, if it is on'; then systemctl try-restart apim-probe.timer; fi
  elif step 'enable and start apim-probe.timer'; then
    systemctl enable --quiet --now apim-probe.timer
  fi
}

stopped=no
stop_timer() {
  if [ "$stopped" = yes ] || [ -n "$root" ] || ! has systemctl || [ ! -d /run/systemd/system ]; then return; fi
  stopped=yes
  step 'stop and disable apim-probe.timer' || return 0
  systemctl disable --quiet --now apim-probe.timer || true
  systemctl stop apim-probe.service || true
}

forget_units() {
  if [ -n "$root" ] || [ "$dry" = yes ] || ! has systemctl || [ ! -d /run/systemd/system ]; then return; fi
  systemctl daemon-reload
  systemctl reset-failed apim-probe.service 2>/dev/null || true
}

# Removes the files in the manifest of an earlier installation that this one does not have.
remove_all_but() {
  gone=$(printf '%s\n' "$before" | grep -vxF "$1") || true
  # Before its units are removed, while systemd can stop them.
  case $gone in *"$units/apim-probe.timer"*) stop_timer ;; esac
  for file in $gone; do remove "$file"; done
  remove_folder "${dropin%/*}"
  case $gone in *"$units"*) forget_units ;; esac
}

write_manifest() {
  if [ "$dry" = yes ]; then return; fi
  mkdir -p "$root$lib"
  part=$root$manifest.new.$$
  printf '%s\n' "$1" | sort -u | sed '/^$/d' >"$part"
  mv -f "$part" "$root$manifest"
}

install_all() {
  choose_schedule
  check_place "$prefix"
  check_path "$prefix/bin"
  check_path "$prefix/lib"
  for file in "$manual" "$completion_bash" "$completion_zsh"; do check_path "${file%/*}"; done
  check_writable "$prefix/bin"
  check_writable "$prefix/lib"
  for file in "$manual" "$completion_bash" "$completion_zsh"; do check_writable "${file%/*}"; done
  check_options
  check_state
  find_executable
  verify
  find_node
  for name in config.yaml apim-probe.service apim-probe.timer apim-probe.cron scheduled-run.sh apim-probe.1 \
    completion/bash completion/zsh; do
    [ -f "$here/$name" ] || refuse "$here/$name is missing: keep the folder of this script together"
  done
  try_out
  before=$(read_manifest)
  files=$(list_files)
  done_so_far='the manifest; running the same command again continues'
  if [ ! -f "$root$manifest" ]; then step "install $manifest" || true; fi
  # Before the first file, so that an interrupted installation can be removed.
  write_manifest "$before
$files"
  upgrade=no
  if is_upgrade; then upgrade=yes; fi
  put "$work/apim-probe" "$bin" 755
  if [ "$bundle" = yes ]; then put "$from" "$lib/apim-probe.mjs" 644; fi
  put "$here/apim-probe.1" "$manual" 644
  put "$here/completion/bash" "$completion_bash" 644
  put "$here/completion/zsh" "$completion_zsh" 644
  put_config
  put_schedule
  if [ "$upgrade" = yes ]; then forget_announced; fi
  remove_all_but "$files"
  write_manifest "$files"
  start_schedule
  done_so_far=
  if [ "$dry" = yes ]; then
    say 'Nothing was changed.'
    return
  fi
  case $schedule in
    systemd) say "Done. Name your resources in $config, then try it: systemctl start apim-probe; journalctl -u apim-probe" ;;
    cron) say "Done. Name your resources in $config. Then try it: sh $here/run-command.sh" ;;
    none) say "Done: $bin" ;;
  esac
}

uninstall_all() {
  check_path "$bin"
  check_path "$lib"
  if [ ! -f "$root$manifest" ]; then
    say "Nothing of apim-probe is installed under $prefix (no $manifest)."
  else
    before=$(read_manifest)
    for file in $before; do
      if [ ! -e "$root$file" ] || [ -w "$root${file%/*}" ]; then continue; fi
      forbidden "$file is not yours to remove: run it with sudo"
    done
    done_so_far='the manifest; running the same command again continues'
    remove_all_but ''
    remove "$manifest"
    remove_folder "$lib"
    done_so_far=
  fi
  if [ "$system" = no ] && [ "$dry" = no ]; then return; fi
  if [ "$purge" = yes ]; then
    remove "$config"
    remove "$secret"
    remove_folder /etc/apim-probe
    if [ "$dry" = no ] && [ -d "$root/etc/apim-probe" ]; then say "kept: /etc/apim-probe, which holds files of yours"; fi
  elif [ -e "$root$config" ]; then
    say "kept: $config (--purge removes it)"
  fi
  if [ -e "$root$state" ]; then say "kept: the reports in $state"; fi
  if [ -z "$root" ] && grep -q "^$user:" /etc/passwd; then
    say "kept: the user $user, who owns what the runs wrote (userdel $user removes it)"
  fi
}

work=$(mktemp -d)
staged=
part=
done_so_far=
# cp, mv and the like have printed the error; this prints the state of the machine.
leave() {
  code=$?
  rm -rf "$work"
  for file in "$staged" "$part"; do
    if [ -n "$file" ]; then rm -f "$file"; fi
  done
  if [ "$code" -ne 0 ] && [ -n "$done_so_far" ]; then
    broke "it broke off. What was installed so far is in $done_so_far"
  fi
}
trap leave EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
trap 'exit 141' PIPE

case $command in
  install) install_all ;;
  uninstall) uninstall_all ;;
esac

#!/usr/bin/env bash
# Copies the data directory of `darkroom serve` while it runs. The copy is a data directory. Needs sqlite3 and GNU tar.
#   deploy/backup.sh /var/lib/darkroom /var/backups/darkroom/2026-11-21
set -euo pipefail
usage='usage: backup.sh DATA_DIRECTORY NEW_DIRECTORY'
data=${1:?$usage}
target=${2:?$usage}
fail() { echo "backup.sh: $1" >&2; exit 1; }
[ -f "$data/darkroom.json" ] || fail "\"$data\" is no data directory of darkroom"
[ ! -e "$target" ] || fail "\"$target\" exists; name a new directory"

umask 077
partial=$target.partial
rm -rf "$partial"
mkdir -p "$partial"
# The database comes first: a restored job then finds every object that it refers to.
if [ -f "$data/temporal.db" ]; then
  sqlite3 "$data/temporal.db" '.timeout 60000' ".backup '$partial/temporal.db'"
fi
present=()
for name in darkroom.json keys store inputs operations; do
  if [ -e "$data/$name" ]; then present+=("$name"); fi
done
# 1: a file was deleted meanwhile, as the server does with objects that it no longer needs.
tar --create --directory "$data" --warning=no-file-removed --warning=no-file-changed "${present[@]}" |
  tar --extract --directory "$partial" --preserve-permissions ||
  [ "${PIPESTATUS[*]}" = '1 0' ] || fail 'the copy is incomplete; see above'
mv "$partial" "$target"

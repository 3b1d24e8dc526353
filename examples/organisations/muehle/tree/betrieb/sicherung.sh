#!/bin/sh
set -eu
# Legt eine Sicherung mit Namen an und prüft, dass sie lesbar ist.
ziel="sicherung-$1-$(date +%Y%m%d%H%M).dump"
pg_dump --format=custom --file="$ziel" "$MAHLPLAN_DB"
pg_restore --list "$ziel" > /dev/null
az storage blob upload --container sicherungen --file "$ziel"

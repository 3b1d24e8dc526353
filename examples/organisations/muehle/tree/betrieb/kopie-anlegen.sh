#!/bin/sh
set -eu
# Spielt die jüngste Sicherung ohne Personendaten in eine Wegwerfdatenbank ein.
pg_restore --dbname="$PROBE_VERBINDUNG" --exclude-table-data=personen jüngste.dump

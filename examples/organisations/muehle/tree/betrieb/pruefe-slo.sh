#!/bin/sh
set -eu
# Bricht ab, wenn die Fehlerquote im Vorlauf über der Grenze liegt.
exec ./abfrage "rate(http_fehler[15m]) / rate(http_anfragen[15m]) * 100" --grenze "$2"

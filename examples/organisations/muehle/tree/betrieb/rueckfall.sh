#!/bin/sh
set -eu
# Tauscht die Steckplätze zurück und hält den Grund im Protokoll fest.
az webapp deployment slot swap --name mahlplan --slot vorlauf --target-slot production
logger -t mahlplan "Rückfall: $1"

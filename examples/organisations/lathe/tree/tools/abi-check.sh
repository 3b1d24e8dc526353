#!/bin/sh
# Compare the library with the one of the last release; a removed or changed symbol fails unless the major number grew.
set -eu
old=$(tools/last-release.sh)
abidiff --suppressions tools/abi.suppr "$old/liblathe.so" build/ci/liblathe.so

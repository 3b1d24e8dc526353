#!/bin/sh
# Upload the files of a release to the package registry of the project.
set -eu
for file in "$1"/*; do
    curl --fail --header "JOB-TOKEN: $CI_JOB_TOKEN" --upload-file "$file" \
        "$CI_API_V4_URL/projects/$CI_PROJECT_ID/packages/generic/liblathe/$2/$(basename "$file")"
done

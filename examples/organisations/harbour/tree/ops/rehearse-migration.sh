#!/bin/sh
# Restore last night's backup beside the real database and migrate the copy up, down and up again.
set -eu
pgbackrest --stanza=berthplan --type=immediate --pg1-path=/rehearsal restore
export DATABASE_URL="postgresql+psycopg://postgres@rehearsal-$1/berthplan"
alembic upgrade head
alembic downgrade -1
alembic upgrade head

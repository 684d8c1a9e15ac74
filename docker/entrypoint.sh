#!/bin/sh
# Secrets arrive as files, one each, named like the variable they are for. Then the command takes this process's place, so that it gets
# the signals of the container.
set -eu
for file in "${KPI_SECRET_FILES:-/run/secrets}"/*; do
  [ -f "$file" ] || continue
  name=$(basename "$file")
  value=$(cat "$file")
  export "$name=$value"
done
exec node "$(dirname "$0")/../bin/kpi.mjs" "$@"

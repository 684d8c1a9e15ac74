#!/bin/sh
# Secrets arrive as files, one each, named like the variable they are for. Then the command takes this process's place, so that it gets
# the signals of the container.
set -eu
for file in /run/secrets/*; do
  [ -f "$file" ] || continue
  name=$(basename "$file")
  value=$(cat "$file")
  export "$name=$value"
done
exec node /app/bin/kpi.mjs "$@"

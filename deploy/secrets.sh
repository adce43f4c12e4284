#!/bin/sh
# Creates at the gateway every secret that stack.yml names, from generated files, one each:
#   deploy/secrets.sh FOLDER      (OPENFAAS_URL and a login of faas-cli count; safe to repeat)
# The connector's own secrets, with wider rights, never leave this machine.
set -eu
folder=$(cd "${1:?the folder of the generated secrets}" && pwd)
cd "$(dirname "$0")/.."
names=$(grep 'secrets:' stack.yml | grep -o 'docstream-[a-z0-9-]*' | sort -u)
for name in $names; do
  [ -f "$folder/$name" ] || { echo "$folder/$name is missing" >&2; exit 1; }
done
for name in $names; do
  faas-cli secret create "$name" --from-file "$folder/$name" --replace >/dev/null
  echo "$name"
done

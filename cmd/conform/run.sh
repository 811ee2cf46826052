#!/usr/bin/env bash
# Compares random programs with whichever CPython there is, and says which:
#
#   cmd/conform/run.sh COUNT [SEED]
#
# A python3.14 or python3.13 that works, one that pyenv has, or else the CPython 3.14
# that Node runs from the npm package pyodide.
set -euo pipefail
cd "$(dirname "$0")/../.."
count=$1
seed=${2:-$(date +%Y%m%d)}

works() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 13))' >/dev/null 2>&1; }

python=${OURO_PYTHON:-}
if [ -z "$python" ]; then
  for candidate in python3.14 python3.13 "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3.1[34]*/bin/python3; do
    if works "$candidate"; then python=$candidate; fi
    [ -z "$python" ] || break
  done
fi

conform=$(mktemp -d)
trap 'rm -rf "$conform"' EXIT
go build -o "$conform/conform" ./cmd/conform
if [ -n "$python" ]; then
  which=(--python "$python")
elif command -v node >/dev/null && command -v npm >/dev/null; then
  (cd "$conform" && npm install --silent --no-audit --no-fund pyodide@314 >/dev/null)
  cd "$conform"
  which=(--pyodide)
else
  echo "SKIPPED: no CPython 3.13 or later, and no Node to run one: nothing was compared"
  exit 0
fi
"$conform/conform" fuzz --count "$count" --seed "$seed" --profile all --progress 30s "${which[@]}"

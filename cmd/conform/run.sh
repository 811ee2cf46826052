#!/usr/bin/env bash
# Compares random programs with whichever CPython there is, and says which:
#
#   cmd/conform/run.sh fuzz|explore COUNT [SEED]
#
# The reference is 3.15.0, which an earlier one is made to follow. In this order: what OURO_PYTHON
# names; a python3.15, python3.14 or python3.13 in PATH that works; one of them that pyenv has; the
# CPython 3.15 that Node runs from the npm package pyodide.
set -euo pipefail
cd "$(dirname "$0")/../.."
command=$1
count=$2
seed=${3:-$(date +%Y%m%d)}
pyodide=pyodide@315.0.0-alpha.2

works() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 13))' >/dev/null 2>&1; }

python=${OURO_PYTHON:-}
if [ -z "$python" ]; then
  pyenv=${PYENV_ROOT:-$HOME/.pyenv}/versions
  for candidate in python3.15 python3.14 python3.13 "$pyenv"/3.15*/bin/python3 "$pyenv"/3.1[34]*/bin/python3; do
    if works "$candidate"; then python=$candidate; fi
    [ -z "$python" ] || break
  done
fi

conform=$(mktemp -d)
trap 'rm -rf "$conform"' EXIT
go build -o "$conform/conform" ./cmd/conform
if [ -n "$python" ]; then
  echo "the reference is CPython 3.15.0; compared with: $("$python" --version), $python"
  which=(--python "$python")
elif command -v node >/dev/null && command -v npm >/dev/null; then
  echo "the reference is CPython 3.15.0; compared with: $pyodide"
  (cd "$conform" && npm install --silent --no-audit --no-fund "$pyodide" >/dev/null)
  cd "$conform"
  which=(--pyodide)
else
  echo "SKIPPED: no CPython 3.13 or later, and no Node to run one: nothing was compared"
  exit 0
fi
"$conform/conform" "$command" --count "$count" --seed "$seed" --profile all --progress 30s "${which[@]}"

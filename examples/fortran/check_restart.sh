#!/bin/sh
# Runs restart whole and first on 4 ranks, second on 3, in both modes.
#
#   check_restart.sh BINARY MPIRUN [MPIRUN OPTIONS...]
#
# Exit status: 0 the runs agree, 1 they do not, 2 wrong usage.
# NUMPROC_FLAG (default -n) is the option of MPIRUN for the number of ranks.
set -u

if [ $# -lt 2 ]; then
  echo "usage: $0 BINARY MPIRUN [MPIRUN OPTIONS...]" >&2
  exit 2
fi
binary=$1
shift
folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT

for mode in fast reproducible; do
  echo "$mode"
  "$@" "${NUMPROC_FLAG:--n}" 4 "$binary" whole "$folder" $mode || exit 1
  "$@" "${NUMPROC_FLAG:--n}" 4 "$binary" first "$folder" $mode || exit 1
  "$@" "${NUMPROC_FLAG:--n}" 3 "$binary" second "$folder" $mode || exit 1
done

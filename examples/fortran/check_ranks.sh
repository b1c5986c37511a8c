#!/bin/sh
# Runs swe_check on several rank counts and divisions of the same grid and
# compares the checksums of h, u and v: they must agree in every bit.
#
#   check_ranks.sh BINARY MPIRUN [MPIRUN OPTIONS...]
#
# Exit status: 0 all agree, 1 a mismatch or a failed run, 2 wrong usage.
# NUMPROC_FLAG (default -n) is the option of MPIRUN for the number of ranks.
set -u

if [ $# -lt 2 ]; then
  echo "usage: $0 BINARY MPIRUN [MPIRUN OPTIONS...]" >&2
  exit 2
fi
binary=$1
shift

# Neither 91 nor 38 divides evenly, so the automatic blocks differ in size too.
model="nx=91 ny=38 steps=600"
reference=
status=0

check() {
  ranks=$1
  division=$2
  shift 2
  # shellcheck disable=SC2086  # $model and $division are lists of words
  if ! line=$("$@" "${NUMPROC_FLAG:--n}" "$ranks" "$binary" $model $division)
  then
    echo "FAILED    $ranks ranks $division: $line"
    status=1
    return
  fi
  line=$(printf '%s\n' "$line" | grep '^checksum=')
  sum=${line%% *}
  : "${reference:=$sum}"
  if [ -n "$sum" ] && [ "$sum" = "$reference" ]; then
    echo "same      $ranks ranks $division: $line"
  else
    echo "DIFFERENT $ranks ranks $division: $line"
    status=1
  fi
}

check 1 "" "$@"
check 2 "px=2 py=1" "$@"
check 2 "px=1 py=2" "$@"
check 3 "" "$@"
check 4 "px=2 py=2" "$@"
check 4 "px=4 py=1" "$@"
check 4 "xcuts=20 ycuts=29" "$@"
exit $status

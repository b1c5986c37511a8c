#!/bin/sh
# Every public header compiles alone, as C11 and as C++17, without a warning: check_headers.sh INCLUDE "CC" "CXX or empty" [-I MPI's folders...]
set -u
include=$1 cc=$2 cxx=$3
shift 3
status=0 n=0
for header in "$include"/hearth/*.h; do
  name=hearth/${header##*/}
  n=$((n + 1))
  printf '#include <%s>\nextern int one_declaration;\n' "$name" | "$cc" -std=c11 -Wall -Wextra -Wpedantic -Werror -fsyntax-only -I"$include" "$@" -x c - ||
    { echo "$name does not compile as C11"; status=1; }
  if [ -n "$cxx" ]; then
    printf '#include <%s>\nextern int one_declaration;\n' "$name" | "$cxx" -std=c++17 -DOMPI_SKIP_MPICXX -DMPICH_SKIP_MPICXX -Wall -Wextra -Wpedantic -Werror -fsyntax-only -I"$include" "$@" -x c++ - ||
      { echo "$name does not compile as C++17"; status=1; }
  fi
done
[ "$n" -gt 0 ] || { echo "no headers in $include"; status=1; }
echo "$n headers"
exit $status

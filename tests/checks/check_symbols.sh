#!/bin/sh
# Every symbol that a shared library defines for others begins with hearth_: check_symbols.sh NM PREFIX LIBRARY...
# (The linker's own, those of -fsanitize and the locks of `omp critical` are left out.)
set -u
nm=$1 prefix=$2
shift 2
status=0
for library in "$@"; do
  symbols=$("$nm" -D --defined-only "$library" | awk '{print $NF}') || exit 1
  n=$(printf '%s\n' "$symbols" | grep -c "^$prefix")
  others=$(printf '%s\n' "$symbols" | grep -v -e "^$prefix" -e '^_init$' -e '^_fini$' -e '^__odr_asan' -e '^\.gomp_critical_user_hearth_' -e '^$')
  if [ "$n" -eq 0 ]; then
    echo "$library: exports nothing"
    status=1
  fi
  if [ -n "$others" ]; then
    echo "$library exports foreign names:"
    echo "$others"
    status=1
  fi
  echo "$(basename "$library"): $n symbols"
done
exit $status

# What the groups of tests share. The environment names the programs: HEARTH, CHECK_EOF, MAKE_INPUTS, MPIEXEC, MPIEXEC_N, RANKS, SOURCE_DIR.
set -u
# Exit statuses are what is tested here; plugins that MPI unloads would be reported as leaks. The command itself looks for what it has not released.
export ASAN_OPTIONS="${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0"
work=$(mktemp -d "${TMPDIR:-/tmp}/hearth-cli-test-XXXXXX")
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
data=${HEARTH_SHARED_DATA:-$SOURCE_DIR/../shared/data}
failures=0

failed() {
  echo "FAILED: $*"
  failures=$((failures + 1))
}

finish() {
  [ "$failures" -eq 0 ] && exit 0
  echo "$failures failed"
  exit 1
}

need_data() {
  [ -e "$data/$1" ] && return 0
  echo "skipped: no $data/$1 (HEARTH_SHARED_DATA names the folder)"
  return 1
}

# on RANKS ARGUMENT...: hearth on that many ranks, alone where it is one. It may not hang.
on() {
  local ranks=$1
  shift
  if [ "$ranks" -eq 1 ]; then
    timeout 120 "$HEARTH" "$@"
  else
    timeout 120 "$MPIEXEC" "$MPIEXEC_N" "$ranks" "$HEARTH" "$@"
  fi
}

# pca RANKS OUTPUT ARGUMENT...: must succeed.
pca() {
  local ranks=$1 output=$2
  shift 2
  on "$ranks" pca "$@" -q -o "$output" >log 2>&1 && return 0
  failed "hearth pca $* on $ranks ranks: $(cat log)"
  return 1
}

# check ARGUMENT...: check_eof must agree.
check() {
  "$CHECK_EOF" "$@" >log 2>&1 && return 0
  failed "check_eof $*: $(cat log)"
  return 1
}

# The cases with stored answers: name, file, variable, further options.
reference_cases="a1b ukmo/A1B_north_america.nc air_temperature
ersst_raw ersst/ersstv5_2010-2020.nc sst
ersst_clim ersst/ersstv5_2010-2020.nc sst --climatology month
enso_sst eofs/sst_ndjfm_anom.nc sst
hgt_djf eofs/hgt_djf.nc z
navy_u navy/monthly_navy_winds.cdf UWND"

# reference RANKS OPTION...: all cases, with the options, against the stored answers.
reference() {
  local ranks=$1 name file variable more
  shift
  while read -r name file variable more; do
    need_data "$file" || continue
    # shellcheck disable=SC2086
    pca "$ranks" "$name.nc" "$data/$file" --var "$variable" --modes 10 --weights coslat $more "$@" </dev/null &&
      check reference "$name.nc" "$name" "$data/ref/reference.h5" </dev/null && echo "$name on $ranks ranks: $(tail -1 log)"
    rm -f "$name.nc"
  done <<<"$reference_cases"
}

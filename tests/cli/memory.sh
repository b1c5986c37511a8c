# Blocks: the memory given is far below the file's size, the answers stay.
. "$(dirname "$0")/common.sh"
need_data ref/reference.h5 || exit 0

# small RANKS SIZE CASE FILE VARIABLE OPTION...
small() {
  local ranks=$1 size=$2 name=$3 file=$4 variable=$5
  shift 5
  need_data "$file" || return
  pca "$ranks" small.nc "$data/$file" --var "$variable" --modes 10 --weights coslat --memory "$size" --profile profile.json "$@" || return
  check reference small.nc "$name" "$data/ref/reference.h5" || return
  local peak cap
  peak=$(sed -n 's/.*"peak_bytes_per_rank":[[:space:]]*\([0-9]*\).*/\1/p' profile.json)
  cap=$(sed -n 's/.*"memory_cap":[[:space:]]*\([0-9]*\).*/\1/p' profile.json)
  [ -n "$peak" ] && [ "$cap" -gt 0 ] && [ "$peak" -le "$cap" ] || failed "$name: peak '$peak' is above the cap '$cap'"
  echo "$name on $ranks ranks: $peak of $cap bytes, file $(stat -Lc %s "$data/$file")"
}

for ranks in 1 3; do
  small $ranks 4M ersst_raw ersst/ersstv5_2010-2020.nc sst
  small $ranks 4M navy_u navy/monthly_navy_winds.cdf UWND
done
small 2 4M ersst_clim ersst/ersstv5_2010-2020.nc sst --climatology month
# Less than the Gram matrix needs: an error that says so, and no file.
if need_data ukmo/A1B_north_america.nc; then
  on 2 pca "$data/ukmo/A1B_north_america.nc" --var air_temperature --modes 4 --memory 64K -o none.nc >log 2>&1
  [ $? -eq 1 ] && [ "$(grep -c '^hearth: ' log)" -eq 1 ] && [ ! -e none.nc ] || failed "64K should be too little, with one message and status 1: $(cat log)"
fi
finish

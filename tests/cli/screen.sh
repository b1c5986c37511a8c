# What is printed: help that fits a terminal, and what info says of real files.
. "$(dirname "$0")/common.sh"
"$MAKE_INPUTS" || exit 1

# shows RANKS PATTERN ARGUMENT...: status 0, the pattern once or more on standard output, nothing on standard error.
shows() {
  local ranks=$1 pattern=$2
  shift 2
  on "$ranks" "$@" >out 2>err || failed "hearth $*: status $?: $(cat err)"
  grep -qE -- "$pattern" out || failed "hearth $* on $ranks ranks: no '$pattern' in: $(cat out)"
  [ -s err ] && failed "hearth $* on $ranks ranks: on standard error: $(cat err)"
}

for help in --help "info --help" "pca --help" "project --help" "reconstruct --help" "plot --help"; do
  # shellcheck disable=SC2086
  shows 1 "^Usage: hearth" $help
  [ "$(awk 'length > 80' out)" = "" ] || failed "hearth $help is wider than 80 columns: $(awk 'length > 80' out)"
  [ "$(wc -l <out)" -le 40 ] || failed "hearth $help is longer than 40 lines"
  grep -q Example out || failed "hearth $help has no example"
done
shows 3 "^Usage: hearth pca" pca --help
[ "$(grep -c '^Usage' out)" -eq 1 ] || failed "three ranks print the help more than once"
shows 1 "^hearth [0-9]+\.[0-9]+\.[0-9]+$" --version
shows 1 "^hearth [0-9]+\.[0-9]+\.[0-9]+$" pca --version

shows 1 "t +float64 +time, lat, lon +K +missing -999" info good.nc
shows 3 "dimensions: time 12\*, lat 6, lon 8" info good4.nc
[ "$(grep -c 'dimensions:' out)" -eq 1 ] || failed "three ranks print info more than once"
shows 1 "time: 12 from 2000-01-16 to 2000-12-16, calendar noleap" info good.nc
shows 1 "names +\(text\)" info good.nc
need_data navy/monthly_navy_winds.cdf && shows 1 "UWND +float32 +TIME, FNOCY, FNOCX +M/S +ZONAL WIND; missing -99.9" info "$data/navy/monthly_navy_winds.cdf"
need_data navy/monthly_navy_winds.cdf && shows 1 "TIME: 132 from 1982-01-16 to 1992-12-17" info "$data/navy/monthly_navy_winds.cdf"
need_data eofs/hgt_djf.nc && shows 2 "pressure 1, latitude 29, longitude 49" info "$data/eofs/hgt_djf.nc"
need_data heat/iris.csv && shows 1 "data +float64 +150 x 4" info "$data/heat/iris.csv"
need_data pydmd/heat_90.npy && shows 1 "npy, 1 variable" info "$data/pydmd/heat_90.npy"

shows 2 "12 samples of t \(6 x 8\)" pca good.nc --var t --modes 3 -o t.nc
grep -q "^written: t.nc$" out || failed "the result is not named: $(cat out)"
[ "$(grep -cE '^ +[123] .*%' out)" -eq 3 ] || failed "three modes are not listed: $(cat out)"
shows 1 "eof +float64 +mode, lat, lon" info t.nc
finish

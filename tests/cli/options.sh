# What the options change, checked against other ways to the same result.
. "$(dirname "$0")/common.sh"
"$MAKE_INPUTS" || exit 1

# same TOLERANCE OUTPUT OTHER
same() {
  check same "$2" "$3" "$1"
}

# is RANKS OTHER ARGUMENT...: hearth pca with the arguments gives what is in OTHER.
is() {
  local ranks=$1 other=$2
  shift 2
  pca "$ranks" is.nc "$@" --modes 3 && same 1e-9 "$other" is.nc
  rm -f is.nc
}

pca 1 plain.nc good.nc --var t --modes 3
pca 1 coslat.nc good.nc --var t --modes 3 --weights coslat
"$CHECK_EOF" same plain.nc coslat.nc 1e-3 >/dev/null && failed "coslat changes nothing, or check_eof sees no difference"
for ranks in $RANKS; do
  is "$ranks" plain.nc good.nc --var t
  is "$ranks" plain.nc good4.nc --var t
  is "$ranks" plain.nc part1.nc part2.nc --var t
  is "$ranks" plain.nc 'part?.nc' --var t --memory 3M
  is "$ranks" plain.nc good.nc --var t --streaming
  is "$ranks" plain.nc part1.nc part2.nc --var t --streaming --mask none
  is "$ranks" coslat.nc good.nc --var t --weights area
  is "$ranks" coslat.nc good.nc --var t --weights coslat --streaming
done
for backend in reference guard; do
  HEARTH_BACKEND=$backend is 3 plain.nc part1.nc part2.nc --var t
  HEARTH_BACKEND=$backend is 3 plain.nc part1.nc part2.nc --var t --streaming
done
is 2 coslat.nc curved.nc --var t --weights coslat
pca 3 curved.pca.nc curved.nc --var t --modes 3
for variable in latitude longitude; do
  [ "$("$CHECK_EOF" missing curved.pca.nc $variable)" = "0 of 48" ] || failed "curved.pca.nc has no whole $variable"
done
is 2 plain.nc good.nc --var turned --sample-dim samples
is 2 plain.nc good.nc --var t --mask none --solver gram --rotate none --accuracy float64 --threads 2 --device cpu --progress never --gaps error --climatology none

# Masks, gaps: the same points are left out.
pca 1 hole.nc good.nc --var hole --modes 3
for ranks in 1 3; do
  is $ranks hole.nc good.nc --var t --mask mask
  is $ranks hole.nc good.nc --var gap --gaps drop
  is $ranks hole.nc good.nc --var hole --streaming
done
[ "$("$CHECK_EOF" missing hole.nc mean)" = "2 of 48" ] || failed "hole.nc: missing in the mean: $("$CHECK_EOF" missing hole.nc mean)"

# Gaps that vary in time are filled from the modes, the same on any ranks; what was there stays.
for gaps in fill em; do
  pca 1 filled.nc good.nc --var holes --modes 5 --gaps $gaps --filled one.nc
  pca 3 is.nc good.nc --var holes --modes 5 --gaps $gaps --filled three.nc && same 1e-8 filled.nc is.nc
  check variable one.nc holes three.nc holes 1e-8
  check variable good.nc t one.nc holes 0.05
done
"$CHECK_EOF" variable good.nc t one.nc holes 1e-6 >/dev/null && failed "--filled writes the field that was hidden"

# Rotation: the same field in other modes. Scores of variance 1.
for ranks in 1 3; do
  pca $ranks rotated.nc good.nc --var hole --modes 4 --weights coslat --rotate varimax && check rotation rotated.nc 1e-9
  pca $ranks rotated.nc tall.nc --var x --modes 3 --rotate varimax --kaiser && check rotation rotated.nc 1e-9
done
pca 2 rotated.nc good.nc --var t --modes 3 --rotate promax && same 1e-9 plain.nc rotated.nc && [ "$("$CHECK_EOF" missing rotated.nc rotated_eof)" = "0 of 144" ] || failed "promax"
pca 2 white.nc good.nc --var t --modes 3 --whiten && check variable plain.nc eof white.nc eof 1e-9
"$CHECK_EOF" variable plain.nc pc white.nc pc 1e-3 >/dev/null && failed "--whiten changes nothing"

# Streams: other methods, and the same bits on other numbers of ranks.
for method in brand exact; do
  pca 1 one.nc good.nc --var t --modes 3 --streaming --stream-method $method --reproducible && same 1e-6 plain.nc one.nc
  pca 3 is.nc good.nc --var t --modes 3 --streaming --stream-method $method --reproducible && check same one.nc is.nc 0
done
pca 3 one.nc good.nc --var t --modes 3 --streaming --stream-method sketch && same 1e-6 plain.nc one.nc
for file in tall wide; do
  pca 1 one.nc $file.nc --var x --modes 3 --climatology month --reproducible && pca 3 is.nc $file.nc --var x --modes 3 --climatology month --reproducible &&
    check same one.nc is.nc 0
done
pca 2 is.nc good.nc --var t --modes 3 --streaming --forgetting 0.8
"$CHECK_EOF" same plain.nc is.nc 1e-3 >/dev/null && failed "--forgetting changes nothing"

# Standardized fields know no scale: scores and eigenvalues agree, the EOFs differ by it.
pca 2 one.nc good.nc --var t --modes 3 --standardize
pca 2 two.nc good.nc --var scaled --modes 3 --standardize
check scores one.nc two.nc 1e-9

# Divisor.
pca 1 ddof.nc good.nc --var t --modes 3 --ddof 0
check ratio plain.nc ddof.nc eigenvalue 1.0909090909090908

# Climatology, on both sides of the Gram matrix; the anomalies need none.
for file in tall wide; do
  pca 1 rest.nc $file.nc --var rest --modes 3
  for ranks in 1 3; do is $ranks rest.nc $file.nc --var x --climatology month; done
  HEARTH_BACKEND=guard is 2 rest.nc $file.nc --var x --climatology month
done
pca 2 day.nc wide.nc --var x --modes 3 --climatology day
pca 2 is.nc tall.nc --var x --modes 2 --climatology month && [ "$("$CHECK_EOF" missing is.nc climatology)" = "0 of 60" ] || failed "climatology(month, x) is not whole"

# Several fields are one state; so are twice the same fields, with twice the variance.
pca 2 state.nc good.nc --var t,u --modes 3
for variable in eof_t eof_u mean_t mean_u; do
  [ "$("$CHECK_EOF" missing state.nc $variable | cut -d' ' -f1)" = 0 ] || failed "state.nc has no whole $variable"
done

# Other formats: the iris flowers of three files are the same flowers.
if need_data heat/iris.csv && need_data heat/iris.h5 && need_data heat/iris.nc; then
  pca 1 csv.nc "$data/heat/iris.csv" --modes 3
  pca 2 h5.nc "$data/heat/iris.h5" --var data --modes 3 && same 1e-9 csv.nc h5.nc
  pca 3 nc.nc "$data/heat/iris.nc" --var data --modes 3 && same 1e-9 csv.nc nc.nc
fi

# The default name, the profile, the progress bar, the log.
(mkdir elsewhere && cd elsewhere && "$HEARTH" pca ../good.nc --var t --modes 2 -q && [ -e good.pca.nc ]) || failed "no good.pca.nc in the working folder"
on 2 pca good.nc --var t --modes 2 -q -o is.nc --profile profile.json --progress always --log info >out 2>err || failed "profile: $(cat err)"
for word in '"ranks":' '"phases":' '"fit"' '"write"' '"seconds":' '"bytes_read":'; do grep -q "$word" profile.json || failed "no $word in the profile"; done
grep -q '%' err || failed "no progress bar: $(cat err)"
grep -q 'info: ' err || failed "no log: $(cat err)"
[ -s out ] && failed "--quiet prints: $(cat out)"
on 1 pca good.nc --var t --modes 2 -q -o is.nc >out 2>err
[ -s err ] && failed "a run without a terminal writes to standard error: $(cat err)"
finish

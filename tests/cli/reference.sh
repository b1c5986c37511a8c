# Real data with known answers, on every number of ranks.
. "$(dirname "$0")/common.sh"
need_data ref/reference.h5 || exit 0
for ranks in $RANKS; do reference "$ranks"; done
# The other solvers, each on another number of ranks; small cases are enough to tell them apart.
ranks=1
for solver in cholqr tsqr randomized hierarchical full; do
  while read -r name file variable; do
    need_data "$file" || continue
    pca $ranks solver.nc "$data/$file" --var "$variable" --modes 10 --weights coslat --solver $solver --power-iterations 30 </dev/null &&
      check reference solver.nc "$name" "$data/ref/reference.h5" </dev/null && echo "$name by $solver on $ranks ranks: $(tail -1 log)"
    ranks=$((ranks % 3 + 1))
  done <<<"enso_sst eofs/sst_ndjfm_anom.nc sst
hgt_djf eofs/hgt_djf.nc z"
done
# The same winds as Debian installs them.
installed=/usr/share/ferret-vis/data/monthly_navy_winds.cdf
if [ -e "$installed" ]; then
  pca 2 navy.nc "$installed" --var UWND --modes 10 --weights coslat && check reference navy.nc navy_u "$data/ref/reference.h5"
else
  echo "skipped: no $installed (package ferret-datasets)"
fi
finish

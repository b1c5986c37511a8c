# Real data with known answers, on every number of ranks.
. "$(dirname "$0")/common.sh"
need_data ref/reference.h5 || exit 0
for ranks in $RANKS; do reference "$ranks"; done
# The same winds as Debian installs them.
installed=/usr/share/ferret-vis/data/monthly_navy_winds.cdf
if [ -e "$installed" ]; then
  pca 2 navy.nc "$installed" --var UWND --modes 10 --weights coslat && check reference navy.nc navy_u "$data/ref/reference.h5"
else
  echo "skipped: no $installed (package ferret-datasets)"
fi
finish

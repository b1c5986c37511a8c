# The same answers from every backend.
. "$(dirname "$0")/common.sh"
need_data ref/reference.h5 || exit 0
for backend in cpu reference guard; do
  echo "backend $backend"
  HEARTH_BACKEND=$backend reference 3
done
HEARTH_BACKEND=nonsense on 1 pca "$data/eofs/hgt_djf.nc" --var z --modes 2 -o nonsense.nc >log 2>&1 && failed "an unknown backend was taken"
finish

# Pictures, where GMT is installed; where it is not, a message before anything is computed.
. "$(dirname "$0")/common.sh"
"$MAKE_INPUTS" || exit 1
mkdir temporary nothing
export TMPDIR=$work/temporary

timeout 120 env PATH="$work/nothing" "$HEARTH" pca good.nc --var t --modes 2 -o without.nc --plot without 2>err
status=$?
[ "$status" -eq 2 ] && [ "$(grep -c '^hearth: .*gmt' err)" -eq 1 ] && [ ! -e without.nc ] || failed "without gmt: status $status, $(cat err)"

if ! command -v gmt >/dev/null || ! command -v gs >/dev/null; then
  echo "skipped: no gmt or no gs"
  finish
fi

# picture FILE...: PNG files that have something on them.
picture() {
  local file
  for file in "$@"; do
    [ "$(head -c 4 "$file" 2>/dev/null | tail -c 3)" = PNG ] || failed "$file is no picture"
    [ "$(stat -c %s "$file" 2>/dev/null || echo 0)" -gt 15000 ] || failed "$file is nearly empty"
  done
}

# The whole way on three ranks, with names that need care.
on 3 pca good.nc --var t --modes 2 -o 'a result.nc' --plot 'a picture' >out 2>err || failed "--plot: $(cat err)"
picture 'a picture-eof1.png' 'a picture-eof2.png' 'a picture-pc.png' 'a picture-scree.png'
[ "$(grep -c '^picture: ' out)" -eq 4 ] || failed "the pictures are not named: $(cat out)"
# Axes without coordinates, on one rank; a line instead of a map; two fields.
on 1 pca good.nc --var turned --sample-dim samples --modes 1 -q -o turned.nc && on 1 plot turned.nc -q --no-coasts || failed "plot of turned.nc"
picture turned-eof1.png turned-pc.png
on 1 pca wide.nc --var x --modes 3 -q -o wide.pca.nc --plot wide || failed "plot of wide.nc"
picture wide-eof3.png wide-pc.png wide-scree.png
on 2 pca good.nc --var t,u --modes 1 -q -o two.nc --plot two || failed "plot of two fields"
picture two-eof1-t.png two-eof1-u.png two-pc.png
if need_data eofs/hgt_djf.nc; then
  on 2 pca "$data/eofs/hgt_djf.nc" --var z --modes 1 --weights coslat -q -o hgt.nc --plot hgt || failed "plot of hgt_djf"
  picture hgt-eof1.png
fi
# Rotated modes of a field whose gaps were filled, with whitened scores.
on 2 pca good.nc --var holes --modes 2 --gaps fill --rotate varimax --whiten -q -o holes.nc --plot holes || failed "plot of rotated modes"
picture holes-eof2.png holes-scree.png holes-rotated1.png holes-rotated2.png holes-rotated-pc.png
# Pictures that cannot be written.
on 2 plot wide.pca.nc -o no/where 2>err && failed "a picture in no folder"
[ "$(grep -c '^hearth: .*no/where' err)" -eq 1 ] || failed "no message: $(cat err)"
[ -z "$(ls -A temporary)" ] || failed "left in the temporary folder: $(ls -A temporary)"
finish

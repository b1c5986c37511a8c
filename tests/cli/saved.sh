# project and reconstruct: what is made of a result file agrees with what the fit said, on other numbers of ranks.
. "$(dirname "$0")/common.sh"
"$MAKE_INPUTS" || exit 1

# run RANKS ARGUMENT...: must succeed.
run() {
  local ranks=$1
  shift
  on "$ranks" "$@" -q >log 2>&1 && return 0
  failed "hearth $* on $ranks ranks: $(cat log)"
  return 1
}

# again RANKS FILE VARIABLES ARGUMENT...: modes of a file; its samples projected on them give the scores, modes and scores give the field. The fields are sums of
# few waves, so that all modes make the whole of them.
again() {
  local ranks=$1 file=$2 vars=$3 other=$((4 - $1)) name
  shift 3
  pca "$ranks" modes.nc "$file" --var "$vars" "$@" || return
  run "$other" project modes.nc "$file" --var "$vars" -o pc.nc && check variable modes.nc pc pc.nc pc 1e-9
  run "$other" reconstruct modes.nc -o field.nc || return
  for name in ${vars//,/ }; do check variable "$file" "$name" field.nc "$name" 1e-7; done
}

for ranks in 1 3; do
  again $ranks good.nc t --modes 6 --weights coslat
  again $ranks good.nc hole --modes 6 --weights area --mask mask
  again $ranks good.nc t,u --modes 9
  again $ranks good.nc scaled --modes 6 --standardize
  again $ranks tall.nc x --modes 5 --climatology month
  again $ranks wide.nc x --modes 14 --climatology month
done
again 2 good.nc t --modes 6 --streaming --weights coslat
again 2 curved.nc t --modes 6 --weights coslat --memory 3M
HEARTH_BACKEND=guard again 1 good.nc t,u --modes 9 --weights coslat

# Samples that gave no modes: projected and put together again. Months that have a mean, of another file.
pca 2 modes.nc part1.nc part2.nc --var t --modes 6 --weights coslat
run 3 project modes.nc part2.nc -o pc.nc # --var t, as the modes are called
run 2 reconstruct modes.nc --scores pc.nc -o field.nc && check variable part2.nc t field.nc t 1e-8 && check variable part2.nc time field.nc time 1e-15
run 1 project modes.nc part1.nc part2.nc --sample-dim time -o pc.nc && check variable modes.nc pc pc.nc pc 1e-9

# Fewer modes: the leading ones. The samples' dimension comes first.
run 2 project modes.nc good.nc --modes 2 -o two.nc && run 2 reconstruct modes.nc --modes 2 -o two_field.nc && run 1 project modes.nc two_field.nc -o again.nc
run 1 project modes.nc two_field.nc --modes 2 -o again.nc && check variable two.nc pc again.nc pc 1e-9
pca 1 turned.nc good.nc --var turned --sample-dim samples --modes 6
run 2 reconstruct turned.nc -o field.nc && check variable good.nc t field.nc turned 1e-7
run 3 project turned.nc good.nc --sample-dim samples -o pc.nc && check variable turned.nc pc pc.nc pc 1e-9

# Real data, block by block.
if need_data navy/monthly_navy_winds.cdf; then
  pca 2 navy.nc "$data/navy/monthly_navy_winds.cdf" --var UWND --modes 131 --weights coslat --climatology month --memory 64M
  run 3 project navy.nc "$data/navy/monthly_navy_winds.cdf" --memory 32M -o pc.nc && check variable navy.nc pc pc.nc pc 1e-7
  run 2 reconstruct navy.nc --modes 3 --memory 16M -o field.nc && run 2 project navy.nc field.nc --modes 3 -o pc3.nc &&
    run 2 project navy.nc "$data/navy/monthly_navy_winds.cdf" --modes 3 -o other3.nc && check variable other3.nc pc pc3.nc pc 1e-7
fi

# The default names, and what is printed.
mkdir elsewhere && cd elsewhere || exit 1
on 1 project ../modes.nc ../good.nc >out 2>&1 && [ -e good.pc.nc ] && grep -q "12 samples on 6 modes" out || failed "project without --output: $(cat out)"
on 1 reconstruct ../modes.nc >out 2>&1 && [ -e modes.field.nc ] && grep -q "written: modes.field.nc" out || failed "reconstruct without --output: $(cat out)"
finish

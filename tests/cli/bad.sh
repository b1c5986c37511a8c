# Bad input: one message, the right status, no file, no hang, alone and on three ranks.
. "$(dirname "$0")/common.sh"
"$MAKE_INPUTS" || exit 1
cp good.nc keep.nc
mkdir blocked
: >empty.nc
seq 1 100 >folder_free
"$CHECK_EOF" missing good.nc t >log || failed "good.nc cannot be read: $(cat log)"

# bad WORDS ARGUMENT...: status 2, a message that has the words, nothing left behind.
bad() {
  local words=$1 ranks before after lines
  shift
  for ranks in 1 3; do
    before=$(ls -A . blocked)
    on "$ranks" "$@" >"$work/../out.$$" 2>"$work/../err.$$"
    local status=$?
    after=$(ls -A . blocked)
    lines=$(grep -c '^hearth: ' "$work/../err.$$")
    [ "$status" -eq 2 ] || failed "hearth $* on $ranks ranks: status $status, not 2"
    [ "$lines" -eq 1 ] || failed "hearth $* on $ranks ranks: $lines messages: $(cat "$work/../err.$$")"
    [ "$ranks" -gt 1 ] || [ "$(wc -l <"$work/../err.$$")" -eq 1 ] || failed "hearth $*: more than the message: $(cat "$work/../err.$$")"
    grep '^hearth: ' "$work/../err.$$" | grep -qiE -- "$words" || failed "hearth $* on $ranks ranks: no '$words' in: $(grep '^hearth: ' "$work/../err.$$")"
    [ "$before" = "$after" ] || failed "hearth $* on $ranks ranks left files: $after"
    [ ! -s "$work/../out.$$" ] || failed "hearth $*: something on standard output: $(head -3 "$work/../out.$$")"
    [ "$ranks" -gt 1 ] && grep '^hearth: ' "$work/../err.$$"
  done
  rm -f "$work/../out.$$" "$work/../err.$$"
}
pcabad() {
  local words=$1
  shift
  bad "$words" pca "$@" -o result.nc
}

# Usage.
bad "no command"
bad "frobnicate.*info, pca, project, reconstruct and plot" frobnicate
bad "unknown option" pca good.nc --var t --modes 2 --frobnicate
bad "no FILE" pca --var t --modes 2
bad "modes is missing" pca good.nc --var t
bad "missing argument" pca good.nc --var t --modes
pcabad "modes 0" good.nc --var t --modes 0
pcabad "modes 'many'" good.nc --var t --modes many
pcabad "out of range" good.nc --var t --modes -3
pcabad "12 is more than min\(samples - 1, points\)" good.nc --var t --modes 12
pcabad "6 is more than" tall.nc --var x --modes 6
pcabad "not in this version" good.nc --var t --modes 2 --gaps fill
pcabad "unknown: choose one of error, drop" good.nc --var t --modes 2 --gaps mend
pcabad "tsqr is not in this version: choose one of auto, gram" good.nc --var t --modes 2 --solver tsqr
pcabad "varimax is not in this version" good.nc --var t --modes 2 --rotate varimax
pcabad "no size" good.nc --var t --modes 2 --memory lots
pcabad "cuda" good.nc --var t --modes 2 --device cuda
pcabad "reproducible" good.nc --var t --modes 2 --reproducible
pcabad "degree of freedom" good.nc --var t --modes 2 --ddof 12
pcabad "use one of them" good.nc --var t --modes 2 --mask none --gaps drop

# Files.
pcabad "nowhere.nc" nowhere.nc --var t --modes 2
pcabad "no file matches" "nowhere*.nc" --var t --modes 2
pcabad "blocked" blocked --var t --modes 2
pcabad "empty.nc" empty.nc --var t --modes 2
pcabad "cut.nc" cut.nc --var t --modes 2
pcabad "cut4.nc" cut4.nc --var t --modes 2
bad "cut4.nc" info cut4.nc
bad "nowhere.nc" info nowhere.nc
bad "no variable 'eof'" plot good.nc

# Variables.
pcabad "good.nc.*" good.nc --modes 2
pcabad "nonesuch" good.nc --var nonesuch --modes 2
pcabad "named twice" good.nc --var t,t --modes 2
pcabad "'line' has 1 dimension" good.nc --var line --modes 2
pcabad "names" good.nc --var names --modes 2
pcabad "1 sample along 'time'" one.nc --var t --modes 1
pcabad "0 samples along 'time'" none.nc --var t --modes 1
pcabad "void|take part|missing" good.nc --var void --modes 2
pcabad "NaN|missing" good.nc --var gap --modes 2
pcabad "no such dimension; it has time, lat, lon" good.nc --var t --modes 2 --sample-dim depth
pcabad "different numbers of samples|dimension" good.nc --var t,turned --modes 2
pcabad "has no variable 't'" part1.nc tall.nc --var t --modes 2
pcabad "another shape" tall.nc wide.nc --var x --modes 2

# Weights, masks, times.
pcabad "nonesuch" good.nc --var t --modes 2 --weights nonesuch
pcabad "dimension 'time'" good.nc --var t --modes 2 --weights t
pcabad "negative|-1.5" good.nc --var t --modes 2 --weights negative
pcabad "no latitude" tall.nc --var x --modes 2 --weights coslat
pcabad "nonesuch" good.nc --var t --modes 2 --mask nonesuch
pcabad "mask none.*missing" good.nc --var hole --modes 2 --mask none
pcabad "no time coordinate" good.nc --var turned --sample-dim samples --modes 2 --climatology month
pcabad "standardize" good.nc --var t --modes 2 --streaming --standardize
pcabad "missing|NaN" good.nc --var gap --modes 2 --streaming

# Output.
bad "no/where" pca good.nc --var t --modes 2 -o no/where/result.nc
bad "blocked" pca good.nc --var t --modes 2 -o blocked
bad "input itself" pca good.nc --var t --modes 2 -o good.nc
cmp -s good.nc keep.nc || failed "the input was changed"
finish

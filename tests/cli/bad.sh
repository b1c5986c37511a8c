# Bad input: one message, the right status, no file, no hang, alone and on three ranks.
. "$(dirname "$0")/common.sh"
"$MAKE_INPUTS" || exit 1
cp good.nc keep.nc
mkdir blocked
: >empty.nc
seq 1 100 >folder_free
"$CHECK_EOF" missing good.nc t >log || failed "good.nc cannot be read: $(cat log)"

# What the command line alone shows is the same on any ranks: one of them in turn will do.
on_ranks=3
usage() {
  on_ranks=$((4 - on_ranks))
  "$@"
}

# bad WORDS ARGUMENT...: status 2, a message that has the words, nothing left behind.
bad() {
  local words=$1 ranks before after lines
  shift
  for ranks in $on_ranks; do
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
usage bad "no command"
usage bad "frobnicate.*info, pca, project, reconstruct and plot" frobnicate
usage bad "unknown option" pca good.nc --var t --modes 2 --frobnicate
usage bad "no FILE" pca --var t --modes 2
usage bad "modes is missing" pca good.nc --var t
usage bad "missing argument" pca good.nc --var t --modes
usage pcabad "modes 0" good.nc --var t --modes 0
usage pcabad "modes 'many'" good.nc --var t --modes many
usage pcabad "out of range" good.nc --var t --modes -3
usage pcabad "12 is more than min\(samples - 1, points\)" good.nc --var t --modes 12
usage pcabad "6 is more than" tall.nc --var x --modes 6
usage pcabad "unknown: choose one of error, drop, fill, em" good.nc --var t --modes 2 --gaps mend
usage pcabad "'lanczos' is unknown: choose one of auto, gram, cholqr, tsqr" good.nc --var t --modes 2 --solver lanczos
usage pcabad "choose one of none, varimax, promax" good.nc --var t --modes 2 --rotate quartimax
usage pcabad "at least 2" good.nc --var t --modes 1 --rotate varimax
usage pcabad "give one of them" good.nc --var t --modes 2 --filled other.nc
usage pcabad "belongs to --streaming" good.nc --var t --modes 2 --stream-method exact
usage pcabad "no number above 0" good.nc --var t --modes 2 --streaming --forgetting 2
usage pcabad "use one of them" good.nc --var t --modes 2 --streaming --solver gram
usage pcabad "no size" good.nc --var t --modes 2 --memory lots
usage pcabad "cuda" good.nc --var t --modes 2 --device cuda
usage pcabad "reproducible" good.nc --var t --modes 2 --rotate varimax --reproducible
usage pcabad "reproducible" good.nc --var t --modes 2 --streaming --stream-method sketch --reproducible
usage pcabad "degree of freedom" good.nc --var t --modes 2 --ddof 12
usage pcabad "use one of them" good.nc --var t --modes 2 --mask none --gaps drop

on_ranks='1 3'
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

# Saved modes.
"$HEARTH" pca good.nc --var t --modes 3 -q -o modes.nc || failed "modes.nc"
"$HEARTH" pca wide.nc --var x --modes 3 --climatology day -q -o days.nc || failed "days.nc"
bad "two files" project modes.nc -o result.nc
bad "no variable 'eof'" project good.nc good.nc -o result.nc
bad "no variable 'eof'" reconstruct good.nc -o result.nc
bad "nonesuch" project modes.nc good.nc --var nonesuch -o result.nc
bad "names 2 variables, the modes in modes.nc are of 1" project modes.nc good.nc --var t,u -o result.nc
bad "has no variable 't'" project modes.nc tall.nc -o result.nc
bad "space 5, the modes in modes.nc have 6 x 8" project modes.nc tall.nc --var x -o result.nc
bad "lies elsewhere than the modes: value 2 of 'lat'" project modes.nc moved.nc -o result.nc
bad "'t' is in 'degC', the modes in modes.nc are of a field in 'K'" project modes.nc celsius.nc -o result.nc
bad "NaN|missing" project modes.nc good.nc --var gap -o result.nc
bad "of day .*, of which days.nc has no mean" project days.nc late.nc --var x -o result.nc
bad "modes 4 is more than the 3 modes" project modes.nc good.nc --modes 4 -o result.nc
bad "input itself" project modes.nc good.nc -o modes.nc
bad "input itself" reconstruct modes.nc -o modes.nc
bad "modes 4 is more" reconstruct modes.nc --modes 4 -o result.nc
bad "no variable 'pc'" reconstruct modes.nc --scores good.nc -o result.nc
bad "one file of modes" reconstruct modes.nc good.nc -o result.nc
bad "unknown option" reconstruct modes.nc --var t
bad "cut4.nc" project cut4.nc good.nc -o result.nc

# Output.
bad "no/where" pca good.nc --var t --modes 2 -o no/where/result.nc
bad "blocked" pca good.nc --var t --modes 2 -o blocked
bad "input itself" pca good.nc --var t --modes 2 -o good.nc
cmp -s good.nc keep.nc || failed "the input was changed"
finish

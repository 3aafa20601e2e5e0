# shellcheck shell=bash
# Messages of the script: progress goes to standard error, so that standard output carries results only.

say() { printf 'propolis: %s\n' "$*" >&2; }

# One clear sentence, then the end.
fail() {
    printf 'propolis: %s\n' "$*" >&2
    exit 1
}

# seconds_since START (START from $EPOCHREALTIME): with one digit behind the point.
seconds_since() {
    local now=${EPOCHREALTIME/[.,]/} then=${1/[.,]/}
    local tenths=$(((now - then) / 100000))
    printf '%d.%d' $((tenths / 10)) $((tenths % 10))
}

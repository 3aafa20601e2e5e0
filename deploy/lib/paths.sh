# shellcheck shell=bash
# Where things live. The cache is shared by all checkouts of one user; what runs belongs to one checkout, or to another folder (tests set PROPOLIS_STATE
# so that they leave the user's own cluster alone).

REPO=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
CACHE=${PROPOLIS_CACHE:-${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/propolis}
STATE=${PROPOLIS_STATE:-$REPO/.data}

# Unix sockets: their paths must stay below 108 characters however deep the checkout lies.
SOCKETS=${XDG_RUNTIME_DIR:-/tmp}/propolis-$(id -u)

# Port locks are per user and machine, not per checkout: all sleds of a machine share one port scheme.
PORT_LOCKS=/tmp/propolis-ports-$(id -u)

checkout_key() { printf '%s' "${PROPOLIS_STATE:-$REPO}" | sha256sum | cut -c1-8; }

make_private_folder() {
    (umask 077 && mkdir -p "$1") || fail "cannot make the folder $1."
    [ -O "$1" ] || fail "the folder $1 belongs to another user; remove it or set XDG_RUNTIME_DIR to a folder of your own."
}

make_folders() {
    mkdir -p "$CACHE" "$STATE" || fail "cannot make the folders $CACHE and $STATE; set PROPOLIS_CACHE to a folder you can write to."
    make_private_folder "$SOCKETS"
    make_private_folder "$PORT_LOCKS"
}

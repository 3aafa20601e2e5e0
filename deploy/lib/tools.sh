# shellcheck shell=bash
# The host's tools: root gets missing ones by apt-get; another user gets the exact command in one sentence.

# need_tools COMMAND:PACKAGE...
need_tools() {
    local pair missing=()
    for pair in "$@"; do
        command -v "${pair%%:*}" >/dev/null || missing+=("${pair#*:}")
    done
    [ ${#missing[@]} -eq 0 ] || install_packages "${missing[@]}"
}

install_packages() {
    command -v apt-get >/dev/null || fail "needs the packages $* (Debian names), and this machine has no apt-get: install them by hand."
    [ "$(id -u)" -eq 0 ] || fail "needs packages: run 'sudo apt-get install --no-install-recommends $*' and try again."
    say "installing Debian packages: $* (a minute or less) ..."
    refresh_package_lists
    DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@" >"$CACHE/apt.log" 2>&1 ||
        fail "apt-get could not install '$*'; its log is $CACHE/apt.log."
}

# apt's lists may be missing on a fresh machine or too old to download from: once per run.
refresh_package_lists() {
    [ -z "${LISTS_FRESH:-}" ] || return 0
    export LISTS_FRESH=yes
    [ "$(id -u)" -eq 0 ] || return 0
    apt-get update >"$CACHE/apt.log" 2>&1 || say "apt-get update failed (no network?); going on with the package lists at hand."
}

need_dotnet() {
    local version
    PATH=$PATH:${DOTNET_ROOT:-$HOME/.dotnet}
    command -v dotnet >/dev/null || fail "needs the .NET SDK 10: install it (https://dot.net) and put 'dotnet' on the PATH."
    version=$(cd "$REPO" && dotnet --version 2>/dev/null) || fail "needs the .NET SDK 10 (global.json names it), which this machine's dotnet does not have."
    case $version in 10.*) ;; *) fail "needs the .NET SDK 10, but this machine has $version." ;; esac
}

need_sled_tools() {
    need_tools qemu-system-x86_64:qemu-system-x86 ssh:openssh-client mke2fs:e2fsprogs flock:util-linux
}

need_build_tools() {
    need_tools mke2fs:e2fsprogs ssh-keygen:openssh-client depmod:kmod cpio:cpio dpkg-deb:dpkg readelf:binutils objcopy:binutils \
        mcopy:mtools xorriso:xorriso sfdisk:fdisk ldd:libc-bin
}

# Whether this machine can run guests by itself: /dev/kvm opens and the CPU has vmx or svm (a software /dev/kvm has neither).
kvm_is_usable() {
    [ "${PROPOLIS_SLEDS:-}" != emulated ] && grep -qwE 'vmx|svm' /proc/cpuinfo && { : <>/dev/kvm; } 2>/dev/null
}

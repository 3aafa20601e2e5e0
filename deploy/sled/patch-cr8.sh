#!/usr/bin/env bash
# patch-cr8.sh kvm-amd.ko: lets svm_update_cr8_intercept return at once.
#
# Why: QEMU aborts when a nested guest writes CR8 while a virtual interrupt waits (OVMF does). KVM drops the interception of CR8
# writes in this function; with the function empty they stay intercepted, which is always correct, only slower.
# How: the byte behind the function's 5-byte fentry call becomes 0xC3 (ret). The signature appended to the module no longer
# matches and is cut off. The bytes are verified before and after.
set -euo pipefail

file=$1
symbol=svm_update_cr8_intercept

bytes_at() { od -An -tx1 -v -j "$1" -N "$2" "$file" | tr -d ' \n'; }
stop() {
    echo "patch-cr8: $*" >&2
    exit 1
}

read -r value section < <(readelf -sW "$file" | awk -v name="$symbol" '$8 == name && $4 == "FUNC" { print $2, $7 }') ||
    stop "$file has no function $symbol"
text_offset=$(readelf -SW "$file" | sed 's/^ *\[ *\([0-9]*\)\]/\1/' | awk -v n="$section" '$1 == n { print $5 }')
[ -n "$text_offset" ] || stop "$file has no section $section"
at=$((16#$text_offset + 16#$value))

[ "$(bytes_at "$at" 1)" = e8 ] || stop "$symbol does not begin with a fentry call but with $(bytes_at "$at" 8)"
if [ "$(bytes_at $((at + 5)) 1)" != c3 ]; then
    printf '\xc3' | dd of="$file" bs=1 seek=$((at + 5)) conv=notrunc status=none
fi

# Appended signature: data, a 12-byte header whose last 4 bytes are the length (big endian), then a 28-byte marker.
marker='~Module signature appended~'
size=$(stat -c %s "$file")
if [ "$(tail -c 28 "$file" | tr -d '\0\n')" = "$marker" ]; then
    length=$((16#$(bytes_at $((size - 32)) 4)))
    truncate -s $((size - 28 - 12 - length)) "$file"
fi

[ "$(bytes_at $((at + 5)) 1)" = c3 ] || stop "the byte behind the fentry call of $symbol is not 0xC3 after patching"
[ "$(tail -c 28 "$file" | tr -d '\0\n')" != "$marker" ] || stop "the signature is still there"
readelf -hS "$file" >/dev/null 2>&1 || stop "$file is no longer a whole ELF file"
echo "patch-cr8: $symbol at file offset $at returns at once"

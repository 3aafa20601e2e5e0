#!/usr/bin/env bash
# build.sh FOLDER: an image with the host's own QEMU, its libraries and firmware, for sleds to mount at /opt/qemu: benchmarks compare
# with it, and it proves that sleds and guest images work.
set -euo pipefail

out=$1
root=$out/work
program=$(command -v qemu-system-x86_64)
mkdir -p "$root"/{bin,lib,share}
cp -L "$program" "$root/lib/qemu-system-x86_64"
# Lines of ldd: NAME => PATH (ADDRESS), or PATH (ADDRESS) for the loader.
ldd "$program" | sed -n 's/.*=> \(\/[^ ]*\).*/\1/p; s/^[[:space:]]*\(\/[^ ]*\) (.*/\1/p' | while read -r library; do
    cp -L "$library" "$root/lib/"
done
for folder in /usr/share/qemu /usr/share/seabios /usr/lib/ipxe/qemu; do
    [ ! -d "$folder" ] || find -L "$folder" -maxdepth 1 -type f -size -600k -name '*.[brd][ioa][nmt]*' -exec cp -L {} "$root/share/" \;
done
cat >"$root/bin/qemu-system-x86_64" <<'WRAPPER'
#!/bin/sh
exec /opt/qemu/lib/ld-linux-x86-64.so.2 --library-path /opt/qemu/lib /opt/qemu/lib/qemu-system-x86_64 -L /opt/qemu/share "$@"
WRAPPER
chmod 755 "$root/bin/qemu-system-x86_64"
echo /opt/qemu >"$root/.mount-at"
. "$(dirname "$0")/../lib/say.sh"
. "$(dirname "$0")/../lib/paths.sh"
. "$(dirname "$0")/../lib/debian.sh"
make_ext4 "$root" "$out/mount.img" 4 qemu
chmod 444 "$out/mount.img"
rm -rf "$root"

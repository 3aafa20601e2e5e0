#!/usr/bin/env bash
# build.sh FOLDER: makes the guest in all forms in which a machine can boot it, and the firmware:
#   vmlinuz initrd.img         for a direct boot
#   disk.img                   GPT with an EFI system partition that holds one unified kernel image
#   guest.iso                  hybrid: UEFI and BIOS, as a CD and as a disk
#   OVMF_CODE.fd OVMF_VARS.fd OVMF_CODE_4M.fd OVMF_VARS_4M.fd OVMF.fd bios-256k.bin
#   mount.img                  all of the above, for sleds to mount at /images
# All from Debian packages, without root rights.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd -P)
for part in say paths tools debian; do
    # shellcheck disable=SC1090
    . "$here/../lib/$part.sh"
done

out=$1
work=$out/work
tree=$work/tree
root=$work/root
cmdline='console=ttyS0 quiet panic=-1'

packages=(busybox-static pciutils libpci3 libc6 libkmod2 zlib1g liblzma5 libzstd1 libssl3 libudev1 ovmf seabios systemd-boot-efi
    isolinux syslinux-common)
modules=(virtio_pci virtio_blk virtio_net button evdev vfat nls_cp437 nls_ascii isofs efivarfs)

unpack() {
    unpack_debs "$tree" "${packages[@]}"
    kernel=$(kernel_package linux-image-cloud-amd64)
    unpack_debs "$tree" "$kernel"
    version=${kernel#linux-image-}
    depmod -b "$tree" "$version"
}

# The lists that the guest's `load` reads: files in the order in which insmod takes them.
lay_modules() {
    local name file
    mkdir -p "$root/modules"
    for name in "${modules[@]}"; do
        : >"$root/modules/$name"
        for file in $(module_files "$tree/usr/lib/modules/$version" "$name"); do
            cp "$tree/usr/lib/modules/$version/$file" "$root/modules/"
            basename "$file" >>"$root/modules/$name"
        done
    done
}

lay_root() {
    mkdir -p "$root"/{dev,proc,sys,tmp,root,bin,usr,etc/acpi/PWRF,mnt,run,var/log}
    ln -s ../bin "$root/usr/bin"
    ln -s ../run "$root/var/run"
    copy_with_libraries "$tree" "$work/lspci" usr/bin/lspci
    cp -a "$work/lspci/usr/lib" "$root/usr/"
    cp -a "$work/lspci/usr/lib64" "$root/usr/"
    ln -s usr/lib "$root/lib"
    ln -s usr/lib64 "$root/lib64"
    cp "$tree/usr/bin/busybox" "$work/lspci/usr/bin/lspci" "$root/bin/"
    "$tree/usr/bin/busybox" --list | while read -r applet; do
        [ -e "$root/bin/$applet" ] || ln -s busybox "$root/bin/$applet"
    done
    install -m 755 "$here/init" "$root/init"
    install -m 644 "$here/shellrc" "$root/etc/shellrc"
    install -m 755 "$here/power-button" "$root/etc/acpi/PWRF/00000080"
    echo 'root:x:0:0:root:/root:/bin/sh' >"$root/etc/passwd"
    lay_modules
}

# systemd's EFI stub with kernel, initramfs and command line as sections: firmware starts it without a boot loader.
make_unified_kernel() {
    echo 'ID=propolis-guest' >"$work/os-release"
    printf '%s' "$cmdline" >"$work/cmdline"
    objcopy \
        --add-section .osrel="$work/os-release" --change-section-vma .osrel=0x20000 \
        --add-section .cmdline="$work/cmdline" --change-section-vma .cmdline=0x30000 \
        --add-section .linux="$out/vmlinuz" --change-section-vma .linux=0x2000000 \
        --add-section .initrd="$out/initrd.img" --change-section-vma .initrd=0x4000000 \
        "$tree/usr/lib/systemd/boot/efi/linuxx64.efi.stub" "$work/guest.efi"
}

make_esp() {
    local mib=$(($(stat -c %s "$work/guest.efi") / 1048576 + 4))
    truncate -s "${mib}M" "$work/esp.img"
    mformat -i "$work/esp.img" -v GUEST -T $((mib * 2048)) -h 16 -s 32 ::
    mmd -i "$work/esp.img" ::/EFI ::/EFI/BOOT
    mcopy -i "$work/esp.img" "$work/guest.efi" ::/EFI/BOOT/BOOTX64.EFI
}

make_disk() {
    local bytes
    bytes=$(stat -c %s "$work/esp.img")
    truncate -s $((bytes + 2 * 1048576)) "$out/disk.img"
    printf 'label: gpt\nstart=2048, size=%d, type=uefi\n' $((bytes / 512)) | sfdisk --quiet "$out/disk.img"
    dd if="$work/esp.img" of="$out/disk.img" bs=1M seek=1 conv=notrunc status=none
}

make_iso() {
    local iso=$work/iso library=$tree/usr/lib
    mkdir -p "$iso/isolinux"
    cp "$out/vmlinuz" "$out/initrd.img" "$work/esp.img" "$iso/"
    cp "$library/ISOLINUX/isolinux.bin" "$library/syslinux/modules/bios/ldlinux.c32" "$iso/isolinux/"
    { cat "$here/isolinux.cfg" && echo "    APPEND $cmdline"; } >"$iso/isolinux/isolinux.cfg"
    xorriso -as mkisofs -quiet -V GUEST -o "$out/guest.iso" -isohybrid-mbr "$library/ISOLINUX/isohdpfx.bin" \
        -b isolinux/isolinux.bin -c isolinux/boot.cat -no-emul-boot -boot-load-size 4 -boot-info-table \
        -eltorito-alt-boot -e esp.img -no-emul-boot -isohybrid-gpt-basdat "$iso"
}

echo "unpacking packages" && unpack
echo "laying out the guest" && lay_root
cp "$tree/boot/vmlinuz-$version" "$out/vmlinuz"
pack_initramfs "$root" "$out/initrd.img"
echo "making the disk" && make_unified_kernel && make_esp && make_disk
echo "making the ISO" && make_iso
cp "$tree"/usr/share/OVMF/OVMF_{CODE,VARS}.fd "$tree"/usr/share/OVMF/OVMF_{CODE,VARS}_4M.fd "$tree/usr/share/ovmf/OVMF.fd" \
    "$tree/usr/share/seabios/bios-256k.bin" "$out/"
chmod 444 "$out"/*.*
rm -rf "$work"
mkdir "$work"
for file in "$out"/*; do
    [ -d "$file" ] || ln "$file" "$work/"
done
echo /images >"$work/.mount-at"
make_ext4 "$work" "$out/mount.img" 4 images
rm -rf "$work"

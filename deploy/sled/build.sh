#!/usr/bin/env bash
# build.sh FOLDER: makes the image of the emulated sled: vmlinuz, initrd.img, root.img, data.img (an empty data disk to copy) and
# the keys of the command channel. All from Debian packages, without root rights.
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

packages=(busybox-static dropbear-bin nftables socat iproute2 kmod
    libc6 libstdc++6 libgcc-s1 zlib1g libssl3 libtomcrypt1 libtommath1 libgmp10 libcrypt1 libnftables1 libnftnl11 libmnl0 libjansson4
    libxtables12 libedit2 libbsd0 libmd0 libtinfo6 libwrap0 libnsl2 libtirpc3 libgssapi-krb5-2 libkrb5-3 libk5crypto3
    libkrb5support0 libkeyutils1 libcom-err2 libreadline8 libkmod2 liblzma5 libzstd1 libbpf1 libelf1 libcap2 libselinux1
    libpcre2-8-0 libdb5.3)
# Kept in the root without a program that names them: .NET opens these itself.
libraries=(libstdc++.so.6 libgcc_s.so.1 libz.so.1 libssl.so.3 libcrypto.so.3 libgssapi_krb5.so.2 libdl.so.2 libpthread.so.0 librt.so.1
    libm.so.6)
modules=(virtio_pci virtio_blk virtio_net virtio_rng tun bridge irqbypass kvm kvm-amd kvm-intel overlay nfnetlink nf_tables
    nft_chain_nat nft_nat nft_masq nft_ct vhost_net vxlan loop)
boot_modules=(virtio_pci virtio_blk)

echo "unpacking packages"
unpack_debs "$tree" "${packages[@]}"
kernel=$(kernel_package linux-image-cloud-amd64)
unpack_debs "$tree" "$kernel"
version=${kernel#linux-image-}
depmod -b "$tree" "$version"

echo "patching kvm-amd"
bash "$here/patch-cr8.sh" "$tree/usr/lib/modules/$version/kernel/arch/x86/kvm/kvm-amd.ko"

echo "laying out the root"
mkdir -p "$root"/{dev,proc,sys,tmp,run,data,mnt,etc/dropbear,root/.ssh,usr/bin,usr/sbin,usr/lib,usr/lib64,opt}
for part in bin sbin lib lib64; do ln -s "usr/$part" "$root/$part"; done
copy_with_libraries "$tree" "$root" usr/sbin/dropbear usr/bin/socat usr/sbin/nft usr/bin/kmod usr/bin/busybox usr/bin/ip
for library in "${libraries[@]}"; do
    copy_with_libraries "$tree" "$root" "$(find_library "$tree" "$library")"
done
"$tree/usr/bin/busybox" --list | while read -r applet; do
    [ -e "$root/usr/bin/$applet" ] || ln -s busybox "$root/usr/bin/$applet"
done
for tool in modprobe insmod rmmod lsmod depmod; do
    rm -f "$root/usr/bin/$tool"
    ln -s ../bin/kmod "$root/usr/sbin/$tool"
done
for tool in init poweroff reboot halt; do ln -s ../bin/busybox "$root/usr/sbin/$tool"; done
install -m 755 "$here"/sled-{init,net,ready,shell,agent} "$root/usr/sbin/"
install -m 644 "$here/inittab" "$root/etc/inittab"
echo 'root:x:0:0:root:/root:/usr/sbin/sled-shell' >"$root/etc/passwd"
echo 'root::19000:0:99999:7:::' >"$root/etc/shadow"
echo 'root:x:0:' >"$root/etc/group"
echo /usr/sbin/sled-shell >"$root/etc/shells"
printf '127.0.0.1 localhost\n10.0.2.2 host\n' >"$root/etc/hosts"
copy_modules "$tree" "$root" "$version" "${modules[@]}"

echo "making keys"
loader=$tree/usr/lib64/ld-linux-x86-64.so.2
"$loader" --library-path "$tree/usr/lib/x86_64-linux-gnu" "$tree/usr/bin/dropbearkey" -t ed25519 -f "$root/etc/dropbear/host_key" >"$work/host_key.txt" 2>&1
ssh-keygen -q -t ed25519 -N '' -C propolis -f "$out/key"
install -m 600 "$out/key.pub" "$root/root/.ssh/authorized_keys"
chmod 700 "$root/root" "$root/root/.ssh"
sed -n 's/^\(ssh-ed25519 [^ ]*\).*/propolis-sled \1/p' "$work/host_key.txt" >"$out/known_hosts"
[ -s "$out/known_hosts" ] || fail "dropbearkey printed no public key"

echo "making the initramfs"
first=$work/initramfs
mkdir -p "$first"/{bin,modules}
cp "$tree/usr/bin/busybox" "$first/bin/"
install -m 755 "$here/initramfs-init" "$first/init"
for module in "${boot_modules[@]}"; do
    for file in $(module_files "$tree/usr/lib/modules/$version" "$module"); do
        name=/modules/$(basename "$file")
        [ ! -e "$first$name" ] || continue
        cp "$tree/usr/lib/modules/$version/$file" "$first$name"
        echo "$name" >>"$first/modules.order"
    done
done
pack_initramfs "$first" "$out/initrd.img"
cp "$tree/boot/vmlinuz-$version" "$out/vmlinuz"

echo "making the disks"
make_ext4 "$root" "$out/root.img" 64 sled-root
mke2fs -q -t ext4 -b 4096 -m 0 -E lazy_itable_init=1,lazy_journal_init=1,root_owner=0:0 -L sled-data "$out/data.img" 8G
chmod 444 "$out"/{root.img,data.img,vmlinuz,initrd.img}
rm -rf "$work"

# shellcheck shell=bash
# Debian packages as raw material: downloaded once into the cache, unpacked without installing.
# Needs say.sh, paths.sh, tools.sh.

DEBS=$CACHE/debs

# deb_file PACKAGE: the cached .deb, downloaded when missing.
deb_file() {
    local file
    file=$(newest_deb "$1")
    if [ -z "$file" ]; then
        download_deb "$1"
        file=$(newest_deb "$1")
    fi
    printf '%s\n' "$file"
}

newest_deb() {
    # Debian file names hold no spaces.
    # shellcheck disable=SC2012
    ls -t "$DEBS/$1"_*.deb 2>/dev/null | head -n 1
}

# Downloads beside and moves: a killed download never looks like a package.
download_deb() {
    local beside
    mkdir -p "$DEBS"
    beside=$(mktemp -d "$DEBS/.get.XXXXXX")
    (cd "$beside" && apt-get download "$1" >get.log 2>&1) || {
        refresh_package_lists
        (cd "$beside" && apt-get download "$1" >get.log 2>&1)
    } || {
        rm -rf "$beside"
        fail "cannot download the Debian package '$1' (apt-get download $1): check the network and 'apt-get update'."
    }
    mv "$beside"/*.deb "$DEBS/"
    rm -rf "$beside"
}

# unpack_debs FOLDER PACKAGE...
unpack_debs() {
    local folder=$1 package file
    shift
    mkdir -p "$folder"
    for package in "$@"; do
        # A declaration of its own: the exit of deb_file must count.
        file=$(deb_file "$package")
        dpkg-deb -x "$file" "$folder"
    done
    merge_usr "$folder"
}

# Debian 12's packages still ship /lib and /bin beside /usr: join them as an installed system does.
merge_usr() {
    local part
    for part in bin sbin lib lib64; do
        mkdir -p "$1/usr/$part"
        if [ -d "$1/$part" ] && [ ! -L "$1/$part" ]; then
            cp -a "$1/$part/." "$1/usr/$part/"
            rm -rf "${1:?}/$part"
        fi
        [ -L "$1/$part" ] || ln -s "usr/$part" "$1/$part"
    done
}

# kernel_package META: the package with the kernel that the metapackage stands for; what is cached wins, so that a build without
# a network finds it.
kernel_package() {
    local meta=$1 file
    file=$(deb_file "$meta")
    dpkg-deb -f "$file" Depends | tr ',' '\n' | sed -n 's/^ *\(linux-image-[^ ]*\).*/\1/p' | head -n 1
}

# copy_with_libraries TREE ROOT PATH...: programs and the shared objects they need, from an unpacked tree to a new root.
copy_with_libraries() {
    local tree=$1 root=$2 path
    shift 2
    for path in "$@"; do
        copy_file "$tree" "$root" "$path"
        copy_needed "$tree" "$root" "$path"
    done
}

copy_file() {
    mkdir -p "$2/$(dirname "$3")"
    cp -L "$1/$3" "$2/$3"
}

copy_needed() {
    local tree=$1 root=$2 name library
    # The loader must lie where programs name it.
    [ -e "$root/usr/lib64/ld-linux-x86-64.so.2" ] || copy_file "$tree" "$root" usr/lib64/ld-linux-x86-64.so.2
    for name in $(readelf -d "$tree/$3" 2>/dev/null | sed -n "s/.*(NEEDED).*\\[\\(.*\\)\\]/\\1/p"); do
        library=$(find_library "$tree" "$name")
        if [ ! -e "$root/$library" ]; then
            copy_file "$tree" "$root" "$library"
            copy_needed "$tree" "$root" "$library"
        fi
    done
}

find_library() {
    local folder
    for folder in usr/lib/x86_64-linux-gnu usr/lib64 usr/lib; do
        if [ -e "$1/$folder/$2" ]; then
            printf '%s\n' "$folder/$2"
            return
        fi
    done
    echo "library $2 is in none of the unpacked packages" >&2
    return 1
}

# copy_modules TREE ROOT VERSION MODULE...: modules with all they depend on, and the tables of depmod.
copy_modules() {
    local tree=$1 root=$2 version=$3 name file
    shift 3
    for name in "$@"; do
        for file in $(module_files "$tree/usr/lib/modules/$version" "$name"); do
            mkdir -p "$root/usr/lib/modules/$version/$(dirname "$file")"
            cp "$tree/usr/lib/modules/$version/$file" "$root/usr/lib/modules/$version/$file"
        done
    done
    cp "$tree/usr/lib/modules/$version"/modules.{builtin,builtin.modinfo,order} "$root/usr/lib/modules/$version/"
    [ -e "$root/lib" ] || ln -s usr/lib "$root/lib"
    depmod -b "$root" "$version"
}

# module_files FOLDER NAME: the module and those it needs, in the order in which insmod takes them.
module_files() {
    local line files file ordered=()
    line=$(grep -E "(^|/)${2//_/[_-]}\.ko:" "$1/modules.dep") || {
        grep -qE "(^|/)${2//_/[_-]}\.ko$" "$1/modules.builtin" && return 0
        echo "the kernel has no module $2" >&2
        return 1
    }
    files=${line/:/}
    for file in $files; do ordered=("$file" "${ordered[@]}"); done
    printf '%s\n' "${ordered[@]}"
}

# make_ext4 FOLDER FILE SLACK_MIB [LABEL]: a file system with the folder's content, made without mounting.
make_ext4() {
    local blocks
    blocks=$(($(du -s --block-size=4096 "$1" | cut -f1) * 108 / 100 + $3 * 256 + 2048))
    mke2fs -q -t ext4 -b 4096 -O ^has_journal -m 0 -E root_owner=0:0 -L "${4:-propolis}" -d "$1" "$2" "$blocks"
}

# pack_initramfs FOLDER FILE: uncompressed; unpacking is what costs under emulation.
pack_initramfs() {
    (cd "$1" && find . -print0 | LC_ALL=C sort -z | cpio --quiet -0 -o -H newc -R 0:0) >"$2"
}

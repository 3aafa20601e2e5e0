# shellcheck shell=bash
# The images that sleds mount read-only beside their root, each built once and cached. Needs say.sh, paths.sh, cache.sh, tools.sh, orleans.sh.

guest_hash() { content_hash "$REPO/deploy/guest" "$REPO/deploy/lib/debian.sh"; }
qemu_hash() { content_hash "$REPO/deploy/qemu" "$(qemu-system-x86_64 --version 2>/dev/null | head -n 1)"; }

# The folder of the guest's images, built when missing; deploy/images/ then names them for configurations.
guest_images() {
    local hash folder
    hash=$(guest_hash)
    if [ ! -d "$CACHE/guest-$hash" ]; then
        need_build_tools
        say "building the guest's images from Debian packages (half a minute, once) ..."
    fi
    folder=$(cached guest "$hash" "$REPO/deploy/guest/build.sh") || return 1
    link_images "$folder"
    printf '%s\n' "$folder"
}

# deploy/images holds links to the cached files, and empty writable disks that belong to this checkout.
link_images() {
    local file disk images=$REPO/deploy/images
    mkdir -p "$images"
    for file in "$1"/*; do
        [ "$(readlink "$images/$(basename "$file")")" = "$file" ] || ln -sfn "$file" "$images/$(basename "$file")"
    done
    for disk in data0.img data1.img; do
        [ -e "$images/$disk" ] || truncate -s 128M "$images/$disk"
    done
    [ -e "$images/vars.fd" ] || cp --no-preserve=mode "$1/OVMF_VARS.fd" "$images/vars.fd"
}

programs_hash() {
    local folder folders=()
    for folder in agent contracts cli silo; do [ ! -d "$REPO/$folder" ] || folders+=("$REPO/$folder"); done
    content_hash "${folders[@]}" "$REPO"/Directory.*.props "$REPO/global.json" "$REPO/deploy/programs/build.sh" "$(orleans_word)"
}

# The folder with the published programs (bin/) and their image, built when a source changed.
program_images() {
    local hash
    need_dotnet
    fetch_orleans
    hash=$(programs_hash)
    if [ ! -d "$CACHE/programs-$hash" ]; then
        say "publishing the programs (a minute after a fresh clone, seconds after a change) ..."
    fi
    cached programs "$hash" "$REPO/deploy/programs/build.sh"
}

qemu_image() {
    need_build_tools
    need_sled_tools
    cached qemu "$(qemu_hash)" "$REPO/deploy/qemu/build.sh"
}

# mount_built_images [PROGRAMS]: sets SLED_IMAGES (for sled.sh) to the images that are there; the programs that were just published, even when a source has changed since.
mount_built_images() {
    local folder
    SLED_IMAGES=
    for folder in "${1:-$CACHE/programs-$(programs_hash)}" "$CACHE/guest-$(guest_hash)" "$CACHE/qemu-$(qemu_hash)"; do
        if [ -e "$folder/mount.img" ]; then SLED_IMAGES+=" $folder/mount.img"; fi
    done
    export SLED_IMAGES
}

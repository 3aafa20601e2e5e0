# shellcheck shell=bash
# propolis images [--qemu]: builds the guest's images (and QEMU for sleds) without starting anything.

run_images() {
    local folder
    make_folders
    folder=$(guest_images) || exit 1
    say "the guest's images are in $folder, linked from deploy/images."
    if [ "${1:-}" = --qemu ]; then
        folder=$(qemu_image) || exit 1
        say "QEMU for sleds is in $folder."
    fi
}

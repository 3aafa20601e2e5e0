# The images that sleds mount read-only beside their root, each built once and cached.

# Sets SLED_IMAGES to those that are there.
mount_built_images() {
    SLED_IMAGES=
}

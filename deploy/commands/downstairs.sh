# shellcheck shell=bash
# propolis downstairs ...: crucible-downstairs on this machine, as deploy/examples/crucible.toml needs it three times.

run_downstairs() {
    local programs
    make_folders
    programs=$(program_images) || exit 1
    exec "$programs/bin/crucible-downstairs" "$@"
}

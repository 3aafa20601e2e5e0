# shellcheck shell=bash
# propolis up: sets everything up and starts the demo guest in the background. Repeated, it changes nothing.

run_up() {
    local programs
    make_folders
    guest_images >/dev/null || exit 1
    programs=$(program_images) || exit 1
    if demo_is_running; then
        say "the demo guest runs already."
    else
        say "starting the demo guest (under half a minute) ..."
        demo_start "$programs"
    fi
    echo "--- the end of the demo guest's serial port:"
    demo_serial | tr -d '\r' | tail -n 6
    echo "---"
    print_next_commands
}

print_next_commands() {
    cat <<NEXT
Next:
  $(demo_terminal_hint)
                                       the demo guest's terminal (leave with Ctrl-])
  ./propolis standalone deploy/examples/linux.toml
                                       a virtual machine of your own
  ./propolis status                    what runs
  ./propolis test                      all tests that this machine can run
  ./propolis down                      stop the demo guest
NEXT
}

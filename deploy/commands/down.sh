# shellcheck shell=bash
# propolis down: stops what 'up' started, and nothing else.

run_down() { demo_stop; }

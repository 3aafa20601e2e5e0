# shellcheck shell=bash

run_help() {
    cat <<'USAGE'
Propolis from a fresh clone:

  ./propolis up                    set up and start a cluster: a silo, three sleds, the instance 'demo'
  ./propolis up --silos 2 --db postgres
                                   the same with two Orleans silos on a PostgreSQL (postgres://... for one of yours)
  ./propolis cli ...               propolis-cli against it (see './propolis cli --help')
  ./propolis status [--json]       what runs
  ./propolis down [--purge]        stop what 'up' started; with --purge forget it, too
  ./propolis standalone CONFIG     run one virtual machine from a TOML file (examples in deploy/examples)
  ./propolis downstairs ...        crucible-downstairs: keeps and serves one replica of a disk (see deploy/examples/crucible.toml)
  ./propolis test [PROJECT...]     run all tests that this machine can
  ./propolis bench [NAME...]       measure (see './propolis bench --help')
  ./propolis sled ...              emulated sleds by hand (see './propolis sled help')
  ./propolis images [--qemu]       build the guest's images

On a machine without KVM (or with PROPOLIS_SLEDS=emulated) everything that needs it runs in emulated sleds.
What is built is cached in PROPOLIS_CACHE (default ~/.cache/propolis); what runs lives in .data of this checkout.
USAGE
}

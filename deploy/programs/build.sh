#!/usr/bin/env bash
# build.sh FOLDER: publishes every program of the solution (self-contained, ReadyToRun, linux-x64) to FOLDER/bin, and makes
# FOLDER/mount.img of it, for sleds to mount at /opt/propolis. Intermediate files stay in .data/publish, so that only what changed
# is built again, and nobody's own build is disturbed.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd -P)
for part in say paths debian; do
    # shellcheck disable=SC1090
    . "$here/../lib/$part.sh"
done

out=$1
cd "$REPO"
shopt -s nullglob
for project in {agent,cli,silo}/*/*.csproj; do
    grep -q "<OutputType>Exe" "$project" || continue
    echo "publishing $project"
    dotnet publish "$project" -c Release -r linux-x64 --self-contained -p:PublishReadyToRun=true --artifacts-path "$REPO/.data/publish" \
        -o "$out/bin" -v quiet --nologo </dev/null
done

mkdir "$out/work"
cp -rl "$out/bin" "$out/work/bin"
rm -f "$out"/work/bin/*.pdb "$out"/work/bin/*.xml
echo /opt/propolis >"$out/work/.mount-at"
make_ext4 "$out/work" "$out/mount.img" 4 programs
rm -rf "$out/work"

#!/usr/bin/env bash
# Builds the action's Portolan on a runner, once for each source and machine.
#   install.sh name    says under which key and in which folder the binary is kept
#   install.sh build   builds it there, if it is not there yet
# Runs in the bash 3.2 of macOS too.
set -euo pipefail
cd "$GITHUB_ACTION_PATH"

digest() {
  if command -v sha256sum >/dev/null; then sha256sum; else shasum -a 256; fi | cut -c 1-32
}

case "$1" in
  name)
    sources=$(find Cargo.toml Cargo.lock build.rs src crates rules layers knowledge chart -type f | LC_ALL=C sort |
      while IFS= read -r file; do printf '%s\n' "$file"; cat "$file"; done | digest)
    {
      printf 'key=portolan-%s-%s-%s\n' "$RUNNER_OS" "$RUNNER_ARCH" "$sources"
      printf 'folder=%s\n' "$RUNNER_TEMP/portolan-$sources"
    } >>"$GITHUB_OUTPUT"
    ;;
  build)
    binary=$PORTOLAN_FOLDER/bin/portolan
    if [ -x "$binary" ] || [ -x "$binary.exe" ]; then
      echo "Portolan was built before"
    elif command -v cargo >/dev/null; then
      cargo install --locked --quiet --path . --root "$PORTOLAN_FOLDER" --target-dir "$RUNNER_TEMP/portolan-target"
    else
      echo "::error title=Portolan::There is no cargo on this runner: install Rust, or name an installed binary in the input 'binary'"
      exit 2
    fi
    "$binary" --version
    ;;
  *)
    echo "install.sh name|build"
    exit 2
    ;;
esac

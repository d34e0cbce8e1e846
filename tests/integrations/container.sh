#!/usr/bin/env bash
# What the image of Containerfile holds, without a container engine: the static binary in a root folder with nothing else in it,
# as a user without rights and without a network. PORTOLAN_STATIC names a binary built for musl, PORTOLAN_HADOLINT hadolint.
. "$(dirname "$0")/desk.sh"

if [ -n "${PORTOLAN_HADOLINT:-}" ]; then
  exits 0 "$PORTOLAN_HADOLINT" "$root/Containerfile"
  passed "hadolint has nothing to say"
else
  echo "no hadolint: Containerfile is not linted"
fi

# A folder that the build needs and .dockerignore keeps out would only be missed in a real build.
mkdir "$desk/context"
# shellcheck disable=SC2046
(cd "$root" && tar -cf - $(sed -n 's/^!//p' .dockerignore)) | tar -xf - -C "$desk/context"
for file in $(cd "$root" && grep -rhoE 'include_(str|bytes)!\("[^"]+"\)' src --include='*.rs' | sed 's/.*"\(.*\)".*/\1/' | sort -u); do
  name=$(basename "$file")
  if [ "$name" != public-intermediate.pem ] && [ -z "$(find "$desk/context" -name "$name" -print -quit)" ]; then
    failed ".dockerignore keeps $file out of the build"
  fi
done
passed "the context of the build holds what the source includes"

static=${PORTOLAN_STATIC:-}
if [ -z "$static" ]; then
  echo "no static binary: nothing is run in an empty root folder"
  exit 0
fi
if readelf -l "$static" | grep -q INTERP; then
  failed "$static needs a loader"
fi
passed "the binary needs no loader and no library"

bare=$desk/bare
mkdir -p "$bare/work"
cp "$static" "$bare/portolan"
values 10 >"$bare/work/customizations.yaml"
values 11 >"$bare/work/fixed.yaml"
chmod -R go+rX "$desk"
# Root of this machine becomes nobody; whoever is not root is mapped.
if [ "$(id -u)" = 0 ]; then
  run=(env -i LANG=C.UTF-8 PATH=/usr/sbin:/usr/bin:/sbin:/bin unshare --net --mount chroot --userspec=65532:65532 "$bare" /portolan)
else
  run=(env -i LANG=C.UTF-8 PATH=/usr/sbin:/usr/bin:/sbin:/bin unshare --map-root-user --net --mount chroot "$bare" /portolan)
fi
exits 1 "${run[@]}" check /work/customizations.yaml
says "/work/customizations.yaml:7:72: error[timeout-too-short]" "$desk/out"
exits 0 "${run[@]}" check /work/fixed.yaml
exits 0 "${run[@]}" explain timeout-too-short
exits 2 "${run[@]}" check /work/nowhere.yaml
says "there is no such file" "$desk/out"
exits 1 "${run[@]}" check - <"$bare/work/customizations.yaml"
says "<stdin>:7:72: error[timeout-too-short]" "$desk/out"
passed "it checks files and standard input in a root folder with nothing else in it"

#!/usr/bin/env bash
# The hooks of .pre-commit-hooks.yaml in the real pre-commit, with the configurations of docs/integrations/pre-commit.md.
# PORTOLAN_PRE_COMMIT names pre-commit; with PORTOLAN_BUILD=1 it also builds the hook that comes from source.
. "$(dirname "$0")/desk.sh"
pre_commit=${PORTOLAN_PRE_COMMIT:-pre-commit}

export PRE_COMMIT_HOME=$desk/home GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1 PRE_COMMIT_COLOR=never
export GIT_AUTHOR_NAME=Ada GIT_AUTHOR_EMAIL=ada@acme.io GIT_COMMITTER_NAME=Ada GIT_COMMITTER_EMAIL=ada@acme.io

# A release of Portolan, as far as a hook needs it: pre-commit clones a tag.
release=$desk/portolan
mkdir "$release"
if [ "${PORTOLAN_BUILD:-}" = 1 ]; then
  (cd "$root" && git ls-files -z | tar --null -T - -cf -) | tar -xf - -C "$release"
else
  cp "$root/.pre-commit-hooks.yaml" "$release"
fi
git -C "$release" init -q
git -C "$release" add -A
git -C "$release" commit -qm "Release"
git -C "$release" tag v0.1.0

# A repository of somebody who runs CARTO.
repository=$desk/acme
git init -q "$repository"
cd "$repository"
configure() { block pre-commit.md yaml "$1" | sed "s|https://example.org/portolan|$release|; s|id: portolan-system|id: ${2:-portolan-system}|" >.pre-commit-config.yaml; }

configure 1
"$pre_commit" install >/dev/null
git add .pre-commit-config.yaml
git commit -qm "Configure pre-commit" >"$desk/out" 2>&1 || { cat "$desk/out"; failed "the configuration could not be committed"; }
says "portolan.................................................................Passed" "$desk/out"

values 10 >customizations.yaml
git add .
exits 1 git commit -m "Expose CARTO"
says "portolan.................................................................Failed" "$desk/out"
says "customizations.yaml:7:72: error[timeout-too-short]: " "$desk/out"
says "exit code: 1" "$desk/out"
passed "a bad commit is refused, and the message is on the screen"

values 11 >customizations.yaml
git add .
exits 0 git commit -m "Expose CARTO"
says "portolan.................................................................Passed" "$desk/out"
passed "a good one is made"

printf 'services:\n  web:\n    image: nginx\n' >compose.yaml
printf 'on: [push\n' >broken.yaml
mkdir -p chart/templates
printf 'apiVersion: v2\nname: acme\n' >chart/Chart.yaml
printf 'apiVersion: v1\nkind: {{ .Values.kind }}\n' >chart/templates/service.yaml
git add .
exits 0 git commit -m "Add what is not CARTO's"
passed "YAML that is not ours passes"

values 10 >live.yaml
git add live.yaml
git commit -qm "Skip the hook" --no-verify
values 12 >customizations.yaml
git add customizations.yaml
values 10 >customizations.yaml
values 10 >untracked.yaml
exits 0 git commit -m "Wait longer"
passed "only what is staged is checked, as it is staged"
git checkout -q customizations.yaml
rm untracked.yaml

git rm -q live.yaml
exits 0 git commit -m "Remove a file"
passed "a file that is removed is not looked for"

printf 'router:\n  service: [\n' >customizations.yaml
git add .
exits 1 git commit -m "Break the syntax"
says "customizations.yaml:" "$desk/out"
passed "a values file that cannot be read is refused"

configure 2
values 10 >carto-values.yaml
values 11 >customizations.yaml
git add .
exits 0 git commit -m "Merge two files"
values 9 >customizations.yaml
git add .
exits 1 git commit -m "Wait too shortly"
says "customizations.yaml:7:72: error[timeout-too-short]" "$desk/out"
says_not "carto-values.yaml:7" "$desk/out"
passed "files that are merged are judged as one release"
git reset -q --hard

configure 3
mkdir deploy
values 10 >deploy/values.yaml
git add deploy .pre-commit-config.yaml
git commit -qm "Skip the hook" --no-verify
printf "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: acme\n" >deploy/acme.yaml
git add .
exits 1 git commit -m "Describe"
says "deploy/values.yaml:7:72: error[timeout-too-short]" "$desk/out"
passed "a folder is checked as a whole where one of its files is staged"
git reset -q --hard

if [ "${PORTOLAN_BUILD:-}" = 1 ]; then
  configure 1 portolan
  values 10 >customizations.yaml
  git add .
  exits 1 env PATH="$(dirname "$(command -v cargo)"):/usr/local/bin:/usr/bin:/bin" git commit -m "Expose CARTO"
  says "hook id: portolan" "$desk/out"
  says "customizations.yaml:7:72: error[timeout-too-short]" "$desk/out"
  passed "the hook that is built from source refuses it too"
fi

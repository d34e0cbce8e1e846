#!/usr/bin/env bash
# The scripts of action.yml as a runner calls them. PORTOLAN_SCHEMAS names check-jsonschema and PORTOLAN_ACTIONLINT actionlint;
# what is not named is passed over, and the script says so.
. "$(dirname "$0")/desk.sh"

export GITHUB_ACTION_PATH=$root RUNNER_TEMP=$desk/temp RUNNER_OS=Linux RUNNER_ARCH=X64
export GITHUB_OUTPUT=$desk/output GITHUB_STEP_SUMMARY=$desk/summary GITHUB_WORKSPACE=$desk/workspace
mkdir -p "$RUNNER_TEMP" "$GITHUB_WORKSPACE"
cd "$GITHUB_WORKSPACE"

# What action.yml hands over where an input is not given.
check() {
  : >"$GITHUB_OUTPUT"
  : >"$GITHUB_STEP_SUMMARY"
  env PORTOLAN_BINARY="$portolan" PORTOLAN_PATHS= PORTOLAN_VALUES= PORTOLAN_ARGS= PORTOLAN_FAIL_ON=error PORTOLAN_SARIF= \
    PORTOLAN_SUMMARY="$summary" "$@" "$root/action/check.sh"
}
summary=true
if ! "$portolan" check --help | grep -q markdown; then
  echo "this binary writes no markdown: nothing is tried of the summary and of SARIF"
  summary=false
fi

values 10 >customizations.yaml
exits 1 check
says "::add-matcher::$root/action/matcher.json" "$desk/out"
says "customizations.yaml:7:72: error[timeout-too-short]: " "$desk/out"
says_not "::error" "$desk/out"
says "status=1" "$GITHUB_OUTPUT"
passed "the whole repository is checked, and a finding fails the step"

if [ "$summary" = true ]; then
  says "timeout-too-short" "$GITHUB_STEP_SUMMARY"
  exits 1 check PORTOLAN_SARIF=portolan.sarif
  says '"timeout-too-short"' portolan.sarif
  exits 1 check PORTOLAN_SUMMARY=false
  [ ! -s "$GITHUB_STEP_SUMMARY" ] || failed "a summary that was not asked for"
  [ -z "$(ls -A "$RUNNER_TEMP")" ] || failed "a file was left in RUNNER_TEMP"
  passed "the report is on the summary page, and in SARIF where asked for"
fi

exits 0 check PORTOLAN_FAIL_ON=never
says "status=0" "$GITHUB_OUTPUT"
exits 1 check PORTOLAN_FAIL_ON=never PORTOLAN_ARGS=$'--strict\r\n\n--platform=aks\r\n'
passed "fail-on and further options decide the status"

exits 2 check PORTOLAN_PATHS=nowhere.yaml
says "error: nowhere.yaml: there is no such file" "$desk/out"
says "::error title=Portolan::Something could not be checked" "$desk/out"
says "status=2" "$GITHUB_OUTPUT"
exits 2 check PORTOLAN_FAIL_ON=sometimes
says "invalid value 'sometimes'" "$desk/out"
exits 127 check PORTOLAN_BINARY="$desk/nowhere/portolan"
says "ended with the status 127" "$desk/out"
passed "what could not be checked is an error of its own"

values 11 >fixed.yaml
exits 0 check PORTOLAN_VALUES=$'customizations.yaml\nfixed.yaml'
says "checked 1 release in 2 files" "$desk/out"
passed "values are merged in order"

# A pull request of somebody who would like to run something.
mkdir -p hostile
cd hostile
# shellcheck disable=SC2016
for name in '::set-output name=status::0.yaml' '$(touch pwned).yaml' '; touch pwned.yaml' '##[add-mask]router.yaml' '-f.yaml'; do
  values 10 >"./$name"
done
exits 1 check
says "checked 5 releases in 5 files" "$desk/out"
token=$(sed -n 's/^::stop-commands:://p' "$desk/out")
[ "${#token}" -eq 32 ] || failed "no token"
awk -v token="$token" '
  index($0, "::stop-commands::") == 1 { stopped = 1; next }
  $0 == "::" token "::" { stopped = 0; next }
  !stopped && (/timeout/ || /pwned/ || /set-output/ || /add-mask/) { exit 1 }
' "$desk/out" || failed "a line of a file outside of the stopped commands"
exits 1 check PORTOLAN_VALUES='-f.yaml'
# shellcheck disable=SC2016
exits 1 check PORTOLAN_PATHS=$'$(touch pwned).yaml\n; touch pwned.yaml\n-f.yaml'
says "checked 3 releases in 3 files" "$desk/out"
# shellcheck disable=SC2016
exits 2 check PORTOLAN_ARGS='$(touch pwned)'
[ ! -e pwned ] || failed "an input was run"
cd ..
passed "names of files and inputs are never commands"

: >"$GITHUB_OUTPUT"
exits 0 "$root/action/install.sh" name
key=$(sed -n 's/^key=portolan-Linux-X64-//p' "$GITHUB_OUTPUT")
folder=$(sed -n 's/^folder=//p' "$GITHUB_OUTPUT")
[ "${#key}" -eq 32 ] || failed "no key"
mkdir -p "$folder/bin"
cp "$portolan" "$folder/bin"
exits 0 env PORTOLAN_FOLDER="$folder" "$root/action/install.sh" build
says "Portolan was built before" "$desk/out"
says "portolan 0." "$desk/out"
if [ ! -e /usr/bin/cargo ]; then
  exits 2 env PATH=/usr/bin:/bin PORTOLAN_FOLDER="$desk/empty" "$root/action/install.sh" build
  says "::error title=Portolan::There is no cargo" "$desk/out"
fi
passed "a binary from the cache is used"

block github.md yaml 1 >"$desk/portolan.yml"
if [ -n "${PORTOLAN_SCHEMAS:-}" ]; then
  exits 0 "$PORTOLAN_SCHEMAS" --builtin-schema vendor.github-actions "$root/action.yml"
  exits 0 "$PORTOLAN_SCHEMAS" --builtin-schema vendor.github-workflows "$desk/portolan.yml"
  passed "action.yml and the workflow of the page fit GitHub's schemas"
else
  echo "no check-jsonschema: action.yml is not validated"
fi
if [ -n "${PORTOLAN_ACTIONLINT:-}" ]; then
  exits 0 "$PORTOLAN_ACTIONLINT" "$desk/portolan.yml"
  # It looks into an action that a workflow names by its folder: a wrong input would be found.
  mkdir -p "$desk/own/.github/workflows"
  git -C "$desk/own" init -q
  ln -s "$root" "$desk/own/portolan"
  sed 's|acme/portolan@v0.1.0|./portolan|' "$desk/portolan.yml" >"$desk/own/.github/workflows/portolan.yml"
  cd "$desk/own"
  exits 0 "$PORTOLAN_ACTIONLINT"
  sed -i 's/fail-on:/fail-at:/' .github/workflows/portolan.yml
  exits 1 "$PORTOLAN_ACTIONLINT"
  says 'input "fail-at" is not defined in action "Portolan"' "$desk/out"
  passed "actionlint has nothing to say, and knows the inputs"
else
  echo "no actionlint: the workflow of the page is not linted"
fi

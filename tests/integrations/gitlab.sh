#!/usr/bin/env bash
# The job of templates/portolan.yml: its script in plain shells, and its form against GitLab's schema, for which
# PORTOLAN_SCHEMAS names check-jsonschema.
. "$(dirname "$0")/desk.sh"

# The job as GitLab makes it from the component: text, with the inputs put in.
image=registry.acme.io/portolan-ci:0.1.0
filled() {
  sed '1,/^---$/d' "$root/templates/portolan.yml" |
    sed "s|\$\[\[ inputs.image \]\]|$image|; s|\$\[\[ inputs.job \]\]|portolan|; s|\$\[\[ inputs.stage \]\]|test|
         s|\$\[\[ inputs.paths \]\]||; s|\$\[\[ inputs.values \]\]|a.yaml,b.yaml|; s|\$\[\[ inputs.args \]\]|--platform=gke|
         s|\$\[\[ inputs.fail-on \]\]|error|"
}
filled >"$desk/job.yml"
says_not '$[[' "$desk/job.yml"
block gitlab.md yaml 1 >"$desk/pipeline.yml"
if [ -n "${PORTOLAN_SCHEMAS:-}" ]; then
  for file in job.yml pipeline.yml; do
    exits 0 "$PORTOLAN_SCHEMAS" --builtin-schema vendor.gitlab-ci --data-transform gitlab-ci "$desk/$file"
  done
  # The header is no part of that schema: it must be YAML, and every input that the page gives must be there.
  sed '/^---$/,$d' "$root/templates/portolan.yml" >"$desk/header.yml"
  echo '{"required": ["spec"], "properties": {"spec": {"required": ["inputs"], "properties": {"inputs": {"additionalProperties":
    {"required": ["description"]}}}}}}' >"$desk/header.json"
  exits 0 "$PORTOLAN_SCHEMAS" --schemafile "$desk/header.json" "$desk/header.yml"
  passed "the job and the pipeline of the page fit GitLab's schema"
else
  echo "no check-jsonschema: the job is not validated"
fi
awk '/inputs:/ { inside = 1; next } inside { sub(/:.*/, ""); gsub(/ /, ""); print }' "$desk/pipeline.yml" | while read -r input; do
  grep -q "^    $input:\$" "$root/templates/portolan.yml" || failed "the component has no input $input"
done

# The script is the block under `- |`.
awk '/^    - \|$/ { inside = 1; next } /^  [a-z]/ { inside = 0 } inside' "$root/templates/portolan.yml" | sed 's/^      //' >"$desk/script"
report=true
if ! "$portolan" check --help | grep -q gitlab; then
  echo "this binary writes no gitlab: nothing is tried of the code quality report"
  sed -i 's/ --format gitlab=gl-code-quality-report.json//' "$desk/script"
  report=false
fi

mkdir "$desk/project"
cd "$desk/project"
values 10 >customizations.yaml
values 11 >fixed.yaml
for shell in dash busybox; do
  command -v "$shell" >/dev/null || { echo "no $shell: the script is not run in it"; continue; }
  run=("$shell")
  [ "$shell" = dash ] || run=("$shell" sh)
  job() {
    rm -f gl-code-quality-report.json
    env PORTOLAN_PATHS= PORTOLAN_VALUES= PORTOLAN_ARGS= PORTOLAN_FAIL_ON=error "$@" "${run[@]}" "$desk/script"
  }
  exits 1 job
  says "customizations.yaml:7:72: error[timeout-too-short]" "$desk/out"
  if [ "$report" = true ]; then
    says '"check_name"' gl-code-quality-report.json
    says 'customizations.yaml' gl-code-quality-report.json
  fi
  exits 0 job PORTOLAN_FAIL_ON=never
  exits 1 job PORTOLAN_FAIL_ON=never PORTOLAN_ARGS=--strict,--platform=aks
  exits 0 job PORTOLAN_VALUES=customizations.yaml,fixed.yaml
  says "checked 1 release in 2 files" "$desk/out"
  exits 2 job PORTOLAN_PATHS=nowhere.yaml
  says "error: nowhere.yaml: there is no such file" "$desk/out"
  mkdir -p odd
  # shellcheck disable=SC2016
  for name in '$(touch pwned) live.yaml' '*.yaml' '-f.yaml'; do values 10 >"odd/$name"; done
  cd odd
  # shellcheck disable=SC2016
  exits 1 job PORTOLAN_PATHS='$(touch pwned) live.yaml,*.yaml' PORTOLAN_VALUES=-f.yaml
  says "checked 3 releases in 3 files" "$desk/out"
  [ ! -e pwned ] || failed "an input was run"
  cd ..
  rm -r odd
  passed "$shell: findings, values, statuses, and names that are not evaluated"
done

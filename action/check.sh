#!/usr/bin/env bash
# One check on a runner. The inputs of action.yml come in variables, each word on a line of its own, so that nothing is ever
# split or evaluated by the shell. Runs in the bash 3.2 of macOS too.
set -euo pipefail

command=("$PORTOLAN_BINARY" check --color never --format plain "--fail-on=${PORTOLAN_FAIL_ON:-error}")

# add TEXT [OPTION=]: adds each line of a text that is not blank to the command, behind the option.
add() {
  local line
  while IFS= read -r line || [ -n "$line" ]; do
    line=${line%$'\r'}
    [ -n "${line//[[:space:]]/}" ] || continue
    command+=("${2:-}$line")
  done <<<"$1"
}

add "${PORTOLAN_ARGS:-}"
add "${PORTOLAN_VALUES:-}" --values=
summary=
if [ "${PORTOLAN_SUMMARY:-true}" = true ] && [ -n "${GITHUB_STEP_SUMMARY:-}" ]; then
  summary=$(mktemp "${RUNNER_TEMP:-/tmp}/portolan-summary.XXXXXX")
  command+=(--format "markdown=$summary")
fi
if [ -n "${PORTOLAN_SARIF:-}" ]; then
  command+=(--format "sarif=$PORTOLAN_SARIF")
fi
command+=(--)
if [ -n "${PORTOLAN_PATHS:-}${PORTOLAN_VALUES:-}" ]; then
  add "${PORTOLAN_PATHS:-}"
else
  command+=(.)
fi

# Names of files and texts in them come from whoever opened the pull request: until the token is said again, the runner takes
# no line for a command of a workflow. Problem matchers go on reading.
token=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
echo "::add-matcher::$GITHUB_ACTION_PATH/action/matcher.json"
echo "::stop-commands::$token"
status=0
"${command[@]}" 2>&1 || status=$?
echo "::$token::"
echo "::remove-matcher owner=portolan::"
echo "::remove-matcher owner=portolan-note::"

echo "status=$status" >>"$GITHUB_OUTPUT"
if [ -n "$summary" ]; then
  # GitHub takes no more than 1 MiB from a step.
  if [ "$(wc -c <"$summary")" -lt 1000000 ]; then
    cat "$summary" >>"$GITHUB_STEP_SUMMARY"
  else
    echo "Portolan's report is too long for this page; the log of the step has it." >>"$GITHUB_STEP_SUMMARY"
  fi
  rm -f "$summary"
fi
case $status in
  0 | 1) ;;
  2) echo "::error title=Portolan::Something could not be checked; the log of this step says what" ;;
  *) echo "::error title=Portolan::Portolan ended with the status $status" ;;
esac
exit "$status"

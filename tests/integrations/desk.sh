# What the scripts beside this one share; each of them sources it. PORTOLAN names the binary that they run.
# shellcheck shell=bash
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
portolan=${PORTOLAN:-$root/target/debug/portolan}
[ -x "$portolan" ] || { echo "no binary at $portolan: build it, or name one in PORTOLAN"; exit 2; }
PATH=$(cd "$(dirname "$portolan")" && pwd):$PATH
desk=$(mktemp -d)
trap 'rm -rf "$desk"' EXIT

# The nth block of a language in a page of docs/integrations.
block() {
  awk -v fence="\`\`\`$2" -v wanted="$3" '
    $0 == "```" && inside { exit }
    inside { print }
    $0 == fence && ++seen == wanted { inside = 1 }
  ' "$root/docs/integrations/$1"
}

passed() { printf '  ok  %s\n' "$*"; }

failed() {
  printf '  FAILED  %s\n' "$*"
  exit 1
}

# says TEXT FILE: the file holds that text.
says() { grep -qF -- "$1" "$2" || { cat "$2"; failed "no \"$1\" in the output"; }; }

# says_not TEXT FILE: the file does not.
says_not() { if grep -qF -- "$1" "$2"; then cat "$2"; failed "\"$1\" in the output"; fi; }

# exits STATUS COMMAND…: runs it, with all that it says in $desk/out.
exits() {
  local expected=$1 status=0
  shift
  "$@" >"$desk/out" 2>&1 || status=$?
  [ "$status" -eq "$expected" ] || { cat "$desk/out"; failed "status $status in place of $expected: $*"; }
}

# Values with a load balancer on AKS that waits this many minutes; 11 are enough.
values() {
  cat <<END
appConfigValues:
  selfHostedDomain: carto.acme.io
router:
  service:
    type: LoadBalancer
    annotations:
      service.beta.kubernetes.io/azure-load-balancer-tcp-idle-timeout: "$1"
END
}

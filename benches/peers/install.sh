#!/usr/bin/env bash
# Installs the peers that compare.py measures into a folder, each as its users install it. What cannot be had is said and
# left out. kube-linter has no module that the Go proxy serves under its own name: put a binary into the folder yourself.
set -uo pipefail
folder=${1:?usage: install.sh FOLDER}
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$folder"
folder=$(cd "$folder" && pwd)

try() { echo "$1"; shift; "$@" >>"$folder/install.log" 2>&1 || echo "  could not be installed, see $folder/install.log"; }

export GOBIN=$folder
try "helm" go install helm.sh/helm/v3/cmd/helm@v3.22.0
try "kubeconform" go install github.com/yannh/kubeconform/cmd/kubeconform@v0.8.0
try "a Python environment" python3 -m venv "$folder/venv"
try "yamllint, checkov" "$folder/venv/bin/pip" install yamllint==1.38.0 checkov==3.3.30
# libyaml's header comes with the system: libyaml-dev on Debian.
try "libyaml" cc -O2 -o "$folder/libyaml_events" "$here/libyaml_events.c" -lyaml
[ -x "$folder/kube-linter" ] || echo "kube-linter: put a binary of it into $folder to have it measured"

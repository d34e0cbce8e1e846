#!/usr/bin/env bash
# Completion in real shells, and the pages of the manual in the real groff. A shell that is not installed is passed over, and
# the script says so.
. "$(dirname "$0")/desk.sh"
mkdir "$desk/folder"
cd "$desk/folder"
touch customizations.yaml

# offers TEXT WORDS…: bash, asked for the last of the words, offers that text.
offers() {
  local wanted=$1
  shift
  # shellcheck disable=SC2016
  bash --norc --noprofile -c '
    source <(portolan completions bash)
    specification=$(complete -p portolan)
    function=${specification##*-F }
    function=${function%% *}
    COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMP_LINE="$*" COMP_POINT=${#COMP_LINE}
    "$function" portolan "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
    printf "%s\n" "${COMPREPLY[@]}"
  ' bash "$@" >"$desk/out" 2>&1
  grep -qxF -- "$wanted" "$desk/out" || { cat "$desk/out"; failed "bash does not offer $wanted for: $*"; }
}
offers check portolan che
offers --platform portolan check --pla
offers openshift portolan check --platform ""
offers timeout-too-short portolan explain timeout-
offers timeout-too-short portolan check --select timeout-
offers customizations.yaml portolan check --values cust
offers zsh portolan completions z
passed "bash completes commands, options, values, rules and files"

if command -v zsh >/dev/null; then
  mkdir "$desk/functions"
  portolan completions zsh >"$desk/functions/_portolan"
  cat >"$desk/ask.zsh" <<'END'
zmodload zsh/zpty
zpty asked zsh -f -i
zpty -w asked "PROMPT= RPROMPT=; fpath=($1 \$fpath); autoload -Uz compinit; compinit -u -D; LISTMAX=0; stty cols 200; echo re''ady"
zpty -r asked seen "*ready*"
zpty -w -n asked "$2"$'\t'
sleep 1
zpty -w -n asked $'\C-u'
zpty -w asked 'echo do''ne'
zpty -r asked seen "*done*"
print -r -- "$seen"
END
  exits 0 zsh -f "$desk/ask.zsh" "$desk/functions" "portolan check --plat"
  says "--platform" "$desk/out"
  exits 0 zsh -f "$desk/ask.zsh" "$desk/functions" "portolan explain timeout-too-s"
  says "timeout-too-short" "$desk/out"
  passed "zsh completes options and rules"
else
  echo "no zsh: its completion is not tried"
fi

if command -v fish >/dev/null; then
  exits 0 fish --no-config -c 'portolan completions fish | source; complete -C "portolan check --plat"'
  says "--platform" "$desk/out"
  exits 0 fish --no-config -c 'portolan completions fish | source; complete -C "portolan check --select timeout-too-s"'
  says "timeout-too-short" "$desk/out"
  passed "fish completes options, and rules after them"
else
  echo "no fish: its completion is not tried"
fi

for shell in powershell elvish; do
  exits 0 portolan completions "$shell"
  says "--skip-unrelated" "$desk/out"
done

export HOME=$desk/home XDG_DATA_HOME=$desk/home/.local/share XDG_CONFIG_HOME=$desk/home/.config
mkdir "$HOME"
for number in 1 2 3 4; do
  block shell.md sh "$number" >"$desk/commands"
  [ -s "$desk/commands" ] || failed "the page has no block $number"
  exits 0 bash -eu "$desk/commands"
done
[ -s "$HOME/.local/share/bash-completion/completions/portolan" ] || failed "no script for bash"
[ -s "$HOME/.zfunc/_portolan" ] || failed "no script for zsh"
[ -s "$HOME/.config/fish/completions/portolan.fish" ] || failed "no script for fish"
[ -s "$HOME/.local/share/man/man1/portolan-explain.1" ] || failed "no page of the manual"
passed "the commands of docs/integrations/shell.md put everything in its place"

if command -v groff >/dev/null; then
  mkdir -p "$desk/man/man1"
  portolan man >"$desk/man/man1/portolan.1"
  commands=$(portolan --help | sed -n '/^Commands:/,/^$/s/^  \([a-z-]*\) .*/\1/p')
  for command in $commands; do portolan man "$command" >"$desk/man/man1/portolan-$command.1"; done
  for page in "$desk"/man/man1/*; do
    groff -man -ww -Tutf8 -z "$page" >"$desk/out" 2>&1
    [ ! -s "$desk/out" ] || { cat "$desk/out"; failed "groff warns of $(basename "$page")"; }
    # Every page that a page speaks of must be there.
    sed 's/\\-/-/g' "$page" | { grep -oE 'portolan-[a-z-]+\(1\)' || true; } | sort -u | while read -r other; do
      [ -e "$desk/man/man1/${other%(1)}.1" ] || failed "$(basename "$page") speaks of $other, which is not there"
    done
  done
  groff -man -Tutf8 -rLL=100n -P-cbou "$desk/man/man1/portolan-check.1" >"$desk/out"
  says "portolan check --format plain --fail-on warning ." "$desk/out"
  says "2  could not check: bad usage, unreadable input, nothing to check" "$desk/out"
  if command -v man >/dev/null; then
    MANPAGER=cat MANWIDTH=100 man -M "$desk/man" portolan-check >"$desk/out" 2>&1
    says "portolan-check" "$desk/out"
  fi
  passed "groff renders every page of the manual without a warning"
else
  echo "no groff: the manual is not rendered"
fi

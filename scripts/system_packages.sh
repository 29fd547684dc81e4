#!/usr/bin/env bash
# Installs what the tests need from Debian and the machine lacks: a PostgreSQL server, a browser, letters for its pictures,
# and node, by which the types of the pages' scripts are checked.
set -euo pipefail

missing=()
if ! compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null && ! command -v initdb >/dev/null; then missing+=(postgresql); fi
if [ ! -x /usr/bin/chromium ]; then missing+=(chromium); fi
# Without a font that has Cyrillic letters the browser draws boxes, and the pictures in the README would show them.
if ! compgen -G '/usr/share/fonts/truetype/*/*.ttf' >/dev/null; then missing+=(fonts-dejavu-core); fi
if ! command -v npm >/dev/null; then missing+=(nodejs npm); fi
# A second browser, for the long tests alone.
if [ "${1:-}" = long ] && [ ! -x /usr/bin/firefox-esr ]; then missing+=(firefox-esr); fi
if [ "${#missing[@]}" -eq 0 ]; then exit 0; fi

cannot() {
  printf '%s\n' "$1" "The tests need these Debian packages: ${missing[*]}. Install them and run make test again."
  exit 1
}

command -v apt-get >/dev/null || cannot "There is no apt-get on this machine."
privilege=()
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo >/dev/null || cannot "Installing packages needs root, and there is no sudo."
  privilege=(sudo)
fi

printf '▸ Installing system packages that the tests need: %s\n' "${missing[*]}"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
install() {
  "${privilege[@]}" apt-get update -q &&
    "${privilege[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "${missing[@]}"
}
if ! install >"$log" 2>&1; then
  tail -n 15 "$log"
  cannot "apt-get could not install them (its last lines are above)."
fi

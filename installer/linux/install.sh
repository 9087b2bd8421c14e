#!/bin/sh
# Adds Sfumato to the menu of this user's desktop, or takes it away again: install.sh [--remove]
set -eu

here=$(cd "$(dirname "$0")" && pwd)
folder=$(dirname "$(dirname "$here")")
data=${XDG_DATA_HOME:-$HOME/.local/share}
entry=$data/applications/sfumato.desktop
icon=$data/icons/hicolor/scalable/apps/sfumato.svg

refresh() {
    if command -v update-desktop-database >/dev/null; then
        update-desktop-database -q "$data/applications" || true # only a cache
    fi
}

if [ "${1:-}" = --remove ]; then
    rm -f "$entry" "$icon"
    refresh
    echo "Sfumato is no longer in the menu. Its folder and your pictures are as they were."
    exit 0
fi

python=$(command -v python3) || {
    echo "There is no python3 here. Sfumato needs Python 3.11 to 3.13." >&2
    exit 1
}

# Set up now, where progress can be seen: a start from the menu has no terminal.
"$python" "$folder/installer/bootstrap.py" repair

mkdir -p "$(dirname "$entry")" "$(dirname "$icon")"
cp "$folder/resources/icons/sfumato.svg" "$icon"
# Three layers: quotes of the Exec line, where % is written twice; strings of a desktop file; what sed puts in.
quoted() {
    printf '%s' "$1" | sed -e 's/[\\"`$]/\\&/g' -e 's/%/%%/g' -e 's/\\/\\\\/g' -e 's/[\\&|]/\\&/g'
}
sed -e "s|@PYTHON@|$(quoted "$python")|" -e "s|@FOLDER@|$(quoted "$folder")|" "$here/sfumato.desktop" >"$entry.new"
mv "$entry.new" "$entry"
refresh
echo "Sfumato is in the menu now. 'sh installer/linux/install.sh --remove' takes it away again."

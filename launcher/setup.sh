# Finds a Python for launcher/setup.py, which does the rest: the one that PYTHON names, else the one this folder
# already has, else the first on the PATH that is new enough. A Python that is too old is told so by setup.py.

suits() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

if [ -n "$PYTHON" ]; then
    if command -v "$PYTHON" >/dev/null; then
        exec "$PYTHON" -m launcher.setup "$@"
    fi
    echo "Set-up: there is no $PYTHON: name a Python that is there, or leave PYTHON out." >&2
    exit 1
fi
for candidate in .venv/bin/python python3 python3.14 python3.13 python3.12 python3.11; do
    if suits "$candidate"; then
        exec "$candidate" -m launcher.setup "$@"
    fi
done
if python3 -c '' 2>/dev/null; then
    exec python3 -m launcher.setup "$@"
fi
echo "Set-up: Python 3.11 or newer is needed and none was found: install it (Debian, Ubuntu: apt-get install python3)." >&2
exit 1

#!/bin/sh
# Write both lock files anew: hashes pinned, no registry address. Run it after changing pyproject.toml.
set -eu
cd "$(dirname "$0")/.."
compile() {
    CUSTOM_COMPILE_COMMAND="requirements/lock.sh" .venv/bin/pip-compile --quiet --generate-hashes --strip-extras \
        --allow-unsafe --no-emit-index-url --no-emit-find-links --no-emit-trusted-host "$@" pyproject.toml
}
compile --extra build --output-file requirements/runtime.txt
compile --extra build --extra dev --constraint requirements/runtime.txt --output-file requirements/dev.txt

#!/bin/sh
# Write the lock files anew: hashes pinned, no registry address. Run it after changing pyproject.toml.
set -eu
cd "$(dirname "$0")/.."
compile() {
    CUSTOM_COMPILE_COMMAND="requirements/lock.sh" .venv/bin/pip-compile --quiet --generate-hashes --strip-extras \
        --allow-unsafe --no-emit-index-url --no-emit-find-links --no-emit-trusted-host "$@" pyproject.toml
}
compile --extra build --extra images --extra server --output-file requirements/runtime.txt
compile --extra build --extra images --extra server --extra dask --extra endpoints --extra dev --constraint requirements/runtime.txt \
    --output-file requirements/dev.txt
compile --extra build --constraint requirements/runtime.txt --output-file requirements/client.txt
compile --extra build --extra endpoints --constraint requirements/dev.txt --output-file requirements/endpoints.txt

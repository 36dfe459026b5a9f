# The node and the API, for compose.yaml.
FROM python:3.11-slim
WORKDIR /opt/osteon
COPY requirements requirements
RUN python -m pip install --no-cache-dir --require-hashes --requirement requirements/runtime.txt
COPY . .
RUN python -m pip install --no-cache-dir --no-deps --no-build-isolation --editable . \
    && useradd --system --create-home --home-dir /var/lib/osteon osteon
USER osteon
VOLUME /var/lib/osteon

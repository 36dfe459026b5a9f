# The node and the API, for compose.yaml.
FROM python:3.11-slim
WORKDIR /opt/osteon
# Meeting sheets are printed with Pango.
RUN apt-get update && apt-get install --yes --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 \
        libharfbuzz-subset0 fonts-dejavu-core && rm -rf /var/lib/apt/lists/*
COPY requirements requirements
RUN python -m pip install --no-cache-dir --require-hashes --requirement requirements/runtime.txt
COPY . .
RUN python -m pip install --no-cache-dir --no-deps --no-build-isolation --editable . \
    && (python -m osteon.ohif web/ohif || echo 'built without the viewer') \
    && useradd --system --create-home --home-dir /var/lib/osteon osteon
USER osteon
VOLUME /var/lib/osteon

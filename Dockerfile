# The program in a container: as an ordinary user, without capabilities, on a root that may be read-only (docs/deployment.md).
#   BASE         any image of Debian with Python 3.11 to 3.13 and its venv
#   TORCH        cpu, or cuda for a graphics card (several gigabytes more)
#   TORCH_INDEX  where pip also looks for the CPU build: the address of an index, or a folder
# pip's own configuration can be given as the build secret `pip.conf`; it does not stay in the image.
ARG BASE=python:3.11-slim

FROM ${BASE} AS builder
ARG TORCH=cpu
ARG TORCH_INDEX=
WORKDIR /srv/selfgrad
ENV PATH=/opt/venv/bin:$PATH PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python3 -m venv /opt/venv
COPY constraints.txt ./
RUN --mount=type=secret,id=pip.conf,target=/etc/pip.conf \
    torch="$(grep '^torch==' constraints.txt)"; \
    case "$TORCH" in \
        cpu) torch="$torch+cpu" ;; \
        cuda) ;; \
        *) echo "TORCH is cpu or cuda, not '$TORCH'." >&2; exit 2 ;; \
    esac; \
    case "$TORCH_INDEX" in \
        '') set -- ;; \
        *://*) set -- --extra-index-url "$TORCH_INDEX" ;; \
        *) set -- --find-links "$TORCH_INDEX" ;; \
    esac; \
    pip install --no-cache-dir --constraint constraints.txt "$@" "$torch" setuptools || { \
        echo "pip found no $torch: give TORCH_INDEX the index or folder that has it, or say TORCH=cuda." >&2; exit 1; }
# torch's own tests and headers: 150 MB that nothing here uses.
RUN rm -r /opt/venv/lib/python3*/site-packages/torch/test /opt/venv/lib/python3*/site-packages/torch/include
COPY pyproject.toml README.md LICENSE ./
COPY app app
RUN --mount=type=secret,id=pip.conf,target=/etc/pip.conf \
    pip install --no-cache-dir --constraint constraints.txt --no-build-isolation --editable . \
    && python3 -m compileall -q app

FROM ${BASE}
COPY --from=builder /opt/venv /opt/venv
WORKDIR /srv/selfgrad
COPY --from=builder /srv/selfgrad ./
COPY docs/questions.md docs/questions.md
COPY migrations migrations
COPY questions questions
COPY static static
COPY templates templates
RUN useradd --no-create-home --uid 10001 --home-dir /data --shell /usr/sbin/nologin selfgrad \
    && install --directory --owner selfgrad --mode 700 /data
ENV PATH=/opt/venv/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 \
    SELFGRAD_HOST=0.0.0.0 SELFGRAD_PORT=8000 SELFGRAD_DATA_DIR=/data
USER 10001
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python3", "-c", "import os, urllib.request as u; u.urlopen(f'http://127.0.0.1:{os.environ[\"SELFGRAD_PORT\"]}/healthz', timeout=4)"]
CMD ["selfgrad", "serve"]

# One file for the images of all roles: `bot`, `worker` and `tools` (migrations, and the commands of the docs). Serving only,
# no TensorFlow. Exact tags; docs/hosting.md says how to pin them by digest.
FROM python:3.13.11-slim-trixie AS build
WORKDIR /app
RUN python -m venv /opt/venv
ENV PATH=/opt/venv/bin:$PATH PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
COPY requirements.lock ./
RUN sed '/^# part: local/,$d' requirements.lock > /tmp/serve.lock \
    && pip install --no-compile --require-hashes -r /tmp/serve.lock
COPY . .
# Editable, so that `alembic/` and `model/shipped/` are found where they lie.
RUN pip install --no-deps --no-build-isolation -e .

# What is never loaded stays out of the images, and what is loaded is in them in its compiled form.
FROM build AS build-tools
RUN python .ci/prune && python .ci/compile

FROM build AS build-bot
RUN python .ci/prune bot && python .ci/compile

FROM build AS build-worker
RUN python .ci/prune worker && python .ci/compile

FROM python:3.13.11-slim-trixie AS base
# Chinese, Japanese and Korean film names in charts: 5 MB.
RUN apt-get update && apt-get install -y --no-install-recommends fonts-wqy-microhei && rm -rf /var/lib/apt/lists/*
RUN useradd --create-home --uid 10001 reelfeel
WORKDIR /app
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 MPLCONFIGDIR=/tmp/matplotlib
USER reelfeel
ENTRYPOINT ["reelfeel"]

FROM base AS tools
COPY --from=build-tools /opt/venv /opt/venv
COPY --from=build-tools /app /app
CMD ["--help"]

FROM base AS bot
COPY --from=build-bot /opt/venv /opt/venv
COPY --from=build-bot /app /app
CMD ["bot"]
HEALTHCHECK --interval=30s --timeout=15s --start-period=40s CMD ["reelfeel", "health", "bot"]

FROM base AS worker
COPY --from=build-worker /opt/venv /opt/venv
COPY --from=build-worker /app /app
# Compiles the bulk path once for this kind of CPU; another one compiles it anew on its first bulk chunk.
RUN python -c "from model import Scorer; scorer = Scorer(); scorer.warm(); scorer.warm_aspects()"
CMD ["worker"]
HEALTHCHECK --interval=30s --timeout=15s --start-period=40s CMD ["reelfeel", "health", "worker"]

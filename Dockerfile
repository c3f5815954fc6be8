# The shop in one image: web, worker, beat and the migration step differ only in their command.

FROM python:3.11-slim AS build
ENV PYTHONDONTWRITEBYTECODE=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/venv
ENV PATH=/opt/venv/bin:$PATH
WORKDIR /srv/lotok
# The libraries change less often than the shop, so their layer is kept while they do not.
COPY requirements.txt .
RUN pip install --require-hashes --requirement requirements.txt
COPY . .
# A key is needed to start and used for nothing here; the real one comes from the environment, later.
RUN export SECRET_KEY=only-while-the-image-is-built \
    && python manage.py compilemessages \
    && python manage.py build_assets \
    && python manage.py collectstatic --noinput \
    && python -m compileall -q /opt/venv /srv/lotok

FROM python:3.11-slim
ARG RELEASE=""
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    HOST=0.0.0.0 PORT=8000 MEDIA_ROOT=/srv/media RELEASE=$RELEASE
RUN useradd --system --uid 10001 --home-dir /srv/lotok --shell /usr/sbin/nologin lotok \
    && install --directory --owner=lotok --group=lotok /srv/media
COPY --from=build /opt/venv /opt/venv
COPY --from=build /srv/lotok /srv/lotok
WORKDIR /srv/lotok
USER lotok
VOLUME /srv/media
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s --retries=3 CMD ["python", "tools/probe.py"]
CMD ["gunicorn", "shop.wsgi:application"]

# An image of dbos, for CI and for jobs in a cluster:
#
#   npm pack && docker build --tag dbos .
#   docker run --rm --env DBOS_SYSTEM_DATABASE_URL dbos migrate --check
#
# The base has the C library of GNU, as the systems that dbos is tested on. Its tags: https://hub.docker.com/_/node
ARG BASE=node:22-bookworm-slim

FROM ${BASE} AS install
# More flags for npm, as a registry of one's own: --registry=URL
ARG NPM_FLAGS=
COPY dbos-schema-*.tgz /tmp/
RUN npm install --global --prefix /opt/dbos --omit=dev --no-audit --no-fund ${NPM_FLAGS} /tmp/dbos-schema-*.tgz \
  && mkdir /work

FROM ${BASE}
LABEL org.opencontainers.image.title="dbos" \
  org.opencontainers.image.description="Creates, checks and changes the DBOS system tables in PostgreSQL and SQLite" \
  org.opencontainers.image.licenses="MIT"
COPY --from=install /opt/dbos /opt/dbos
# Where dbos-config.yaml and files of SQLite are mounted.
COPY --from=install --chown=node:node /work /work
ENV NODE_ENV=production PATH=/opt/dbos/bin:$PATH
WORKDIR /work
USER node
ENTRYPOINT ["dbos"]
CMD ["help"]

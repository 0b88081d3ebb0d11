# One image for all parts: `api`, `worker`, `serve`, and every other command of darkroom.
#   docker build -t darkroom .
#   docker run --rm darkroom --help
ARG NODE_IMAGE=node:24.18.0-bookworm-slim

FROM ${NODE_IMAGE} AS build
WORKDIR /darkroom
# Dependencies come first, so that a source change does not reinstall them. No dependency needs an install script, and
# without scripts none can download or report anything.
COPY package.json package-lock.json .npmrc ./
RUN npm ci --include=dev --ignore-scripts --no-audit --no-fund
COPY . .
RUN npm run build && npm prune --omit=dev --no-save --ignore-scripts --no-audit --no-fund

FROM ${NODE_IMAGE}
ENV NODE_ENV=production \
    DARKROOM_DATA=/data \
    DARKROOM_CACHE=/data/cache \
    DARKROOM_LISTEN=0.0.0.0:8080
WORKDIR /darkroom
COPY --from=build /darkroom/package.json ./
COPY --from=build /darkroom/node_modules ./node_modules
COPY --from=build /darkroom/dist ./dist
COPY --from=build /darkroom/templates ./templates
# The scripts of the engines. Build an image on top of this one for the programs that they need (docs/engines.md).
COPY --from=build /darkroom/engines ./engines
# A new named volume inherits the owner of this directory. A mounted directory must belong to user 1000 (`node`).
RUN install -d -o node -g node -m 0700 /data
USER node
VOLUME /data
EXPOSE 8080
# Checks the API on its first port. A worker has no port: it exits if it cannot continue, and Temporal monitors its
# heartbeat. docker-compose.yml therefore disables this check for workers.
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s --retries=3 CMD ["node", "-e", \
    "fetch('http://127.0.0.1:' + process.env.DARKROOM_LISTEN.split(',')[0].split(':').pop() + '/healthz').then((response) => process.exit(response.ok ? 0 : 1), () => process.exit(1))"]
# darkroom handles SIGTERM, also as process 1, and waits for its children. Running work may continue for DARKROOM_GRACE_MS.
STOPSIGNAL SIGTERM
ENTRYPOINT ["node", "dist/src/main.js"]
CMD ["api"]

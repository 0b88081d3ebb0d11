# One image for every part: `api`, `worker`, `serve`, or any other subcommand of darkroom.
#   docker build -t darkroom .
#   docker run --rm darkroom --help
ARG NODE_IMAGE=node:24.18.0-bookworm-slim

FROM ${NODE_IMAGE} AS build
WORKDIR /darkroom
# First what changes seldom, so that a change of a source does not install everything again. No package of ours needs an
# install script; without them none can download or report anything. Not `npm ci`: it refuses a lock file that lacks
# the optional packages of platforms other than ours.
COPY package.json package-lock.json .npmrc ./
RUN npm install --include=dev --no-save --ignore-scripts --no-audit --no-fund
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
# Our part of the engines; what they need besides is for an image built upon this one (see docs/engines.md).
COPY --from=build /darkroom/engines ./engines
# A new named volume takes over this folder's owner; a mounted directory must belong to user 1000 (`node`).
RUN install -d -o node -g node -m 0750 /data
USER node
VOLUME /data
EXPOSE 8080
# Asks the API on its first port. A worker serves none: it ends when it cannot go on, and Temporal knows it by its
# heartbeat, so docker-compose.yml switches this off for workers.
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s --retries=3 CMD ["node", "-e", \
    "fetch('http://127.0.0.1:' + process.env.DARKROOM_LISTEN.split(',')[0].split(':').pop() + '/healthz').then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
# darkroom handles SIGTERM itself, also as process 1, and waits for its children; work in hand may go on for DARKROOM_GRACE_MS.
STOPSIGNAL SIGTERM
ENTRYPOINT ["node", "dist/src/main.js"]
CMD ["api"]

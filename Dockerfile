# syntax=docker/dockerfile:1
# The hub in one image; the command says which role it plays. No build step: Node runs the TypeScript as it lies here.

FROM node:24.21.0-bookworm-slim AS packages
WORKDIR /hub
COPY package.json package-lock.json ./
# Install scripts only make optional accelerators; the image runs without them, and nothing foreign runs while it is built.
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund && npm cache clean --force

FROM node:24.21.0-bookworm-slim
LABEL org.opencontainers.image.title="crossdock" org.opencontainers.image.licenses="Apache-2.0"
ENV NODE_ENV=production \
    HOST=0.0.0.0 \
    PORT=8080 \
    CROSSDOCK_DATA=/data \
    CROSSDOCK_HEALTH_URL=http://127.0.0.1:8080/healthz
WORKDIR /hub
# Root owns the code, so the running user cannot change it; only /data is its own (for the embedded database, unused with a server).
RUN install -d -o node -g node -m 700 /data
COPY --from=packages /hub/node_modules ./node_modules
COPY LICENSE package.json ./
COPY app ./app
COPY conformance ./conformance
COPY connectors ./connectors
COPY core ./core
COPY http ./http
COPY mappings ./mappings
COPY store ./store
COPY workers ./workers
USER node
EXPOSE 8080
# Health is a canary job that passed, not a port that answers. A worker has no port: docker-compose.yml points it at the API.
HEALTHCHECK --interval=10s --timeout=5s --start-period=40s --retries=3 \
  CMD ["node", "-e", "fetch(process.env.CROSSDOCK_HEALTH_URL).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
# The command line is started by node itself, so that SIGTERM reaches it.
CMD ["node", "app/cli/main.ts", "start"]

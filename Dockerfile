FROM node:24-bookworm-slim
WORKDIR /app
COPY package.json package-lock.json ./
# Optional packages are Node itself and the local Postgres: here the image brings the one, and compose the other.
RUN npm ci --omit=dev --omit=optional && npm cache clean --force
COPY bin bin
COPY connectors connectors
COPY migrations migrations
COPY src src
COPY docker/entrypoint.sh docker/entrypoint.sh
RUN mkdir /data && chown node:node /data
USER node
ENV NODE_ENV=production KPI_HOME=/data
VOLUME /data
ENTRYPOINT ["/bin/sh", "/app/docker/entrypoint.sh"]
CMD ["worker"]

# Maillage in a container: one program, one volume, no root.
#
#   docker build -t maillage .
#   docker run -d --name maillage -p 127.0.0.1:8080:8080 -v maillage:/var/lib/maillage \
#     -e MAILLAGE_SERVER__BASE_URL=https://agenda.example maillage
#   docker exec maillage maillage user add EMAIL --role admin
#
# scripts/check-docker-steps.sh reads this file and carries out its steps without Docker. It understands what stands
# here; teach it before writing anything cleverer.

FROM rust:1.95-bookworm AS build
WORKDIR /build
COPY Cargo.toml Cargo.lock build.rs askama.toml ./
COPY .cargo .cargo
COPY src src
COPY migrations migrations
RUN cargo build --release --locked --bin maillage

FROM debian:bookworm-slim
# The certificates by which peers are recognised; everything else is in the program.
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates && rm -rf /var/lib/apt/lists/*
RUN install -d -o 10001 -g 10001 -m 0750 /var/lib/maillage
COPY --from=build /build/target/release/maillage /usr/local/bin/maillage
ENV MAILLAGE_DATA_DIR=/var/lib/maillage
ENV MAILLAGE_SERVER__LISTEN=0.0.0.0:8080
# One pool of memory for all threads, as config/maillage.service has it.
ENV MALLOC_ARENA_MAX=1
USER 10001:10001
WORKDIR /var/lib/maillage
VOLUME /var/lib/maillage
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s CMD ["maillage", "health"]
ENTRYPOINT ["maillage"]
CMD ["serve"]

# The portal as one static binary on an image with nothing else in it.
FROM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
# What open pages know the build by, as the repository is not here; without it, the program tells itself apart.
ARG VERSION=
RUN CGO_ENABLED=0 go build -tags nodemo -trimpath -ldflags="-s -w -X portico/internal/app.release=${VERSION}" -o /web ./cmd/web && mkdir -m 0700 /data

FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /web /web
COPY --from=build --chown=65532:65532 /data /var/lib/portico
USER 65532:65532
VOLUME /var/lib/portico
ENV PORTICO_LISTEN=0.0.0.0:8080 GOMEMLIMIT=256MiB
EXPOSE 8080
HEALTHCHECK --interval=5s --timeout=6s --start-period=30s CMD ["/web", "ready"]
ENTRYPOINT ["/web"]
CMD ["serve"]

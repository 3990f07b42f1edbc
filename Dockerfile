# A small image: one static binary, no shell, no root. `docker build --build-arg VERSION=1.0.0 -t vigie .`
FROM golang:1.26-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG VERSION=""
ARG TARGETOS=linux
ARG TARGETARCH
RUN CGO_ENABLED=0 GOOS="$TARGETOS" GOARCH="$TARGETARCH" \
    go build -trimpath -tags nomsgpack -ldflags "-s -w -X main.version=$VERSION" -o /out/vigie ./cmd/vigie

FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY --from=build /out/vigie /vigie
# Nobody's id, as a number: a cluster that refuses root can then see that it is not.
USER 65532:65532
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=5s --start-period=5s --retries=3 CMD ["/vigie", "healthcheck", "--addr", "127.0.0.1:8080"]
ENTRYPOINT ["/vigie"]
CMD ["serve", "--demo", "--listen", "0.0.0.0:8080"]

# The image of Marmoset: one JVM as PID 1, no shell script in between, any user id, a read-only root file system.
#
#   docker build -t marmoset .
#   docker run -p 10902:10902 -p 10901:10901 -v marmoset-data:/data --read-only --tmpfs /scratch marmoset
FROM eclipse-temurin:25-jdk AS build
WORKDIR /src
COPY . .
RUN ./mvnw -q -B -Dmaven.test.skip=true -pl server -am package

# glibc is needed by snappy and by gRPC's TLS: no alpine.
FROM eclipse-temurin:25-jre
LABEL org.opencontainers.image.title="marmoset" \
      org.opencontainers.image.description="A store for Prometheus metrics: remote write in, Thanos StoreAPI out" \
      org.opencontainers.image.licenses="Apache-2.0"
COPY --from=build /src/server/target/marmoset.jar /src/server/jvm.options /opt/marmoset/
# EFS access points force a user id of their own; nothing here is ever chowned at run time.
RUN mkdir -p /data /scratch && chown 65532:65532 /data /scratch
USER 65532:65532
VOLUME ["/data", "/scratch"]
EXPOSE 10902 10901
STOPSIGNAL SIGTERM
# Read by the java launcher. Serial collector: the smallest tasks have a quarter of a core. Half of the memory is heap;
# the rest is for series and open chunks off-heap, threads, and the page cache. Native libraries are unpacked to scratch.
ENV JDK_JAVA_OPTIONS="-XX:+UseSerialGC -XX:MaxRAMPercentage=50 @/opt/marmoset/jvm.options -Djava.io.tmpdir=/scratch" \
    MALLOC_ARENA_MAX=2 \
    MARMOSET_TSDB_PATH=/data \
    MARMOSET_TSDB_SCRATCH_PATH=/scratch
# What a self-test has taught the JVM about the classes: a start takes about 40 % less CPU. Left out silently where it does
# not fit, e.g. with another collector.
USER 0
RUN java -XX:AOTCacheOutput=/opt/marmoset/marmoset.aot -jar /opt/marmoset/marmoset.jar selftest
USER 65532:65532
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 \
  CMD ["java", "-XX:TieredStopAtLevel=1", "-jar", "/opt/marmoset/marmoset.jar", "health"]
ENTRYPOINT ["java", "-XX:AOTCache=/opt/marmoset/marmoset.aot", "-Xlog:aot*=off", "-jar", "/opt/marmoset/marmoset.jar"]
CMD ["serve"]

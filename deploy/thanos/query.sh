#!/bin/sh
# thanos-query over Marmoset. With AWS Cloud Map, a DNS name finds every task: --endpoint=dns+marmoset.<namespace>:10901
exec thanos query \
  --http-address=0.0.0.0:9090 \
  --grpc-address=0.0.0.0:10903 \
  --endpoint="${MARMOSET_ENDPOINT:-127.0.0.1:10901}" \
  --query.replica-label=marmoset_replica \
  --store.sd-dns-interval=5s \
  --store.response-timeout=10s

#!/bin/sh
# The gateway of the compose file: the simulated compound's site with the town as its uplink. A real gateway has a site file of its own.
set -eu
mkdir -p /state/site
cd /state/site
gatehouse sim --write-site site.yaml
cat >>site.yaml <<'UPLINK'
uplinks:
  - id: town
    type: nats
    servers: ["tls://n1:4222", "tls://n2:4222", "tls://n3:4222"]
    nkey: { file: /secrets/gateway.nk }
    tls: { ca: { file: /secrets/ca.pem } }
    readings: true
UPLINK
exec gatehouse run --site site.yaml --state /state --monitor 127.0.0.1:9090

#!/usr/bin/env bash
# Makes what deploy/compose.yaml reads: an authority with certificates for the proxy, PostgreSQL and Redis, passwords, the client's secret in a copy of the realm, the sealing keys, and .env with
# whose files these are. The sealing keys are made by the portal's image, or by what WEB says: WEB=./bin/web deploy/prepare.sh
set -euo pipefail
umask 077
if [ "$(id -u)" = 0 ]; then
  echo "run this as the ordinary user that the containers are to run as" >&2
  exit 1
fi
web=${WEB:-docker run --rm portico:${PORTICO_VERSION:-latest}}
keys=$($web keys new)
cd "$(dirname "$0")"
if [ -e secrets ]; then
  echo "deploy/secrets is there: remove it, and deploy/data, to begin anew" >&2
  exit 1
fi
mkdir -p secrets data/postgres data/redis
printf 'PORTICO_UID=%s\nPORTICO_GID=%s\n' "$(id -u)" "$(id -g)" >.env
cd secrets

random() { openssl rand -hex 24; }
certificate() { # name, host names
  openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$1" -keyout "$1.key" -out "$1.csr" 2>/dev/null
  openssl x509 -req -in "$1.csr" -CA ca.crt -CAkey ca.key -CAcreateserial -days 365 -out "$1.crt" -extfile <(printf 'subjectAltName=%s\nextendedKeyUsage=serverAuth\n' "$2") 2>/dev/null
  rm "$1.csr"
}

openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 365 -subj "/CN=Portico, trying out" -addext "basicConstraints=critical,CA:TRUE" -addext "keyUsage=critical,keyCertSign" -keyout ca.key -out ca.crt 2>/dev/null
certificate proxy "DNS:portal.test,DNS:id.test"
certificate postgres "DNS:postgres,DNS:localhost"
certificate redis "DNS:redis,DNS:localhost"
rm ca.key ca.srl # nobody needs another certificate

printf '%s\n' "$keys" >portico.keys
for name in client-secret keycloak-admin postgres-password redis-password; do random >$name; done
sed -e 's|http://localhost:8080|https://portal.test:8443|g' -e "s|portico-demo-secret|$(cat client-secret)|" ../keycloak/portico-realm.json >portico-realm.json
printf 'user default on nopass resetkeys resetchannels -@all +ping\nuser portico on #%s ~portico:* resetchannels &portico:hints %s\n' "$(printf %s "$(cat redis-password)" | openssl dgst -sha256 -r | cut -d' ' -f1)" \
  '+ping +hello +client|setname +eval +evalsha +time +get +set +del +zadd +zrem +zrange +zrangebyscore +zremrangebyscore +zremrangebyrank +zscore +expire +ttl +publish +subscribe +config|get' >redis.acl
echo "deploy/secrets is made. Let browsers trust deploy/secrets/ca.crt, and this machine know the names: 127.0.0.1 portal.test id.test"

#!/bin/sh
# A worker on each of the named machines, which have Ashlar in the folder ashlar. The server stays on this machine and is
# reached through ssh, so that it needs no open port and no encryption of its own:
#   redis-server --port 7379 --bind 127.0.0.1 --save '' --daemonize yes
#   examples/many-machines/ssh.sh alpha beta gamma
# Then start runs here with --queue redis://localhost:7379. Ctrl-C ends the workers.
set -eu
port="${ASHLAR_QUEUE_PORT:-7379}"
trap 'trap - TERM; kill 0' INT TERM
for host in "$@"; do
  # -tt: the worker ends with the connection.
  ssh -tt -o ExitOnForwardFailure=yes -R "$port:localhost:$port" "$host" \
    "cd ashlar && exec npx ashlar worker --queue redis://localhost:$port --threads \$(nproc)" </dev/null &
done
wait

#!/bin/sh
# Five hosts on one Linux machine, for trying `--queue` as on a network: a Redis server, three workers and a learner, each
# in a network namespace with an address of its own, joined by a bridge. Needs root, iproute2 and redis-server.
#
#   examples/hosts.sh up                      makes the hosts, starts server and workers
#   examples/hosts.sh run place BLOCK …       runs ashlar on the learner's host, with --queue
#   examples/hosts.sh cut HOST / mend HOST    pulls a host's cable (server, worker1 to worker3, learner), puts it back
#   examples/hosts.sh down                    ends all of it
#
# ASHLAR says how to call the program; by default `npx ashlar`.
set -eu
ASHLAR=${ASHLAR:-npx ashlar}
NETWORK=10.77.78
HOSTS="server worker1 worker2 worker3 learner"
QUEUE=redis://$NETWORK.1:7379

on() { # HOST COMMAND…
  host=$1
  shift
  ip netns exec "ashlar-$host" "$@"
}

case ${1:-} in
up)
  ip link add ashlar0 type bridge
  ip link set ashlar0 up
  number=0
  for host in $HOSTS; do
    number=$((number + 1))
    ip netns add "ashlar-$host"
    ip link add "ash-$host" type veth peer name eth0 netns "ashlar-$host"
    ip link set "ash-$host" master ashlar0 up
    ip -n "ashlar-$host" addr add "$NETWORK.$number/24" dev eth0
    ip -n "ashlar-$host" link set eth0 up
    ip -n "ashlar-$host" link set lo up
  done
  # Only these five hosts reach the server, so it needs no password here.
  on server redis-server --port 7379 --bind "$NETWORK.1" --protected-mode no --save '' --daemonize yes
  sleep 1
  for host in worker1 worker2 worker3; do
    on "$host" $ASHLAR worker --queue "$QUEUE" --threads 1 --cache "/tmp/ashlar-$host" &
  done
  ;;
run)
  shift
  on learner $ASHLAR "$@" --queue "$QUEUE"
  ;;
cut) ip link set "ash-$2" down ;;
mend) ip link set "ash-$2" up ;;
down)
  for host in $HOSTS; do
    ip netns pids "ashlar-$host" | xargs -r kill || true
    ip netns del "ashlar-$host" || true
  done
  ip link del ashlar0
  ;;
*)
  sed -n '2,10p' "$0" >&2
  exit 1
  ;;
esac

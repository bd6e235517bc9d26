#!/bin/sh
# Sixteen workers of eight threads as a Slurm array. In the folder of Ashlar, with the machine of the server:
#   ASHLAR_QUEUE=redis://server:7379 sbatch examples/many-machines/slurm.sh
# Each worker ends when the runs that it has served are over. A worker that is cancelled finishes its jobs first.
#SBATCH --job-name=ashlar-worker
#SBATCH --array=1-16
#SBATCH --cpus-per-task=8
#SBATCH --time=04:00:00
#SBATCH --signal=B:TERM@120
set -eu
export ASHLAR_QUEUE_PASSWORD_FILE="${ASHLAR_QUEUE_PASSWORD_FILE:-$HOME/.ashlar-queue-password}"
exec npx ashlar worker --queue "$ASHLAR_QUEUE" --threads "${SLURM_CPUS_PER_TASK:-8}" --once \
  --cache "${TMPDIR:-/tmp}/ashlar-blocks-$(id -u)"

#!/usr/bin/env bash
# A trading day on the demo exchange, by commands alone: play money, nothing is left behind.
# Usage: examples/trading_day.sh [DIRECTORY for what is exported]
set -euo pipefail

out=${1:-$(mktemp -d)}
mkdir -p "$out"
home=$(mktemp -d)
export POLYTERM_DATA_DIR=$home
daemon=""

finish() {
    if [[ -n $daemon ]]; then kill "$daemon" 2>/dev/null && wait "$daemon" || true; fi
    rm -rf "$home"
}
trap finish EXIT

# field NAME: the value of one field of the JSON object on standard input.
field() { sed -n "s/.*\"$1\": \"\{0,1\}\([^\",}]*\).*/\1/p" | head -1; }

echo "== open"
mkfifo "$home/ready"
polyterm daemon --seed 7 --pace 20 >"$home/ready" &
daemon=$!
read -r ready <"$home/ready"
echo "$ready"
polyterm doctor

echo "== look"
mapfile -t markets < <(polyterm markets --limit 20 | awk 'NR > 1 { print $1 }')
market=${markets[0]}
polyterm book "$market" --depth 3
ask=$(polyterm book "$market" --depth 1 | awk 'NF == 4 && $2 ~ /^0\./ { print $3 }')
limit=$(awk -v ask="$ask" 'BEGIN { printf "%.2f", ask + 0.05 }')
belief=$(awk -v ask="$ask" 'BEGIN { printf "%.2f", ask + 0.10 }')

buy() {
    local strategy=$1 size=$2 key=$3
    shift 3
    polyterm add-order --market "$market" --outcome yes --side buy --strategy "$strategy" \
        --size "$size" --max-price "$limit" --urgency high --key "$key" --json "$@" | field order_id
}

echo "== ten orders"
buy iceberg 40 plan --tranche-size 10 --dry-run >/dev/null
orders=(
    "$(buy iceberg 20 day-1 --tranche-size 10)"
    "$(buy iceberg 15 day-2 --post-only)"
    "$(buy micro_price 10 day-3)"
    "$(buy micro_price 12 day-4 --threshold-bps 100)"
    "$(buy kelly 10 day-5 --probability "$belief")"
    "$(buy kelly 12 day-6 --probability "$belief" --fraction 0.25)"
    "$(buy twap 20 day-7 --duration-s 10 --slices 2)"
    "$(buy vwap 10 day-8 --participation 0.5)"
)
# Two that nobody will meet: far below the market, to be changed and cancelled.
limit=0.05
orders+=("$(buy micro_price 10 day-9)" "$(buy micro_price 10 day-10)")
far=${orders[9]}
[[ $(buy micro_price 10 day-10) == "$far" ]] && echo "a retried order is the same order"
printf '%s\n' "${orders[@]}"

echo "== watch"
limit=$(awk -v ask="$ask" 'BEGIN { printf "%.2f", ask + 0.05 }')
polyterm add-order --market "$market" --outcome yes --side buy --strategy micro_price --size 5 \
    --max-price "$limit" --urgency high --wait
polyterm list-orders
polyterm positions
polyterm balance

echo "== change and cancel"
polyterm change "$far" --max-price 0.06 --size 12
polyterm cancel "$far"
polyterm cancel --all

echo "== account for it"
polyterm logs --order "$far"
polyterm metrics | head -5
polyterm backup
for what in orders fills decisions; do polyterm export "$what" --out "$out/$what.csv"; done
wc -l "$out"/*.csv

echo "== close"
kill "$daemon"
wait "$daemon"
daemon=""
polyterm fills | tail -2

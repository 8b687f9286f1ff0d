#!/usr/bin/env bash
# `make test`: installs what is missing, then runs every check and test of the house, cheap ones first.
# Goes on after a failure, so that one run tells everything; the last line is "N passed, N failed".
# `scripts/test.sh NAME...` runs only the named steps.
. "$(dirname "$0")/lib.sh"

export CARGO_TERM_COLOR=${CARGO_TERM_COLOR:-never}
# A machine that builds once gains nothing from keeping the compiler's intermediate state.
[ -z "${CI:-}" ] || export CARGO_INCREMENTAL=0
export YIKE_SHARED=${YIKE_SHARED:-$(cd "$ROOT/.." && pwd)/shared}
only=("$@")
passed=0
failed=0
failures=()
log=$(mktemp -d)
trap 'rm -rf "$log"' EXIT

wanted() { [ ${#only[@]} -eq 0 ] || [[ " ${only[*]} " == *" $1 "* ]]; }

# attempt NAME COMMAND...: runs it with its output shown and kept in $log/NAME.
attempt() {
  local name=$1 start=$SECONDS status=0
  shift
  say "== $name: $*"
  "$@" 2>&1 | tee "$log/$name" || status=$?
  say "== $name: $([ $status -eq 0 ] && echo ok || echo FAILED) ($((SECONDS - start)) s)"
  [ $status -eq 0 ] || failures+=("$name")
  return $status
}

# check NAME COMMAND...: a step that counts as one.
check() {
  wanted "$1" || return 0
  if attempt "$@"; then passed=$((passed + 1)); else failed=$((failed + 1)); fi
}

# suite NAME COUNTER COMMAND...: a step with tests inside. COUNTER reads the step's output and prints
# "PASSED FAILED"; a suite that breaks without a failed test counts as one failure, an empty one too.
suite() {
  local name=$1 counter=$2 good bad status=0
  shift 2
  wanted "$name" || return 0
  attempt "$name" "$@" || status=$?
  read -r good bad < <("$counter" "$log/$name")
  if [ "$bad" -eq 0 ] && { [ $status -ne 0 ] || [ "$good" -eq 0 ]; }; then bad=1; fi
  [ "$good" -gt 0 ] || [ $status -ne 0 ] || failures+=("$name (no test ran)")
  say "== $name: $good passed, $bad failed"
  passed=$((passed + good))
  failed=$((failed + bad))
}

# sum PATTERN FILE: adds up the numbers that stand before (or after) a word in matching places.
sum() { grep -oE "$1" "$2" | grep -oE '[0-9]+' | awk '{ n += $1 } END { print n + 0 }'; }

# nextest keeps its reports here whatever CARGO_TARGET_DIR says.
report=$ROOT/target/nextest/ci/junit.xml
cases() { if [ -e "$report" ]; then grep -cE "$1" "$report" || true; else echo 0; fi; }
count_nextest() {
  local bad good engine
  bad=$(cases '<failure|<error')
  good=$(($(cases '<testcase ') - bad))

  for engine in sqlite postgres; do
    say "== nextest: $(cases "<testcase name=\"[^\"]*$engine") tests on $engine"
  done
  echo "$good $bad"
}
count_doctests() { echo "$(sum '[0-9]+ passed' "$1") $(sum '[0-9]+ failed' "$1")"; }
count_node() { echo "$(sum '^[^ ]+ pass [0-9]+' "$1") $(sum '^[^ ]+ fail [0-9]+' "$1")"; }

[ ${#only[@]} -gt 0 ] || scripts/setup.sh

check shellcheck shellcheck -x scripts/*.sh .ci/run
check fmt cargo fmt --all --check
check tidy cargo run --quiet --locked --package xtask -- tidy
check arrows cargo run --quiet --locked --package xtask -- arrows
check deny scripts/deny.sh
check web scripts/web.sh
check web-types npm --prefix web run --silent check
check clippy cargo clippy --workspace --all-targets --locked -- -D warnings
rm -f "$report"
suite nextest count_nextest scripts/with-postgres.sh \
  cargo nextest run --workspace --all-targets --locked --profile ci
suite doctests count_doctests cargo test --workspace --doc --locked
RUSTDOCFLAGS='-D warnings' check doc cargo doc --workspace --no-deps --document-private-items --locked
suite e2e count_node scripts/e2e.sh

[ ${#failures[@]} -eq 0 ] || say "failed: ${failures[*]}"
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]

# Shared by the native tests: a scratch directory, mounts that end with the test, and checks that say what differed.
# shellcheck shell=bash
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
shared=${HOLDFAST_SHARED:-$root/../shared}
python=$root/target/venv/bin/python
long=${HOLDFAST_LONG_TESTS:-}

# Native tests must not see the keys, repositories and staging areas of whoever runs them.
unset HOLDFAST_REPOSITORY PBS_REPOSITORY "${!PBS_ENCRYPTION_PASSWORD@}" "${!HOLDFAST_NEW_PASSPHRASE@}"
scratch=$(mktemp -d /var/tmp/holdfast-test.XXXXXX)
export XDG_STATE_HOME=$scratch/state XDG_CONFIG_HOME=$scratch/config XDG_CACHE_HOME=$scratch/cache

clean_up() {
    local code=$? mount
    cd /
    for mount in $(awk -v d="$scratch/" 'index($5, d) == 1 { print $5 }' /proc/self/mountinfo | sort -r); do
        umount "$mount" 2>/dev/null || umount -l "$mount" 2>/dev/null || true
    done
    # Drivers end by themselves once their mounts are gone; wait so that they do not write into the next test's time.
    local deadline=$((SECONDS + 20))
    while pgrep -f -- "--driver .*$scratch|$scratch.* --driver" >/dev/null && [ $SECONDS -lt $deadline ]; do sleep 0.1; done
    [ $code = 0 ] || cat /run/holdfast/*.log 2>/dev/null | tail -n 20 || true
    chattr -R -i "$scratch" 2>/dev/null || true
    rm -rf "$scratch"
    exit $code
}
trap clean_up EXIT

holdfast() { "$root/scripts/holdfast" "$@"; }
dscheck() { "$python" "$shared/tools/dscheck/dscheck" "$@"; }

fail() { echo "FAIL: $*" >&2; exit 1; }
note() { echo "NOTE: $*"; }
skip() { echo "$*"; exit 77; }

need_reference_data() { [ -d "$shared/golden" ] && [ -x "$python" ] || skip "no reference data beside this checkout"; }

# A datastore $store and a key $key, used by default from here on.
new_repository() {
    store=$scratch/store key=$scratch/key.json
    holdfast --quiet init "$store"
    holdfast --quiet key create "$key" --kdf none >/dev/null
    export HOLDFAST_REPOSITORY=$store
}

expect_empty() { # WHAT COMMAND…: the command must succeed and print nothing
    local what=$1 output
    shift
    output=$("$@" 2>&1) || fail "$what: '$*' failed: $(head -n 5 <<<"$output")"
    [ -z "$output" ] || fail "$what: $(head -n 20 <<<"$output")"
}

expect_code() { # CODE TEXT COMMAND…: the command must end with that code and say that text in one line on stderr, no stack trace
    local code=$1 text=$2 actual=0 error
    shift 2
    error=$("$@" 2>&1 >/dev/null) || actual=$?
    [ "$actual" = "$code" ] || fail "'$*' ended with $actual instead of $code: $error"
    grep -qiF -- "$text" <<<"$error" || fail "'$*' does not say '$text' but: $error"
    ! grep -qE '^\s+at |Exception' <<<"$error" || fail "'$*' shows a stack trace: $error"
    [ "$(wc -l <<<"$error")" = 1 ] || fail "'$*' says more than one line: $error"
}

seconds_of() { # COMMAND…: prints how long it took
    local start end
    start=$(date +%s.%N)
    "$@" >&2
    end=$(date +%s.%N)
    awk -v a="$start" -v b="$end" 'BEGIN { printf "%.2f", b - a }'
}

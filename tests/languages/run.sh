#!/usr/bin/env bash
# What is not Rust, in its own runners: the tests of the helper modules, of the example checks and of the templates. Then the checks
# that tests/e2e/languages.rs runs are built into target/languages: the templates as new checks, and those in this directory.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
cd "$root"
python=guest-checks/sdk/python
javascript=guest-checks/sdk/javascript
built=$root/target/languages
export VHOST=${CARGO_TARGET_DIR:-$root/target}/release/vhost PYTHONDONTWRITEBYTECODE=1

PYTHONPATH=$python python3 -m unittest discover tests/languages
for check in guest-checks/*/check.py; do
    PYTHONPATH=$python python3 -m unittest discover "$(dirname "$check")"
done
node --test tests/languages/*.test.js
for check in guest-checks/*/check.[jt]s; do
    $javascript/build.sh --test "$(dirname "$check")"
done

# All was fetched before: this shows that no network is used.
offline() {
    env http_proxy=http://127.0.0.1:9 https_proxy=http://127.0.0.1:9 npm_config_offline=true PIP_NO_INDEX=1 "$@"
}

rm -rf "$built"
mkdir -p "$built"
for language in python javascript typescript; do
    name=new-$language
    new=$built/$name
    cp -R "guest-checks/sdk/templates/$language" "$new"
    case $language in
    python) cp -R $python/. "$new" ;;
    *) cp -R $javascript/build.sh $javascript/vhost-check "$new" ;;
    esac
    cp -R wit "$new"
    find "$new" -type f -exec sed -i "s/{{name}}/$name/g" {} +
    # Its own tests pass as they are, and it builds.
    case $language in
    python) (cd "$new" && python3 -m unittest) ;;
    *) "$new/build.sh" --test ;;
    esac
    offline "$new/build.sh" "$new" "$built"
done
$python/build.sh tests/languages/values-python "$built"
$javascript/build.sh tests/languages/values-javascript "$built"
